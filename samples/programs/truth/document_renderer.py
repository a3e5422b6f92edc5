"""A document of dataclasses rendered by singledispatch: HTML, plain text and an outline."""
import dataclasses
import functools
import html


@dataclasses.dataclass(frozen=True)
class Text:
    text: str


@dataclasses.dataclass(frozen=True)
class Bold:
    inside: tuple


@dataclasses.dataclass(frozen=True)
class Paragraph:
    inside: tuple


@dataclasses.dataclass(frozen=True)
class Items:
    items: tuple
    ordered: bool = False


@dataclasses.dataclass
class Section:
    title: str
    inside: list = dataclasses.field(default_factory=list)

    @functools.cached_property
    def words(self):
        return len(as_text(self).split())


@functools.singledispatch
def as_html(node):
    raise TypeError(node)


@as_html.register
def _(node: Text):
    return html.escape(node.text)


@as_html.register
def _(node: Bold):
    return f"<b>{all_html(node.inside)}</b>"


@as_html.register
def _(node: Paragraph):
    return f"<p>{all_html(node.inside)}</p>\n"


@as_html.register
def _(node: Items):
    tag = "ol" if node.ordered else "ul"
    return f"<{tag}>{''.join(f'<li>{as_html(item)}</li>' for item in node.items)}</{tag}>"


@as_html.register
def _(node: Section):
    return f"<h1>{as_html(Text(node.title))}</h1>\n{all_html(node.inside)}"


def all_html(nodes):
    return "".join(map(as_html, nodes))


@functools.singledispatch
def as_text(node):
    return " ".join(as_text(inner) for inner in getattr(node, "inside", ()))


@as_text.register
def _(node: Text):
    return node.text


@as_text.register
def _(node: Items):
    return "\n".join(f"- {as_text(item)}" for item in node.items)


def outline(section, depth=0):
    yield "  " * depth + f"{section.title} ({section.words})"
    for inner in section.inside:
        if isinstance(inner, Section):
            yield from outline(inner, depth + 1)


def sample(depth):
    text = Paragraph((Text("a & b < c"), Bold((Text("bold"), Bold((Text("bolder"),))))))
    items = Items(tuple(Items((text, Text(f"item {n}"))) if n % 3 == 0 else text for n in range(depth + 2)), depth % 2 == 0)
    section = Section(f"Part {depth}", [text, items, text])
    if depth:
        section.inside += [sample(depth - 1), sample(depth - 2)] if depth > 1 else [sample(0)]
    return section


def main():
    document = sample(6)
    print(len(as_html(document)), document.words, len(list(outline(document))))
    plain = dataclasses.asdict(document)
    again = dataclasses.replace(document, title="Another")
    print(len(plain), again == document, len(repr(again)))


main()

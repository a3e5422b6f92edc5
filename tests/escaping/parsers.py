"""Reads what the programs write by parsers that are not ours: {weight: (name, file)}, all that is in the text."""
import csv
import html.parser
import io
import json
import marshal
import re
import subprocess
import xml.etree.ElementTree

from names import bytes_of

SVG = "{http://www.w3.org/2000/svg}"
FG = "{http://github.com/jonhoo/inferno}"


# --- formats ---

def pstat(data):
    rows = marshal.loads(data)
    return {round(row[2]): (bytes_of(name), bytes_of(file)) for key, row in rows.items() if isinstance(row, tuple)
            for file, _, name in [key] if row[2]}


def collapsed(data):
    """{text of the last frame: sum}"""
    sums = {}
    for line in data.split(b"\n")[:-1]:
        stack, _, count = line.rpartition(b" ")
        root, leaf = stack.split(b";")
        assert root == b"main", line
        sums[leaf] = sums.get(leaf, 0) + int(count)
    return sums


def callgrind(data):
    """fl= before fn=, names by number: as its specification has it."""
    spaces, found, file, name, is_call = {"l": {}, "n": {}, "b": {}}, {}, None, None, False

    def spelled(space, text):
        number, text = re.fullmatch(rb"(\(\d+\))(?: (.*))?", text, re.S).groups()
        if text is not None:
            assert number not in spaces[space]
            spaces[space][number] = text
        return spaces[space][number]
    for line in data.split(b"\n"):
        key, sign, value = line.partition(b"=")
        if sign and key in (b"fl", b"fi", b"fe", b"cfi", b"cfl"):
            text = spelled("l", value)
            file = text if key == b"fl" else file
        elif sign and key in (b"fn", b"cfn"):
            text = spelled("n", value)
            name = text if key == b"fn" else name
        elif sign and key in (b"ob", b"cob"):
            spelled("b", value)
        elif sign and key == b"calls":
            is_call = True
        elif re.match(rb"[-+*\d]", line):
            numbers = line.split(b" ")
            assert len(numbers) <= 2 and re.fullmatch(rb"\*|[-+]?\d+", numbers[0]), line
            if not is_call and len(numbers) == 2:
                found[int(numbers[1])] = (name, file)
            is_call = False
        else:
            assert not line or re.match(rb"(# callgrind format$|# profpipe: (totals|lines|root \[root \d+\])$|# (total|calls) [-()/ \d]+$|version|creator|desc|positions|events|event|summary|pid|thread|part|cmd)", line), line
    return found


def speedscope(data):
    top = json.loads(data.decode("utf-8"))
    assert set(top) <= {"$schema", "exporter", "name", "activeProfileIndex", "shared", "profiles", "profpipe"}
    frames, found = top["shared"]["frames"], {}
    for profile in top["profiles"]:
        for stack, weight in zip(profile["samples"], profile["weights"]):
            frame = frames[stack[-1]]
            found[weight] = (bytes_of(frame["name"]), bytes_of(frame.get("file", "")))
    return found


KNOWN = {"svg": {"viewBox", "font-family", "font-size", "id", "x", "y", "width", "height", "total_samples"}, "title": set(), "style": set(),
         "script": set(), "metadata": {"id"}, "text": {"id", "class", "x", "y"}, "g": {"transform"},
         "rect": {"id", "width", "height", "class", "x", FG + "x", FG + "w"}}


def picture(data):
    """No element and no attribute but the known ones; the script is the same in all."""
    done = subprocess.run(["xmllint", "--noout", "--huge", "-"], input=data, capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr[:500]
    root = xml.etree.ElementTree.fromstring(data)
    for element in root.iter():
        name = element.tag.removeprefix(SVG)
        assert name in KNOWN and set(element.attrib) <= KNOWN[name], (element.tag, element.attrib)
        assert not re.search("url|expression|import", element.get("style", ""))
    return root


def titles(root):
    """{weight: a frame's tooltip without the values}, of those of one weight the innermost; all of them; the texts of the boxes."""
    found, everything = {}, set()
    frames = root.find(f".//{SVG}svg[@id='frames']")
    for rect in frames.iter(f"{SVG}rect"):
        title, value = rect.find(f"{SVG}title").text, int(rect.get(FG + "w"))
        tail = re.search(r" \([^()]*%\)(?:\nself [^()\n]*%)?$", title)
        found[value] = title[:tail.start()]
        everything.add(found[value])
    texts = [text.text for text in root.iter(f"{SVG}text")]
    return found, everything, texts


def data_of(root):
    return json.loads(root.find(f".//{SVG}metadata[@id='profile']").text)


def flamegraph(root):
    """The profile in the picture."""
    data = data_of(root)
    strings, functions, frames = [bytes_of(s) for s in data["strings"]], data["functions"], data["frames"]
    parents, frame_of, at = [None], [None], 0
    for code in data["nodes"]:
        if code < 0:
            for _ in range(-code):
                at = parents[at]
        else:
            parents.append(at)
            frame_of.append(code - 1)
            at = len(parents) - 1
    found = {}
    for _, row in data["rows"]:
        node = 0
        for step, value in zip(row[::2], row[1::2]):
            node += step
            name, file = functions[4 * frames[3 * frame_of[node]]:][:2]
            found[value] = (strings[name], strings[file])
    return found


def dot(data):
    """Graphviz undoes the escapes itself: {self value: the lines of a node's label}; the tooltips."""
    done = subprocess.run(["dot", "-Tsvg"], input=data, capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr[:500]
    root = xml.etree.ElementTree.fromstring(done.stdout)
    assert {e.tag for e in root.iter()} <= {SVG + tag for tag in ("svg", "g", "title", "polygon", "path", "text", "a")}
    found, tips = {}, set()
    for node in root.iter(f"{SVG}g"):
        if node.get("class") == "node":
            lines = [(text.text or "").replace("\u00a0", " ") for text in node.iter(f"{SVG}text")]
            own = int(re.match(r"self ([\d,]+) ", lines[-1])[1].replace(",", ""))
            found[own] = lines[:-2]
            tips |= {a.get("{http://www.w3.org/1999/xlink}title") for a in node.iter(f"{SVG}a")}
    return found, tips


# --- tables ---

def tsv(text):
    """PostgreSQL's escapes."""
    lines = [line.split("\t") for line in text.split("\n")]
    assert lines.pop() == [""] and {len(line) for line in lines} == {len(lines[0])}

    def cell(c):
        assert re.fullmatch(r"(?:[^\\]|\\[tnr\\]|\\x[0-9a-f]{2})*", c, re.S), c
        data = re.sub(rb"\\(x..|.)", lambda m: {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"\\": b"\\"}.get(m[1]) or bytes([int(m[1][1:], 16)]),
                      c.encode("utf-8", "surrogateescape"))
        return data.decode("utf-8", "surrogateescape")
    return [dict(zip(lines[0], map(cell, line))) for line in lines[1:]]


def comma(text):
    csv.field_size_limit(1 << 26)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    return [dict(zip(rows[0], row)) for row in rows[1:]]


OPENMETRICS = re.compile(r'(profpipe_[a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (-?\d+(?:\.\d+)?)')


def openmetrics(text):
    """{metric: [({label: value}, number)]}; the grammar is the exposition format's."""
    found, types = {}, {}
    lines = text.split("\n")
    assert lines.pop() == "" and lines.pop() == "# EOF"
    for line in lines:
        comment = re.fullmatch(r"# (TYPE|UNIT|HELP) ([a-z_]+) (.+)", line)
        if comment:
            types.setdefault(comment[2], []).append(comment[1])
            continue
        metric = OPENMETRICS.fullmatch(line)
        assert metric and metric[1] in types, line
        labels = re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', metric[2], re.S)
        whose = ["function", "file", "line"] * (not metric[1].startswith("profpipe_profile"))
        assert [key for key, _ in labels] == whose + ["value_type"] * (metric[1] != "profpipe_calls")
        labels = {key: re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value) for key, value in labels}
        found.setdefault(metric[1], []).append((labels, float(metric[3])))
    for series in found.values():
        assert len({tuple(labels.values()) for labels, _ in series}) == len(series), "two series of one name"
    return found


class Rendered(html.parser.HTMLParser):
    """What cmark-gfm made of a report: tables of texts, the texts outside, the elements."""
    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.rows, self.other, self.elements, self.links, self.cell = [], "", set(), [], None
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.add((tag, *(key for key, _ in attributes)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell = ""
        if tag == "a":
            self.links.append(dict(attributes)["href"])

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1].append(self.cell)
            self.cell = None

    def handle_data(self, data):
        if self.cell is None:
            self.other += data
        else:
            self.cell += data

    def handle_comment(self, data):
        raise AssertionError("a comment: " + data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def render(text):
    extensions = [word for name in ("table", "autolink", "strikethrough", "footnotes") for word in ("-e", name)]
    return subprocess.run(["cmark-gfm", "--unsafe", *extensions], input=text, capture_output=True, check=True).stdout


def markdown(text):
    page = Rendered(render(text).decode("utf-8"))
    plain = {"table", "thead", "tbody", "tr", "th", "td", "h3", "p", "strong"}
    assert {e for e in page.elements if e[0] not in plain or set(e[1:]) - {"align"}} <= {("a", "href")}, page.elements
    # who links mail shows where to
    assert all(link.startswith("mailto:") for link in page.links), page.links
    assert len({len(row) for row in page.rows if row}) <= 2
    return page


def blanks(text):
    """Rendering makes one blank of several and drops those at the ends of a cell."""
    return re.sub(r"[ \t\n]+", " ", text).strip(" \t\n")


COMMAND = re.compile(r"::(error|warning|notice) ((?:(?:file|line|title)=[^,:\r\n]*,?)+)::([^\r\n]*)")


def github(text):
    """Workflow commands: [(command, {property: value}, message)]"""
    found = []
    for line in re.split(r"\r\n|[\r\n]", text)[:-1]:
        command = COMMAND.fullmatch(line)
        assert command, line

        def undone(escaped, codes):
            assert not re.search("%(?!" + "|".join(codes) + ")", escaped), escaped
            return re.sub("%(..)", lambda m: chr(int(m[1], 16)), escaped)
        properties = dict(pair.split("=", 1) for pair in command[2].split(","))
        found.append((command[1], {key: undone(value, ["25", "0D", "0A", "3A", "2C"]) for key, value in properties.items()},
                      undone(command[3], ["25", "0D", "0A"])))
    return found


def junit(data):
    done = subprocess.run(["xmllint", "--noout", "--huge", "-"], input=data, capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr[:500]
    root = xml.etree.ElementTree.fromstring(data)
    known = {"testsuites": set(), "testsuite": {"name", "tests", "failures", "errors", "skipped"}, "properties": set(), "property": {"name", "value"},
             "testcase": {"classname", "name", "file"}, "failure": {"type", "message"}, "skipped": {"message"}, "system-out": set()}
    for element in root.iter():
        assert set(element.attrib) <= known[element.tag], (element.tag, element.attrib)
    return root

"""Reads a flame graph of ours by its picture: which box lies on which."""
import collections
import xml.etree.ElementTree

SVG = "{http://www.w3.org/2000/svg}"
FG = "{http://github.com/jonhoo/inferno}"

Box = collections.namedtuple("Box", "stack left width depth")


def rectangles(path):
    """(text, left, width, y) of each frame; left and width in value units."""
    frames = xml.etree.ElementTree.parse(path).find(f".//{SVG}svg[@id='frames']")
    for group in frames.iter(f"{SVG}g"):
        title, rect = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        text = title.text.partition("\n")[0]
        name = text[:text.rindex(" (")]
        yield name, int(rect.get(FG + "x")), int(rect.get(FG + "w")), float(rect.get("y"))


def boxes(path):
    """The boxes with their stacks, the root left out; each lies within its parent, beside its siblings."""
    rows = collections.defaultdict(list)
    for name, left, width, y in rectangles(path):
        rows[y].append((left, width, name))
    below = None
    for depth, y in enumerate(sorted(rows, reverse=True)):
        row = []
        for left, width, name in sorted(rows[y]):
            if row:
                assert left >= row[-1].left + row[-1].width, f"{name} overlaps {row[-1].stack}"
            if below is None:
                stack = ()
            else:
                parents = [b for b in below if b.left <= left and left + width <= b.left + b.width]
                assert len(parents) == 1, f"{name} lies in {len(parents)} frames"
                stack = (*parents[0].stack, name)
            row.append(Box(stack, left, width, depth))
        if depth:
            yield from row
        below = row

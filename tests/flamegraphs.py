"""Reads a flame graph of ours by its picture alone: which box lies on which."""
import collections
import re
import xml.etree.ElementTree

SVG = "{http://www.w3.org/2000/svg}"
FG = "{http://github.com/jonhoo/inferno}"

Box = collections.namedtuple("Box", "stack left width depth title classes pixels")


def frames_of(source):
    root = xml.etree.ElementTree.fromstring(source) if isinstance(source, bytes) else xml.etree.ElementTree.parse(source)
    return root.find(f".//{SVG}svg[@id='frames']")


def rectangles(source):
    """(y, name, rect, title) of each frame."""
    for row in frames_of(source).findall(f"{SVG}g"):
        y = float(re.fullmatch(r"translate\(0 (\d+)\)", row.get("transform"))[1])
        for rect in row.findall(f"{SVG}rect"):
            title = rect.find(f"{SVG}title").text
            line = title.partition("\n")[0]
            difference = re.search(r" \(base [^()]*\)$", line)
            name = line[:difference.start()] if difference else line[:line.rindex(" (")]
            yield y, name, rect, title


def boxes(source, root_at_top=False):
    """The boxes with their stacks, the root (stack ()) too; each lies within its parent, beside its siblings."""
    rows = collections.defaultdict(list)
    for y, name, rect, title in rectangles(source):
        pixels = float(rect.get("x")), float(rect.get("width"))
        rows[y].append((int(rect.get(FG + "x")), int(rect.get(FG + "w")), name, title, rect.get("class").split(), pixels))
    below = None
    for depth, y in enumerate(sorted(rows, reverse=not root_at_top)):
        row = []
        for left, width, name, title, classes, pixels in sorted(rows[y]):
            if row:
                assert left >= row[-1].left + row[-1].width, f"{name} overlaps {row[-1].stack}"
            stack = ()
            if below is not None:
                parents = [b for b in below if b.left <= left and left + width <= b.left + b.width]
                assert len(parents) == 1, f"{name} lies in {len(parents)} frames"
                stack = (*parents[0].stack, name)
            row.append(Box(stack, left, width, depth, title, classes, pixels))
        yield from row
        below = row


def total(source):
    return int(frames_of(source).get("total_samples"))

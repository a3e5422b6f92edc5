"""Flame graphs: well-formed, shown by a browser, and right by their geometry alone."""
import re

import pytest

import clients
import lib
from clients import needs
from flamegraphs import boxes

ALL = ("flamegraph", "--no-script", "--minwidth", "0", "--value", "1")


@needs("xmllint")
def test_well_formed(outputs):
    clients.output("xmllint", "--noout", "--huge", *outputs("flamegraph").values(), *outputs(*ALL).values())


@needs("node", "playwright-core", "chromium", "identify")
def test_a_browser_shows_them(outputs):
    files = outputs("flamegraph", "--no-script")
    pictures = {"speedscope/pyspy.speedscope.json": clients.HOME / "flamegraph-pyspy.png",
                "pstat/cprofile-py3.11-text.pstat": clients.HOME / "flamegraph-pstat.png"}
    tasks = [{"file": path} | ({"picture": pictures[name]} if name in pictures else {}) for name, path in files.items()]
    for (name, path), seen in zip(files.items(), clients.browse(tasks)):
        assert seen["errors"] == [] and seen["root"] == "svg" and not seen["broken"], name
        assert seen["boxes"] == path.read_text().count("fg:w="), name
        assert seen["visible"] == seen["boxes"], name
    for picture in pictures.values():
        assert clients.colours(picture) > 50


@needs("node", "playwright-core", "chromium")
def test_the_browser_sees_a_broken_one(outputs, tmp_path):
    broken = tmp_path / "broken.svg"
    broken.write_bytes(outputs(*ALL)["collapsed/pyspy.collapsed"].read_bytes()[:-20])
    (seen,) = clients.browse([{"file": broken}])
    assert seen["broken"] or seen["root"] != "svg"


# --- geometry ---

def folded(sample, tmp_path):
    """Inclusive values of every stack, from what profconv writes as collapsed stacks."""
    target = tmp_path / "out.collapsed"
    assert clients.convert(sample.path, "collapsed", target, "--value", "1", "--unit", "ns")
    sums = {}
    for line in target.read_text(errors="replace").split("\n"):
        stack, _, count = line.rpartition(" ")
        if count and not stack.startswith("#"):
            frames = tuple(stack.split(";")) if stack else ("[idle]",)  # a line without frames is idle time
            for depth in range(1, len(frames) + 1):
                sums[frames[:depth]] = sums.get(frames[:depth], 0) + float(count)
    return sums


def drawn(picture):
    """Inclusive values of every stack, from the picture."""
    sums = {}
    for box in boxes(picture):
        assert box.stack not in sums, f"drawn twice: {box.stack}"
        sums[box.stack] = box.width
    sums.pop((), None)  # the root
    return sums


PLACE = re.compile(r" \(([^()]*):\d+\)$")  # a box is a function: it may have several lines
AUSTIN = re.compile(r"(.*):([^:]+):\d+")
UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f;:\ufffd\ufffe\uffff\ud800-\udfff]+")


def by_function(sums, austin):
    """The same sums by what both formats can say of a frame: its function and file."""
    merged = {}
    for stack, value in sums.items():
        frames = [AUSTIN.sub(r"\2 (\1)", frame) if austin else frame for frame in stack]
        frames = tuple(UNSPEAKABLE.sub(".", PLACE.sub(r" (\1)", frame)).removesuffix(" (~)") for frame in frames)
        merged[frames] = merged.get(frames, 0) + value
    return merged


@pytest.mark.parametrize("sample", lib.samples(), ids=lambda s: s.name)
def test_widths_are_the_sums_of_the_stacks(sample, outputs, tmp_path):
    files = outputs(*ALL)
    if sample.name not in files:
        pytest.skip("a flame graph holds no negative values")
    austin = sample.name.startswith("collapsed/austin")
    seen = by_function(drawn(files[sample.name]), austin)
    told = {stack: value for stack, value in by_function(folded(sample, tmp_path), austin).items() if value}
    # contexts of a graph are an estimate; functions that differ by their object are two here, one there
    near = 5 if sample.format in ("callgrind", "pstat") else 0
    assert {stack: (seen.get(stack), told.get(stack)) for stack in seen.keys() | told.keys()
            if abs(seen.get(stack, 0) - told.get(stack, 0)) > near} == {}


@pytest.mark.parametrize("wrong", ['fg:x="0" fg:w="500"', 'fg:x="300" fg:w="200"'])
def test_a_moved_box_is_seen(wrong, tmp_path):
    stacks, picture = tmp_path / "in.collapsed", tmp_path / "out.svg"
    stacks.write_text("main;std 300\nmain;std::x 100\nmain;std;y 200\n")
    assert clients.convert(stacks, "flamegraph", picture)
    assert wrong in picture.read_text()
    picture.write_text(picture.read_text().replace(wrong, 'fg:x="400" fg:w="500"'))
    with pytest.raises(AssertionError):
        drawn(picture)

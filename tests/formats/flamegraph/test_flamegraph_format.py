"""Flame graphs by arithmetic of our own: what is drawn is what the stacks say."""
import collections
import html.parser
import json
import marshal
import os
import random
import re
import subprocess
import xml.etree.ElementTree

import pytest

import flamegraphs
import lib

ALL = ("--no-script", "--minwidth", "0")


def draw(stacks, *options, program="collapsed2flamegraph"):
    """stacks: {(name, ...): count or (base, new)} in their order, or lines."""
    lines = stacks if isinstance(stacks, bytes) else "".join(
        ";".join(stack) + "".join(f" {n}" for n in (count if isinstance(count, tuple) else (count,))) + "\n"
        for stack, count in stacks.items()).encode()
    return lib.run(program, "-q", *options, input=lines)[0]


def random_stacks(seed, counts=lambda rng: rng.randint(1, 99)):
    rng = random.Random(seed)
    return {tuple(rng.choice("abcde") for _ in range(rng.randint(1, 6))): counts(rng) for _ in range(40)}


def inclusive(stacks):
    """Sums by prefix."""
    sums = collections.Counter()
    for stack, count in stacks.items():
        for depth in range(len(stack) + 1):
            sums[stack[:depth]] += count
    return sums


def widths(picture, **how):
    found = {}
    for box in flamegraphs.boxes(picture, **how):
        assert box.stack not in found, f"drawn twice: {box.stack}"
        found[box.stack] = box.width
    return found


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("inverted", [False, True])
def test_widths_are_sums(seed, inverted):
    stacks = random_stacks(seed)
    picture = draw(stacks, *ALL, *(["--inverted"] if inverted else []))
    assert widths(picture, root_at_top=inverted) == inclusive(stacks)
    assert flamegraphs.total(picture) == sum(stacks.values())


@pytest.mark.parametrize("seed", range(10))
def test_places_self_first_then_children_by_name(seed):
    stacks = random_stacks(seed)
    sums = inclusive(stacks)
    for box in flamegraphs.boxes(draw(stacks, *ALL)):
        if box.stack:
            parent, siblings = box.stack[:-1], [s for s in sums if s[:-1] == box.stack[:-1] and s]
            left = places.get(parent) + stacks.get(parent, 0) + sum(sums[s] for s in siblings if s < box.stack)
        else:
            places, left = {}, 0
        assert box.left == left
        places[box.stack] = left


@pytest.mark.parametrize("seed", range(10))
def test_pixels_are_places(seed):
    picture = draw(random_stacks(seed), *ALL, "--width", "1020")
    total = flamegraphs.total(picture)
    for box in flamegraphs.boxes(picture):
        assert abs(box.pixels[0] - box.left / total * 1000) <= 0.051
        assert abs(box.pixels[0] + box.pixels[1] - (box.left + box.width) / total * 1000) <= 0.101


def test_one_box_for_names_that_begin_alike():
    """Merging by sorted text would draw `std` twice."""
    picture = draw(b"main;std 300\nmain;std::x 100\nmain;std;y 200\n", *ALL)
    assert widths(picture) == {(): 600, ("main",): 600, ("main", "std"): 500, ("main", "std", "y"): 200,
                               ("main", "std::x"): 100}


@pytest.mark.parametrize("seed", range(10))
def test_callers_first(seed):
    stacks = random_stacks(seed)
    picture = draw(stacks, *ALL, "--reverse")
    assert widths(picture) == inclusive({stack[::-1]: count for stack, count in stacks.items()})


def test_callers_of_a_deep_chain_are_not_all_made():
    """20,000 nested functions, some with a self value: their callers are many, and none is wide enough."""
    names = [f"f{i}" for i in range(20000)]
    lines, stack = [], ""
    for depth, name in enumerate(names):
        stack += (";" if stack else "") + name
        if depth % 400 == 0:
            lines.append(stack + " 1\n")
    lines.append("wide " + str(10**6) + "\n")
    seen = widths(draw("".join(lines).encode(), "--reverse", "--no-script"))
    assert seen == {(): 10**6 + 50, ("wide",): 10**6}


def wide_chain():
    """20,000 nested functions, 2,000 of which are as wide as each other: they have 20 million callers."""
    lines, stack = [], b""
    for depth in range(20000):
        stack += b";f%d" % depth
        if depth % 10 == 9:
            lines.append(stack[1:] + b" 100\n")
    return b"".join(lines)


@pytest.mark.parametrize("script, drawn", [([], 2001), (["--no-script"], 200001)])
def test_callers_have_a_bound(script, drawn):
    """The root, then whole rows of callers until there are 1000; without the script as many as are made."""
    picture, said = lib.run("collapsed2flamegraph", "-v", "--reverse", *script, input=wide_chain())
    assert b"callers of the widest 200000 frames are in the picture, not those of others" in said
    assert "callers of the widest 200,000 frames only".encode() in picture
    assert picture.count(b"<rect class") == drawn
    assert flamegraphs.total(picture) == 200000


@pytest.mark.parametrize("seed", range(10))
def test_flamechart_keeps_the_order(seed):
    rng = random.Random(seed)
    samples = [(tuple(rng.choice("ab") for _ in range(rng.randint(1, 4))), rng.randint(1, 9)) for _ in range(60)]
    frames = [{"name": name} for name in "ab"]
    profile = {"type": "sampled", "name": "t", "unit": "none", "startValue": 0, "endValue": sum(w for _, w in samples),
               "samples": [["ab".index(f) for f in stack] for stack, _ in samples], "weights": [w for _, w in samples]}
    text = json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": frames},
                           "profiles": [profile]}).encode()
    picture = lib.run("speedscope2flamegraph", *ALL, "--flamechart", input=text)[0]
    told, x, last = [], 0, ()
    opened = {}
    for stack, weight in [*samples, ((), 0)]:
        same = 0
        while same < min(len(stack), len(last)) and stack[same] == last[same]:
            same += 1
        for depth in range(same, len(last)):
            told.append((last[:depth + 1], opened[depth], x - opened[depth]))
        for depth in range(same, len(stack)):
            opened[depth] = x
        last, x = stack, x + weight
    seen = [(box.stack, box.left, box.width) for box in flamegraphs.boxes(picture) if box.stack]
    assert sorted(seen) == sorted(told)


@pytest.mark.parametrize("width, of", [("larger", max), ("new", lambda pair: pair[1]), ("base", lambda pair: pair[0])])
@pytest.mark.parametrize("seed", range(5))
def test_difference(seed, width, of):
    stacks = random_stacks(seed, lambda rng: (rng.choice([0, rng.randint(1, 50)]), rng.choice([0, rng.randint(1, 50)])))
    base, new = (inclusive({stack: pair[side] for stack, pair in stacks.items()}) for side in (0, 1))
    told = {stack: value for stack, value in inclusive({s: of(pair) for s, pair in stacks.items()}).items() if value}
    picture = draw(stacks, *ALL, "--widths", width)
    assert widths(picture) == told
    for box in flamegraphs.boxes(picture):
        if not box.stack:
            continue
        shades = "abcdefghijklmnopq"
        change = (new[box.stack] - base[box.stack]) / max(new[box.stack], base[box.stack])
        assert box.classes[0] == shades[int((change + 1) * 8 + 0.5)]
        figures = re.search(r"base ([\d,]+), ([<\d.]+)%; new ([\d,]+), ([<\d.]+)%", box.title)
        assert (int(figures[1]), int(figures[3])) == (base[box.stack], new[box.stack])
        assert figures[2] == "<0.01" or abs(float(figures[2]) - 100 * base[box.stack] / base[()]) < 0.0051


def test_negate_swaps_the_colours():
    stacks = {("gone",): (5, 0), ("new",): (0, 5), ("same",): (3, 3)}
    plain, turned = ({box.stack: box.classes[0] for box in flamegraphs.boxes(draw(stacks, *ALL, *more))}
                     for more in ([], ["--negate"]))
    assert plain == {(): "i", ("gone",): "a", ("new",): "q", ("same",): "i"}
    assert turned == {(): "i", ("gone",): "q", ("new",): "a", ("same",): "i"}


def test_base_cuts_callers_off():
    stacks = {("main", "run", "a"): 3, ("main", "run", "run", "b"): 4, ("main", "c"): 5}
    assert widths(draw(stacks, *ALL, "--base", "run")) == {
        (): 12, ("run",): 7, ("run", "a"): 3, ("run", "b"): 4, ("main",): 5, ("main", "c"): 5}


def test_total_is_the_width_of_all():
    picture = draw({("a",): 30, ("b",): 10}, *ALL, "--total", "80")
    assert widths(picture) == {(): 80, ("a",): 30, ("b",): 10}
    assert b"a (30 samples, 37.5%)" in picture


def test_no_sort():
    lefts = [box.left for box in sorted(flamegraphs.boxes(draw({("b",): 1, ("a",): 2}, *ALL, "--no-sort"))) if box.stack]
    assert lefts == [1, 0]


@pytest.mark.parametrize("keep", [1, 3, 10])
def test_pruned_contexts_still_count(keep):
    """Inclusive widths stay what they were; what is missing is said, and kept by function."""
    stacks = {("main", *stack): n for stack, n in random_stacks(1).items()}
    sums = inclusive(stacks)
    picture = draw(stacks, *ALL, "--max-frames", str(keep))
    seen = widths(picture)
    assert len(seen) == keep + 1 and all(sums[stack] == width for stack, width in seen.items())
    assert min(seen.values()) >= max([n for stack, n in sums.items() if stack not in seen])
    assert f"{len(sums) - 1 - keep} contexts of less weight pruned".encode() in picture


def test_estimated_frames_look_different():
    """c is called by a and b, how much of it by whom was recorded; but not whose c it was that called e. And f fits into
    one c alone."""
    graph = lib.run("collapsed2pstat", "-q", input=b"main;a;c 5\nmain;a;c;e 3\nmain;b;c;e 15\nmain;b;c;f 30\nmain;d 2\n")[0]
    classes = {box.stack: "E" in box.classes for box in
               flamegraphs.boxes(lib.run("pstat2flamegraph", "-q", *ALL, input=graph)[0])}
    assert {stack for stack, dashed in classes.items() if dashed and stack[-1] != "f"} == {
        ("main", "a", "c", "e"), ("main", "b", "c", "e")}


def guessed_by_the_page(picture):
    """The stacks of the nodes that the picture's data call guesses, for the page to draw them anew."""
    data = json.loads(xml.etree.ElementTree.fromstring(picture).find(f".//{flamegraphs.SVG}metadata[@id='profile']").text)
    path, stacks = [], []
    for step in data["nodes"]:
        if step < 0:
            del path[step:]
            continue
        function = data["frames"][3 * (step - 1)]
        path.append(data["strings"][data["functions"][4 * function]])
        stacks.append(tuple(path))
    marks = [i % 2 == 1 for i, run in enumerate(data["guessed"]) for _ in range(run)]
    assert len(marks) == len(stacks)
    return {stack for stack, guess in zip(stacks, marks) if guess}


@pytest.mark.parametrize("source", [
    b"main;a;c 5\nmain;a;c;e 3\nmain;b;c;e 15\nmain;b;c;f 30\nmain;d 2\n",
    b"a;x;y 5\nb;x;y 7\nb;x;z 9\nc;x 1\nc;d;e;x;y 3\n"])
def test_the_page_draws_the_same_guesses(source):
    graph = lib.run("collapsed2pstat", "-q", input=source)[0]
    picture = lib.run("pstat2flamegraph", "-q", *(ALL[1:]), input=graph)[0]
    assert guessed_by_the_page(picture) == {box.stack for box in flamegraphs.boxes(picture) if "E" in box.classes}


def test_what_fits_in_one_place_alone_is_certain():
    """exec runs app, which imports slow, which exec runs: app fills the outer exec, slow can only be in the inner one."""
    stacks = b"exec;app;run 200\nexec;app;load;exec;slow;build 800\n"
    rows = {("~", 0, "exec"): (1, 2, 0.0, 1.0, {("m", 1, "load"): (1, 1, 0.0, 0.8)})}
    for name, caller, self_time, total in [("app", ("~", 0, "exec"), 0.0, 1.0), ("run", ("m", 1, "app"), 0.2, 0.2),
                                           ("load", ("m", 1, "app"), 0.0, 0.8), ("slow", ("~", 0, "exec"), 0.0, 0.8),
                                           ("build", ("m", 1, "slow"), 0.8, 0.8)]:
        rows[("m", 1, name)] = (1, 1, self_time, total, {caller: (1, 1, self_time, total)})
    picture = lib.run("pstat2flamegraph", "-q", *ALL, input=marshal.dumps(rows))[0]
    assert [box for box in flamegraphs.boxes(picture) if "E" in box.classes] == []
    assert lib.run("flamegraph2collapsed", "--unit", "ms", "--frames", "name", input=picture)[0].splitlines() == sorted(
        stacks.splitlines())


def test_grey_for_what_is_nowhere():
    nowhere = ["[unattributed]", "[unplaced]", "[awaited elsewhere]", "[unknown caller]"]
    picture = draw({**{(name, "a"): 1 for name in nowhere}, ("b",): 1}, *ALL)
    assert [box.classes[0] for box in flamegraphs.boxes(picture) if box.stack and box.stack[-1][0] == "["] == ["Y"] * 4


# --- facts ---

@pytest.mark.parametrize("data, options, fact", [
    (b"a 5\n", [], "from collapsed \u00b7 5 samples in total"),
    (b"a 5\n", ["--countname", "wakes"], "from collapsed \u00b7 5 wakes in total"),
    (b"a 1234567\n", ["--input-unit", "us"], "time: 1.23 s in total"),
    (b"a 1234567\n", ["--input-unit", "us", "--countunit", "ms"], "time: 1,235 ms in total"),
    (b"a 3250586\n", ["--input-unit", "bytes"], "memory: 3.1 MiB in total"),
    (b"a 10\nb 990\n", ["--no-script", "--minwidth", "2%"], "1 frame too narrow to be drawn, 1% of the total"),
    (b"a 10\nb 990\n", ["--minwidth", "2%"], "1 narrow frame appears on zoom, 1% of the total"),
    (b"", [], "no samples"),
])
def test_the_subtitle_says(data, options, fact):
    if not data:
        data, options = b"a 0\n", []
    assert fact.encode() in draw(data, *options)


def test_figures_for_people():
    picture = draw(b"main;parse 310\nmain 930\n", "--input-unit", "ms", *ALL)
    assert b"parse (310 ms, 25%)" in picture and b"main (1.24 s, 100%)\nself 930 ms, 75%" in picture
    assert b"a (2,469 samples, 100%)" in draw(b"a 1234.5\n", *ALL, "--factor", "2")


# --- small ---

def test_elements_are_few_and_bytes_a_frame_too():
    rng = random.Random(3)
    stacks = {}
    for _ in range(60000):
        stacks[tuple(f"function_{rng.randrange(40 * depth + 40)}" for depth in range(rng.randint(2, 12)))] = rng.randint(1, 9)
    picture = draw(stacks)
    contexts = {stack[:depth] for stack in stacks for depth in range(1, len(stack) + 1)}
    assert len(contexts) > 200000
    assert picture.count(b"<rect ") < 1100
    assert len(picture) < 90 * min(len(contexts), 200000) / 4


# --- safe ---

def xmllint(picture):
    done = subprocess.run(["xmllint", "--noout", "--nonet", "-"], input=picture, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


HOSTILE = [b"</title><script>alert(1)</script>", b"]]>", b"\"onload=\"alert(1)", b"<!--", b"&lt;", b"a&b", b"\xff\xfe",
           b"\xed\xa0\x80", b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\x1b[31m", b"%s%n", b"javascript:alert(1)", b"</metadata>", b"\x85"]


@pytest.mark.parametrize("options", [(), ("--no-script",), ("--reverse",)])
def test_every_byte_in_a_name_is_well_formed(options):
    names = [bytes([b]) for b in range(256) if b not in b"\n;"] + [b"x%cy" % b for b in range(256) if b not in b"\n;"]
    names += HOSTILE + [bytes(b for b in range(256) if b not in b"\n;")]
    picture = draw(b"".join(b"main;" + name + b"z 1\n" for name in names), "--minwidth", "0", *options)
    xmllint(picture)
    tags = {element.tag.rpartition("}")[2] for element in xml.etree.ElementTree.fromstring(picture).iter()}
    assert tags <= {"svg", "title", "style", "rect", "text", "g", "metadata", "script"}
    assert len(xml.etree.ElementTree.fromstring(picture).findall(f".//{flamegraphs.SVG}script")) == (options != ("--no-script",))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("option", ["title", "subtitle", "font", "countname", "nametype", "notes", "base"])
def test_options_are_text(option, text):
    picture = draw(b"a;b 5\n", f"--{option}=" + os.fsdecode(text))
    xmllint(picture)
    root = xml.etree.ElementTree.fromstring(picture)
    assert len(root.findall(f".//{flamegraphs.SVG}script")) == 1
    assert not any(name.lower().startswith("on") for element in root.iter() for name in element.attrib)


@pytest.mark.parametrize("option", ["bgcolor", "search-color"])
@pytest.mark.parametrize("wrong", ["url(http://example.com/x)", "red;background:url(x)", "</style>", "expression(1)", ""])
def test_a_colour_is_a_colour(option, wrong):
    _, said = lib.run("collapsed2flamegraph", f"--{option}", wrong, input=b"a 5\n", status=2)
    assert f"option --{option}: expected a colour".encode() in said


@pytest.mark.parametrize("colour", ["#fff", "#A0b1C2", "red", "rgb(10, 20, 30)", "hsl(200 50% 40%)"])
def test_colours(colour):
    assert f'style="fill:{colour}"'.encode() in draw(b"a 5\n", "--bgcolor", colour)


@pytest.mark.parametrize("options, message", [
    (["--minwidth", "x"], "option --minwidth: expected pixels"), (["--minwidth", "101%"], "option --minwidth"),
    (["--width", "5"], "option --width: expected 100"), (["--fontsize", "1"], "option --fontsize"),
    (["--height", "1"], "option --height"), (["--total", "x"], "option --total"), (["--total", "5s"], "option --total"),
    (["--factor", "0"], "option --factor"), (["--countunit", "h"], "option --countunit"),
    (["--flamechart", "--reverse"], "only one of them"), (["--colors", "pink"], "option --colors"),
])
def test_wrong_options(options, message):
    out, said = lib.run("collapsed2flamegraph", *options, input=b"a 5\n", status=2)
    assert message.encode() in said and said.count(b"\n") == 1 and not out


# --- contrast ---

SCHEMES = "hot mem io java js perl python rust red green blue aqua yellow purple orange wakeup chain safe by-module diffusion".split()


def luminance(color):
    parts = [part / 255 for part in color]
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def over(color, paper, opacity):
    return [part * opacity + below * (1 - opacity) for part, below in zip(color, paper)]


def rgb(digits):
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    return [int(digits[i:i + 2], 16) for i in (0, 2, 4)]


@pytest.mark.parametrize("options, stacks", [*[(("--colors", scheme), {("a",): 1}) for scheme in SCHEMES], ((), {("a",): (1, 2)})],
                         ids=[*SCHEMES, "difference"])
def test_names_can_be_read(options, stacks):
    """4.5:1 in each colour, light and dark, dashed frames included; the figures are the file's own."""
    style = re.search(r"<style>.*?</style>", draw(stacks, *options).decode(), re.S)[0]
    fills = [rgb(fill) for fill in re.findall(r"^\.[A-Za-z]\{fill:#(\w+)\}$", style, re.M)]
    dashed = float(re.search(r"^\.E\{fill-opacity:([\d.]+)\}$", style, re.M)[1])
    dark = {name: re.search(pattern, style, re.M)[1] for name, pattern in {
        "paper": r"^:root\.dark #paper\{fill:#(\w+)\}$", "all": r"^:root\.dark #frames\{opacity:([\d.]+)\}$",
        "ink": r"^:root\.dark #frames text\{fill:#(\w+)\}$", "dashed": r"^:root\.dark \.E\{fill-opacity:([\d.]+)\}$"}.items()}
    assert len(fills) >= 17
    for fill in fills:
        for opacity in (1, dashed):
            assert contrast(over(fill, rgb("fff"), opacity), rgb("1b1b1b")) >= 4.5
        paper = rgb(dark["paper"])
        for opacity in (1, float(dark["dashed"])):
            assert contrast(over(over(fill, paper, opacity), paper, float(dark["all"])), over(rgb(dark["ink"]), paper, float(dark["all"]))) >= 4.5


# --- options of other renderers ---

@pytest.mark.parametrize("option, changed", [
    (("--bgcolors", "yellow"), b'height="100%" style="fill:#eeeecf"/>'), (("--bgcolors", "#abcdef"), b'height="100%" style="fill:#abcdef"/>'),
    (("--fonttype", "Verdana"), b'font-family="Verdana"'), (("--stroke-color", "none"), b"\n.W{stroke:none}\n"), (("--uicolor", "#123456"), b'"ui":"#123456"'),
    (("--colordiffusion",), b'"diffusion":true'), (("--fontwidth", "0.9"), b'"letter":90'), (("--truncate-text-right",), b'"end":"start"'),
], ids=lambda value: value[0] if isinstance(value, tuple) else "")
def test_options_of_others_work(option, changed):
    stacks = {("main", "a_rather_long_name" * 4): 10, ("main", "b"): 10}
    usual, seen = draw(stacks, "--width", "400"), draw(stacks, "--width", "400", *option)
    assert changed in seen and changed not in usual


def test_options_of_others_that_are_ours():
    stacks = {("main", "a_rather_long_name" * 8): 10, ("main", "b"): 10}
    for theirs, ours in ((["--fonttype", "x"], ["--font", "x"]), (["--truncate-text-right"], ["--truncate-left"]), (["--no-javascript"], ["--no-script"]),
                         (["--colordiffusion"], ["--colors", "diffusion"]), (["--hash"], []), (["--deterministic"], []), (["--cp"], [])):
        assert draw(stacks, *theirs) == draw(stacks, *ours)
    narrow, wide = (draw(stacks, "--fontwidth", width, *ALL).count(b"..</text>") for width in ("0.1", "2"))
    assert narrow < wide


def test_a_palette_of_others(tmp_path):
    (tmp_path / "palette.map").write_text("main->rgb(1,2,3)\nx->y->rgb(255, 0,9)\nmain->rgb(10,20,30)\n")
    out = lib.run("collapsed2flamegraph", "--cp", input=b"main;x->y 3\nmain;b 4\n", cwd=tmp_path)[0]
    rects = xml.etree.ElementTree.fromstring(out).findall(f".//{flamegraphs.SVG}g/{flamegraphs.SVG}rect")
    assert {rect.find(f"{flamegraphs.SVG}title").text.partition(" (")[0]: rect.get("style") for rect in rects} == {
        "all": None, "main": "fill:#0a141e", "x->y": "fill:#ff0009", "b": None}
    for line in ("main", "main->rgb(1,2)", "main->rgb(1,2,256)", "main->rgb(1,2,3,4)", "main->rgb(1,,3)"):
        (tmp_path / "palette.map").write_text("a->rgb(1,2,3)\n" + line + "\n")
        said = lib.run("collapsed2flamegraph", "--cp", input=b"a 1\n", cwd=tmp_path, status=2)[1]
        assert said.startswith(b"collapsed2flamegraph: palette.map: line 2: expected ")


def test_attributes_of_functions(tmp_path):
    names = tmp_path / "names"
    names.write_text('main\ttitle="The <start> & \'more\'"\thref=https://example.org/?a=1&b="2\ttarget=_top\n\nb\ttitle=Second\nnobody\ttitle=x\nplain\n')
    out = lib.run("collapsed2flamegraph", "--nameattr", names, input=b"main;a 3\nmain;b 4\n")[0]
    root = xml.etree.ElementTree.fromstring(out)
    links = root.findall(f".//{flamegraphs.SVG}a")
    assert [(link.get("href"), link.get("target")) for link in links] == [('https://example.org/?a=1&b="2', "_top")]
    titles = {title.text for title in root.findall(f".//{flamegraphs.SVG}rect/{flamegraphs.SVG}title")}
    assert titles == {"all (7 samples, 100%)", "The <start> & 'more'", "a (3 samples, 42.86%)", "Second"}
    assert lib.run("flamegraph2collapsed", input=out)[0] == b"main;a 3\nmain;b 4\n"


@pytest.mark.parametrize("line", ["a\tonclick=x", "a\tstyle=x", "a\tclass=x", "a\tid=frames", "a\tg_extra=onload=x", "a\ta_extra=x", "a\ttitle",
                                  "a\thref=javascript:alert(1)", "a\thref=JaVaScript:alert(1)", "a\thref=java\x01script:alert(1)", "a\thref= data:text/html,x",
                                  "a\thref=vbscript:x", "a\thref=&#106;avascript:x", 'a\thref="\x0bjavascript:x"'])
def test_attributes_that_are_code_are_refused(line, tmp_path):
    names = tmp_path / "names"
    names.write_text("b\ttitle=x\n" + line + "\n")
    said = lib.run("collapsed2flamegraph", "--nameattr", names, input=b"a 1\n", status=2)[1].decode()
    assert said.startswith(f"collapsed2flamegraph: {names}: line 2: expected ") and said.count("\n") == 1


@pytest.mark.parametrize("option, value", [("bgcolors", "url(x)"), ("stroke-color", "red;}"), ("uicolor", "</style>"), ("fontwidth", "x"), ("fontwidth", "0"), ("fontwidth", "1000")])
def test_options_of_others_are_checked(option, value):
    assert lib.run("collapsed2flamegraph", f"--{option}={value}", input=b"a 1\n", status=2)[1].startswith(f"collapsed2flamegraph: option --{option}: expected ".encode())


# --- time ---

@pytest.mark.parametrize("sample", lib.samples("speedscope"), ids=lambda sample: sample.name)
def test_order_is_kept_without_an_option(sample):
    """The picture is what it is without; the profile in it comes back in its order."""
    kept, summed = (lib.run("speedscope2flamegraph", "-q", *options, sample.path)[0] for options in ([], ["--no-time"]))
    assert kept.partition(b"<metadata")[0] == summed.partition(b"<metadata")[0]
    assert b'"ordered":true' not in summed
    if b'"estimated":true' in kept:
        assert b'"ordered":true' not in kept
        return
    again = lib.run("flamegraph2speedscope", "-q", input=kept)[0]
    assert b'"ordered":true' in kept
    assert again == lib.run("flamegraph2speedscope", "-q", input=lib.run("flamegraph2flamegraph", "-q", input=kept)[0])[0]


def test_order_of_very_many_samples_is_left_out():
    def drawn(count):
        profile = {"type": "sampled", "name": "t", "unit": "none", "startValue": 0, "endValue": count,
                   "samples": [[i % 2] for i in range(count)], "weights": [1] * count}
        text = json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [{"name": "a"}, {"name": "b"}]},
                           "profiles": [profile]}).encode()
        return lib.run("speedscope2flamegraph", "-q", input=text)[0]
    assert b'"ordered":true' in drawn(200000)
    picture = drawn(200001)
    assert b'"ordered":true' not in picture and len(picture) < 110000


# --- HTML ---

HOSTILE_TEXT = '</title><script>alert(1)</script><!-- ]]> & "\' \u202e'


class Page(html.parser.HTMLParser):
    """What a browser's parser would take for elements."""
    CDATA_CONTENT_ELEMENTS = ()  # within SVG a script is an element like others

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], collections.defaultdict(str)
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts[self.tags[-1] if self.tags else ""] += data


def test_html_is_the_picture_in_a_page(tmp_path):
    """Well-formed XML, with the same picture; it comes back like the SVG, by content."""
    for sample in ("collapsed/pyspy.collapsed", "collapsed/differential.collapsed", "speedscope/pyspy.speedscope.json"):
        picture, page = (lib.run("profconv", "-q", "-t", to, lib.SAMPLES / sample)[0] for to in ("flamegraph", "html"))
        svg = picture[picture.index(b"<svg"):]
        assert svg in page and page.startswith(b"<!DOCTYPE html>\n<html")
        assert len(page) - len(svg) < 500
        xml.etree.ElementTree.fromstring(page.decode())
        (tmp_path / "x.html").write_bytes(page)
        (tmp_path / "x.svg").write_bytes(picture)
        for to in lib.WRITERS:
            assert lib.run("profconv", "-q", "-t", to, tmp_path / "x.html") == lib.run("profconv", "-q", "-t", to, tmp_path / "x.svg")
            assert lib.run(f"flamegraph2{to}", "-q", tmp_path / "x.html") == lib.run(f"flamegraph2{to}", "-q", tmp_path / "x.svg")


def test_html_has_no_script_of_others(tmp_path):
    """Names of the profile, of its file and of the options are text wherever they stand."""
    file = tmp_path / (HOSTILE_TEXT.replace("/", "_") + ".folded")
    file.write_text(f"{HOSTILE_TEXT.replace(';', '')};main 3\n")
    for options in ([], ["--title", HOSTILE_TEXT, "--subtitle", HOSTILE_TEXT, "--notes", HOSTILE_TEXT, "--countname", HOSTILE_TEXT, "--nametype", HOSTILE_TEXT]):
        page = lib.run("collapsed2html", *options, file)[0].decode()
        seen = Page(page)
        assert seen.tags.count("script") == 1 and "alert" not in seen.texts["script"]
        assert seen.tags.count("title") == 2 + page.count("<rect class")
        assert set(seen.tags) == {"html", "head", "meta", "title", "style", "body", "svg", "rect", "text", "g", "metadata", "script"}


def test_other_html_is_not_read():
    page = b"<!DOCTYPE html>\n<html><body><svg><rect/></svg></body></html>"
    assert b"expected a profile, got an HTML page" in lib.run("profconv", "-t", "collapsed", input=page, status=2)[1]


def test_an_empty_page_is_small():
    for to in ("flamegraph", "html"):
        assert len(lib.run(f"collapsed2{to}", input=b"")[0]) < 100000


def test_a_chart_with_a_frame_on_nothing_adds_up():
    """What ended before it, a row below, has no time after its end."""
    boxes = [("all", 69, 0, 9), ("a", 53, 0, 4), ("c", 53, 4, 2), ("b", 37, 1, 2), ("b", 37, 3, 1), ("a", 37, 6, 3)]
    picture = ('<svg xmlns:fg="http://github.com/jonhoo/inferno"><svg id="frames" x="10" width="1180" total_samples="9">' +
               "".join(f'<g><title>{name} ({width} us, 1%)</title><rect y="{y}" fg:x="{x}" fg:w="{width}"/></g>'
                       for name, y, x, width in boxes) + "</svg></svg>")
    ordered = lib.run("flamegraph2speedscope", "-q", input=picture.encode())[0]
    stacks = lib.run("speedscope2collapsed", "-q", input=ordered)[0]
    assert stacks == b"[missing];a 3\na 1\na;b 3\nc 2\n"
    assert lib.run("flamegraph2collapsed", "-q", input=picture.encode())[0] == stacks


def test_calls_of_threads_that_become_roots(tmp_path):
    """Calls that overlap in time were inside each other in one thread, and boxes had values below zero."""
    def thread(name, frame, end):
        return {"type": "evented", "name": name, "unit": "none", "startValue": 0, "endValue": end,
                "events": [{"type": kind, "frame": f, "at": at} for kind, f, at in
                           (("O", 0, 0), ("O", frame, 2), ("C", frame, end - 1), ("C", 0, end))]}
    data = json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [{"name": name} for name in "abc"]},
                       "profiles": [thread("one", 1, 10), thread("two", 2, 20)]}).encode()
    picture = tmp_path / "picture.svg"
    lib.run("speedscope2flamegraph", "-q", "--threads", "-o", picture, input=data)
    assert lib.run("flamegraph2collapsed", "-q", picture)[0] == lib.run("speedscope2collapsed", "-q", "--threads", input=data)[0] != b""
    assert b'total_samples="30"' in picture.read_bytes()

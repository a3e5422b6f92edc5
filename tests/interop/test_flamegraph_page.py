"""The flame graph's page: a reader's clicks, keys and links, and what is then drawn and said."""
import collections
import json
import random
import re
import urllib.parse

import pytest

import clients
import lib
from clients import needs

pytestmark = needs("node", "playwright-core", "chromium")

# (stack, samples): recursion, one name in two cases, names that are parts of others
STACKS = [("main parse read", 10), ("main parse read parse lex", 20), ("main parse", 5), ("main run parse lex", 30),
          ("main run", 15), ("main Run", 4), ("init parse", 6), ("init", 10)]
STACKS = [(tuple(stack.split()), value) for stack, value in STACKS]
WHOLE = sum(value for _, value in STACKS)


def use(*tasks):
    """What each task saw: {file, steps, address, options}; nothing may go wrong in any."""
    tasks = [{**task, "file": str(task["file"])} for task in tasks]
    env = {"NODE_PATH": str(clients.HOME / "node_modules"), "CHROMIUM": str(clients.find("chromium"))}
    results = clients.report("node", clients.HERE / "flamegraph_page.js", input=json.dumps(tasks).encode(), env=env)
    for task, result in zip(tasks, results):
        assert result["wrong"] == [], task
    return [result["seen"] for result in results]


def picture(tmp_path, stacks, *options, name="in"):
    source, target = tmp_path / f"{name}.collapsed", tmp_path / f"{name}.svg"
    lines = [";".join(stack) + " " + " ".join(map(str, value if isinstance(value, tuple) else (value,))) for stack, value in stacks]
    source.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")
    assert clients.convert(source, "flamegraph", target, *options)
    return target


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return picture(tmp_path_factory.mktemp("small"), STACKS)


def name(frame):
    return re.sub(r" \([^()]*(\([^()]*\)[^()]*)*\)(, self .*)?$", "", frame["label"])


def share(value, total):
    return f"{value / total * 100:.2f}".rstrip("0").rstrip(".") + "%"


def row_of(frame):
    return round(frame["y"] / 16)


def towers(seen, grows=-1):
    """Widths in pixels by stack from the root on, from the places of the boxes alone; grows: -1 up, 1 down."""
    rows = collections.defaultdict(list)
    for frame in seen["frames"]:
        rows[row_of(frame)].append(frame)
    stacks, below = {}, None
    for row in sorted(rows, reverse=grows < 0):
        here = []
        end = -1
        for frame in sorted(rows[row], key=lambda f: f["x"]):
            assert frame["x"] >= end - 0.06, f"{frame['label']} overlaps"
            end = frame["x"] + frame["width"]
            stack = ()
            if below is not None:
                under = [s for s, f in below if f["x"] - 0.06 <= frame["x"] and end <= f["x"] + f["width"] + 0.06]
                assert len(under) == 1, f"{frame['label']} lies in {len(under)} frames"
                stack = (*under[0], name(frame))
            here.append((stack, frame))
            assert stack not in stacks, stack
            stacks[stack] = frame["width"]
        below = here
    return stacks


def prefixes(stacks):
    sums = collections.Counter()
    for stack, value in stacks:
        for depth in range(len(stack) + 1):
            sums[stack[:depth]] += value
    return sums


def same_widths(seen, sums, total, grows=-1):
    drawn = towers(seen, grows)
    scale = seen["inner"] / total
    told = {stack: value * scale for stack, value in sums.items() if value}
    assert drawn.keys() == told.keys()
    for stack in told:
        assert abs(drawn[stack] - told[stack]) < 0.1, stack


# --- zoom ---

def test_zoom(small):
    zoomed = {("run",): 45, ("run", "parse"): 30, ("run", "parse", "lex"): 30}
    (seen,) = use({"file": small, "steps": [
        ["look"], ["frame", "run ("], ["look"], ["frame", "main ("], ["look"], ["press", "Escape"], ["look"],
        ["focus", "all"], ["press", "ArrowUp", "ArrowUp"], ["look"], ["press", "Enter"], ["look"], ["press", "Backspace"], ["look"],
        ["press", "Home"], ["look"], ["back"], ["look"], ["hover", "run ("], ["look"]]})
    first, run, main, escaped, arrows, entered, out, home, back, hover = seen
    same_widths(first, prefixes(STACKS), WHOLE)
    assert first["path"] == ["all"] and len({f["tab"] for f in first["frames"]}) == 2
    assert sum(f["tab"] == "0" for f in first["frames"]) == 1
    assert first["elements"] < 400
    # the zoomed frame and its callers are as wide as the picture
    assert run["path"] == ["all", "main", "run"]
    whole = [f for f in run["frames"] if abs(f["width"] - run["inner"]) < 0.1]
    assert [name(f) for f in sorted(whole, key=lambda f: -f["y"])] == ["all", "main", "run"]
    assert {name(f) for f in run["frames"] if "old" in f["classes"]} == {"all", "main"}
    scale = run["inner"] / 45
    assert {tuple(s[1:]): round(w / scale) for s, w in towers(run).items() if "run" in s} == zoomed
    (label,) = [f["label"] for f in run["frames"] if name(f) == "parse"]
    assert label == "parse (30 samples, 30% of all, 66.67% of zoom)"
    (label,) = [f["label"] for f in run["frames"] if name(f) == "run"]
    assert label == "run (45 samples, 45% of all, 100% of zoom), self 15 samples, 15% of all, 33.33% of zoom"
    assert main["path"] == ["all", "main"]
    assert escaped["path"] == ["all"] and escaped["focus"].startswith("main (")
    # up goes to the widest
    assert arrows["focus"].startswith("run (45 samples, 45%)") or arrows["focus"].startswith("parse (35")
    assert entered["path"] == ["all", "main", arrows["focus"].split(" ")[0]]
    assert out["path"] == ["all", "main"]
    assert home["path"] == ["all"] and home["frames"] == [{**f, "tab": f["tab"]} for f in home["frames"]]
    same_widths(home, prefixes(STACKS), WHOLE)
    assert back["path"] == ["all", "main"]
    assert hover["details"][0] == "run" and "45 samples, 45% of all, 53.57% of zoom" in hover["details"]


def test_arrows(small):
    (seen,) = use({"file": small, "steps": [
        ["focus", "main ("], ["press", "ArrowUp"], ["look"], ["press", "ArrowLeft"], ["look"], ["press", "ArrowRight"], ["look"],
        ["press", "ArrowDown"], ["look"], ["press", "ArrowDown"], ["look"],
        ["button", "Icicle"], ["focus", "main ("], ["press", "ArrowDown"], ["look"], ["press", "ArrowUp"], ["look"]]})
    assert [s["focus"].split(" (")[0] for s in seen] == ["run", "parse", "run", "main", "all", "run", "main"]


# --- search ---

def outermost(stacks, hit):
    """The values of stacks with such a frame: each counts once."""
    return sum(value for stack, value in stacks if any(map(hit, stack)))


def test_search(small):
    (seen,) = use({"file": small, "steps": [
        ["press", "/"], ["type", "parse"], ["look"], ["button", "List of matches"], ["look"],
        ["press", "/", "Enter"], ["look"], ["press", "Enter"], ["look"], ["press", "Shift+Enter"], ["look"],
        ["fill", "RUN"], ["look"], ["button", "Match case"], ["look"], ["fill", "Run"], ["look"],
        ["button", "Match case"], ["fill", "^(read|lex)$"], ["look"], ["button", "Regular expression"], ["look"],
        ["frame", "run ("], ["look"], ["fill", "(("], ["look"], ["press", "Escape"], ["look"]]})
    parse, opened, one, two, again, run, cased, upper, text, regex, zoomed, invalid, cleared = seen
    hits = [f for f in parse["frames"] if "hit" in f["classes"]]
    assert {name(f) for f in hits} == {"parse"} and len(hits) == 4
    assert parse["status"] == f"matched {outermost(STACKS, lambda f: f == 'parse')}%, 1 function, 4 frames"
    assert opened["list"] == [["parse", "", "71%"]]
    assert one["status"] == "match 1 of 4: parse" and two["status"] == "match 2 of 4: parse" and again["status"] == "match 1 of 4: parse"
    assert sum("sel" in f["classes"] for f in one["frames"]) == 1
    assert run["status"] == "matched 49%, 2 functions, 2 frames"
    assert cased["status"] == "no match" and upper["status"] == "matched 4%, 1 function, 1 frame"
    assert text["status"] == "no match"
    assert regex["status"] == f"matched {outermost(STACKS, lambda f: f in ('read', 'lex'))}%, 2 functions, 3 frames"
    assert zoomed["status"] == "matched 60% of all, 66.67% of zoom, 2 functions, 3 frames"
    assert invalid["status"].startswith("not an expression: ") and len(invalid["frames"]) == len(zoomed["frames"])
    assert cleared["status"] == "" and cleared["search"] == "" and not any("hit" in f["classes"] for f in cleared["frames"])


def test_search_by_keys_and_list(small):
    (seen,) = use({"file": small, "address": "#s=r", "steps": [
        ["look"], ["focus", "all"], ["press", "n"], ["look"], ["press", "n"], ["look"], ["press", "Shift+N"], ["look"], ["press", "F3"], ["look"],
        ["button", "List of matches"], ["look"], ["ask", "document.querySelectorAll('.fg-panel li button')[0].click()"], ["look"],
        ["frame", "init ("], ["button", "List of matches"],
        ["ask", "[...document.querySelectorAll('.fg-panel li')].find((li) => /read/.test(li.textContent)).firstChild.click()"], ["look"]]})
    first, one, two, back, third, opened, _, gone, _, elsewhere = seen
    assert first["search"] == "r" and first["status"] == "matched 90%, 4 functions, 7 frames"
    assert one["status"].startswith("match 1 of 7") and two["status"].startswith("match 2 of 7")
    assert back["status"].startswith("match 1 of 7") and third["status"].startswith("match 2 of 7")
    assert [entry[0] for entry in opened["list"]] == ["parse", "run", "read", "Run"]
    assert [entry[2] for entry in opened["list"]] == ["71%", "45%", "30%", "4%"]
    assert gone["focus"].startswith("parse (35 samples") and gone["list"] == [] or gone["panel"] == ""
    assert elsewhere["path"] == ["all", "main", "parse", "read"]


# --- views ---

def callers(stacks):
    return prefixes([(stack[::-1], value) for stack, value in stacks])


def sandwich(stacks, function):
    """Callers above and callees below of the outermost frame of a function."""
    up, down = [], []
    for stack, value in stacks:
        if function in stack:
            at = stack.index(function)
            up.append((stack[:at][::-1], value))
            down.append((stack[at + 1:], value))
    return prefixes(up), prefixes(down)


def test_views(small):
    (seen,) = use({"file": small, "steps": [
        ["button", "Icicle"], ["look"], ["button", "Callers"], ["look"], ["frame", "lex ("], ["look"],
        ["button", "Flame"], ["look"], ["frame", "parse (35", {"modifiers": ["Shift"]}], ["press", "s"], ["look"],
        ["frame", "lex (", {"modifiers": ["Shift"]}], ["button", "Copy stack"], ["look"], ["frame", "lex ("], ["look"], ["press", "Escape"],
        ["frame", "run ("], ["look"], ["press", "Home"], ["look"]],
        "before": "navigator.clipboard.writeText = (t) => { window.copied = t; return Promise.resolve(); }"})
    icicle, turned, zoomed, flame, parse, copied, lex, run, home = seen
    assert icicle["view"] == "Icicle"
    same_widths(icicle, prefixes(STACKS), WHOLE, 1)
    assert turned["view"] == "Callers"
    same_widths(turned, callers(STACKS), WHOLE)
    assert zoomed["path"] == ["all", "lex"]
    under = {s[1:]: v for s, v in callers(STACKS).items() if s[:1] == ("lex",)}
    drawn = {s[2:]: w for s, w in towers({**zoomed, "frames": [f for f in zoomed["frames"]]}).items() if s[1:2] == ("lex",)} or \
        {s[1:]: w for s, w in towers(zoomed).items() if s[:1] == ("lex",)}
    assert {s: round(w * 50 / zoomed["inner"]) for s, w in drawn.items()} == under
    assert flame["view"] == "Flame"
    assert parse["view"] == "Sandwich" and parse["path"] == ["parse"]
    check_sandwich(parse, "parse")
    assert copied["copied"] == "parse\nlex"
    assert lex["path"] == ["parse", "lex"] and "30 samples, 30% of all, 100% of zoom" in lex["details"]
    assert run["path"] == ["parse", "run"]
    # the callers of run, through which parse was called
    assert {name(f) for f in run["frames"]} == {"parse", "run", "main"}
    assert home["view"] == "Flame" and home["path"] == ["all"]


def check_sandwich(seen, function):
    up, down = sandwich(STACKS, function)
    total = up[()]
    (middle,) = [f for f in seen["frames"] if f["level"] == 1]
    assert name(middle) == function and f"{total} samples, {total}% of all, 100% of zoom" in middle["label"]
    upper = {**seen, "frames": [f for f in seen["frames"] if f["y"] <= middle["y"]]}
    lower = {**seen, "frames": [f for f in seen["frames"] if f["y"] >= middle["y"]]}
    same_widths(upper, up, total, -1)
    same_widths(lower, down, total, 1)


@pytest.mark.parametrize("sample", ["collapsed/inferno-recursive.collapsed", "collapsed/perf.collapsed", "collapsed/pyspy.collapsed"])
def test_callers_of_samples(sample, tmp_path):
    target = tmp_path / "out.svg"
    assert clients.convert(lib.SAMPLES / sample, "flamegraph", target, "--minwidth", "0")
    stacks = []
    folded = tmp_path / "out.collapsed"
    assert clients.convert(lib.SAMPLES / sample, "collapsed", folded, "--frames", "name")
    for line in folded.read_text().splitlines():
        stack, _, value = line.rpartition(" ")
        if not stack.startswith("# "):
            stacks.append((tuple(stack.split(";")) if stack else ("[idle]",), int(value)))
    total = sum(value for _, value in stacks)
    (seen,) = use({"file": target, "address": "#view=callers", "steps": [["look"]], "options": {"viewport": {"width": 1200, "height": 2000}}})
    # one function may be several boxes (other lines of one name): compare the sums by name
    sums = collections.Counter()
    for frame in seen[0]["frames"]:
        sums[frame["level"] - 1, name(frame).partition(" (")[0]] += frame["width"] / seen[0]["inner"] * total
    told = collections.Counter()
    for stack, value in callers(stacks).items():
        told[len(stack), stack[-1].partition(" (")[0] if stack else "all"] += value
    assert sums.keys() ^ told.keys() == set()
    assert all(abs(sums[key] - told[key]) < 0.001 * total for key in told)


# --- value types and threads ---

def folded(sample, tmp_path, *options):
    target = tmp_path / "out.collapsed"
    assert clients.convert(sample, "collapsed", target, *options)
    lines = [line.rpartition(" ") for line in target.read_text().splitlines()]
    return sum(float(value) for stack, _, value in lines if not stack.startswith("# "))


def number(text):
    return float(re.match(r"[\d,.]+", text).group().replace(",", ""))


def test_value_types(tmp_path):
    sample, target = lib.SAMPLES / "callgrind/valgrind-cache-branch.callgrind", tmp_path / "out.svg"
    assert clients.convert(sample, "flamegraph", target)
    (seen,) = use({"file": target, "steps": [["look"], ["select", "Value type", "1"], ["look"], ["frame", "main ("], ["select", "Value type", "0"], ["look"],
                                            ["ask", "[...document.querySelector('select').options].map((o) => o.text)"]]})
    first, second, zoomed, names = seen
    for look, value in ((first, "1"), (second, "2")):
        (root,) = [f for f in look["frames"] if f["level"] == 1]
        assert number(root["label"].partition("all (")[2]) == folded(sample, tmp_path, "--value", value)
    assert len(names) > 5 and names[0] != names[1]
    assert zoomed["path"][-1] == "main" and zoomed["address"].count("value") == 0


def test_threads(tmp_path):
    sample, target = lib.SAMPLES / "speedscope/austin-threads.speedscope.json", tmp_path / "out.svg"
    assert clients.convert(sample, "flamegraph", target)
    ((names, whole),) = use({"file": target, "steps": [["ask", "[...document.querySelector('select[aria-label=Thread]').options].map((o) => o.text)"], ["look"]]})
    assert names[0] == "all threads" and len(names) > 2
    looks = use({"file": target, "steps": [step for i in range(len(names) - 1) for step in (["select", "Thread", str(i)], ["look"])]})[0]
    for i, look in enumerate(looks):
        assert look["address"] == f"#thread={i}"
        towers(look)
    (everything,) = [f["label"] for f in whole["frames"] if f["level"] == 1]
    parts = [milliseconds(f["label"]) for look in looks for f in look["frames"] if f["level"] == 1]
    assert len(parts) > 1 and abs(sum(parts) - milliseconds(everything)) < 0.005 * len(parts) * milliseconds(everything)


def milliseconds(label):
    value, unit = re.search(r"all \(([\d.,]+) (\S+),", label).groups()
    return float(value.replace(",", "")) * {"s": 1e3, "ms": 1, "\u00b5s": 1e-3, "ns": 1e-6}[unit]


# --- the address ---

def drawn(seen):
    return [(f["label"], round(f["x"], 1), round(f["width"], 1), round(f["y"])) for f in seen["frames"]]


def test_a_link_shows_the_same(small):
    walks = [
        [["frame", "run ("]],
        [["button", "Callers"], ["frame", "parse ("], ["fill", "re"]],
        [["button", "Icicle"], ["fill", "^p"], ["button", "Regular expression"], ["button", "Match case"]],
        [["focus", "run ("], ["press", "s"], ["frame", "parse ("]],
        [["focus", "parse (35"], ["press", "s"], ["frame", "main ("], ["button", "Dark or light"]],
    ]
    ended = [seen[0] for seen in use(*({"file": small, "steps": [*walk, ["look"]]} for walk in walks))]
    opened = use(*({"file": small, "address": seen["address"], "steps": [["look"]]} for seen in ended))
    for before, (after,) in zip(ended, opened):
        assert before["address"] != ""
        assert drawn(before) == drawn(after), before["address"]
        assert [before[key] for key in ("path", "search", "view", "status", "dark")] == [after[key] for key in ("path", "search", "view", "status", "dark")]


def test_back_and_forth(small):
    (seen,) = use({"file": small, "steps": [
        ["frame", "main ("], ["frame", "run ("], ["fill", "x"], ["back"], ["look"], ["back"], ["look"],
        ["address", "view=icicle&s=lex"], ["wait", 100], ["look"]]})
    one, two, three = seen
    assert one["path"] == ["all", "main"] and two["path"] == ["all"]
    assert three["view"] == "Icicle" and three["search"] == "lex"


HOSTILE = [
    "?s=<script>alert(1)</script>", "?s=%3Cscript%3Ewindow.ran=1%3C/script%3E", "?s=%", "?s=((", "?s=(a%2B)%2B%24",
    "#zoom=-1", "#zoom=99999999999", "#zoom=4294967296", "#zoom=1e3", "#zoom=1.99999999", "#zoom=NaN", "#zoom=__proto__", "#zoom=0.0", "#zoom=1.-5",
    "#view=__proto__", "#view=constructor&value=-1&thread=99", "#view=sandwich", "#view=sandwich&fn=99999", "#view=sandwich&fn=0&zoom=3.-70000",
    "#view=chart", "#value=1e9&thread=toString&width=__proto__&dark=2", "#s=%E0%A4%A", "#%", "#&&&===", "#s=" + "a" * 100000,
    "#re=1&s=" + "(a*)*b" * 20, "#re=1&s=[", "#re=1&s=(%3F%3C%3D", "#__proto__=1&s=main", "#s=%00%01%ff%f0%9f%98%80", "#view=callers&zoom=2.3",
    "#s=javascript:alert(1)", "#s=%22%20onload=%22alert(1)",
]


def test_hostile_addresses(small):
    steps = [step for address in HOSTILE for step in (["open", address], ["look"], ["press", "Home"], ["look"])]
    (seen,) = use({"file": small, "steps": [["look"], *steps]})
    plain = seen.pop(0)
    for i, address in enumerate(HOSTILE):
        opened, home = seen[2 * i:2 * i + 2]
        assert opened["frames"] and opened["ran"] is None and opened["scripts"] == 1, address
        assert len(opened["search"]) <= 200, address
        assert drawn(home) == drawn(plain), address


def test_other_renderers_search_links(small):
    (seen,) = use({"file": small, "address": "?s=^r&x=1&y=2", "steps": [["look"]]})
    assert seen[0]["search"] == "^r" and seen[0]["status"] == "matched 79%, 3 functions, 3 frames"


@pytest.mark.parametrize("expression", ["(r+)+", "r.?.?.?", "r.*", "[r]", r"\w", "r{1,9}"])
def test_an_expression_of_a_link_waits(small, expression):
    """What repeats, groups or escapes runs when the reader presses Enter; the simplest at once."""
    quoted = urllib.parse.quote(expression)
    for address in f"#re=1&s={quoted}", f"?s={quoted}":
        (seen,) = use({"file": small, "address": address, "steps": [["look"], ["press", "/"], ["press", "Enter"], ["look"]]})
        assert "press Enter" in seen[0]["status"] and not any("hit" in f["classes"] for f in seen[0]["frames"])
        assert any("hit" in f["classes"] for f in seen[1]["frames"])


def test_a_simple_expression_of_a_link_runs(small):
    (seen,) = use({"file": small, "address": "#re=1&s=" + urllib.parse.quote("^r|.zz$"), "steps": [["look"]]})
    assert any("hit" in f["classes"] for f in seen[0]["frames"])


SLOW = [".?" * 40 + "!", "(a|a)*!", "(a*)*!", "(.+)+!", "a.*a.*a.*a.*a.*a.*a.*a.*!"]


@pytest.fixture(scope="module")
def long_names(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    stacks = [(("main", f"{'a' * 900}_{i}"), 5) for i in range(30)] + [(("main", "x"), 50)]
    return [picture(folder, stacks), page(folder, stacks)]


def page(folder, stacks):
    """The same as an HTML page."""
    source, target = folder / "in.collapsed", folder / "in.html"
    source.write_text("".join(f"{';'.join(stack)} {value}\n" for stack, value in stacks))
    lib.run("profconv", "-q", source, "-o", target)
    return target


@pytest.mark.parametrize("kind", [0, 1], ids=["svg", "html"])
@pytest.mark.parametrize("expression", SLOW)
def test_no_expression_hangs_the_page(long_names, kind, expression):
    """Typed or in a link and confirmed: it is ended after a second, while the page answers; the next one runs as before."""
    link = "#re=1&s=" + urllib.parse.quote(expression)
    enter = [["press", "/"], ["press", "Enter"]]
    # a hung page would not tell the time
    steps = [["time"], *enter, ["time"], ["button", "Icicle"], ["time"], ["look"], ["time"],
             ["fill", "^(x|y)+$"], ["look"], ["fill", expression], ["button", "Flame"], ["fill", "x"], ["look"], ["fill", "^(x|y)+$"], ["press", "Enter"], ["look"]]
    (seen,) = use({"file": long_names[kind], "address": link, "steps": steps})
    begun, _, turned, ended, timed, one, two, three = seen
    assert ended["status"].startswith("search took longer than a second and was ended")
    assert ended["view"] == "Icicle" and turned - begun < 5000 and timed - begun < 10000
    for look in one, two:
        assert look["status"].startswith("matched 25%, 1 function, 1 frame")
    assert three["status"] == "match 1 of 1: x"


def test_without_workers(small):
    steps = [["button", "Regular expression"], ["fill", "^r|x"], ["look"], ["fill", "(r)+"], ["look"], ["press", "Enter"], ["look"], ["fill", "(("], ["look"],
             ["button", "Regular expression"], ["fill", "parse"], ["look"]]
    (seen,) = use({"file": small, "before": "delete window.Worker", "steps": steps})
    simple, refused, again, wrong, text = (look["status"] for look in seen)
    assert simple.startswith("matched 79%") and text.startswith("matched 71%") and wrong.startswith("not an expression: ")
    assert refused.startswith("this page may have no worker: only plain text and simple expressions are searched") and again.startswith("this page")


# --- names are data ---

CANARY = "window.ran=1"
NAMES = [f"</title><script>{CANARY}</script>", f"\"onload=\"{CANARY}", f"javascript:{CANARY}", f"<img src=x onerror={CANARY}>", f"]]><script>{CANARY}</script>",
         "${" + CANARY + "}", "&lt;b&gt;", "__proto__", "constructor", "toString", "".join(chr(c) for c in range(1, 256) if chr(c) not in "\n;\r"),
         "\udc80\udcff\udcfe", "\ufffe\uffff", "\u202e\u0000".replace("\0", "") + "right to left", "\U0001f600" * 40, "a" * 20000]


def test_hostile_names(tmp_path):
    stacks = [((n, NAMES[(i + 1) % len(NAMES)]), i + 50) for i, n in enumerate(NAMES)]
    file = picture(tmp_path, stacks, "--title", NAMES[0], "--subtitle", NAMES[3], "--notes", NAMES[1], "--nametype", NAMES[2], "--countname", NAMES[4])
    steps = [["look"], ["press", "/"], ["type", "<"], ["button", "List of matches"], ["look"], ["press", "Escape"], ["button", "Keys and notes (?)"], ["look"],
             ["frame", "__proto__ ("], ["look"], ["press", "c"], ["press", "s"], ["look"], ["button", "Callers"], ["hover", "constructor ("], ["look"]]
    (seen,) = use({"file": file, "steps": steps})
    for look in seen:
        assert look["ran"] is None and look["scripts"] == 1
    assert NAMES[0] in {name(f) for f in seen[0]["frames"]}
    assert any(NAMES[0] == entry[0] for entry in seen[1]["list"])
    assert NAMES[1] in seen[2]["panel"]
    assert seen[3]["path"] == ["all", "__proto__"] or seen[3]["path"][-1] == "__proto__"


# --- copying ---

STUB = "navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"


def test_copy(small):
    (seen,) = use({"file": small, "before": STUB, "steps": [
        ["frame", "lex (30", {"modifiers": ["Shift"]}], ["press", "c"], ["look"], ["press", "Shift+C"], ["look"], ["button", "Copy name"], ["look"]]})
    assert [s["copied"] for s in seen] == ["lex", "main\nrun\nparse\nlex", "lex"]
    assert [s["status"] for s in seen] == ["name copied", "stack copied", "name copied"]


def test_copy_without_a_clipboard(small):
    steps = [["frame", "lex (30", {"modifiers": ["Shift"]}], ["press", "Shift+C"],
             ["ask", "const t = document.activeElement; t.value.substring(t.selectionStart, t.selectionEnd)"], ["look"]]
    for before in (NO_CLIPBOARD, "navigator.clipboard.writeText = () => Promise.reject(new Error('no'))"):
        (seen,) = use({"file": small, "before": before, "steps": steps})
        assert seen[0] == "main\nrun\nparse\nlex" and seen[1]["status"] == "press Ctrl+C to copy"


# --- looks, devices ---

def test_dark(small):
    (seen,) = use({"file": small, "steps": [["look"], ["media", {"colorScheme": "dark"}], ["look"], ["button", "Dark or light"], ["look"], ["media", {"colorScheme": "light"}], ["look"]]})
    light, system, pressed, kept = seen
    assert not light["dark"] and light["theme"] == "rgb(255, 255, 255)" and system["dark"] and system["theme"] != light["theme"]
    assert not pressed["dark"] and pressed["theme"] == light["theme"] and pressed["address"] == "#dark=0"
    assert not kept["dark"]


def test_touch(small):
    (seen,) = use({"file": small, "options": {"hasTouch": True, "isMobile": True, "viewport": {"width": 400, "height": 700}}, "steps": [
        ["tap", "run ("], ["look"], ["tap", "run ("], ["look"], ["tap", "main ("], ["button", "Zoom"], ["look"],
        ["ask", "[...document.querySelectorAll('.fg button, .fg input')].filter((b) => b.offsetHeight).map((b) => b.offsetHeight)"],
        ["ask", "document.documentElement.scrollWidth <= innerWidth"]]})
    tapped, twice, button, heights, fits = seen
    assert tapped["path"] == ["all"] and tapped["details"][0] == "run"
    assert twice["path"] == ["all", "main", "run"] and button["path"] == ["all", "main"]
    assert min(heights) >= 32 and fits


def test_print(tmp_path):
    deep = picture(tmp_path, [(tuple(f"f{i}" for i in range(200)), 5)])
    (seen,) = use({"file": deep, "options": {"colorScheme": "dark"}, "steps": [["look"], ["media", {"media": "print"}], ["wait", 50], ["look"], ["media", {"media": "screen"}], ["wait", 50], ["look"]]})
    screen, paper, again = seen
    assert len(screen["frames"]) < 201 == len(paper["frames"])
    assert paper["theme"] == "rgb(255, 255, 255)" and set(paper["controls"]) == {"none"}
    assert again["dark"] and "none" not in again["controls"]


def test_focus_order_and_roles(small):
    presses = [step for _ in range(14) for step in (["press", "Tab"], ["ask", "document.activeElement ? document.activeElement.getAttribute('aria-label') || document.activeElement.textContent : ''"])]
    (seen,) = use({"file": small, "steps": [
        ["ask", "[...document.querySelectorAll('[role]')].map((e) => e.getAttribute('role'))"],
        ["ask", "[...document.querySelectorAll('button, input, select')].filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim())).length"], *presses]})
    roles, nameless, *order = seen
    assert {"tree", "treeitem", "status", "toolbar", "search", "group"} <= set(roles) and nameless == 0
    assert sum("samples" in place and "all (" in place for place in order) >= 1
    at = [i for i, place in enumerate(order) if place.startswith("all (")][0]
    for wanted in ("Flame", "Search functions", "Reset (Home)", "Dark or light"):
        assert wanted in order, order
    assert order.index("Flame") < order.index("Search functions") < order.index("Reset (Home)")
    # the frames are one stop
    assert not order[at + 1].startswith(("main", "init"))


def test_ctrl_f_is_the_page_s_once(small):
    (seen,) = use({"file": small, "steps": [
        ["ask", "window.addEventListener('keydown', (e) => { window.copied = e.defaultPrevented; })"],
        ["press", "Control+f"], ["look"], ["press", "Control+f"], ["look"]]})
    assert seen[1]["focus"] == "Search functions" and seen[1]["copied"] is True and seen[2]["copied"] is False


# --- sizes ---

def test_deep(tmp_path):
    deep = picture(tmp_path, [(tuple(f"f{i % 7}" for i in range(depth)), 10) for depth in (20000, 15000, 40)])
    (seen,) = use({"file": deep, "steps": [
        ["look"], ["scroll", 0], ["look"], ["scroll", 100000], ["look"], ["frame", "f"], ["look"], ["button", "Callers"], ["look"],
        ["scroll", 160000], ["look"], ["press", "/"], ["type", "f3"], ["look"], ["time"]]})
    *looks, time = seen
    bottom, top, middle, zoomed, turned, deeper, found = looks
    assert all(20 < len(look["frames"]) < 3600 and look["elements"] < 8000 for look in looks)
    assert any(f["level"] == 1 for f in bottom["frames"]) and max(f["level"] for f in top["frames"]) == 20001
    assert 10000 < max(f["level"] for f in middle["frames"]) < 16000
    assert len(zoomed["path"]) < 8
    assert found["status"].startswith("matched 100%")
    assert time < 20000


def test_many_frames(tmp_path):
    rng = random.Random(7)
    stacks = {}
    for _ in range(26000):
        stack = tuple(f"function_{rng.randrange(3 if depth < 5 else 40)}" for depth in range(rng.randrange(6, 14)))
        stacks[stack] = rng.randrange(1, 1000)
    many = picture(tmp_path, list(stacks.items()))
    assert len({stack[:n] for stack in stacks for n in range(1, len(stack) + 1)}) > 95000
    (seen,) = use({"file": many, "steps": [
        ["look"], ["time"], ["focus", "all"], ["press", "ArrowUp", "Enter"], ["look"], ["button", "Callers"], ["look"], ["fill", "function_2"], ["look"], ["press", "Home"], ["look"], ["time"]]})
    first, loaded, zoomed, turned, found, home, ended = seen
    assert loaded < 20000 and ended < 40000
    for look in (first, zoomed, turned, found, home):
        assert 100 < len(look["frames"]) <= 3500 and look["elements"] < 8000
    assert re.search(r"[\d,]+ frames too narrow to draw", first["status"])
    towers(zoomed)
    matched = outermost(stacks.items(), lambda f: f.startswith("function_2"))
    assert found["status"].startswith(f"matched {share(matched, sum(stacks.values()))}, ")


def test_narrow_frames_appear_when_zoomed(tmp_path):
    stacks = [(("main", "big"), 1000000), *((("main", "small", f"leaf{i}"), 1) for i in range(20))]
    file = picture(tmp_path, stacks)
    (seen,) = use({"file": file, "address": "#s=small", "steps": [["look"], ["button", "List of matches"],
                   ["ask", "document.querySelector('.fg-panel li button').click()"], ["look"]]})
    assert "too narrow to draw" in seen[0]["status"] and not any("leaf" in f["label"] for f in seen[0]["frames"])
    assert seen[2]["path"] == ["all", "main", "small"] and sum("leaf" in f["label"] for f in seen[2]["frames"]) == 20
    assert "narrow" not in seen[2]["status"]


# --- differences, estimates, time ---

DIFFERENCE = [("main same", (50, 50)), ("main gone deep", (30, 0)), ("main fresh deep", (0, 20)), ("main more", (10, 40))]
DIFFERENCE = [(tuple(stack.split()), pair) for stack, pair in DIFFERENCE]


def test_difference(tmp_path):
    file = picture(tmp_path, DIFFERENCE, "--counts", "2")
    (seen,) = use({"file": file, "steps": [["look"], ["select", "Widths", "new"], ["look"], ["select", "Widths", "base"], ["look"],
                                           ["select", "Widths", "larger"], ["button", "Callers"], ["look"], ["hover", "deep ("], ["look"]]})
    larger, new, base, turned, hover = seen
    same_widths(larger, prefixes([(s, max(p)) for s, p in DIFFERENCE]), 140)
    same_widths(new, prefixes([(s, p[1]) for s, p in DIFFERENCE]), 110)
    same_widths(base, prefixes([(s, p[0]) for s, p in DIFFERENCE]), 90)
    same_widths(turned, callers([(s, max(p)) for s, p in DIFFERENCE]), 140)
    labels = {name(f): f for f in larger["frames"]}
    assert labels["more"]["label"] == "more (base 10, 11.11%; new 40, 36.36%; +30, +300%)"
    assert labels["gone"]["classes"][0] == "a" and labels["fresh"]["classes"][0] == "q" and labels["same"]["classes"][0] == "i"
    assert labels["main"]["classes"][0] == "j"
    assert new["address"] == "#width=new" and "base 30, 33.33%; new 20, 18.18%; -10, -33.33%" in hover["details"]


def test_estimated_frames_are_dashed(tmp_path):
    target = tmp_path / "out.svg"
    assert clients.convert(lib.SAMPLES / "pstat/cprofile-py3.11-text.pstat", "flamegraph", target)
    (seen,) = use({"file": target, "steps": [["look"]]})
    dashed = {name(f) for f in seen[0]["frames"] if "E" in f["classes"]}
    whole = {name(f) for f in seen[0]["frames"] if "E" not in f["classes"]}
    assert dashed and whole
    assert all(f["dash"] != "none" for f in seen[0]["frames"] if "E" in f["classes"] and f["width"] > 5)


def test_calls_are_told(tmp_path):
    target = tmp_path / "out.svg"
    assert clients.convert(lib.SAMPLES / "callgrind/valgrind-main.callgrind", "flamegraph", target)
    (seen,) = use({"file": target, "steps": [["hover", "main ("], ["look"]]})
    assert any(re.search(r"\d+ calls?", part) for part in seen[0]["details"])


def test_time_order(tmp_path):
    target = tmp_path / "out.svg"
    assert clients.convert(lib.SAMPLES / "speedscope/pyspy.speedscope.json", "flamegraph", target, "--flamechart")
    merged = tmp_path / "merged.svg"
    assert clients.convert(lib.SAMPLES / "speedscope/pyspy.speedscope.json", "flamegraph", merged)
    (seen,), (chart, flame) = use({"file": merged, "steps": [["look"]]},
                                  {"file": target, "steps": [["look"], ["button", "Flame"], ["look"]]})
    assert chart["view"] == "Time" and len(chart["frames"]) >= len(flame["frames"])
    towers_of_time = collections.Counter()
    for frame in chart["frames"]:
        towers_of_time[frame["level"]] += frame["width"]
    by_level = collections.Counter()
    for frame in flame["frames"]:
        by_level[frame["level"]] += frame["width"]
    for level in by_level:
        assert abs(by_level[level] - towers_of_time[level]) < 3
    assert drawn(flame) == drawn(seen)


# --- the same as the static picture ---

@pytest.mark.parametrize("sample", ["collapsed/pyspy.collapsed", "callgrind/valgrind-main.callgrind", "pstat/cprofile-py3.11-text.pstat", "speedscope/austin-wall.speedscope.json"])
def test_titles_are_the_static_picture_s(sample, tmp_path, *look):
    target = tmp_path / "out.svg"
    assert clients.convert(lib.SAMPLES / sample, "flamegraph", target, "--width", "1200", *look)
    static = "[...document.querySelectorAll('#frames rect')].map((r) => [r.textContent.replace('\\n', ', '), r.getAttribute('class').split(' ')[0], r.getAttribute('x'), r.getAttribute('width')].join())"
    texts = "[...document.querySelectorAll('#frames text')].map((t) => t.textContent)"
    plain = tmp_path / "plain.svg"
    assert clients.convert(lib.SAMPLES / sample, "flamegraph", plain, "--width", "1200", "--no-script", *look)
    options = {"viewport": {"width": 1200, "height": 4000}}
    (before,), (after,) = use({"file": plain, "options": options, "steps": [["ask", f"[{static}, {texts}]"]]},
                              {"file": target, "options": options, "steps": [["ask", "[" + static.replace("r.textContent", "r.getAttribute('aria-label')") + f", {texts}]"]]})
    assert sorted(after[0]) == sorted(before[0])
    assert sorted(after[1]) == sorted(before[1])


LOOKS = [["--base", "spin"], ["--total", "2s", "--factor", "0.5"], ["--countunit", "us"], ["--no-sort"], ["--colors", "diffusion"],
         ["--reverse"], ["--inverted"], ["--flamechart"], ["--reverse", "--inverted"], ["--truncate-left"], ["--minwidth", "5%"],
         ["--max-frames", "40"], ["--max-frames", "40", "--reverse"], ["--font", "monospace", "--fontsize", "14", "--height", "22"]]


@pytest.mark.parametrize("look", [*LOOKS, ["--negate"], ["--widths", "base"], ["--widths", "new", "--countname", "wakes"]], ids=" ".join)
def test_options_mean_the_same_to_the_page(look, tmp_path):
    difference = look[0] in ("--negate", "--widths")
    test_titles_are_the_static_picture_s("collapsed/differential.collapsed" if difference else "speedscope/pyspy.speedscope.json",
                                         tmp_path, *look)


def test_without_scripts(small):
    shot = small.with_suffix(".png")
    (seen,) = use({"file": small, "options": {"javaScriptEnabled": False}, "steps": [["picture", str(shot)]]})
    assert seen == [] and clients.colours(shot) > 5


def test_as_an_image(small):
    page, shot = small.with_suffix(".html"), small.with_suffix(".image.png")
    page.write_text(f'<img src="{small.name}" style="width:900px">')
    (seen,) = use({"file": page, "shows": small.name, "steps": [["ask", "document.images[0].complete && document.images[0].naturalWidth"], ["picture", str(shot)]]})
    assert seen[0] > 0 and clients.colours(shot) > 5


def test_narrow_and_resized(small):
    (seen,) = use({"file": small, "steps": [["look"], ["size", 400, 700], ["wait", 100], ["look"], ["ask", "document.documentElement.scrollWidth <= innerWidth"],
                                            ["frame", "run ("], ["look"]]})
    wide, narrow, fits, zoomed = seen
    same_widths(wide, prefixes(STACKS), WHOLE)
    same_widths(narrow, prefixes(STACKS), WHOLE)
    assert narrow["inner"] <= 380 and fits and zoomed["path"][-1] == "run"

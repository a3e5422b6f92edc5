"""The flame graph's page: its table, its heading, windows of other sizes."""
import collections
import random
import re

import pytest

import clients
import lib
from clients import needs
from test_flamegraph_page import STACKS, WHOLE, picture, share, small, use  # pylint: disable=unused-import

pytestmark = needs("node", "playwright-core", "chromium")


def random_stacks(seed):
    rng = random.Random(seed)
    return [(tuple(rng.choice("abcde") for _ in range(rng.randint(1, 6))), rng.randint(1, 99)) for _ in range(40)]


# --- the table ---

def self_and_inclusive(stacks):
    own, inclusive = collections.Counter(), collections.Counter()
    for stack, value in stacks:
        own[stack[-1]] += value
        for function in set(stack):
            inclusive[function] += value
    return own, inclusive


def test_table(small):
    """Every function with its own and its inclusive value, recursion once; sorted by the heading that is clicked."""
    own, inclusive = self_and_inclusive(STACKS)
    (seen,) = use({"file": small, "steps": [
        ["button", "Table"], ["look"], ["button", "Sort by inclusive"], ["look"], ["button", "Sort by inclusive"], ["look"],
        ["button", "Sort by function"], ["look"], ["fill", "pars"], ["look"], ["open", "#view=table&sort=total"], ["look"],
        ["row", "lex"], ["wait", 400], ["look"], ["back"], ["look"], ["row", "lex", {"clickCount": 2}], ["wait", 400], ["look"]]})
    first, by_inclusive, ascending, by_name, searched, linked, frames, back, sandwich = seen
    told = {function: [f"{own[function]} samples {share(own[function], WHOLE)}" if own[function] else "0 samples 0%",
                       f"{inclusive[function]} samples {share(inclusive[function], WHOLE)}"] for function in inclusive}
    for look in (first, by_inclusive, ascending, by_name):
        assert {row[-1]: row[:-1] for row in look["table"][1:]} == told
        assert look["shown"] == "none" and look["status"] == ""
    assert [row[-1] for row in first["table"][1:]] == sorted(inclusive, key=lambda f: (-own[f], f))
    assert [row[-1] for row in by_inclusive["table"][1:]] == sorted(inclusive, key=lambda f: (-inclusive[f], f))
    assert [inclusive[row[-1]] for row in ascending["table"][1:]] == sorted(inclusive.values())
    assert [row[-1] for row in by_name["table"][1:]] == sorted(inclusive)
    assert [row[-1] for row in searched["table"][1:]] == ["parse"]
    assert linked["table"] == by_inclusive["table"]
    assert frames["view"] == "Flame" and frames["shown"] != "none" and frames["details"][0] == "lex"
    assert back["view"] == "Table" and sandwich["view"] == "Sandwich" and "fn=" in sandwich["address"]


def test_table_of_a_difference(tmp_path):
    stacks = [(("main", "a"), (10, 40)), (("main", "b"), (30, 5)), (("main", "gone"), (7, 0)), (("main",), (3, 3))]
    (seen,) = use({"file": picture(tmp_path, stacks), "steps": [["button", "Table"], ["look"], ["button", "Sort by self new"], ["look"]]})
    head, *rows = seen[0]["table"]
    assert [text.split(" ")[0] for text in head] == ["Change", "Base", "New", "Self", "Self", "Self", "Function"]
    assert [row[-1] for row in rows] == ["a", "b", "gone", "main"]
    assert rows[1] == ["-25", "30 60%", "5 10.42%", "-25", "30 60%", "5 10.42%", "b"]
    assert rows[3] == ["-2", "50 100%", "48 100%", "0", "3 6%", "3 6.25%", "main"]
    assert [row[-1] for row in seen[1]["table"][1:]] == ["a", "b", "main", "gone"]


def test_table_counts_what_was_pruned(tmp_path):
    """The own value of every function, also where its contexts are not in the file."""
    stacks = random_stacks(3)
    own, inclusive = self_and_inclusive(stacks)
    (seen,) = use({"file": picture(tmp_path, stacks, "--max-frames", "6"), "steps": [["button", "Table"], ["look"]]})
    found = {row[-1]: [int(text.split(" ")[0]) for text in row[:2]] for row in seen[0]["table"][1:]}
    assert {function: values[0] for function, values in found.items()} == own
    assert all(values[0] <= values[1] <= inclusive[function] for function, values in found.items())


def test_table_shows_calls(tmp_path):
    target = tmp_path / "calls.svg"
    assert clients.convert(lib.SAMPLES / "pstat/cprofile-enable.pstat", "flamegraph", target)
    (seen,) = use({"file": target, "steps": [["button", "Table"], ["button", "Sort by calls"], ["look"]]})
    head, *rows = seen[0]["table"]
    assert head[2].startswith("Calls") and rows[0][2] == "1,973" and rows[0][-1].startswith("fib /")


# --- the heading ---

def test_one_count_of_what_is_hidden(tmp_path):
    """The static picture's is gone when the page draws by itself."""
    stacks = [(("main", f"f{i}"), 1 + i % 3) for i in range(5000)]
    target = picture(tmp_path, stacks)
    assert b"narrow frames appear on zoom" in target.read_bytes()
    (seen,) = use({"file": target, "steps": [["look"], ["ask", "document.querySelector('#heading').textContent"], ["ask", "[...document.documentElement.children].filter((e) => e.localName === 'text').length"],
                                             ["media", {"media": "print"}], ["wait", 50], ["ask", "document.querySelector('#heading').textContent"]]})
    look, heading, texts, paper = seen
    assert re.search(r"frames? too narrow to draw", look["status"]) and "narrow" not in heading and texts == 0
    assert paper.count("narrow") <= 1 and heading.startswith("in.collapsedfrom collapsed \u00b7 9,999 samples in total")


@pytest.mark.parametrize("kind", ["flamegraph", "html"])
def test_narrow_window(tmp_path, kind):
    """Nothing is wider than a phone; the page of HTML has a title and the window of the phone."""
    source, target = tmp_path / "a_name_that_is_much_too_long_for_the_window_of_a_phone_of_360_pixels.collapsed", tmp_path / f"x.{'svg' if kind == 'flamegraph' else kind}"
    source.write_text("main;" + "x" * 200 + " 3\n")
    assert clients.convert(source, kind, target)
    ask = "[document.title, window.innerWidth, document.scrollingElement ? document.scrollingElement.scrollWidth : document.documentElement.clientWidth]"
    (seen,) = use({"file": target, "options": {"viewport": {"width": 360, "height": 640}, "isMobile": kind == "html", "hasTouch": True},
                   "steps": [["ask", ask], ["ask", "document.querySelector('#heading h1').getBoundingClientRect().right"], ["button", "Table"], ["ask", ask]]})
    assert seen[0] == seen[2] == [source.name, 360, 360] and seen[1] <= 360


def test_difference_opens_on_its_totals(tmp_path):
    stacks = [(tuple(f"f{i}" for i in range(200)), (10, 15))]
    (seen,) = use({"file": picture(tmp_path, stacks), "steps": [["look"], ["ask", "document.querySelector('#heading').textContent"],
                                                               ["ask", "[...document.querySelectorAll('.fg-legend rect')].map((r) => getComputedStyle(r).fill).length"]]})
    assert seen[0]["scroll"] == 0 and "base 10, new 15, +5, +50%" in seen[1] and "red is more" in seen[1] and seen[2] == 17


# --- moving ---

def places(seen):
    return {frame["label"].split(" (")[0]: (frame["x"], frame["x"] + frame["width"]) for frame in seen["frames"]}


def test_magnify_and_move(tmp_path):
    """Ctrl+wheel keeps what is under the pointer; a drag moves and is no click; Home shows all; a link has the same part."""
    stacks = [(("main", f"f{i}"), 10) for i in range(10)]
    target = picture(tmp_path, stacks, name="ten")
    half = [["wheel", 600, 300, 0, -70, "Control"], ["wait", 100], ["look"]]
    (seen,) = use({"file": target, "steps": [["look"], ["ask", "document.getElementById('frames').getBoundingClientRect().top"], *half,
                                             ["ask", "(() => { const r = [...document.querySelectorAll('#frames rect')].find((r) => r.getAttribute('aria-label').startsWith('f5')).getBoundingClientRect(); return [r.x + 20, r.y + 5]; })()"],
                                             ["drag", 600, 200, 500, 200], ["wait", 100], ["look"], ["press", "+"], ["wait", 50], ["look"], ["press", "Home"], ["look"],
                                             ["open", "#span=0.5-0.7"], ["look"], ["open", "#span=0.9-0.2"], ["look"]]})
    whole, _, near, _, moved, nearer, home, linked, odd = seen
    inner = whole["inner"]
    assert places(whole)["f0"] == pytest.approx((0, inner / 10), abs=0.2)
    from_, to = (float(share) for share in near["address"].partition("span=")[2].split("-"))
    assert 0.3 < to - from_ < 0.7 and near["path"] == ["all"]
    # the value under the pointer, at 590 of the inner pixels, stays there
    assert from_ + 590 / inner * (to - from_) == pytest.approx(590 / inner, abs=1e-6)
    for name, (left, right) in places(near).items():
        if name.startswith("f"):
            number = int(name[1:])
            told = [min(inner, max(0, (share - from_) / (to - from_) * inner)) for share in (number / 10, number / 10 + 0.1)]
            assert (left, right) == pytest.approx(told, abs=0.2)
    assert "f0" not in places(near) and {"all", "main"} <= set(places(near))
    start, end = (float(share) for share in moved["address"].partition("span=")[2].split("-"))
    assert start == pytest.approx(from_ + 100 / inner * (to - from_), abs=1e-6) and end - start == pytest.approx(to - from_, abs=1e-6)
    assert moved["path"] == ["all"]
    assert "span" in nearer["address"] and home["address"] == "" and places(home) == places(whole)
    assert set(places(linked)) == {"all", "main", "f5", "f6"} and places(odd) == places(whole)


def test_pinch(tmp_path):
    """Two fingers that move apart."""
    fingers = """(() => { const frames = document.getElementById('frames');
        const send = (type, id, x) => frames.dispatchEvent(new PointerEvent(type, {pointerId: id, pointerType: 'touch', clientX: x, clientY: 300, bubbles: true, buttons: 1}));
        send('pointerdown', 1, 100); send('pointerdown', 2, 200); send('pointermove', 2, 300); send('pointerup', 1, 100); send('pointerup', 2, 300); })()"""
    (seen,) = use({"file": picture(tmp_path, [(("main", f"f{i}"), 10) for i in range(10)]), "steps": [["ask", fingers], ["wait", 100], ["look"]]})
    start, end = (float(share) for share in seen[1]["address"].partition("span=")[2].split("-"))
    assert end - start == pytest.approx(0.5, abs=1e-6)


def test_map_of_a_deep_picture(tmp_path):
    """There where rows do not fit, and gone where they do; a click scrolls."""
    deep, flat = (picture(tmp_path, [(tuple(f"f{i}" for i in range(depth)), 5)], name=name) for name, depth in (("deep", 300), ("flat", 5)))
    shown = "getComputedStyle(document.getElementById('map')).display"
    click = """(() => { const map = document.querySelector('.fg-map'), box = map.getBoundingClientRect();
        map.dispatchEvent(new PointerEvent('pointerdown', {clientX: box.left + 20, clientY: box.top + 2, bubbles: true, cancelable: true})); })()"""
    seen, other = use({"file": deep, "steps": [["ask", shown], ["look"], ["ask", click], ["look"], ["button", "Table"], ["ask", shown]]},
                      {"file": flat, "steps": [["ask", shown]]})
    assert seen[0] != "none" and seen[3]["scroll"] < 100 < seen[1]["scroll"] and seen[4] == "none" and other == ["none"]


# --- other windows, paper, colours that the system forces ---

def test_larger_text(small):
    """At wide windows, on request: rows, names and the bar; in the link too."""
    look = "[document.querySelector('#frames rect').getBoundingClientRect().height, parseFloat(getComputedStyle(document.querySelector('#frames text')).fontSize), parseFloat(getComputedStyle(document.querySelector('.fg-top')).fontSize)]"
    (seen,) = use({"file": small, "options": {"viewport": {"width": 2560, "height": 1400}}, "steps": [
        ["ask", look], ["button", "Larger text"], ["ask", look], ["button", "Larger text"], ["button", "Larger text"], ["ask", look], ["look"],
        ["button", "Larger text"], ["ask", look], ["open", "#size=1.5"], ["ask", look], ["open", "#size=9"], ["ask", look]]})
    usual, larger, twice, look, again, linked, odd = seen
    assert usual == [15, 12, 13] == again == odd and larger == [19, 15, 16.25] and twice == [31, 24, 26] and linked == [23, 18, 19.5]
    assert look["address"] == "#size=2"


@pytest.mark.parametrize("kind", ["flamegraph", "html"])
def test_paper_is_as_wide_as_the_page(tmp_path, kind):
    source, target = tmp_path / "in.collapsed", tmp_path / f"x.{'svg' if kind == 'flamegraph' else kind}"
    source.write_text("main;a 3\nmain;b 4\n")
    assert clients.convert(source, kind, target)
    box = "(() => { const all = [...document.querySelectorAll('#frames rect')].map((r) => r.getBoundingClientRect()); return Math.max(...all.map((r) => r.right)); })()"
    (seen,) = use({"file": target, "options": {"viewport": {"width": 1600, "height": 900}}, "steps": [
        ["ask", box], ["media", {"media": "print"}], ["wait", 50], ["size", 700, 1000], ["wait", 50], ["ask", box], ["ask", "document.querySelector('svg').getAttribute('viewBox')"],
        ["media", {"media": "screen"}], ["wait", 50], ["ask", box], ["ask", "document.querySelector('svg').getAttribute('viewBox')"]]})
    assert 1580 < seen[0] <= 1600 and 680 < seen[1] <= 700 and seen[2] and 680 < seen[3] <= 700 and seen[4] is None


def test_forced_colours_show_what_is_active(small):
    ask = "[...document.querySelectorAll('.fg-views button')].map((b) => getComputedStyle(b).backgroundColor)"
    (seen,) = use({"file": small, "options": {"forcedColors": "active"}, "steps": [["ask", ask], ["button", "Callers"], ["ask", ask]]})
    for colors, active in zip(seen, (0, 2)):
        assert len({color for i, color in enumerate(colors) if i != active}) == 1
        assert colors[active] != colors[active - 1]


# --- what files say of functions ---

def test_titles_links_and_colours(tmp_path):
    """A title in place of the figures, a link below, a colour of the palette's; never a script."""
    (tmp_path / "names").write_text("main\\ttitle=The <b>start</b>\\thref=https://example.org/x\\ttarget=_blank\n".replace("\\t", "\t"))
    target = picture(tmp_path, [(("main", "a"), 3)], "--nameattr", str(tmp_path / "names"), "--uicolor", "#123456", "--fontwidth", "0.9")
    (seen,) = use({"file": target, "steps": [["look"], ["frame", "The <b>start"], ["look"], ["ask", "[...document.querySelectorAll('.fg-acts a')].map((a) => [a.hidden, a.getAttribute('href'), a.getAttribute('target'), a.rel])"],
                                             ["ask", "getComputedStyle(document.querySelector('.fg-end button')).color"], ["frame", "a ("], ["ask", "document.querySelector('.fg-acts a').hidden"]]})
    first, zoomed, link, color, hidden = seen
    assert "The <b>start</b>" in [frame["label"] for frame in first["frames"]] and zoomed["details"][0] == "main"
    assert link == [[False, "https://example.org/x", "_blank", "noopener"]] and color == "rgb(18, 52, 86)" and hidden is True

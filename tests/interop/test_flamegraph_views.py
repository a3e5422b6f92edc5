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

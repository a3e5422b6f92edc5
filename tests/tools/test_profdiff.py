"""profdiff: what changed, what speaks for it, and the gate, against arithmetic of its own."""
import csv
import io
import itertools
import json
import marshal
import os
import random
import re
import statistics
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import pytest

import lib

RUNS = lib.SAMPLES / "runs"
BASE, AGAIN, SLOW = (sorted(RUNS.glob(f"{name}-*.pstat")) for name in ("base", "again", "slow"))
PROGRAM = lib.SAMPLES / "programs/test_orders.py"


def pstat(path, functions):
    """(file, line, name) -> self seconds, or (self, calls); all are called by the first one."""
    rows, (root, *_) = {}, functions
    total = 0
    for key, value in functions.items():
        self, calls = value if isinstance(value, tuple) else (value, 1)
        total += self
        rows[key] = (calls, calls, self, self, {} if key == root else {root: (calls, calls, self, self)})
    calls, _, self, _, callers = rows[root]
    rows[root] = (calls, calls, self, total, callers)
    path.write_bytes(marshal.dumps(rows))
    return path


def simple(path, **seconds):
    return pstat(path, {("a.py", 10 * (i + 1), name): value for i, (name, value) in enumerate(seconds.items())})


def callgrind(path, costs, event="Ir"):
    lines = [f"events: {event}"]
    for name, cost in costs.items():
        lines += ["fl=(1) a.c" if len(lines) == 1 else "fl=(1)", f"fn={name}", f"1 {cost}"]
    path.write_text("\n".join(lines) + "\n")
    return path


def collapsed(path, stacks):
    path.write_text("".join(f"{stack} {count}\n" for stack, count in stacks.items()))
    return path


def diff(*args, status=0, quiet=True):
    """The rows by name, and what is beside them."""
    out, said = lib.run("profdiff", *(["-q"] if quiet else []), "--format", "json", *args, status=status)
    found = json.loads(out)
    return {row["function"]: row for row in found["rows"]}, found, said.decode()


def gate(rule, *files, status, options=()):
    """The functions that broke the rule, with what was said of them."""
    _, found, _ = diff("--fail-if", rule, *options, *files, status=status)
    return {f.get("function", "total"): f for f in found["rules"][0]["findings"] if f["outcome"] == "broken"}


def sides(base, new):
    return [*base, "--", *new]


# --- figures ---

def test_change_of_self_inclusive_and_calls(tmp_path):
    a = simple(tmp_path / "a", main=0.5, parse=(0.25, 10), scan=0.125)
    b = simple(tmp_path / "b", main=0.5, parse=(0.75, 25), scan=0.125)
    rows, found, _ = diff(a, b)
    row = rows["parse"]
    assert (row["self_base"], row["self_new"], row["self_change"], row["self_percent"]) == (250000000, 750000000, 500000000, 200)
    assert (row["calls_base"], row["calls_new"], row["calls_change"]) == (10, 25, 15)
    assert (row["share_base"], row["share_new"]) == (28.5714286, 54.5454545)
    assert (rows["main"]["self_change"], rows["main"]["inclusive_change"]) == (0, 500000000)
    assert "scan" not in rows, "nothing changed"
    assert (found["compared"], found["total_base"], found["total_new"]) == ("values", 875000000, 1375000000)
    rows, _, _ = diff("--all", a, b)
    assert rows["scan"]["self_change"] == 0


def test_new_gone_and_moved(tmp_path):
    a = pstat(tmp_path / "a", {("a.py", 1, "main"): 1.0, ("a.py", 5, "old"): 1.0, ("a.py", 9, "walk"): 1.0, ("a.py", 20, "go"): 1.0})
    b = pstat(tmp_path / "b", {("a.py", 1, "main"): 1.0, ("a.py", 5, "young"): 1.0, ("b.py", 9, "walk"): 1.0, ("a.py", 24, "go"): 1.0})
    rows, _, _ = diff(a, b)
    assert {name: row["status"] for name, row in rows.items()} == {"old": "gone", "young": "new", "walk": "moved", "go": "moved"}
    assert (rows["walk"]["base_file"], rows["walk"]["file"]) == ("a.py", "b.py")
    assert (rows["go"]["base_line"], rows["go"]["line"]) == (20, 24)
    assert rows["young"]["self_percent"] is None and rows["old"]["self_percent"] == -100


def test_a_file_is_known_from_another_folder(tmp_path):
    a = pstat(tmp_path / "a", {("/home/a/src/x.py", 1, "f"): 1.0, ("/home/a/src/y.py", 1, "f"): 2.0, ("/home/a/src/y.py", 4, "g"): 2.0})
    b = pstat(tmp_path / "b", {("./src/x.py", 1, "f"): 1.5, ("./src/y.py", 1, "f"): 2.25, ("./src/y.py", 4, "g"): 2.0})
    _, found, _ = diff("-a", a, b)
    assert sorted((row["file"], row["function"], row["status"], row["self_change"]) for row in found["rows"]) == [
        ("./src/x.py", "f", "same", 500000000), ("./src/y.py", "f", "same", 250000000), ("./src/y.py", "g", "same", 0)]
    # two roots that go together for several files are one place
    b = pstat(tmp_path / "b", {("/ci/src/x.py", 1, "f"): 1.5, ("/ci/src/y.py", 1, "f"): 2.25, ("/ci/src/y.py", 4, "g"): 2.0})
    _, found, _ = diff("-a", a, b)
    assert {row["status"] for row in found["rows"]} == {"same"}
    # an ambiguous tail is no match
    b = pstat(tmp_path / "b", {("/p/x.py", 1, "f"): 1.0, ("/q/x.py", 1, "f"): 1.0})
    _, found, _ = diff("-a", a, b)
    assert sorted(row["status"] for row in found["rows"]) == ["gone", "gone", "gone", "new", "new"]


def test_functions_of_one_name_are_matched_by_their_lines(tmp_path):
    a = pstat(tmp_path / "a", {("x.py", line, "__init__"): float(line) for line in (10, 50)})
    b = pstat(tmp_path / "b", {("x.py", line, "__init__"): float(line) for line in (12, 30, 54)})
    _, found, _ = diff("-a", a, b)
    assert sorted((row["base_line"] or 0, row["line"]) for row in found["rows"]) == [(0, 30), (10, 12), (50, 54)]
    # as many on both sides: in order, though one of the lines is the same
    b = pstat(tmp_path / "b", {("x.py", line, "__init__"): float(line) for line in (50, 90)})
    _, found, _ = diff("-a", a, b)
    assert sorted((row["base_line"], row["line"]) for row in found["rows"]) == [(10, 50), (50, 90)]


def best_alignment(few, many):
    return min(sum(abs(x - y) for x, y in zip(few, chosen)) for chosen in itertools.combinations(many, len(few)))


def test_lines_are_aligned_as_by_brute_force(tmp_path):
    rng = random.Random(3)
    for _ in range(25):
        lines = [sorted(rng.sample(range(1, 99), rng.randint(1, 5))) for _ in range(2)]
        files = [pstat(tmp_path / f"{i}", {("x.py", n, "f"): 1.0 + n for n in side}) for i, side in enumerate(lines)]
        _, found, _ = diff("-a", *files)
        pairs = [(row["base_line"], row["line"]) for row in found["rows"] if row["base_line"] and row["line"]]
        few, many = sorted(lines, key=len)
        assert len(pairs) == len(few) and sorted(x for x, _ in pairs) == [x for x, _ in sorted(pairs, key=lambda p: p[1])]
        assert sum(abs(x - y) for x, y in pairs) == best_alignment(few, many)


def test_recursion_levels_of_callgrind_are_one_function(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_text("events: Ir\nfl=a.c\nfn=f\n1 100\ncfn=f'2\ncalls=1 1\n1 30\nfn=f'2\n1 30\nfn=g\n1 70\n")
    b.write_text("events: Ir\nfl=a.c\nfn=f\n1 130\ncfn=f\ncalls=1 1\n1 30\nfn=g\n1 70\n")
    rows, found, _ = diff("-a", a, b)
    assert len(found["rows"]) == 2
    assert [rows["f"][key] for key in ("self_base", "self_new", "inclusive_base", "inclusive_new")] == [130] * 4


def test_sides_without_files_are_matched_by_names(tmp_path):
    a = pstat(tmp_path / "a", {("x.py", 1, "f"): 1.0, ("y.py", 1, "f"): 2.0, ("y.py", 3, "g"): 1.0})
    b = collapsed(tmp_path / "b", {"f": 3, "f;g": 1})
    rows, found, said = diff("-a", a, b, quiet=False)
    assert found["compared"] == "shares" and "shares of the total are compared" in said
    assert (rows["f"]["self_base"], rows["f"]["self_new"], rows["f"]["unit"]) == (75, 75, "%")
    assert rows["g"]["self_change"] == 0


# --- values or shares ---

def test_across_formats_shares_are_compared():
    files = lib.SAMPLES / "pstat/yappi-wall.pstat", lib.SAMPLES / "speedscope/pyspy.speedscope.json"
    _, found, said = diff(*files, quiet=False)
    assert found["compared"] == "shares" and said.count("\n") == 1
    assert "shares of the total are compared: base counts time (times), new time (samples)" in found["notes"][0]
    for format in ("text", "markdown", "github"):
        assert b"hares of the total are compared" in lib.run("profdiff", "-q", "--format", format, *files)[0]
    assert b"hares of the total are compared" in lib.run("profdiff", "-q", "--format", "junit", *files)[0]
    lib.run("profdiff", "--compare", "values", *files)
    out, said = lib.run("profdiff", "--compare", "values", BASE[0], lib.SAMPLES / "callgrind/valgrind-main.callgrind", status=2)
    assert out == b"" and b"cannot be compared" in said


def test_a_converted_profile_is_the_same(tmp_path):
    for name in ("callgrind/valgrind-main.callgrind", "pstat/cprofile-py3.12-text.pstat"):
        other = tmp_path / "other.callgrind"
        lib.run("profconv", "-q", "-t", "callgrind", lib.SAMPLES / name, "-o", other)
        rows, _, _ = diff("--compare", "values", lib.SAMPLES / name, other)
        assert [row for row in rows.values() if row["self_change"]] == []


def test_pictures_are_profiles(tmp_path):
    a = collapsed(tmp_path / "a", {"main;f": 100, "main;g": 300})
    b = collapsed(tmp_path / "b", {"main;f": 200, "main;g": 300})
    for path in (a, b):
        lib.run("profconv", "-t", "flamegraph", path, "-o", f"{path}.svg")
    rows, found, _ = diff(f"{a}.svg", f"{b}.svg")
    assert found["compared"] == "values" and rows["f"]["self_change"] == 100


# --- tests ---

def ranks_p(a, b):
    """Mann-Whitney's p by counting every way of dividing the values."""
    values = sorted(a + b)
    rank = {v: statistics.mean(i for i, w in enumerate(values) if w == v) for v in values}
    here = sum(rank[v] for v in a)
    sums = [sum(rank[v] for v in chosen) for chosen in itertools.combinations(values, len(a))]
    below, above = sum(s <= here + 1e-9 for s in sums), sum(s >= here - 1e-9 for s in sums)
    return min(1, 2 * min(below, above) / len(sums))


def hochberg(ps):
    order = sorted(range(len(ps)), key=lambda i: ps[i], reverse=True)
    q, least = [0] * len(ps), 1
    for place, i in enumerate(order):
        least = min(least, ps[i] * len(ps) / (len(ps) - place))
        q[i] = least
    return q


def test_medians_p_and_q_of_several_runs(tmp_path):
    rng = random.Random(1)
    names = "main", "f", "g", "h"
    times = {name: [[rng.randint(1000, 9000) + (4000 * side if name == "f" else 0) for _ in range(5 + side)]
                    for side in range(2)] for name in names}
    files = [[simple(tmp_path / f"{side}{run}", **{n: times[n][side][run] / 1e6 for n in names})
              for run in range(5 + side)] for side in range(2)]
    rows, found, _ = diff(*sides(*files))
    assert (found["base_runs"], found["new_runs"]) == (5, 6)
    ps = [ranks_p(times[n][0], times[n][1]) for n in names]
    for name, p, q in zip(names, ps, hochberg(ps)):
        row, (a, b) = rows[name], times[name]
        assert (row["self_base"], row["self_new"]) == (statistics.median(a) * 1000, int(statistics.median(b) * 1000))
        assert row["self_p"] == pytest.approx(p, rel=1e-4) and row["self_q"] == pytest.approx(q, rel=1e-4)


def test_two_proportions_of_samples(tmp_path):
    """Expected counts of 10 and more: z."""
    a = collapsed(tmp_path / "a", {"main;f": 100, "main;g": 900})
    b = collapsed(tmp_path / "b", {"main;f": 150, "main;g": 850})
    rows, _, _ = diff(a, b)
    pooled = 250 / 2000
    z = 0.05 / (pooled * (1 - pooled) * 2 / 1000) ** 0.5
    assert rows["f"]["self_p"] == pytest.approx(2 * (1 - statistics.NormalDist().cdf(z)), rel=1e-3)
    assert rows["f"]["self_q"] == rows["f"]["self_p"], "f and g have one p"
    assert gate("self > 10%", a, b, status=1).keys() == {"f"}
    b = collapsed(tmp_path / "b", {"main;f": 110, "main;g": 890})
    assert gate("self > 5%", a, b, status=0) == {}


def test_a_share_that_falls_is_no_growth(tmp_path):
    """Twice the samples: all counts grow, but the share of f shrinks, and that is what is tested."""
    a = collapsed(tmp_path / "a", {"f": 500, "g": 500})
    b = collapsed(tmp_path / "b", {"f": 700, "g": 1300})
    assert gate("self > 10%", a, b, status=1).keys() == {"g"}


def test_sampled_times_are_tested_by_their_samples(tmp_path):
    def speedscope(path, f, g):
        path.write_text(json.dumps({
            "$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [{"name": "f"}, {"name": "g"}]},
            "profiles": [{"type": "sampled", "name": "x", "unit": "seconds", "startValue": 0, "endValue": (f + g) / 100,
                          "samples": [[0]] * f + [[1]] * g, "weights": [0.01] * (f + g)}]}))
        return path
    a, b = speedscope(tmp_path / "a", 100, 900), speedscope(tmp_path / "b", 150, 850)
    rows, found, _ = diff(a, b)
    same, _, _ = diff(collapsed(tmp_path / "c", {"f": 100, "g": 900}), collapsed(tmp_path / "d", {"f": 150, "g": 850}))
    assert found["compared"] == "values" and rows["f"]["self_change"] == 500000000
    assert rows["f"]["self_p"] == same["f"]["self_p"] and rows["f"]["inclusive_p"] == same["f"]["inclusive_p"]
    assert diff("--kind", "times", a, b)[0]["f"]["self_evidence"] == "one run"


def test_counts_are_exact(tmp_path):
    a, b = callgrind(tmp_path / "a", {"f": 10**15, "g": 10**15}), callgrind(tmp_path / "b", {"f": 10**15 + 1, "g": 10**15})
    rows, _, _ = diff(a, b)
    assert (rows["f"]["self_evidence"], rows["f"]["self_change"]) == ("exact", 1)
    assert gate("self > 0", a, b, status=1)["f"]["evidence"] == "exact"
    assert gate("self > 1", a, b, status=0) == {}
    assert gate("self >= 1", a, b, status=1).keys() == {"f"}


def test_counts_that_vary_are_tested(tmp_path):
    files = [[callgrind(tmp_path / f"{side}{i}", {"f": 100 + i + 50 * side, "g": 900, "h": 500 + i * side}) for i in range(6)] for side in range(2)]
    rows, _, _ = diff("-a", *sides(*files))
    assert [rows[name]["self_evidence"] for name in "fgh"] == ["tested", "exact", "tested"]
    assert rows["f"]["self_p"] == pytest.approx(2 / 924, rel=1e-4)


# --- the gate ---

def test_relative_and_absolute(tmp_path):
    a = simple(tmp_path / "a", main=1.0, f=0.100, g=0.500, h=0.300)
    b = simple(tmp_path / "b", main=1.0, f=0.106, g=0.520, h=0.270)
    for rule, broken in {
            "self > 5%": {"f"}, "self > 5% and self > 10ms": set(), "self > 5% or self > 10ms": {"f", "g"},
            "self > 5.9%": {"f"}, "self > 6.1%": set(), "self > 19999us": {"g"}, "self > 0.02s": set(), "self >= 0.02s": {"g"},
            "self < -9%": {"h"}, "self <= -30ms": {"h"}, "self < -30ms": set(),
            "self > 5% in f": {"f"}, "self > 5% in g*": set(), "self > 1% in *.py": {"f", "g"}, "self > 1% in 'b.py'": set(),
            "inclusive > 1% and self > 1%": {"f", "g"}, "(self > 5% or self > 19ms) and self < 10ms": {"f"},
            "self > 5% or self > 10ms and self > 30ms": {"f"}, "share > 0.2%": {"f", "g"}, "share > 1.2%": set(),
            "calls > 0": set(), "total > 0.1%": set(), "total < 0": {"total"}}.items():
        assert gate(rule, a, b, status=1 if broken else 0).keys() == broken, rule


def test_a_glob_is_of_a_name_a_file_or_the_tail_of_one(tmp_path):
    a = pstat(tmp_path / "a", {("/w/src/x.py", 1, "f"): 1.0, ("/w/lib/x.py", 2, "g"): 1.0})
    b = pstat(tmp_path / "b", {("/w/src/x.py", 1, "f"): 2.0, ("/w/lib/x.py", 2, "g"): 2.0})
    for glob, broken in {"src/*": {"f"}, "x.py": {"f", "g"}, "/w/*": {"f", "g"}, "rc/*": set(), "[fh]": {"f"}, "w/lib/x.py": {"g"}}.items():
        assert gate(f"self > 5% in {glob}", a, b, status=1 if broken else 0).keys() == broken, glob


def test_new_functions_grow_without_limit(tmp_path):
    a = simple(tmp_path / "a", main=1.0)
    b = simple(tmp_path / "b", main=1.0, f=0.5, tiny=0.001)
    assert gate("self > 500%", a, b, status=1).keys() == {"f"}, "tiny is below --min-share"
    assert gate("self > 500%", a, b, status=1, options=["--min-share", "0"]).keys() == {"f", "tiny"}
    assert gate("self > 500% and self > 1s", a, b, status=0) == {}
    assert gate("self > 500%", a, b, status=0, options=["--ignore-new"]) == {}


def test_calls(tmp_path):
    a = simple(tmp_path / "a", main=1.0, f=(1.0, 100))
    b = simple(tmp_path / "b", main=1.0, f=(1.0, 111))
    assert gate("calls > 10% and calls > 10", a, b, status=1)["f"]["evidence"] == "exact"
    assert gate("calls > 11%", a, b, status=0) == {}
    c = collapsed(tmp_path / "c", {"main;f": 5})
    assert b"nobody counted calls" in lib.run("profdiff", "-q", "--fail-if", "calls > 1", c, c, status=2)[1]


def test_rules_that_a_difference_cannot_answer(tmp_path):
    a, c = simple(tmp_path / "a", main=1.0), collapsed(tmp_path / "c", {"main": 5})
    for rule, files, words in [("self > 10ms", (c, c), "bare numbers"), ("self > 10", (a, a), "ns, us, ms, s"),
                               ("self > 1KiB", (a, a), "ns, us, ms, s"), ("self > 10ms", (a, c), "shares are compared"),
                               ("total > 3%", (a, c), "different kinds")]:
        out, said = lib.run("profdiff", "-q", "--fail-if", rule, *files, status=2)
        assert out == b"" and words in said.decode() and said.count(b"\n") == 1


@pytest.mark.parametrize("rule", ["", "self", "self > 5% in", "self >> 5%", "banana > 3", "self > 5%%", "total > 1% in f"])
def test_bad_rules(rule):
    out, said = lib.run("profdiff", "--fail-if", rule, BASE[0], SLOW[0], status=2)
    assert out == b"" and said.startswith(b"profdiff: rule '") and said.count(b"\n") == 1


def test_rule_files(tmp_path):
    rules = tmp_path / "rules"
    rules.write_text("# what we allow\n\nself > 20% and self > 1ms   # each function\n\ttotal > 1000%\n")
    _, found, _ = diff("--rules", rules, *sides(BASE, SLOW), status=1)
    assert [(rule["rule"], rule["outcome"]) for rule in found["rules"]] == [("self > 20% and self > 1ms", "broken"), ("total > 1000%", "held")]
    rules.write_text("self > 5%\nself > x\n")
    said = lib.run("profdiff", "--rules", rules, BASE[0], SLOW[0], status=2)[1].decode()
    assert f"{rules}: line 2" in said
    lib.run("profdiff", "--rules", tmp_path / "none", BASE[0], SLOW[0], status=2)


def test_each_regression_is_a_line(tmp_path):
    said = lib.run("profdiff", "--fail-if", "self > 20%", "-o", tmp_path / "out", *sides(BASE, SLOW), status=1)[1].decode()
    assert re.fullmatch(r"profdiff: regression: self > 20%: discount \(test_orders.py:20\): self [\d.]+ ms -> [\d.]+ ms "
                        r"\(\+[\d.]+ ms, \+[\d.,]+%\), p=0.0022, q=0.0\d+\n", said)


def test_slower_is_caught_and_the_same_is_not():
    rule = "self > 20% and self > 1ms"
    assert gate(rule, *sides(BASE, SLOW), status=1).keys() == {"discount"}
    for other in itertools.permutations((BASE, AGAIN), 2):
        assert gate("self > 5%", *sides(*other), status=0) == {}


def test_not_enough_runs_is_an_answer():
    files = sides(BASE[:3], SLOW[:3])
    out, said = lib.run("profdiff", "--fail-if", "self > 20% and self > 1ms", *files)
    assert re.search(rb"warning: .*discount .*not enough runs: p=0.10, \d+ tested, 5\+5 needed", said)
    assert b"not enough runs: to show that one function of " in out
    lib.run("profdiff", "--strict", "--fail-if", "self > 20% and self > 1ms", *files, status=2)
    lib.run("profdiff", "--strict", "--fail-if", "self > 20% and self > 1ms in nothing", *files)
    # fewer functions need fewer runs
    assert gate("self > 20% in discount", *sides(BASE[:4], SLOW[:4]), status=1).keys() == {"discount"}


def test_each_of_several_figures_has_to_be_shown(tmp_path):
    """main's self time grew in all runs; what it holds with f grew in the middle, but not more than f varies."""
    f = [[0.1, 0.5, 0.9, 1.3], [0.2, 0.6, 1.0, 1.4]]
    files = [[simple(tmp_path / f"{side}{run}", main=0.1 + 0.05 * side + run / 1e4, f=f[side][run]) for run in range(4)]
             for side in range(2)]
    p = ranks_p([0.1 + x for x in f[0]], [0.15 + x for x in f[1]])
    assert ranks_p([1, 2, 3, 4], [5, 6, 7, 8]) < 0.05 < p
    assert gate("self > 5% in main", *sides(*files), status=1)["main"]["q"] == pytest.approx(2 / 70, rel=1e-4)
    assert gate("inclusive > 5% in main", *sides(*files), status=0) == {}
    assert gate("self > 5% and inclusive > 5% in main", *sides(*files), status=0) == {}
    # two chances to be wrong: p counts twice
    assert gate("self > 5% or inclusive > 5% in main", *sides(*files), status=0) == {}
    assert gate("self > 5% or inclusive > 5% in main", *sides(*files), status=1, options=["--alpha", "0.06"]).keys() == {"main"}
    assert gate("self > 5% or self > 1ms in main", *sides(*files), status=1).keys() == {"main"}


def test_an_estimate_is_said_once():
    said = lib.run("profdiff", "-t", "collapsed", *sides(BASE, SLOW))[1]
    assert said == b"profdiff: warning: contexts estimated from a call graph in 12 of 12 runs\n"
    lib.run("profdiff", "--strict", "-t", "collapsed", *sides(BASE, SLOW), status=2)


def test_one_timed_run_proves_nothing_and_says_so(tmp_path):
    a, b = simple(tmp_path / "a", main=1.0, f=1.0), simple(tmp_path / "b", main=1.0, f=1.5)
    assert gate("self > 5%", a, b, status=1)["f"]["evidence"] == "one run: noise unknown"
    assert b"one run a side" in lib.run("profdiff", a, b)[0]


def test_a_missing_base(tmp_path):
    missing = tmp_path / "base-*.pstat"
    for files in ([missing, SLOW[0]], sides([missing], SLOW), sides([], SLOW)):
        out, said = lib.run("profdiff", *files, status=2)
        assert out == b"" and b"no profile of the base" in said
    for format in ("text", "markdown", "json", "junit", "github", "csv", "tsv", "ndjson"):
        out, said = lib.run("profdiff", "--allow-missing-base", "--fail-if", "self > 1%", "--format", format, *sides([missing], SLOW))
        assert b"nothing to compare with" in said
    lib.run("profdiff", "--allow-missing-base", missing, tmp_path / "missing too", status=0)
    # an unreadable base is trouble all the same
    (tmp_path / "bad").write_bytes(b"\0\1\2")
    lib.run("profdiff", "--allow-missing-base", tmp_path / "bad", SLOW[0], status=2)
    lib.run("profdiff", "--allow-missing-base", tmp_path / "bad/file", SLOW[0], status=2)


@pytest.mark.parametrize("words", [[], ["a"], ["a", "b", "c"], ["a", "--"]])
def test_usage(words):
    out, said = lib.run("profdiff", *words, status=2)
    assert out == b"" and said.count(b"\n") == 1


def test_options_may_stand_behind_the_separator():
    assert lib.run("profdiff", *sides(BASE, SLOW), "--fail-if", "self > 20% and self > 1ms", "--format", "tsv", status=1)[0]


# --- false alarms ---

def noisy(rng, names):
    """Times of one run: each function's own noise, and a slow run now and then."""
    slow = rng.choice((1, 1, 1, 1.6))
    return {name: round(slow * 0.02 * (i + 1) * rng.lognormvariate(0, 0.25), 9) for i, name in enumerate(names)}


def test_false_alarms_of_200_pairs_of_runs(tmp_path):
    """A q of 5 % promises an alarm in at most 5 % of pairs; ours ask for growth only: about half."""
    rng, names, alarms = random.Random(7), [f"f{i}" for i in range(10)], 0
    for _ in range(200):
        files = [[simple(tmp_path / f"{side}{run}", **noisy(rng, names)) for run in range(6)] for side in "ab"]
        done = subprocess.run([lib.BIN / "profdiff", "-q", "-o", tmp_path / "out", "--fail-if", "self > 5%", *sides(*files)],
                              env=lib.ENV, stderr=subprocess.DEVNULL)
        assert done.returncode in (0, 1)
        alarms += done.returncode
    assert 1 <= alarms <= 10, "of 200"


def test_false_alarms_of_200_pairs_of_samples(tmp_path):
    rng, alarms = random.Random(11), 0
    weights = {f"main;f{i}": i + 1 for i in range(12)}
    for _ in range(200):
        files = [collapsed(tmp_path / side, {s: n for s in weights if (n := drawn.count(s))})
                 for side in "ab" for drawn in [rng.choices(list(weights), weights.values(), k=1000)]]
        done = subprocess.run([lib.BIN / "profdiff", "-q", "-o", tmp_path / "out", "--fail-if", "self > 5%", *files],
                              env=lib.ENV, stderr=subprocess.DEVNULL)
        assert done.returncode in (0, 1)
        alarms += done.returncode
    assert 1 <= alarms <= 10, "of 200"


# cProfile with the processor's time for a clock: what else the machine does is not in it
PROFILE = """
import cProfile, runpy, sys, time
profile = cProfile.Profile(time.process_time)
file, sys.argv = sys.argv[1], sys.argv[2:]
try:
    profile.runcall(runpy.run_path, sys.argv[0], run_name="__main__")
finally:
    profile.dump_stats(file)
"""


def real_runs(folder, sides, count):
    """In turn, so that a machine that becomes slower slows all sides."""
    files = {side: [] for side in sides}
    for run in range(count):
        for side, runs in files.items():
            runs.append(folder / f"{side}{run}.pstat")
            subprocess.run([sys.executable, "-I", "-c", PROFILE, runs[-1], PROGRAM, side], check=True, stdout=subprocess.DEVNULL)
    return files.values()


def is_broken(rule, base, new):
    done = subprocess.run([lib.BIN / "profdiff", "-q", "--format", "json", "--fail-if", rule, *sides(base, new)],
                          capture_output=True, env=lib.ENV)
    assert done.returncode in (0, 1)
    return done.returncode == 1


def test_real_runs(tmp_path):
    """What is slower is caught; of two equal pairs one may be a false alarm, hardly both. Three tries: machines are what they are."""
    for _ in range(3):
        a, b, c, slow = real_runs(tmp_path, ("a", "b", "c", "slow"), 7)
        caught = is_broken("self > 50% in discount", a, slow)
        alarms = is_broken("self > 10%", a, b) + is_broken("self > 10%", b, c)
        if caught and alarms < 2:
            return
    pytest.fail(f"caught: {caught}, false alarms: {alarms} of 2")


# --- outputs ---

NASTY = ["::error::x", "##[add-mask]x", "##vso[x]", "a\n::error::b", "\x1b[31mred", "| a | b |", "<b>&amp;", "[x](http://y)", "=1+1",
         "\u202egnp", "-->", "]]>", "%0A::error::", "a,line=1::b", "b\xff\xfe", "`code`", "\r::notice::y"]


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nasty")
    names = [name.encode("latin-1") if "\xff" in name else name.encode() for name in NASTY]
    functions = [{(b"f" + n, i + 1, n): seconds for i, n in enumerate(names)} for seconds in (1.0, 2.0)]

    def key(k):
        return tuple(x.decode("utf-8", "surrogateescape") if isinstance(x, bytes) else x for x in k)
    return [pstat(folder / f"{i}", {key(k): v for k, v in f.items()}) for i, f in enumerate(functions)]


@pytest.mark.parametrize("format", ["text", "markdown", "csv", "tsv", "json", "ndjson", "junit", "github"])
def test_names_cannot_command(nasty, format):
    out, said = lib.run("profdiff", "--format", format, "--fail-if", "self > 5%", *nasty, status=1)
    for text in (out, said):
        assert b"##" not in text.replace(b"### ", b""), "an old command of GitHub's runner, or Azure's"
        assert not re.search(rb"[\0-\x08\x0b-\x1f\x7f]", text) and b"\xe2\x80\xae" not in text or format in ("json", "ndjson")
        for line in re.split(rb"[\r\n]", text):
            assert format == "github" or not line.strip().startswith(b"::")
    for line in out.splitlines() if format == "github" else []:
        assert re.match(rb"::(error|notice) ", line)


def test_names_in_markdown_are_text(nasty):
    out = lib.run("profdiff", "--format", "markdown", *nasty)[0].decode()
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1, "no name makes a column"
    assert not re.search(r"[<>`\[]", out.replace("|--:", "").replace("->", ""))


def test_markdown_is_below_one_mebibyte(tmp_path):
    names = [f"{'x' * 300}{i}" for i in range(3000)]
    a, b = (simple(tmp_path / side, **{n: value for n in names}) for side, value in (("a", 1.0), ("b", 2.0)))
    out = lib.run("profdiff", "--format", "markdown", "-n", "0", a, b)[0]
    rows = out.count(b"\n| ") - 1
    assert 500_000 < len(out) < 1 << 20
    assert f"{3000 - rows} more functions left out, to stay below 1 MiB".encode() in out
    assert "... more functions" not in out.decode()


def test_junit(tmp_path, nasty):
    out = lib.run("profdiff", "--format", "junit", "--fail-if", "self > 5%", "--fail-if", "total > 900%", *nasty, status=1)[0]
    suite = ElementTree.fromstring(out).find("testsuite")
    assert suite.get("tests") == str(len(NASTY) + 1) and suite.get("failures") == str(len(NASTY)) and suite.get("skipped") == "0"
    cases = suite.findall("testcase")
    assert len(cases) == len(NASTY) + 1 and [c.get("name") for c in cases if c.find("failure") is None] == ["total > 900%"]
    assert all("self 1 s -> 2 s (+1 s, +100%), one run" in c.find("failure").get("message") for c in cases[:-1])
    (tmp_path / "j.xml").write_bytes(out)
    subprocess.run(["xmllint", "--noout", tmp_path / "j.xml"], check=True)
    out = lib.run("profdiff", "-q", "--format", "junit", "--fail-if", "self > 20% and self > 1ms", *sides(BASE[:3], SLOW[:3]))[0]
    suite = ElementTree.fromstring(out).find("testsuite")
    assert suite.get("skipped") == "1" and "not enough runs" in suite.find("testcase/skipped").get("message")


def test_github_annotations(tmp_path, nasty):
    a, b = (pstat(tmp_path / f"{v}", {("/w/src/a b,c:d.py", 7, "f%"): v}) for v in (1.0, 2.0))
    out = lib.run("profdiff", "--format", "github", "--fail-if", "self > 5%", a, b, status=1,
                  env={"GITHUB_WORKSPACE": "/w"})[0].decode().splitlines()
    assert out[0].startswith("::error file=src/a b%2Cc%3Ad.py,line=7,title=self > 5%25::f%25 (/w/src/a b,c:d.py:7): self 1 s")
    assert len(out) == 2 and out[1].startswith("::notice title=profdiff::1 regression, 1 rule; total time 1 s")
    lines = lib.run("profdiff", "--format", "github", "--fail-if", "self > 5%", *nasty, status=1)[0].decode().splitlines()
    assert [line.split()[0] for line in lines] == ["::error"] * 10 + ["::notice"]
    assert f"::{len(NASTY) - 10} more; {len(NASTY)} regressions" in lines[-1]


def test_formats_agree():
    files = sides(BASE, SLOW)
    _, found, _ = diff(*files)
    rows = found["rows"]
    for format, mark in (("csv", ","), ("tsv", "\t")):
        text = lib.run("profdiff", "--format", format, *files)[0].decode()
        table = list(csv.DictReader(io.StringIO(text), delimiter=mark))
        assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows] == table
    lines = lib.run("profdiff", "--format", "ndjson", *files)[0].decode().splitlines()
    assert [json.loads(line) for line in lines] == rows


@pytest.mark.parametrize("sort, key", [("self", "self_change"), ("inclusive", "inclusive_change"), ("calls", "calls_change")])
def test_rows_are_sorted_and_limited(sort, key):
    _, found, _ = diff("--sort", sort, "-n", "5", BASE[0], SLOW[0])
    changes = [abs(row[key]) for row in found["rows"]]
    assert len(changes) == 5 and changes == sorted(changes, reverse=True)
    _, found, _ = diff("--sort", "name", BASE[0], SLOW[0])
    assert [row["function"] for row in found["rows"]] == sorted(row["function"] for row in found["rows"])


# --- the difference as a profile ---

def test_collapsed_has_two_counts(tmp_path):
    a = collapsed(tmp_path / "a", {"main;f": 3, "main;g": 4})
    b = collapsed(tmp_path / "b", {"main;f": 5, "main;h": 1})
    assert lib.run("profdiff", "-t", "collapsed", a, b)[0] == b"main;f 3 5\nmain;g 4 0\nmain;h 0 1\n"
    c = collapsed(tmp_path / "c", {"main;f": 2})
    # two runs against one: medians
    assert lib.run("profdiff", "-t", "collapsed", a, c, "--", b)[0] == b"main;f 2 5\nmain;g 2 0\nmain;h 0 1\n"
    assert lib.run("profdiff", "-t", "collapsed", b, "--", a, c)[0] == b"main;f 5 2\nmain;g 0 2\nmain;h 1 0\n"
    # shares are percentages
    out = lib.run("profdiff", "-t", "collapsed", "--compare", "shares", a, b)[0]
    assert out == b"main;f 42.8571429 83.3333333\nmain;g 57.1428571 0\nmain;h 0 16.6666667\n"


def test_moved_functions_are_one_frame(tmp_path):
    a = pstat(tmp_path / "a", {("/w/a.py", 1, "main"): 1.0, ("/w/a.py", 5, "f"): 2.0})
    b = pstat(tmp_path / "b", {("a.py", 1, "main"): 1.0, ("a.py", 7, "f"): 3.0})
    assert lib.run("profdiff", "-t", "collapsed", a, b)[0] == (
        b"main (a.py:1) 1000000000 1000000000\nmain (a.py:1);f (a.py:7) 2000000000 3000000000\n")


def test_the_picture_of_a_difference(tmp_path):
    out = tmp_path / "d.svg"
    said = lib.run("profdiff", "-t", "flamegraph", "--fail-if", "self > 20% and self > 1ms", *sides(BASE, SLOW), "-o", out, status=1)[1]
    assert b"regression" in said
    ElementTree.parse(out)
    assert "discount" in out.read_text()
    for option in (["--frames", "name"], ["-t", "collapsed", "--title", "x"]):
        lib.run("profdiff", *option, BASE[0], SLOW[0], status=2)
    lib.run("profdiff", "-t", "nothing", BASE[0], SLOW[0], status=2)


def test_same_input_same_bytes():
    for args in (["--format", "json"], ["-t", "collapsed"], ["-t", "flamegraph"]):
        assert len({lib.run("profdiff", "-q", *args, *sides(BASE, SLOW))[0] for _ in range(2)}) == 1


@pytest.mark.parametrize("sample", lib.samples(), ids=lambda sample: sample.name)
def test_every_sample_is_equal_to_itself(sample):
    if b"empty file" in subprocess.run([lib.BIN / "profdiff", sample.path, sample.path], capture_output=True).stderr:
        pytest.skip("an empty sample")
    rows, found, _ = diff("--fail-if", "self > 0%", sample.path, sample.path)
    assert rows == {} and found["compared"] == "values"


# --- names that one profiler qualifies ---

def test_a_method_is_found_without_its_class(tmp_path):
    """cProfile says `run`, py-spy and yappi `Job.run`: one function, if it is the only one of its file."""
    base = simple(tmp_path / "base.pstat", main=1, run=5, twice=2, gone=1)
    new = collapsed(tmp_path / "new.collapsed", {
        "main (/src/a.py:10)": 1, "main (/src/a.py:10);Job.run (/src/a.py:23)": 6, "main (/src/a.py:10);A.twice (/src/a.py:30)": 2,
        "main (/src/a.py:10);B.twice (/src/a.py:40)": 2, "main (/src/a.py:10);Job.gone (/src/b.py:5)": 1})
    for files in (base, new), (new, base):
        rows, _, _ = diff(*files)
        states = {name: row["status"] for name, row in rows.items()}
        assert states["run" if "run" in states else "Job.run"] == "same" and not {"run", "Job.run"} <= states.keys()
        assert {states[name] for name in ("twice", "A.twice", "B.twice", "gone", "Job.gone")} == {"new", "gone"}


# --- a change of everything alike ---

@pytest.mark.parametrize("words, hint, warned", [
    (["--fail-if", "self > 5%"], True, True), (["--compare", "shares", "--fail-if", "self > 5%"], True, False),
    (["--fail-if", "total > 300%"], False, False), (["--fail-if", "self > 5%", "--fail-if", "total > 300%"], False, False), ([], False, False)])
def test_a_uniform_change_does_not_hide_behind_shares(words, hint, warned, tmp_path):
    (tmp_path / "base").write_text("m;a 1000\nm;b 1000\n")
    (tmp_path / "new").write_text("m;a 2000\nm;b 2000\n")
    out, said = lib.run("profdiff", *words, "base", "new", cwd=tmp_path)
    line = b"total +100%: shares of it alone were tested; see --fail-if 'total > 5%'\n"
    assert (line in out) == hint and said == (b"profdiff: warning: " + line if warned else b"")


def test_a_total_that_stays_needs_no_hint(tmp_path):
    (tmp_path / "base").write_text("m;a 1000\nm;b 1000\n")
    (tmp_path / "new").write_text("m;a 1040\nm;b 1040\n")
    assert b"alone were tested" not in lib.run("profdiff", "--fail-if", "self > 5%", "base", "new", cwd=tmp_path)[0]


# --- one run in two formats ---

FAULTS = lib.ROOT / "tests/estimate/faults"


@pytest.mark.parametrize("base, new", [("y.pstat", "y.callgrind"), ("y.callgrind", "y.pstat")])
def test_both_files_of_yappi_are_equal(base, new):
    """callgrind has whole microseconds, cut off, and no call of what is called by nobody."""
    out, _ = lib.run("profdiff", FAULTS / base, FAULTS / new)
    assert out.decode().splitlines()[-1] == "no difference: 201 functions without a change"
    assert b"total time 1.13 s -> 1.13 s (0%)" in out


def one_function(event, value):
    return f"creator: yappi 1\nevents: {event}\nfl=a.c\nfn=main\n1 {value}\n".encode()


@pytest.mark.parametrize("fine, coarse, changed", [(18_999, 18, False), (18_001, 19, False), (18_000, 19, False), (17_999, 19, True),
                                                   (20_001, 19, True)])
def test_less_than_a_unit_is_no_difference(tmp_path, fine, coarse, changed):
    base, new = tmp_path / "base", tmp_path / "new"
    base.write_bytes(one_function("ns", fine))
    new.write_bytes(one_function("Ticks", coarse))
    for files in ((base, new), (new, base)):
        out, _ = lib.run("profdiff", *files)
        assert (b"no difference" in out) != changed


def test_files_of_one_unit_differ_by_a_unit(tmp_path):
    base, new = tmp_path / "base", tmp_path / "new"
    base.write_bytes(one_function("Ticks", 18))
    new.write_bytes(one_function("Ticks", 19))
    assert b"no difference" not in lib.run("profdiff", base, new)[0]


SAMPLED = """tid:1;app.py:<module>:30;app.py:main:20;lib.py:work:5;lib.py:inner:9 40
tid:1;app.py:<module>:30;app.py:main:21;lib.py:work:6;lib.py:inner:9 20
tid:1;app.py:<module>:30;app.py:main:22;lib.py:fib:14;lib.py:fib:14;lib.py:fib:14 15
tid:1;app.py:<module>:30;app.py:main:22;lib.py:fib:14;lib.py:fib:13 5
tid:1;app.py:<module>:30;app.py:main:23;<GC> 3
"""


def sampled_pstats():
    """What profiling.sampling of Python 3.15 writes of these stacks as pstats: a key a line, callers by number of samples."""
    rows = {}
    for line in SAMPLED.splitlines():
        stack, count = line.rsplit(" ", 1)
        frames = [("~", 0, "<GC>") if text == "<GC>" else (text.split(":")[0], int(text.split(":")[2]), text.split(":")[1])
                  for text in stack.split(";")[1:]]
        for key in set(frames):
            rows.setdefault(key, [0, 0, {}])[1] += int(count)
        rows[frames[-1]][0] += int(count)
        for caller, key in zip(frames, frames[1:]):
            rows[key][2][caller] = rows[key][2].get(caller, 0) + int(count)
    return marshal.dumps({**{key: (own, all_, own / 1000, all_ / 1000, callers) for key, (own, all_, callers) in rows.items()},
                          ("__sampled__",): True})


def test_folded_stacks_and_pstats_of_one_sampled_run_are_equal(tmp_path):
    folded, pstats = tmp_path / "run.collapsed", tmp_path / "run.pstats"
    folded.write_text(SAMPLED)
    pstats.write_bytes(sampled_pstats())
    for files in ((folded, pstats), (pstats, folded)):
        assert lib.run("profdiff", *files)[0].endswith(b"\nno difference: 6 functions without a change\n")


# --- one total ---

@pytest.mark.parametrize("seed", range(6))
def test_normalized_totals_are_equal(seed, tmp_path):
    rng = random.Random(seed)
    sides = [{f"main;f{rng.randrange(9)};g{rng.randrange(9)}": rng.randint(1, 10 ** rng.randint(1, 18) // 9) for _ in range(40)} for _ in range(2)]
    paths = [collapsed(tmp_path / f"{i}.collapsed", stacks) for i, stacks in enumerate(sides)]
    base, new = (sum(stacks.values()) for stacks in sides)
    found = json.loads(lib.run("profdiff", "-q", "--format", "json", "--normalize", "--all", *paths)[0], parse_float=Decimal)
    rows = {row["function"]: row for row in found["rows"]}
    # so large ones have no room for decimals
    unit = 1 if max(base, new) >= (2**63 - 1) // 100_000 else Decimal("0.001")
    assert sum(row["self_new"] for row in rows.values()) == base == found["total_new"] == found["total_base"]
    for name, row in rows.items():
        stacks = [value for stack, value in sides[1].items() if stack.endswith(name)]
        assert abs(row["self_new"] - Decimal(sum(stacks)) * base / new) <= (len(stacks) + 1) * unit
    assert "all runs are scaled to a total of" in json.dumps(found["notes"])


@pytest.mark.parametrize("new, status, q", [("m;a 3\nm;b 1\n", 0, 0.6171), ("m;a 300000\nm;b 100000\n", 1, 0)])
def test_normalized_samples_are_tested_as_what_they_were(new, status, q, tmp_path):
    """Four samples prove nothing, to whatever total they are scaled; as with shares."""
    base, other = tmp_path / "base.collapsed", tmp_path / "new.collapsed"
    base.write_text("m;a 500000\nm;b 500000\n")
    other.write_text(new)
    for words in ["--normalize"], ["--compare", "shares"]:
        rows, _, _ = diff(*words, "--fail-if", "self > 5%", base, other, status=status)
        assert abs(rows["a"]["self_q"] - q) < 0.01


def test_normalized_graphs(tmp_path):
    base, new = callgrind(tmp_path / "a.callgrind", {"f": 100, "g": 200}), callgrind(tmp_path / "b.callgrind", {"f": 1, "g": 1, "h": 1})
    rows, found, _ = diff("--normalize", "--all", base, new)
    assert {name: row["self_new"] for name, row in rows.items()} == {"f": 100, "g": 100, "h": 100} and found["total_new"] == 300


def test_normalized_to_nothing(tmp_path):
    base, none = callgrind(tmp_path / "a.callgrind", {"f": 100}), callgrind(tmp_path / "b.callgrind", {"f": 0})
    for sides, named in ((base, none), none), ((none, base), none):
        _, err = lib.run("profdiff", "--normalize", *sides, status=2)
        assert err.decode() == f"profdiff: {named}: --normalize: expected a total of 'Ir' that is above 0 and fits\n"
    assert lib.run("profdiff", "--normalize", "--compare", "shares", base, base, status=2)[1] == \
        b"profdiff: option --normalize: not with --compare shares, which are\n"


def test_rows_that_became_less(tmp_path):
    base = callgrind(tmp_path / "a.callgrind", {"more": 100, "less": 200, "same": 5})
    new = callgrind(tmp_path / "b.callgrind", {"more": 300, "less": 100, "same": 5})
    assert list(diff("--drop-negative", base, new)[0]) == ["more"]
    assert set(diff("--drop-negative", "--all", base, new)[0]) == {"more", "same"}
    text = lib.run("profdiff", "-q", "--drop-negative", base, new)[0].decode()
    assert "1 function that became less\n1 function without a change\n" in text
    assert lib.run("profdiff", "--drop-negative", "-t", "collapsed", base, new, status=2)[1] == b"profdiff: option --drop-negative: not with -t\n"

"""A comparison says one thing: totals, and each function's base, new and change, are equal in every report and every format."""
import collections
import csv
import html
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import pytest

import lib

WRITTEN = ["collapsed", *lib.both_ways("value-types")]
RUNS = lib.SAMPLES / "runs"
SIDES = ["base", "new"]


def neighbours():
    """Samples and the next one of their format, as far as they are read and compared: at most eight of each."""
    pairs = []
    for name in lib.READERS:
        samples = [s for s in lib.samples(name) if s.path.stat().st_size and "empty" not in s.name and "nothing" not in s.name]
        pairs += [pytest.param([a.path, b.path], id=f"{a.name}-{b.name}") for a, b in list(zip(samples, samples[1:] + samples[:1]))[::1 + len(samples) // 8] if a != b]
    return lib.some(pairs)


def several(side):
    """Five real runs a side, which are not all alike."""
    return [*sorted(RUNS.glob("base-*.pstat"))[:5], "--", *sorted(RUNS.glob(f"{side}-*.pstat"))[:5]]


FILES = [*neighbours(), *(pytest.param(several(side), id=f"runs-{side}") for side in ("slow", "again"))]
CASES = [pytest.param(words, *case.values, id=f"{case.id}{''.join(words[1:])}") for words, cases in
         (([], FILES), (["--compare", "shares"], [*FILES[::4], *FILES[-2:]])) for case in cases]


def plain(name):
    """Formats differ in the bytes that they can spell, and folded stacks take "f (file)" for a name if it has no suffix.
    A function without a name is ??? in some."""
    return re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r" \([\w:\[\]]+\)$", "", name or "???"))


def by_function(rows, *keys):
    """plain name -> a sum for each key, where any is not 0"""
    sums = collections.defaultdict(lambda: [Decimal(0)] * len(keys))
    for row in rows:
        name = plain(row["function"])
        sums[name] = [old + Decimal(row[key]) for old, key in zip(sums[name], keys)]
    return {name: values for name, values in sums.items() if any(values)}


def report(form, files, *words, **options):
    return lib.run("profdiff", "-q", "-a", "-n", "0", "--format", form, *words, *files, **options)[0].decode()


def compared(files, *words):
    return json.loads(report("json", files, *words), parse_float=Decimal, parse_int=Decimal)


def column(target, to, value, key):
    out = lib.run("proftop", "-q", "-f", to, "--value", value, "--format", "csv", target)[0].decode()
    return by_function(csv.DictReader(io.StringIO(out)), key)


def side_by_side(columns):
    """name -> [base, new]"""
    names = columns[0].keys() | columns[1].keys()
    return {name: [column.get(name, [Decimal(0)])[0] for column in columns] for name in names}


def converted(to, files, folder, *words):
    """What a written difference holds, read again: its totals, and base and new by function."""
    target = folder / f"difference.{to}"
    lib.run("profdiff", "-q", *words, "-t", to, "-o", target, *files)
    rows = side_by_side([column(target, to, side if to != "collapsed" else str(number + 1), "self") for number, side in enumerate(SIDES)])
    rest = rows.pop("_beyond_medians_", [Decimal(0)] * 2)
    return [sum(row[side] for row in rows.values()) + rest[side] for side in range(2)], rows


@pytest.mark.parametrize("words, files", CASES)
def test_reports_agree(words, files):
    found = compared(files, *words)
    rows = found["rows"]
    tables = {"tsv": "\t", "csv": ","}
    for form, mark in tables.items():
        table = csv.DictReader(io.StringIO(report(form, files, *words)), delimiter=mark, quoting=csv.QUOTE_MINIMAL if mark == "," else csv.QUOTE_NONE)
        keys = "self_base", "self_new", "self_change", "inclusive_base", "inclusive_new", "inclusive_change"
        assert [[Decimal(row[key]) for key in keys] for row in table] == [[row[key] for key in keys] for row in rows]
    text, markdown = report("text", files, *words), report("markdown", files, *words)
    summary = text.splitlines()[0]
    suite = ElementTree.fromstring(report("junit", files, *words)).find("testsuite")
    assert suite.find("properties/property").get("value") == summary
    assert plain(html.unescape(markdown.splitlines()[0])).strip("_") == plain(summary).strip("_")
    assert sum(row["self_change"] for row in rows) == sum(row["self_new"] - row["self_base"] for row in rows)
    if found["compared"] == "values" and "--" not in files:
        assert [found["total_base"], found["total_new"]] == [sum(row[f"self_{side}"] for row in rows) for side in SIDES]


@pytest.mark.parametrize("words, files", CASES)
def test_what_is_written_agrees(words, files, tmp_path):
    found = compared(files, *words)
    wanted = by_function(found["rows"], "self_base", "self_new")
    negative = any(value < 0 for row in wanted.values() for value in row)
    if found["compared"] == "values":
        totals = [found["total_base"], found["total_new"]]
    else:
        totals = [sum(row[side] for row in wanted.values()) for side in range(2)]
        totals = [max(total, Decimal(100)) if "--" in files else total for total in totals]
    for to in WRITTEN:
        if negative and to in ("callgrind", "flamegraph"):
            continue
        got, rows = converted(to, files, tmp_path, *words)
        assert rows == wanted, to
        # shares are rounded one by one
        least = Decimal(0) if found["compared"] == "values" else len(wanted) * Decimal("1e-7")
        assert all(abs(a - b) <= least for a, b in zip(got, totals)), to
    if negative:
        return
    graph = tmp_path / "difference.callgrind"
    inclusive = side_by_side([column(graph, "callgrind", side, "inclusive") for side in SIDES])
    inclusive.pop("_beyond_medians_", None)
    assert inclusive == by_function(found["rows"], "inclusive_base", "inclusive_new")
    if found["rows"] and found["rows"][0]["calls_base"] is not None:
        calls = side_by_side([column(graph, "callgrind", f"{side}_calls", "self") for side in SIDES])
        assert calls == by_function(found["rows"], "calls_base", "calls_new")
    if found["compared"] != "values" or not totals[0]:
        return
    drawn = html.unescape((tmp_path / "difference.flamegraph").read_text())
    percent = re.search(r"\(([^()]*%)\)(; medians of .*)?$", report("text", files, *words).splitlines()[0]).group(1)
    assert f"({percent}) · width" in drawn.replace("</text>\n", " ")


def test_medians_are_drawn_and_not_sums(tmp_path):
    """The third run is an outlier: it is in the sums, and not in the medians."""
    for side, counts in {"base": (100, 100, 100), "new": (110, 110, 700)}.items():
        for number, count in enumerate(counts):
            (tmp_path / f"{side}-{number}").write_text(f"main;f {count}\n")
    files = [*sorted(tmp_path.glob("base-*")), "--", *sorted(tmp_path.glob("new-*"))]
    assert lib.run("profdiff", "-t", "collapsed", *files)[0] == b"main;f 100 110\n"
    drawn = lib.run("profdiff", "-t", "flamegraph", *files)[0].decode()
    assert "samples, medians of 3 and 3 runs · base: 100, new: 110 (+10%)" in drawn
    assert "<title>f (base 100, 100%; new 110, 100%; +10, +10%)</title>" in drawn


def test_a_value_is_divided_as_all_runs_have_it(tmp_path):
    runs = {"a": "main;f 100\n", "b": "main;f 90\nmain;g;f 10\n", "c": "main;f 700\n", "n": "main;f 50\n"}
    for name, text in runs.items():
        (tmp_path / name).write_text(text)
    out = lib.run("profdiff", "-t", "collapsed", "a", "b", "c", "--", "n", cwd=tmp_path)[0]
    assert out == b"main;f 99 50\nmain;g;f 1 0\n"


def test_what_medians_leave_stands_beside_them(tmp_path):
    """In each run another one of three functions is slow: the medians are 1, 1, 1, the median total is 12."""
    for number, slow in enumerate("fgh"):
        (tmp_path / f"base-{number}").write_text("".join(f"main;{name} {10 if name == slow else 1}\n" for name in "fgh") + " 5\n")
    (tmp_path / "new").write_text("main;f 2\n 5\n")
    files = [*sorted(tmp_path.glob("base-*")), "--", tmp_path / "new"]
    assert lib.run("profdiff", *files)[0].startswith(b"total samples 17 -> 7 (-58.82%)")
    assert lib.run("profdiff", "-t", "collapsed", *files)[0] == (
        b"[idle] 5 5\nmain;[beyond medians] 9 0\nmain;f 1 2\nmain;g 1 0\nmain;h 1 0\n")


def test_medians_of_more_than_the_median_total_are_the_total(tmp_path):
    """In each run another one of three functions is fast: the medians are 10, 10, 10, the median total is 21."""
    for number, fast in enumerate("fgh"):
        (tmp_path / f"base-{number}").write_text("".join(f"main;{name} {1 if name == fast else 10}\n" for name in "fgh"))
    (tmp_path / "new").write_text("main;f 2\n")
    files = [*sorted(tmp_path.glob("base-*")), "--", tmp_path / "new"]
    assert lib.run("profdiff", *files)[0].startswith(b"total samples 30 -> 2 ")
    assert lib.run("profdiff", "-t", "collapsed", *files)[0] == b"main;f 10 2\nmain;g 10 0\nmain;h 10 0\n"


def test_units_and_shares_are_drawn_as_what_they_are(tmp_path):
    def speedscope(name, *weights):
        (tmp_path / name).write_text(json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {
            "frames": [{"name": "main"}, {"name": "f"}]}, "profiles": [{"type": "sampled", "name": "t", "unit": "milliseconds", "startValue": 0,
                                                                        "endValue": sum(weights), "samples": [[0, 1], [0]], "weights": weights}]}))
        return tmp_path / name
    files = speedscope("a", 3, 2), speedscope("b", 3, 4)
    drawn = lib.run("profdiff", "-t", "flamegraph", *files)[0].decode()
    assert "time · base: 5 ms, new: 7 ms (+40%)" in drawn
    assert "<title>f (base 3 ms, 60%; new 3 ms, 42.86%; unchanged)</title>" in drawn
    assert "\nself base 2 ms, 40%; new 4 ms, 57.14%; +2 ms, +100%</title>" in drawn
    scoped = json.loads(lib.run("profdiff", "-t", "speedscope", *files)[0])["profiles"]
    assert [(p["name"], p["unit"], sum(p["weights"])) for p in scoped] == [("base: time", "milliseconds", 5), ("new: time", "milliseconds", 7)]
    drawn = lib.run("profdiff", "--compare", "shares", "-t", "flamegraph", *files)[0].decode()
    assert "shares of time · base: 100%, new: 100% · width" in drawn
    assert "<title>f (base 60%; new 42.86%; -17.14%, -28.57%)</title>" in drawn
    out = lib.run("profdiff", "--compare", "shares", "-t", "collapsed", *files)[0]
    assert out == b"main 40 57.1428571\nmain;f 60 42.8571429\n"

"""Python's profilers that do not count as cProfile does, with the right values."""
import json
import marshal
import re

import pytest

import lib

MAIN, FIB14, FIB13 = ("a.py", 1, "main"), ("a.py", 14, "fib"), ("a.py", 13, "fib")
# 20 samples of a function that calls itself, on two of its lines: Python 3.15's sampler
SAMPLED = {MAIN: (0, 20, 0.0, 0.020, {}), FIB14: (15, 20, 0.015, 0.020, {MAIN: 20, FIB14: 30}),
           FIB13: (5, 5, 0.005, 0.005, {FIB14: 5}), ("__sampled__",): True}

MODULE, WALK, REC, BUSY = ("r.py", 1, "<module>"), ("r.py", 9, "walk"), ("r.py", 5, "rec"), ("r.py", 2, "busy")


def row(own, inclusive, callers={}):
    return (-1, -1, own, inclusive, callers)


def part(own, inclusive):
    return (-1, -1, own, inclusive)


# walk and rec call themselves, and each activation counts: pyinstrument
UNCOUNTED = {MODULE: row(0.0, 0.62), WALK: row(0.0, 1.36, {MODULE: part(0.0, 0.62), WALK: part(0.0, 0.74)}),
             REC: row(0.0, 1.42, {WALK: part(0.0, 0.57), REC: part(0.0, 0.85)}),
             BUSY: row(0.62, 0.62, {REC: part(0.57, 0.57), WALK: part(0.05, 0.05)})}


def shares(rows):
    """The inclusive percentages of the table."""
    out = lib.run("proftop", input=marshal.dumps(rows))[0].decode()
    return {name: share for share, name in re.findall(r"^.*%.*%.* (\S+%) .* (\S+) \(\w\.py.*$", out, re.M)}


def test_lines_of_a_recursive_function_count_once():
    """fib's lines have 20 and 5 ms, and 5 of line 13 are among the 20."""
    out = lib.run("pstat2callgrind", "-q", input=marshal.dumps(SAMPLED))[0]
    assert b"\ncfn=(2) fib\ncalls=20 +13\n* 20000000\n" in out
    assert b"# total (1) (2) 25 20 20000000\n" in out
    out = lib.run("pstat2collapsed", "-q", input=marshal.dumps(SAMPLED))[0]
    assert sum(int(line.rsplit(b" ", 1)[1]) for line in out.splitlines()) == 20_000_000
    assert shares(SAMPLED) == {"fib": "100.00%", "main": "100.00%"}


def test_recursion_of_pyinstrument_counts_once():
    assert shares(UNCOUNTED) == {"<module>": "100.00%", "walk": "100.00%", "busy": "100.00%", "rec": "91.94%"}
    out, said = lib.run("pstat2collapsed", input=marshal.dumps(UNCOUNTED))
    assert b"nothing that is recorded is contradicted" in said and b"[unplaced]" not in out
    assert sum(int(line.rsplit(b" ", 1)[1]) for line in out.splitlines()) == 620_000_000
    # what was put right once stays so
    again = lib.run("pstat2pstat", "-q", input=marshal.dumps(UNCOUNTED))[0]
    assert shares(marshal.loads(again)) == shares(UNCOUNTED)
    assert json.loads(lib.run("profcheck", "--strict", "--json", input=again)[0])["warnings"] == []


def test_more_than_the_total_is_said():
    wrong = {("~", 0, "len"): (1, 1, 0.0, 0.0, {}), MAIN: (1, 1, 0.5, 1.0, {}),
             FIB14: (2, 2, 0.5, 1.5, {MAIN: (2, 2, 0.5, 1.5)})}
    out = lib.run("profcheck", "--strict", "--json", input=marshal.dumps(wrong), status=1)[0]
    assert any(warning.startswith("1 function has a recorded inclusive total above the sum of all self values, such as fib")
               for warning in json.loads(out)["warnings"])


def graph(length):
    """Every function calls every other one; `length` is that of the file's and of one function's name."""
    names = ["f%d" % i for i in range(200)] + ["g" * length, "caf\udce9" * (length // 4)]
    keys = [("x" * length, 1, name) for name in names] + [("~", 0, "len")]
    rows = {key: (1, 1, 0.0, 1.0, {caller: (1, 1, 0.0, 0.5) for caller in keys[:i]}) for i, key in enumerate(keys)}
    rows[keys[-1]] = (1, 1, 1.0, *rows[keys[-1]][3:])
    return rows


@pytest.mark.parametrize("length", [16, 400, 2_000, 20_000])
def test_long_names_are_written_once(length):
    """20,000 bytes in each of 40,000 keys would be 800 MB: from then on Python has references in its files, too."""
    rows = graph(length)
    out = lib.run("pstat2pstat", "-q", input=marshal.dumps(rows))[0]
    assert marshal.loads(out) == rows
    if length >= 2000:
        assert len(out) < 2 * len(marshal.dumps(rows))
    else:  # as Python 2 and 3.3 read it
        assert out[:1] == b"{" and b"\xa8" not in out and b"\xf4" not in out
    # ours reads it back, and writes the same once more
    assert lib.run("pstat2pstat", "-q", input=out)[0] == out


def test_long_names_with_a_root_and_guesses():
    """The root's key stands in the notes, in a row and as a caller; a guessed line is a long."""
    lines = "".join("%s;f%d;leaf 1\n" % ("m%d" % (i % 9) + "x" * 20_000, i) for i in range(3000))
    out = lib.run("collapsed2pstat", "-q", input=lines.encode())[0]
    rows = marshal.loads(out)
    assert len(out) < 2 * 9 * 20_000 + 100 * 6000 and len(rows) == 9 + 3000 + 1 + 1
    assert rows["~", 0, "[root]"][3] == pytest.approx(3e3) and len(rows["~", 0, "leaf"][4]) == 3000
    again = lib.run("pstat2pstat", "-q", input=out)[0]
    assert marshal.loads(again) == rows and again == out

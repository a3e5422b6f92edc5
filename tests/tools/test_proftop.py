"""proftop: the figures by arithmetic of our own, and each way of writing them by a parser of its own."""
import collections
import csv
import fcntl
import io
import json
import marshal
import os
import pty
import random
import re
import struct
import subprocess
import termios
import unicodedata

import pytest

import lib

HOSTILE = ["=1+2", "@cmd", "-x", "+y", "a|b", "a,b", 'a"b', "a\tb", "<script>", "`x`", "*a*", "_b_", "[x](y)", "a\\b", "\x1b[31mred",
           "\u202eevil", "\r", "%s", "&lt;", "x\u0085y", "~", "#1", "@user", "http://x", "\ufeff", "\u6f22\u5b57", "e\u0301"]


def stacks_of(seed):
    rng = random.Random(seed)
    return {tuple(rng.choice("abcdef") for _ in range(rng.randint(1, 6))): rng.randint(1, 99) for _ in range(40)}


def folded(stacks):
    return "".join(";".join(stack) + f" {n}\n" for stack, n in stacks.items()).encode("utf-8", "surrogateescape")


def top(*options, input=b"", status=0, **more):
    out, _ = lib.run("proftop", "-q", *options, input=input, status=status, **more)
    return out.decode("utf-8", "surrogateescape")


def rows(*options, **more):
    return json.loads(top("--format", "json", *options, **more))


# --- figures ---

@pytest.mark.parametrize("seed", range(8))
def test_self_and_inclusive(seed):
    stacks = stacks_of(seed)
    total, cumulative = sum(stacks.values()), 0
    found = rows(input=folded(stacks))
    assert {row["function"] for row in found} == {f for stack in stacks for f in stack}
    for row in found:
        own = sum(n for stack, n in stacks.items() if stack[-1] == row["function"])
        cumulative += own
        assert row["self"] == own
        assert row["inclusive"] == sum(n for stack, n in stacks.items() if row["function"] in stack)
        for key, value in ("self_percent", own), ("cumulative_percent", cumulative), ("inclusive_percent", row["inclusive"]):
            assert abs(row[key] - 100 * value / total) < 0.0051
        assert row["calls"] is None and row["self_per_call"] is None and row["unit"] == "samples"
    assert [row["self"] for row in found] == sorted((row["self"] for row in found), reverse=True)


PSTAT = {("m.py", 1, "main"): (1, 1, 1.0, 11.0, {}), ("m.py", 5, "f"): (3, 4, 6.0, 9.0, {("m.py", 1, "main"): (3, 4, 6.0, 9.0)}),
         ("~", 0, "<len>"): (6, 6, 4.0, 4.0, {("m.py", 5, "f"): (5, 5, 3.0, 3.0), ("m.py", 1, "main"): (1, 1, 1.0, 1.0)})}


def test_calls_of_a_pstat_file():
    found = {row["function"]: row for row in rows(input=marshal.dumps(PSTAT))}
    f = found["f"]
    assert (f["file"], f["line"], f["calls"], f["primitive_calls"]) == ("m.py", 5, 4, 3)
    assert (f["self"], f["self_per_call"], f["inclusive_per_call"]) == (6 * 10**9, 1.5 * 10**9, 2.25 * 10**9)
    assert found["<len>"]["file"] == "" and found["<len>"]["line"] is None and f["unit"] == "ns"


@pytest.mark.parametrize("sort, key", [("self", lambda r: -r["self"]), ("inclusive", lambda r: -r["inclusive"]),
                                       ("calls", lambda r: -r["calls"]), ("name", lambda r: r["function"]),
                                       ("self-per-call", lambda r: -r["self_per_call"]),
                                       ("inclusive-per-call", lambda r: -r["inclusive_per_call"])])
def test_sort(sort, key):
    found = rows("--sort", sort, lib.SAMPLES / "pstat/cprofile-py3.11-text.pstat")
    found = [row for row in found if row["calls"]]
    if "per-call" in sort:  # rounded to a nanosecond a call: near ones may seem to be out of order
        keys = list(map(key, found))
        assert all(a <= b + 1 for a, b in zip(keys, keys[1:]))
    else:
        assert found == sorted(found, key=key)


def test_peek():
    found = rows("--peek", "f", input=marshal.dumps(PSTAT))
    assert [(row["relation"], row["function"], row["inclusive"], row["self"], row["calls"]) for row in found] == [
        ("caller", "main", 9 * 10**9, None, 4), ("function", "f", 9 * 10**9, 6 * 10**9, 4), ("callee", "<len>", 3 * 10**9, None, 5)]
    assert [row["function"] for row in rows("--peek", "le", input=marshal.dumps(PSTAT)) if row["relation"] == "function"] == ["<len>"]
    _, said = lib.run("proftop", "--peek", "nobody", input=marshal.dumps(PSTAT), status=2)
    assert said == b"proftop: no function has 'nobody' in its name\n"


@pytest.mark.parametrize("seed", range(5))
def test_peek_sums(seed):
    stacks = stacks_of(seed)
    for row in rows("--peek", "a", input=folded(stacks)):
        pair = {"caller": (row["function"], "a"), "callee": ("a", row["function"])}.get(row["relation"])
        assert row["inclusive"] == sum(n for stack, n in stacks.items()
                                       if (pair in zip(stack, stack[1:]) if pair else "a" in stack))


@pytest.mark.parametrize("seed", range(5))
def test_tree(seed):
    stacks = stacks_of(seed)
    sums = collections.Counter()
    for stack, n in stacks.items():
        for depth in range(1, len(stack) + 1):
            sums[stack[:depth]] += n
    path, seen = [], {}
    found = rows("--tree", input=folded(stacks))
    for row in found:
        path[row["depth"] - 1:] = [row["function"]]
        assert tuple(path) not in seen
        seen[tuple(path)] = row["inclusive"]
        assert row["self"] == stacks.get(tuple(path), 0)
    assert seen == sums
    for above, row in zip(found, found[1:]):  # the heaviest sibling first
        assert row["depth"] != above["depth"] or row["inclusive"] <= above["inclusive"]


def test_lines():
    data = b"main (a.py:1);f (a.py:7) 5\nmain (a.py:1);f (a.py:8) 4\nmain (a.py:2);f (a.py:7) 3\n"
    assert [(row["file"], row["line"], row["function"], row["self"]) for row in rows("--lines", input=data)] == [
        ("a.py", 7, "f", 8), ("a.py", 8, "f", 4)]
    inlined = rows("--lines", lib.SAMPLES / "callgrind/valgrind-main-cpp.callgrind")
    assert sum(row["self"] for row in inlined) == sum(row["self"] for row in rows(lib.SAMPLES / "callgrind/valgrind-main-cpp.callgrind"))


RECURSIVE = b"main (a.py:2);f (a.py:5);f (a.py:6);f (a.py:5) 7\nmain (a.py:2);f (a.py:6) 5\nmain (a.py:3);g (b.py:9) 1\n"


def test_lines_of_one_function():
    """Callers by the line that calls, the lines themselves, callees by the line that calls them."""
    found = [(row["relation"], row["call_line"], row["function"], row["inclusive"], row["self"])
             for row in rows("--peek", "f", "--lines", input=RECURSIVE)]
    callers, own = found[:found.index(("function", None, "f", 12, 12))], found[found.index(("function", None, "f", 12, 12)):]
    assert ("caller", 2, "main", 12, None) in callers
    assert own[1:3] == [("line", 5, "f", None, 7), ("line", 6, "f", None, 5)]
    assert own[3:] == [("callee", 5, "f", 7, None)]  # of a recursion, the outermost call
    table = top("--peek", "f", "--lines", input=RECURSIVE)
    assert re.search(r"^caller +12 .* a\.py:2 +main \(a\.py\)$", table, re.M) and re.search(r"^line +7 .* a\.py:5 +f \(a\.py\)$", table, re.M)


def test_list_has_exact_values():
    """Recursion counts a stack once on each line: line 5 and line 6 are both in the first stack."""
    found = [(row["line"], row["self"], row["inclusive"]) for row in rows("--list", "f", input=RECURSIVE)]
    assert found == [(5, 7, 7), (6, 5, 12)]


@pytest.fixture
def source(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.py").write_text("".join(f"line {n}\n" for n in range(1, 6)) + "\tindented\t<\x1b[31m\n" +
                                          "".join(f"line {n}\n" for n in range(7, 40)))
    return tmp_path


@pytest.mark.parametrize("place", ["source path", "beside", "as written"])
def test_list_finds_sources(source, place):
    name = f"{source}/lib/a.py" if place == "as written" else "/built/elsewhere/lib/a.py"
    folder = source if place == "beside" else source / "profiles"
    folder.mkdir(exist_ok=True)
    profile = folder / "p.collapsed"
    profile.write_text(f"main;f ({name}:6) 7\nmain;f ({name}:30) 5\n")
    options = ["--source-path", f"/nowhere:{source}"] if place == "source path" else []
    found = rows("--list", "f", *options, profile)
    assert [(row["line"], row["self"], row["source"]) for row in found] == [(6, 7, "        indented        <\x1b[31m"), (30, 5, "line 30")]
    text = top("--list", "f", *options, profile)
    assert "\x1b" not in text and "indented        <\\x1b[31m" in text
    lines = text.splitlines()
    assert lines[0] == f"f ({name}): self 12 samples, inclusive 12 samples, 100.00%"
    shown = [re.sub(" +", " ", line.strip()) for line in lines[3:]]
    assert shown == ["7 7 6 indented <\\x1b[31m", "7 line 7", "8 line 8", "9 line 9", "...", "27 line 27", "28 line 28", "29 line 29",
                     "5 5 30 line 30", "31 line 31", "32 line 32", "33 line 33"]


def test_list_without_a_source_says_so(tmp_path):
    os.mkfifo(tmp_path / "a.py")
    for options in [], ["--source-path", tmp_path], ["--sandbox"]:  # a FIFO is not waited for
        out, said = lib.run("proftop", "--list", "f", *options, input=b"f (x/a.py:3) 2\n", env=lib.IN_SANDBOX)
        assert said == b"proftop: warning: x/a.py: no such source, see --source-path\n"
        assert re.sub(rb" +", b" ", out).splitlines()[-1] == b" 2 2 3"
    assert b"knows no lines of 'f'" in lib.run("proftop", "--list", "f", input=b"f 2\n", status=2)[1]
    assert b"no function has 'q'" in lib.run("proftop", "--list", "q", input=b"f 2\n", status=2)[1]


def test_list_of_a_call_graph():
    """A line has what it costs and what is called at it, as callgrind_annotate counts."""
    sample = lib.SAMPLES / "callgrind/valgrind-main.callgrind"
    for row in rows(sample)[:20]:
        found = [line for line in rows("--list", row["function"], sample) if (line["function"]) == row["function"]]
        lines = [line for line in rows("--lines", sample) if line["function"] == row["function"] and line["line"]]
        assert {(line["file"], line["line"]): line["self"] for line in found if line["self"]} == \
            {(line["file"], line["line"]): line["self"] for line in lines}
    main, = [row for row in rows(sample) if row["function"] == "main"]
    assert sum(row["inclusive"] for row in rows("--list", "main", sample) if row["function"] == "main") == main["inclusive"]


def test_no_column_is_empty():
    assert top("--lines", input=b"f 2\n").splitlines()[0].split() == ["self", "self%", "sum%", "function"]
    assert "| calls " not in top("--format", "markdown", input=b"f 2\n")
    assert rows(input=b"f 2\n")[0]["calls"] is None  # programs have all keys


# --- means ---

HEAP = b"""events: objects bytes
event: bytes : size (bytes)
fn=main
1 2 7
cfn=a
calls=1 10
2 3 1000
fn=a
10 3 1000
fn=b
20 0 50
fn=c
30 4 22
"""


def test_per():
    found = {row["function"]: row for row in rows("--per", "objects", "--value", "bytes", input=HEAP)}
    assert list(found) == ["a", "c", "main", "b"]  # by the mean; without one last
    assert [(name, row["self"], row["self_of"], row["inclusive"], row["inclusive_of"]) for name, row in sorted(found.items())] == [
        ("a", 333.333, 3, 333.333, 3), ("b", None, 0, None, 0), ("c", 5.5, 4, 5.5, 4), ("main", 3.5, 2, 201.4, 5)]
    assert all(row["value_type"] == "bytes" and row["per"] == "objects" for row in found.values())
    assert rows("--per", "1", "--value", "2", input=HEAP) == list(found.values())
    assert [row["function"] for row in rows("--per", "1", "--value", "2", "--sort", "inclusive", "--limit", "2", input=HEAP)] == ["a", "main"]
    # shares are of values: b has 50 of 1,079 bytes, c 22
    assert "b" in {row["function"] for row in rows("--per", "1", "--value", "2", "--min-share", "0.04", input=HEAP)}
    assert "c" not in {row["function"] for row in rows("--per", "1", "--value", "2", "--min-share", "0.04", input=HEAP)}
    text = top("--per", "1", "--value", "2", input=HEAP)
    assert text.startswith("bytes per objects: ") and "201 B" in text


def test_per_by_label():
    found = rows("--per", "samples", "--by", "route", lib.SAMPLES / "pprof" / "go-cpu.pb.gz")
    assert {row["label"] for row in found} >= {"<unknown>"} and all(row["self"] == 10_000_000 for row in found)


@pytest.mark.parametrize("options, expected", [
    (["--per", "x"], "no value type 'x'; there are: objects, bytes"),
    (["--per", "1", "--tree"], "option --per: only for functions, or with --by"),
    (["--per", "1", "--lines"], "option --per: only for functions, or with --by"),
    (["--per", "1", "--sort", "calls"], "option --per: expected --sort self, inclusive or name"),
    (["--per", "1", "--format", "openmetrics"], "option --per: not with --format openmetrics"),
])
def test_per_is_not_for_everything(options, expected):
    assert lib.run("proftop", *options, input=HEAP, status=2)[1].decode() == f"proftop: {expected}\n"


def test_per_time_says_nothing():
    _, err = lib.run("proftop", "--per", "cpu", lib.SAMPLES / "pprof" / "go-cpu.pb.gz", status=2)
    assert err == b"proftop: option --per: expected a value type that counts, got the time 'cpu'\n"


def test_least_and_limit():
    data = b"a 90\nb 9\nc 1\n"
    assert [row["function"] for row in rows("--min-share", "0.05", input=data)] == ["a", "b"]
    assert [row["function"] for row in rows("-n", "1", input=data)] == ["a"]
    assert "3 functions, 1 shown" in top("-n", "1", input=data)
    many = folded({(f"f{i}",): i + 1 for i in range(60)})
    assert len(top(input=many).splitlines()) == 43 and len(top("-n", "0", input=many).splitlines()) == 63
    assert len(rows(input=many)) == 60


def test_value_and_thread():
    path = lib.SAMPLES / "callgrind/valgrind-cache-branch.callgrind"
    names = [t["name"] for t in json.loads(lib.run("profcheck", "--json", path)[0])["value_types"]]
    for name in names[:3]:
        assert {row["value_type"] for row in rows("--value", name, path)} == {name}


# --- each way of writing ---

def named(name):
    return folded({("main", name.replace(";", ":").replace("\n", " ")): 3})


def people(text):
    """A name as people see it."""
    return "".join(c if c not in "\ufeff" and unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp") else
                   f"\\x{ord(c):02x}" if ord(c) < 128 else f"\\u{{{ord(c):x}}}" for c in text)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_come_out_of_every_parser(name):
    data = named(name)
    name = rows("--sort", "name", input=data) and next(r["function"] for r in rows(input=data) if r["function"] != "main")
    for separated, dialect in ("csv", "excel"), ("tsv", "excel-tab"):
        text = top("--format", separated, input=data)
        assert "\x1b" not in text
        quoting = {"quoting": csv.QUOTE_NONE} if separated == "tsv" else {}
        found = [row["function"] for row in csv.DictReader(io.StringIO(text, newline=""), dialect=dialect, **quoting)]
        if separated == "tsv":  # exact
            found = [re.sub(rb"\\(x..|.)", lambda m: {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"\\": b"\\"}.get(m[1]) or bytes([int(m[1][1:], 16)]),
                            f.encode()).decode() for f in found]
            assert sorted(found) == sorted(["main", "'" + name if name[0] in "=+-@\t\r" else name])
        else:  # as people see it
            assert sorted(found) == sorted(["main", "'" + people(name) if name[0] in "=+-@" else people(name)])
    assert sorted(json.loads(line)["function"] for line in top("--format", "ndjson", input=data).split("\n")[:-1]) == sorted(["main", name])


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_on_a_terminal_and_in_markdown(name):
    data = named(name)
    name = next(r["function"] for r in rows(input=data) if r["function"] != "main")
    text = top(input=data)
    assert people(name) in text and all(c == "\n" or c.isprintable() for c in text)
    lines = top("--format", "markdown", input=data).splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {8}  # nobody counted calls
    cell = next(line for line in lines if "main" not in line and "function" not in line and "--" not in line).split(" | ")[-1][:-2].rstrip()
    assert not set(cell.replace("&#", "")) & set("<>|`*_[]@") and re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), cell) == people(name)


@pytest.mark.parametrize("byte", [0, 7, 27, 127, 128, 255])
def test_bytes_are_shown_not_sent(byte):
    out, _ = lib.run("proftop", input=b"main;x%cy 1\n" % byte)
    assert b"x\\x%02xy" % byte in out


METRIC = re.compile(r'(profpipe_(?:self|inclusive|profile)(?:_seconds|_bytes)?|profpipe_calls)'
                    r'\{(?:function="((?:[^"\\\n]|\\.)*)",file="((?:[^"\\\n]|\\.)*)",line="(\d+)")?,?(?:value_type="((?:[^"\\\n]|\\.)*)")?\} (-?[\d.]+)')


@pytest.mark.parametrize("name", [None, *HOSTILE], ids=range(len(HOSTILE) + 1))
def test_openmetrics(name):
    data = marshal.dumps(PSTAT) if name is None else named(name)
    text = top("--format", "openmetrics", input=data)
    lines = text.split("\n")
    assert lines[-2:] == ["# EOF", ""] and text.isprintable() is False
    series, declared = set(), {}
    for line in lines[:-2]:
        comment = re.fullmatch(r"# (TYPE|UNIT|HELP) (\w+) (.+)", line)
        if comment:
            assert (comment[1], comment[2]) not in declared
            declared[comment[1], comment[2]] = comment[3]
            continue
        metric = METRIC.fullmatch(line)
        assert metric, line
        assert declared["TYPE", metric[1]] == "gauge" and metric.groups()[:5] not in series
        series.add(metric.groups()[:5])
        if metric[1].endswith("_seconds"):
            assert declared["UNIT", metric[1]] == "seconds"
    if name is None:
        assert ("profpipe_self_seconds", "f", "m.py", "5", "time") in series and "} 1.5\n" not in text and 'line="5",value_type="time"} 6\n' in text
    assert len(top("--format", "openmetrics", input=folded({(f"f{i}",): 1 for i in range(500)})).splitlines()) == (2 + 100 + 1) + (2 + 100) + (2 + 1) + 1


# --- the terminal ---

def on_terminal(*options, columns, lines=24, env=None):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {k: v for k, v in lib.ENV.items() if k != "NO_COLOR"} | (env or {})
    with subprocess.Popen([lib.BIN / "proftop", *map(str, options)], stdout=theirs, stdin=subprocess.DEVNULL, env=environment) as child:
        os.close(theirs)
        text = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            text += part
    os.close(ours)
    assert child.returncode == 0
    return text.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [70, 100, 200])
def test_a_terminal_is_not_overflown(columns):
    sample = lib.SAMPLES / "pstat/cprofile-py3.11-text.pstat"
    plain = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal("-q", sample, columns=columns))
    lines = plain.splitlines()
    assert len(lines) == 24 - 5 + 3 and max(map(len, lines)) <= columns
    assert any(".." in line for line in lines) or columns == 200


def test_a_directory_goes_before_a_file_and_a_line(tmp_path):
    profile = tmp_path / "p.collapsed"
    profile.write_text("".join(f"{'q' * n}.middle.{'e' * n} (/very/long/directory/of/a/project/lib/file_{n}.py:12{n}) 1\n" for n in range(9)))
    for columns in 60, 80, 100, 140:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal("-q", profile, columns=columns))
        for n in range(9):
            assert f"file_{n}.py)" in plain
        assert max(map(len, plain.splitlines())) <= columns
        assert ("directory" in plain) == (columns == 140)
    assert re.search(r"\(\.\./(\w+/)+file_3\.py\)", re.sub(r"\x1b\[[0-9;]*m", "", on_terminal("-q", profile, columns=100)))


def test_colours_only_on_a_terminal():
    sample = lib.SAMPLES / "pstat/cprofile-py3.11-text.pstat"
    assert "\x1b[" in on_terminal(sample, columns=120)
    assert "\x1b[" not in on_terminal(sample, columns=120, env={"NO_COLOR": "1"})
    assert "\x1b[" in on_terminal(sample, "--color", "always", columns=120, env={"NO_COLOR": "1"})
    assert "\x1b[" not in on_terminal(sample, "--color", "never", columns=120)
    assert "\x1b[" not in top(sample) and "\x1b[" in top("--color", "always", sample)


def test_columns_of_wide_characters():
    text = top(input="main;\u6f22\u5b57 1\nmain;e\u0301 2\n".encode())
    assert [line.rpartition("  ")[2] for line in text.splitlines()[2:]] == ["function", "e\u0301", "\u6f22\u5b57", "main"]


# --- refusals ---

@pytest.mark.parametrize("options, message", [
    (["--peek", "a", "--tree"], b"only one of them"), (["--list", "a", "--lines"], b"only one of them"), (["--format", "openmetrics", "--lines"], b"only for functions"),
    (["--format", "xml"], b"expected text|tsv"), (["--sort", "size"], b"expected self|"), (["-f", "dot"], b"cannot read"),
])
def test_refusals(options, message):
    _, said = lib.run("proftop", *options, input=b"a 1\n", status=2)
    assert message in said and said.count(b"\n") == 1


@pytest.mark.parametrize("sample", lib.samples(), ids=lambda s: s.name)
def test_every_sample(sample):
    for view in [], ["--tree"], ["--lines"]:
        lib.run("proftop", "-q", *view, sample.path)

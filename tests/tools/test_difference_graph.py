"""The difference of two call graphs: no stacks are made, so calls and inclusive values are exact."""
import re
import subprocess

import pytest

import lib

BASE = """events: Ir
fl=a.c
fn=main
1 100
cfn=parse
calls=4 10
2 400
cfn=old
calls=2 20
3 200
fn=parse
10 300
cfn=leaf
calls=8 30
11 100
fn=leaf
30 100
fn=old
20 200
"""
NEW = """events: Ir
fl=a.c
fn=main
1 90
cfn=parse
calls=6 10
2 700
cfn=young
calls=1 40
3 50
fn=parse
10 500
cfn=leaf
calls=8 30
11 200
fn=leaf
30 200
fn=young
40 50
"""
# a diamond with recursion: four paths, so that stacks would be a guess
RUNS = lib.SAMPLES / "runs"


@pytest.fixture(name="files")
def fixture_files(tmp_path):
    for name, text in (("base", BASE), ("new", NEW)):
        (tmp_path / name).write_text(text)
    return tmp_path / "base", tmp_path / "new"


def drawn(*args):
    """label by name, (label, style) by pair of names"""
    text = lib.run("profdiff", "-q", "-t", "dot", *args)[0].decode()
    subprocess.run(["dot", "-Tsvg", "-o", "/dev/null"], input=text.encode(), check=True)
    names, nodes, edges = {}, {}, {}
    for number, label, look in re.findall(r'^n(\d+) \[label="([^"]*)",tooltip="[^"]*"(.*)\];$', text, re.M):
        name, *lines = label.split("\\n")
        names[number] = name
        nodes[name] = (lines, look)
    for caller, callee, label, look in re.findall(r'^n(\d+) -> n(\d+) \[label="([^"]*)"(.*)\];$', text, re.M):
        edges[names[caller], names[callee]] = (label.split("\\n"), look)
    return text, nodes, edges


def is_red(look):
    return re.search(r'color="0\.000 0\.[1-9]|color="0\.000 1', look) is not None


def is_blue(look):
    return 'color="0.600' in look


def test_dot_has_both_sides(files):
    text, nodes, edges = drawn(*files)
    assert 'label="Ir \xb7 base 700, new 840 (+20%) \xb7 red is more, blue is less"' in text
    assert nodes["parse"][0] == ["a.c", "400 \u2192 700 (+75%)", "self 300 \u2192 500 (+66.67%)", "4\xd7 \u2192 6\xd7"]
    assert nodes["leaf"][0][1:] == ["100 \u2192 200 (+100%)", "self 100 \u2192 200 (+100%)", "8\xd7"]
    assert nodes["old"][0][1:] == ["200 \u2192 0 (gone)", "self 200 \u2192 0 (gone)", "2\xd7 \u2192 0\xd7"]
    assert nodes["young"][0][1:] == ["0 \u2192 50 (new)", "self 0 \u2192 50 (new)", "0\xd7 \u2192 1\xd7"]
    assert edges["main", "parse"][0] == ["400 \u2192 700 (+75%)", "4\xd7 \u2192 6\xd7"]
    assert edges["main", "old"][0] == ["200 \u2192 0 (gone)", "2\xd7 \u2192 0\xd7"]
    assert edges["main", "young"][0] == ["0 \u2192 50 (new)", "0\xd7 \u2192 1\xd7"]
    assert edges["parse", "leaf"][0] == ["100 \u2192 200 (+100%)", "8\xd7"]
    for shape, name in ((nodes, "old"), (edges, ("main", "old"))):
        assert is_blue(shape[name][1]) and "dashed" in shape[name][1]
    for shape, name in ((nodes, "young"), (edges, ("main", "young"))):
        assert is_red(shape[name][1]) and "bold" in shape[name][1]
    assert is_red(nodes["parse"][1]) and is_red(edges["main", "parse"][1])


def test_callgrind_has_both_sides(files, tmp_path):
    target = tmp_path / "difference.callgrind"
    lib.run("profdiff", "-t", "callgrind", "-o", target, *files)
    text = target.read_text()
    assert "events: base new base_calls new_calls\nsummary: 700 840 14 15\n" in text
    assert re.search(r"^cfn=\(\d+\) parse\ncalls=6 .*\n\S+ 400 700 4 6$", text, re.M)
    assert re.search(r"^cfn=\(\d+\) old\ncalls=2 .*\n\S+ 200 0 2$", text, re.M), "calls of the base where it is gone"
    annotated = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", "--inclusive=yes", target], capture_output=True,
                               text=True, check=True).stdout
    rows = {line.split()[-1].rpartition(":")[2]: re.findall(r"[\d,]+(?= \()|(?<= )0(?= )", line)[:2]
            for line in annotated.splitlines() if "a.c:" in line}
    assert rows == {"main": ["700", "840"], "parse": ["400", "700"], "leaf": ["100", "200"], "old": ["200", "0"], "young": ["0", "50"]}
    # as stacks it is a difference again
    assert lib.run("callgrind2collapsed", "-q", target)[0] == (
        b"main (a.c) 100 90\nmain (a.c);old (a.c) 200 0\nmain (a.c);parse (a.c) 300 500\n"
        b"main (a.c);parse (a.c);leaf (a.c) 100 200\nmain (a.c);young (a.c) 0 50\n")
    assert "base: 700, new: 840 (+20%)" in lib.run("callgrind2flamegraph", "-q", target)[0].decode()
    # the graph of a written difference is the same graph
    written = lib.run("callgrind2dot", target)[0].decode()
    assert written.split("\n", 5)[4:] == drawn(*files)[0].split("\n", 5)[4:]


def test_no_stacks_are_made():
    """Calls of pstat, and nothing estimated."""
    files = RUNS / "base-1.pstat", RUNS / "slow-1.pstat"
    for to in ("dot", "callgrind"):
        assert lib.run("profdiff", "--strict", "-t", to, *files)[1] == b""
    _, nodes, edges = drawn(*files)
    assert nodes["parse"][0][-1] == "9,600\xd7" and edges["test_discounts", "discount"][0][-1] == "3,200\xd7"


def test_medians_of_graphs():
    """Each number is the median that the report has; what they leave of the total is a function of its own, grey."""
    files = [*sorted(RUNS.glob("base-*.pstat")), "--", *sorted(RUNS.glob("slow-*.pstat"))]
    text, nodes, _ = drawn(*files)
    assert "medians of 6 and 6 runs \xb7 base 48.6 ms, new 54.8 ms (+12.79%)" in text
    assert nodes["discount"][0][1:] == ["8.18 ms \u2192 36.4 ms (+345%)", "self 7.86 ms \u2192 36.1 ms (+359.1%)", "3,200\xd7"]
    lines, look = nodes["[beyond medians]"]
    assert lines[0].startswith("14.5 ms \u2192 2.7 ms") and 'fillcolor="0.000 0.000 0.880"' in look


def test_sampled_profiles_have_no_calls():
    a, b = (lib.SAMPLES / "collapsed" / name for name in ("pyspy.collapsed", "pyspy-nolineno.collapsed"))
    assert "\xd7" not in drawn(a, b)[0]
    text = lib.run("profdiff", "-q", "-t", "callgrind", a, b)[0].decode()
    assert "events: base new\n" in text and "nobody counted calls" in text


def test_one_value_is_no_difference(files):
    said = lib.run("profdiff", "-t", "pstat", *files, status=2)[1]
    assert said == b"profdiff: -t pstat: it holds one value, and a difference has two of each function\n"

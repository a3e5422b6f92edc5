"""V8's profiles: an independent reader's figures of real files, durations, shapes, threads, the collector."""
import collections
import gzip
import json
import pathlib
import re
import shutil
from decimal import Decimal

import pytest

import lib

HERE = pathlib.Path(__file__).parent
# by a script of its own, in floating point
ORACLE = json.loads((HERE / "oracle.json").read_text())


def folded(*args, data=None, program="cpuprofile2collapsed"):
    """The stacks, and what is said."""
    out, said = lib.run(program, "-v", "--frames", "name", *(["--unit", "ns"] if "2" in program else []), *args, input=data)
    return dict((stack, int(count)) for stack, count in (line.rsplit(" ", 1) for line in out.decode().splitlines())), said.decode()


def file(name):
    return lib.SAMPLES / "cpuprofile" / name.removeprefix("samples/") if name.startswith("samples/") else HERE / name


def node(id, name, *children, url="a.js", line=0, column=0, **more):
    return {"id": id, "callFrame": {"functionName": name, "scriptId": "1", "url": url, "lineNumber": line, "columnNumber": column},
            **({"children": list(children)} if children else {}), **more}


ROOT = {"url": "", "line": -1, "column": -1}
NODES = [node(1, "(root)", 2, 4, 5, **ROOT), node(2, "f", 3, line=2, column=7), node(3, "g", line=9), node(4, "(idle)", **ROOT),
         node(5, "(garbage collector)", **ROOT)]


def profile(samples, deltas, start=100, end=200, nodes=NODES, **more):
    return {"nodes": nodes, "startTime": start, "endTime": end, "samples": samples, "timeDeltas": deltas, **more}


def stacks(value, *options):
    return folded(*options, data=json.dumps(value).encode())[0]


# --- real files ---

@pytest.mark.parametrize("name", ORACLE)
def test_figures_of_an_independent_reader(name):
    want = ORACLE[name]
    scale = 1000 if want["unit"] == "us" else 1
    found, said = folded(file(name))
    own, inclusive = collections.Counter(), collections.Counter()
    for stack, value in found.items():
        frames = stack.split(";") if stack else []
        own[frames[-1] if frames else ""] += value
        for frame in set(frames) | {"(root)"}:
            inclusive[frame] += value
    for kind, figures in (("self", own), ("inclusive", inclusive)):
        for function, value in want[kind].items():
            assert abs(figures[function] - value * scale) < scale / 2, (kind, function)
    assert abs(sum(found.values()) - want["total"] * scale) < scale / 2
    assert ("before the first sample are in no sample" in said) == bool(want.get("before_first"))


def test_fractions_are_exact():
    """Bun's times are microseconds since 1970, with a fraction that a double has not."""
    path = lib.SAMPLES / "cpuprofile/bun.cpuprofile"
    text = json.loads(path.read_text(), parse_float=Decimal, parse_int=Decimal)
    whole = (text["endTime"] - text["startTime"] - text["timeDeltas"][0]) * 1000
    assert sum(folded(path)[0].values()) == whole == 201666300


def test_places_are_those_of_the_functions():
    """Of lines and columns from 0; both are where the function begins, so that no line was executed."""
    out = lib.run("cpuprofile2speedscope", "-q", input=json.dumps(profile([3, 2], [5, 3])).encode())[0]
    f, g = (frame for frame in json.loads(out)["shared"]["frames"] if frame["name"] in "fg")
    assert (f["file"], f["line"], f["col"], f["functionLine"]) == ("a.js", 3, 8, True)
    assert (g["line"], g["col"]) == (10, 1)


def test_a_name_that_is_empty_is_anonymous():
    assert stacks(profile([2], [0], nodes=[node(1, "(root)", 2, **ROOT), node(2, "")])) == {"(anonymous)": 100_000}


# --- durations ---

@pytest.mark.parametrize("samples, deltas, want", [
    ([2, 3, 2], [10, 5, 7], {"f": 5 + 78, "f;g": 7}),        # the last one until the end, the first ten are nobody's
    ([2, 3, 2], [10, 5, -3], {"f": 5 - 2 + 3 - 3 + 2 + 0, "f;g": 85}),  # 110 f, 112 f, 115 g
    ([2, 3], [10, 0], {"f;g": 90}),                          # at one time
    ([2, 3], [10, 200], {"f": 200}),                         # behind the end
    ([1, 2], [0, 40], {"": 40, "f": 60}),                    # the root is no stack
    ([], [], {})])
def test_durations(samples, deltas, want):
    found = stacks(profile(samples, deltas))
    assert {stack: value for stack, value in found.items() if value} == {stack: value * 1000 for stack, value in want.items()}


def test_samples_without_an_end():
    value = profile([2, 3], [10, 5])
    del value["endTime"]
    assert stacks(value) == {"f": 5000, "f;g": 0}


def test_rows_in_time_are_as_long():
    """Where the order is kept; times are those of the file."""
    data = json.dumps(profile([2, 2, 3, 2], [10, 5, 7, 8])).encode()
    only, = json.loads(lib.run("cpuprofile2speedscope", "-q", input=data)[0])["profiles"]
    assert (only["unit"], only["startValue"], only["endValue"]) == ("microseconds", 110, 200)
    assert only["weights"] == [5, 7, 8, 70] and [len(stack) for stack in only["samples"]] == [1, 1, 2, 1]
    assert only["profpipe"]["times"] == [110_000, 115_000, 122_000, 130_000]
    only, = json.loads(lib.run("cpuprofile2speedscope", "-q", input=json.dumps(profile([2, 3, 3], [20, -10, 5])).encode())[0])["profiles"]
    assert only["weights"] == [5, 5, 80] and only["profpipe"]["times"] == [110_000, 115_000, 120_000]


def test_rows_of_very_many_samples_are_joined():
    """Behind each other and of one stack, with their count; a thread of a million samples is not written as long as that."""
    count = 300_000
    data = json.dumps(profile([2, 2, 2, 3] * count, [1] * 4 * count, 0, 4 * count)).encode()
    only, = json.loads(lib.run("cpuprofile2speedscope", "-q", input=data)[0])["profiles"]
    assert only["weights"] == ([3, 1] * count)[:-1] + [0] and only["endValue"] == 4 * count
    written = json.loads(lib.run("cpuprofile2cpuprofile", "-q", input=data)[0])
    assert [n["hitCount"] for n in written["nodes"]] == [0, 3 * count, count]


def test_hits_are_no_time():
    """They count neither samples nor time, but where there is nothing else."""
    nodes = [node(1, "(root)", 2, hitCount=0, **ROOT), node(2, "f", 3, hitCount=7), node(3, "g", hitCount=1)]
    assert stacks(profile([3, 2], [0, 10], nodes=nodes)) == {"f": 90_000, "f;g": 10_000}
    found, said = folded(data=json.dumps({"nodes": nodes, "startTime": 0, "endTime": 800}).encode())
    assert found == {"f": 700_000, "f;g": 100_000}
    assert "warning: standard input: no samples: each hit is taken to last as long as the others" in said
    assert stacks({"nodes": nodes}) == {"f": 7, "f;g": 1}


def test_samples_without_times():
    """As DevTools has it: all are as long. Without a start and an end they are counted."""
    value = profile([2, 3, 3], None)
    del value["timeDeltas"]
    found, said = folded(data=json.dumps(value).encode())
    assert found == {"f": 33_333, "f;g": 66_667} and "warning: standard input: no times of samples" in said
    lib.run("cpuprofile2collapsed", "--strict", input=json.dumps(value).encode(), status=2)
    del value["startTime"]
    assert stacks(value) == {"f": 1, "f;g": 2}


# --- shapes ---

def test_keys_in_any_order():
    value = profile([2, 3, 2], [10, 5, 7])
    want = stacks(value)
    turned = {key: value[key] for key in reversed(value)}
    turned["nodes"] = list(reversed(NODES))
    assert stacks(turned) == want
    renumbered = json.loads(json.dumps(value).replace('"id": 3', '"id": 4000000000').replace("[3]", "[4000000000]").replace("[2, 3, 2]", "[2, 4000000000, 2]"))
    assert stacks(renumbered) == want


@pytest.mark.parametrize("wrap", [lambda value: {"profile": value}, lambda value: {"id": 7, "result": {"profile": value}}])
def test_answers_of_the_protocol(wrap):
    value = profile([2, 3, 2], [10, 5, 7])
    assert stacks(wrap(value)) == stacks(value)


def test_parents_instead_of_children():
    """As pieces of a trace have them."""
    nodes = [node(1, "(root)", **ROOT), node(2, "f", parent=1), node(3, "g", parent=2)]
    assert stacks(profile([3], [0], nodes=nodes)) == {"f;g": 100_000}


def test_several_roots_and_one_of_another_name():
    nodes = [node(1, "main", 2), node(2, "(root)", **ROOT), node(3, "other")]
    assert stacks(profile([1, 2, 3], [0, 10, 20], nodes=nodes)) == {"main": 10_000, "main;(root)": 20_000, "other": 70_000}


def test_the_older_tree():
    """Start and end are seconds, lines count from 1."""
    def old(id, name, hits, *children, line=0):
        return {"functionName": name, "scriptId": "1", "url": "a.js" if line else "", "lineNumber": line, "columnNumber": 4, "hitCount": hits,
                "callUID": id, "id": id, "children": list(children)}
    value = {"head": old(1, "(root)", 0, old(2, "f", 2, old(3, "g", 1, line=9), line=3)), "startTime": 2.5, "endTime": 2.5001,
             "samples": [2, 3], "timestamps": [2_500_010, 2_500_030]}
    assert stacks(value) == {"f": 20_000, "f;g": 70_000}
    out = lib.run("cpuprofile2collapsed", "-q", input=json.dumps(value).encode())[0]
    assert out == b"f (a.js:3) 20000\nf (a.js:3);g (a.js:9) 70000\n"


def test_a_tree_as_deep_as_it_likes():
    depth = 100_000
    head = b"".join(b'{"callFrame":{"functionName":"f%d"},"id":%d,"selfSize":0,"children":[' % (i % 7, i) for i in range(1, depth))
    data = b'{"head":' + head + b'{"callFrame":{"functionName":"leaf"},"id":%d,"selfSize":5}' % depth + b"]}" * (depth - 1) + b"}"
    out = lib.run("cpuprofile2pstat", "-q", input=data)[0]
    assert b"leaf" in out


# --- a file that is cut ---

def refused(data, *options):
    said = lib.run("cpuprofile2collapsed", *options, input=data, status=2)[1].decode()
    assert said.count("\n") == 1 and re.search(r": byte \d+: expected ", said)
    return said


def kept(data, *options):
    """What is kept, and what the warning says of the cut; --strict refuses it."""
    found, said = folded("--lenient", *options, data=data)
    lib.run("cpuprofile2collapsed", "--lenient", "--strict", *options, input=data, status=2)
    return found, re.search("warning: standard input: the file is cut(.*)", said)[1]


def test_lenient():
    """V8's order of keys, cut anywhere: of times that are there samples are kept, and the last has no length, endTime or not."""
    whole = json.dumps(profile([2, 3, 2], [10, 57, 7])).encode()
    times = whole.index(b"[10")
    want = [None, {"f": 0}, {"f": 57_000, "f;g": 0}, {"f": 57_000 + 26_000, "f;g": 7_000}]
    counts = collections.Counter()
    for cut in range(1, len(whole)):
        data = whole[:cut]
        count = len(re.findall(rb"\d+(?=[],])", data[times:]))
        counts[count] += 1
        if cut % 5 and cut < times - 3:
            continue
        if not count:
            assert refused(data, "--lenient").count("the end of the input") == 1
        else:
            assert kept(data) == (want[count], " behind the last of its samples" if count == 3 else
                                  f": samples with a time before that: {count}, the last without a length")
        refused(data)
    assert counts[1] == counts[2] + 1 == 4 and counts[3] == 1
    assert folded("--lenient", data=whole) == folded(data=whole)


@pytest.mark.parametrize("order, at, want", [
    (("nodes", "startTime", "samples", "timeDeltas", "endTime"), b"57", {"f": 0}),
    (("nodes", "startTime", "samples", "timeDeltas", "endTime"), b"00}", {"f": 57_000, "f;g": 7_000}),  # an end of 2 is none
    (("nodes", "startTime", "samples", "timeDeltas", "endTime"), b"}", {"f": 57_000, "f;g": 7_000}),  # nor is one of 200 that may go on
    (("timeDeltas", "nodes", "startTime", "endTime", "samples"), b", 2]}", {"f": 0}),  # "3" may be 31
    (("timeDeltas", "nodes", "startTime", "endTime", "samples"), b" 2]}", {"f": 57_000, "f;g": 0}),
    (("timeDeltas", "nodes", "startTime", "endTime", "samples"), b"}", {"f": 83_000, "f;g": 7_000}),
    (("samples", "timeDeltas", "startTime", "endTime", "nodes"), b"}", {"f": 83_000, "f;g": 7_000})])
def test_lenient_in_any_order(order, at, want):
    value = profile([2, 3, 2], [10, 57, 7])
    data = json.dumps({key: value[key] for key in order}).encode()
    assert kept(data[:data.rindex(at)])[0] == want


def test_lenient_needs_nodes_and_samples_with_times():
    value = profile([2, 3, 2], [10, 57, 7])
    for order, at in ((("samples", "timeDeltas", "startTime", "endTime", "nodes"), b"]"), (("nodes", "timeDeltas", "samples"), b"2, 3"),
                      (("nodes", "samples", "timeDeltas"), b"2, 3"), (("nodes", "samples", "timeDeltas"), b"10"), (("nodes", "samples"), b"}")):
        data = json.dumps({key: value[key] for key in order}).encode()
        refused(data[:data.rindex(at)], "--lenient")
    hits = json.dumps({"nodes": [node(1, "(root)", 2, **ROOT), node(2, "f", hitCount=7)], "startTime": 0, "endTime": 8}).encode()
    assert "got the end of the input" in refused(hits[:-1], "--lenient")


def test_lenient_refuses_other_errors():
    """A cut is no pardon for what is before it."""
    assert "expected a time for each of 2 samples, got 1" in refused(json.dumps(profile([2, 3], [10], x=1)).encode()[:-3], "--lenient")
    assert "expected a time for each of 1 samples, got 2" in refused(json.dumps(profile([2], [10, 5, 7])).encode()[:-3], "--lenient")
    assert "got node 9" in refused(json.dumps(profile([9, 3], [10, 5])).encode()[:-3], "--lenient")
    assert "expected a number, got 'x'" in refused(json.dumps(profile([2, 3], [10, 5])).encode()[:-3] + b"x", "--lenient")
    assert "(--limit cells=N" in refused(json.dumps(profile([2, 3, 2], [10, 5, 7])).encode()[:-3], "--lenient", "--limit", "cells=1")
    # at the cut itself
    assert "(--limit stacks=N" in refused(b'{"nodes": [{"id": 1, "functionName": ""}, {"id": 2, "functionName": ""}, ', "--lenient", "--limit", "stacks=1")


def test_lenient_with_other_shapes():
    wrapped = json.dumps({"id": 7, "result": {"profile": profile([2, 3, 2], [10, 57, 7])}}).encode()
    assert kept(wrapped[:-6])[0] == {"f": 57_000, "f;g": 0}
    tree = json.dumps({"head": {"functionName": "(root)", "id": 1, "children": [{"functionName": "f", "id": 2}]}, "startTime": 1, "endTime": 2,
                       "samples": [2, 2], "timestamps": [1_000_010, 1_000_020]}).encode()
    assert kept(tree[:-4]) == ({"f": 0}, ": samples with a time before that: 1, the last without a length")
    assert kept(tree[:-1])[0] == {"f": 999_990_000}
    # sizes are in nodes
    heap = (lib.SAMPLES / "cpuprofile/node26.heapprofile").read_bytes()
    want = folded(data=heap)[0]
    end = heap.index(b'"samples"')
    for cut in (end - 1, end + 5, end + 100, len(heap) - 1):
        assert kept(heap[:cut]) == (want, " behind the last of its nodes")
    refused(heap[:end - 3], "--lenient")


def test_lenient_counts_of_our_own_files():
    """A row stands for as many samples as there were; of rows before a cut that is not known, as hitCount has those behind it."""
    whole = lib.run("cpuprofile2cpuprofile", "-q", input=json.dumps(profile([2, 2, 3], [0, 5, 5], 0, 20)).encode())[0]
    own = whole.replace(b'"hitCount":2', b'"hitCount":9')
    assert own != whole and folded(data=own)[0] == {"f": 10_000, "f;g": 10_000}
    cut = own[:own.rindex(b",5]") + 1]
    counts = json.loads(lib.run("cpuprofile2cpuprofile", "-q", "--lenient", input=cut)[0])["nodes"]
    assert {n["callFrame"]["functionName"]: n["hitCount"] for n in counts} == {"(root)": 0, "f": 2}


# --- the collector ---

@pytest.mark.parametrize("samples, on_top", [
    ([2, 5, 3, 5, 5], {"f": 10, "f;(garbage collector)": 10, "f;g": 10, "f;g;(garbage collector)": 70}),
    ([4, 5, 5, 2, 2], {"(idle)": 10, "(garbage collector)": 20, "f": 70 - 10}),
    ([5, 2, 5, 2, 2], {"(garbage collector)": 10, "f": 80, "f;(garbage collector)": 10})])
def test_the_collector_on_top_of_what_it_interrupted(samples, on_top):
    value = profile(samples, [0, 10, 10, 10, 10])
    want = dict(on_top)
    want[list(want)[-1]] += 100 - sum(want.values())
    assert stacks(value, "--gc-on-top") == {stack: time * 1000 for stack, time in want.items()}
    plain = stacks(value)
    assert not any(";(garbage" in stack for stack in plain) and sum(plain.values()) == 100_000


def test_the_collector_of_a_real_file():
    """DevTools' figures of the same file: 19.1 ms and 38.8 ms."""
    def garbage(*options):
        return sum(value for stack, value in folded(*options, lib.SAMPLES / "cpuprofile/node26.cpuprofile")[0].items()
                   if "garbage" in stack.split(";"))
    assert (garbage(), garbage("--gc-on-top")) == (19_055_000, 38_816_000)


# --- threads ---

def test_workers_are_threads_by_their_files_names(tmp_path):
    """Node's names have the process, the thread and a number; nothing in the files has."""
    files = []
    for name, tid in (("worker-main", "0.001"), ("worker-1", "1.002"), ("worker-2", "2.003")):
        files.append(tmp_path / f"CPU.20261127.074645.8597.{tid}.cpuprofile")
        shutil.copy(HERE / f"golden/{name}.in", files[-1])
    sums = collections.Counter()
    for stack, value in folded("--threads", *files)[0].items():
        sums[stack.split(";")[0]] += value
    assert sorted(sums.values()) == [163191000, 520278000, 765372000]
    merged = lib.run("profmerge", "-q", "-t", "speedscope", *files)[0]
    assert [p["profpipe"]["thread"] for p in json.loads(merged)["profiles"]] == \
        [{"name": "main", "pid": "8597"}, {"name": "", "pid": "8597", "tid": "1"}, {"name": "", "pid": "8597", "tid": "2"}]


@pytest.mark.parametrize("name, want", [
    ("CPU.20261127.074645.8597.3.004.cpuprofile.gz", {"pid": 8597, "tid": 3}), ("CPU.1795766007.42.cpuprofile", {"pid": 42}),
    ("Heap.20261127.074645.8.1.004.heapprofile", {"pid": 8, "tid": 1}),
    ("CPU.cpuprofile", {}), ("CPU.1.2.3.4.cpuprofile", {}), ("run.1.2.3.4.5.cpuprofile", {}), ("CPU.a.b.c.d.e.cpuprofile", {})])
def test_names_of_files(name, want, tmp_path):
    data = json.dumps(profile([2], [0])).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    only, = json.loads(lib.run("cpuprofile2speedscope", "-q", tmp_path / name)[0])["profiles"]
    assert {key: int(value) for key, value in only["profpipe"].get("thread", {}).items() if key in ("pid", "tid")} == want


# --- recognised ---

def test_found_by_content():
    for name in ("golden/protocol.in", "golden/heap-empty.in", "golden/chromium.in"):
        assert json.loads(lib.run("profcheck", "--json", HERE / name)[0])["format"] == "cpuprofile"
    assert b"cpuprofile" in lib.run("profcheck", input=json.dumps(profile([2], [0], nodes=[node(1, "(root)", 2, **ROOT), node(2, "ph")])).encode())[0]
    trace = b'{"traceEvents":[{"ph":"P","args":{"data":{"cpuProfile":{"nodes":[{"callFrame":{"functionName":"f"}}]}}}}]}'
    assert b"cpuprofile" not in lib.run("profcheck", input=trace, status=2)[1]

"""Profiles of Firefox: figures of the app's own loader, versions by their fields, processes, rows, durations."""
import collections
import copy
import json
import os
import pathlib
import re

import pytest

import lib

HERE = pathlib.Path(__file__).parent
GECKO = HERE / "golden/gecko.in"


def folded(*args, data=None):
    """The stacks below their threads, and what is said."""
    out, said = lib.run("firefox2collapsed", "-v", "--threads", "--frames", "name", "--unit", "ns", *args, input=data)
    rows = (line.rsplit(" ", 1) for line in out.decode().splitlines())
    return {stack: int(value) for stack, value in rows if int(value)}, said.decode()


def stacks(value, *options):
    return folded(*options, data=json.dumps(value).encode())[0]


def scoped(value, *options):
    return json.loads(lib.run("firefox2speedscope", "-q", *options, input=json.dumps(value).encode())[0])


def column(name, *values, **more):
    return {name: list(values), **more}


def thread(name="main", pid="7", tid=1, samples=None, **tables):
    """main;work twice and main once, in a thread with tables of its own."""
    return {"name": name, "pid": pid, "tid": tid, "processName": "app",
            "samples": {"length": 3, "stack": [1, 0, 1], "time": [1, 3, 4], "weight": None, "weightType": "samples", **(samples or {})},
            "stackTable": {"length": 2, "frame": [0, 1], "prefix": [None, 0]},
            "frameTable": {"length": 2, "func": [0, 1], "line": [None, 12], "column": [None, 5]},
            "funcTable": {"length": 2, "name": [0, 1], "fileName": [2, None], "lineNumber": [3, None], "resource": [-1, 0]},
            "resourceTable": {"length": 1, "lib": [0]},
            "stringArray": ["main", "work", "app.js"], **tables}


def profile(*threads, **more):
    return {"meta": {"version": 29, "preprocessedProfileVersion": 48, "interval": 2, "startTime": 1000, "categories": [
        {"name": "Other", "color": "grey"}, {"name": "Kernel"}, {"name": "GC / CC"}]}, "libs": [{"name": "x.so", "path": "/lib/x.so"}],
        "threads": list(threads), **more}


# --- figures of the app ---

@pytest.mark.parametrize("name", ["v48.json", "v70.json"])
def test_both_versions_of_one_profile(name):
    """The app: 2 samples and 1 without a stack; 1.5 and 0.25 ms, and 2.5 without one."""
    path = lib.SAMPLES / "firefox" / name
    found, _ = folded("--value", "samples", path)
    assert found == {"main;main;work": 1, "main;main;native": 1, "main;[idle]": 1}
    found, _ = folded("--value", "time", path)
    assert found == {"second;main;work": 1_500_000, "second;main;native": 250_000, "second;[idle]": 2_500_000}
    out = json.loads(lib.run("firefox2speedscope", "-q", path)[0])
    assert [p["profpipe"]["thread"] for p in out["profiles"]] == [{"name": "main", "pid": "7", "tid": "1"}, {"name": "second", "pid": "7", "tid": "2"}]
    assert sorted((f["name"], f.get("line"), f.get("functionLine")) for f in out["shared"]["frames"]) == \
        [("main", 1, True), ("native", None, None), ("work", 12, 10)]


def test_what_firefox_writes():
    """57 and 16 samples, with the leaves that the app's own loader found."""
    leaves = collections.defaultdict(collections.Counter)
    for stack, count in folded(GECKO)[0].items():
        leaves[stack.split(";")[0]][stack.split(";")[-1]] += count
    assert {name: sum(own.values()) for name, own in leaves.items()} == {"GeckoMain": 57, "DOM Worker": 16}
    for name, want in (("GeckoMain", {"0x7f183383a26f": 9, "0x7f18337c3f14": 4, "0x7f18337c4193": 3, "0x7f1833848c4d": 3, "0x7f183383b104": 2}),
                       ("DOM Worker", {"work": 8, "0x7f18337c412b": 5, "0x7f18337c3f16": 2, "0x7f18337c4129": 1})):
        assert {leaf: leaves[name][leaf] for leaf in want} == want


def test_times_of_what_firefox_writes():
    found = json.loads(lib.run("firefox2speedscope", "-q", GECKO)[0])["profiles"]
    assert found[0]["profpipe"]["times"][:3] == [2382658178, 2382658178 + 934750186, 2382658178 + 934750186 + 5066393]
    assert json.loads(lib.run("firefox2speedscope", "-q", GECKO)[0])["profpipe"]["recording"]["start"] == 1795766023144652300


def test_locations_are_taken_apart():
    frames = json.loads(lib.run("firefox2speedscope", "-q", GECKO)[0])["shared"]["frames"]
    spin, = {(f["file"], f.get("functionLine")) for f in frames if f["name"] == "spin"}
    assert spin[0] == "file:///srv/e/work/prog/page.html"
    names = {f["name"] for f in frames}
    assert "tick/<" in names and "XRE_InitChildProcess (around Gecko Profiler)" in names
    address, = [f for f in frames if f["name"] == "0x7f183383a26f"]
    assert address["unsymbolised"] and address["address"] == "0x7f183383a26f" and address["kind"] == "native"


# --- fields, whatever the version ---

def test_one_thread():
    value = profile(thread())
    assert stacks(value) == {"main;main;work": 2, "main;main": 1}
    out = scoped(value)
    assert out["shared"]["frames"] == [{"name": "main", "file": "app.js", "line": 3, "functionLine": True},
                                       {"name": "work", "file": "/lib/x.so", "line": 12, "col": 5}]
    assert out["profiles"][0]["profpipe"]["times"] == [1_000_000, 3_000_000, 4_000_000]


def test_keys_in_any_order():
    def turned(value):
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(x) for x in value] if isinstance(value, list) else value
    value = profile(thread())
    assert scoped(turned(value)) == scoped(value)


def test_shared_tables():
    """Of version 60: all but samples; 66 has offsets, 58 sources."""
    one, two = thread(), thread("other", tid=2)
    shared = {key: one.pop(key) for key in ("stackTable", "frameTable", "funcTable", "resourceTable", "stringArray")}
    for key in shared:
        del two[key]
    want = scoped(profile(thread(), thread("other", tid=2)))
    assert scoped(profile(one, two, shared=shared)) == want
    newer = copy.deepcopy(shared)
    newer["stackTable"] = {"length": 2, "frame": [0, 1], "prefixOffset": [0, 1]}
    newer["funcTable"]["source"] = [0, None]
    del newer["funcTable"]["fileName"]
    newer["sources"] = {"length": 1, "filename": [2]}
    assert scoped(profile(one, two, shared=newer)) == want


def test_times_and_deltas():
    value = profile(thread(samples={"timeDeltas": [24.55, 5.09, 5.07]}))
    del value["threads"][0]["samples"]["time"]
    assert scoped(value)["profiles"][0]["profpipe"]["times"] == [24_550_000, 29_640_000, 34_710_000]


@pytest.mark.parametrize("samples, want", [
    ({"weight": [1.5, None, 0.25], "weightType": "tracing-ms"}, {"main;main;work": 1_750_000}),
    ({"weight": [10, 20, -3], "weightType": "bytes"}, {"main;main;work": 7, "main;main": 20}),
    ({"weight": [2, 0.5, 1], "weightType": "samples"}, {"main;main;work": 3, "main;main": 0.5}),
    ({"weight": None, "weightType": None}, {"main;main;work": 2, "main;main": 1})])
def test_weights(samples, want):
    out, _ = lib.run("firefox2collapsed", "-q", "--threads", "--frames", "name", "--unit", "ns", input=json.dumps(profile(thread(samples=samples))).encode())
    rows = (line.rsplit(" ", 1) for line in out.decode().splitlines())
    assert {stack: float(value) for stack, value in rows if float(value)} == want


def test_durations():
    """Until the next of the thread, the last one for an interval; times that go back are sorted."""
    value = profile(thread(), thread("other", tid=2, samples={"time": [9, 3, 4]}), thread("weighted", tid=3, samples={"weight": [1, 1, 1], "weightType": "bytes"}))
    found, _ = folded("--durations", "--value", "time", data=json.dumps(value).encode())
    assert found == {"main;main;work": 4_000_000, "main;main": 1_000_000, "other;main;work": 5_000_000 + 2_000_000, "other;main": 1_000_000}
    assert stacks(value, "--value", "samples")["other;main;work"] == 2


def test_kinds_and_inlined_frames():
    tables = thread()["frameTable"]
    value = profile(thread(frameTable={**tables, "category": [1, 2], "inlineDepth": [0, 1]}))
    frames = scoped(value)["shared"]["frames"]
    assert [(f.get("kind"), f.get("inlined")) for f in frames] == [("kernel", None), ("gc", True)]


# --- Firefox's own form ---

def gecko(start, *threads, processes=()):
    return {"libs": [], "meta": {"version": 34, "startTime": start, "interval": 2, "categories": []}, "threads": list(threads), "processes": list(processes)}


def rows(name, pid, *samples, locations=("main", "f (http://a:80/x.js:3:4)[2]"), process="Web Content", stack_schema=("prefix", "frame")):
    return {"name": name, "pid": pid, "tid": pid, "processName": process,
            "samples": {"schema": {"stack": 0, "time": 1, "eventDelay": 2}, "data": [list(row) for row in samples]},
            "stackTable": {"schema": {key: i for i, key in enumerate(stack_schema)}, "data": [[None, 0], [0, 1]] if stack_schema[0] == "prefix" else [[0], [1, 0]]},
            "frameTable": {"schema": {"location": 0, "relevantForJS": 1, "line": 2}, "data": [[0], [1, True, 9]]},
            "stringTable": list(locations)}


def test_processes_have_one_clock():
    """Of a child and a grandchild, whose times are from their own starts; threads of one name are told apart."""
    grandchild = gecko(1500.5, rows("GeckoMain", 3, [1, 1]))
    child = gecko(1200, rows("GeckoMain", 2, [1, 5], [0, 6]), processes=[grandchild])
    value = gecko(1000, rows("GeckoMain", 1, [0, 7], process="main"), processes=[child])
    found = scoped(value)["profiles"]
    assert [(p["name"].split(")")[0], p["profpipe"]["times"]) for p in found] == [
        ("GeckoMain (main", [7_000_000]), ("GeckoMain (Web Content", [205_000_000, 206_000_000]), ("GeckoMain (Web Content", [501_500_000])]
    assert [p["profpipe"]["thread"]["pid"] for p in found] == ["1", "2", "3"]


def test_rows_may_be_short():
    value = gecko(0, rows("T", 1, [1, 5], [None, 6, 0.5], stack_schema=("frame", "prefix")))
    assert stacks(value) == {"T;main;f": 1, "T;[idle]": 1}
    f = scoped(value)["shared"]["frames"][-1]
    assert f == {"name": "f", "file": "http://a:80/x.js", "line": 9, "functionLine": 3}


@pytest.mark.parametrize("location, name, file, line", [
    ("f (a.js:3)", "f", "a.js", 3), ("f (a.js:3:4)", "f", "a.js", 3), ("f (a (b).js:3:4)[7]", "f", "a (b).js", 3), ("f (a.js)", "f (a.js)", None, None),
    ("f (:3)", "f (:3)", None, None), ("(root)", "(root)", None, None), ("a.js:3", "a.js:3", None, None), ("f (a:4294967296)", "f (a:4294967296)", None, None),
    ("0x", "0x", None, None), ("f[2]", "f[2]", None, None), ("", "", None, None)])
def test_locations(location, name, file, line):
    frame = scoped(gecko(0, rows("T", 1, [0, 5], locations=(location, "g"))))["shared"]["frames"][0]
    assert (frame["name"], frame.get("file"), frame.get("line")) == (name, file, line)


# --- a file that is cut ---

def refused(data, *options):
    said = lib.run("firefox2collapsed", *options, input=data, status=2)[1].decode()
    assert said.count("\n") == 1 and re.search(r": byte \d+: expected ", said)
    return said


def kept(value, at, *options):
    """The threads that are kept of the file before the last `at`, and their number as it is said; --strict refuses them."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    data = data[:data.rindex(at)]
    found, said = folded("--lenient", *options, data=data)
    lib.run("firefox2collapsed", "--lenient", "--strict", input=data, status=2)
    assert re.search(r"warning: standard input: the file is cut: threads that are whole before that: (\d+)", said)[1] == \
        str(len({stack.split(";")[0] for stack in found}))
    return found


def test_lenient():
    """Threads whose end is there, with tables of their own, wherever the file is cut."""
    values = [profile(*(thread(name, tid=tid) for tid, name in enumerate(names))) for names in ((), ("one",), ("one", "two"), ("one", "two", "three"))]
    whole = json.dumps(values[3]).encode()
    ends = [match.end() for match in re.finditer(rb'"app.js"\]\}', whole)]
    assert len(ends) == 3
    want = [stacks(value) for value in values]
    for cut in sorted({*range(1, len(whole), 17), *(end + i for end in ends for i in (-1, 0, 1))} - {len(whole)}):
        count = sum(end <= cut for end in ends)
        refused(whole[:cut])
        if count:
            assert kept(whole[:cut] + b"$", b"$") == want[count]
        else:
            assert "the end of the input" in refused(whole[:cut], "--lenient")
    assert folded("--lenient", data=whole) == folded(data=whole)


def test_lenient_with_shared_tables():
    """Of no use where they are behind the threads, as the app writes them."""
    one, two = thread("one"), thread("two", tid=2)
    shared = {key: one.pop(key) for key in ("stackTable", "frameTable", "funcTable", "resourceTable", "stringArray")}
    for key in shared:
        del two[key]
    value = profile(one, two, shared=shared)
    assert kept(value, b"}") == stacks(value)
    data = json.dumps(value).encode()
    for at in (b'"shared"', b"]", b"}}"):
        refused(data[:data.rindex(at)], "--lenient")
    before = {key: value[key] for key in ("meta", "libs", "shared", "threads")}
    assert kept(before, b"}]") == {"one;main;work": 2, "one;main": 1}
    # a function of theirs has a library, or none has
    data = json.dumps({key: value[key] for key in ("meta", "shared", "threads", "libs")}).encode()
    refused(data[:data.rindex(b"]}")], "--lenient")
    assert kept(data.replace(b'"lib": [0]', b'"lib": [null]'), b"]}") == stacks(value)
    # of version 58: sources alone are shared
    value = profile(thread("one", funcTable={"length": 2, "name": [0, 1], "source": [0, None]}), shared={"sources": {"filename": [2]}})
    assert kept(value, b"}") == stacks(value)
    data = json.dumps(value).encode()
    refused(data[:data.rindex(b"}}")], "--lenient")


def test_lenient_needs_what_threads_refer_to():
    """Clock and kinds in meta, and libraries where a function has one."""
    value = profile(thread("one"), thread("two", tid=2, resourceTable={"length": 1, "lib": [-1]}))
    data = json.dumps({key: value[key] for key in ("threads", "libs", "meta")}).encode()
    refused(data[:data.rindex(b"}")][:-1], "--lenient")
    assert kept(data, b"}") == stacks(value)
    data = json.dumps({key: value[key] for key in ("meta", "threads", "libs")}).encode()
    assert kept(data, b"]}") == {"two;main;work": 2, "two;main": 1}
    assert kept(data, b"}") == stacks(value)


def test_lenient_with_processes():
    """Of a child, threads before the cut, on the clock of its parent; a child without one has no place in time."""
    child = gecko(1200, rows("A", 2, [1, 5]), rows("B", 2, [0, 6]))
    parent = rows("GeckoMain", 1, [0, 7], process="main")
    whole = json.dumps(gecko(1000, parent, processes=[child])).encode()
    data = whole[:whole.rindex(b'"stringTable"')]
    found = json.loads(lib.run("firefox2speedscope", "-q", "--lenient", input=data)[0])["profiles"]
    assert [(p["name"].split(" (")[0], p["profpipe"]["times"]) for p in found] == [("GeckoMain", [7_000_000]), ("A", [205_000_000])]
    late = {key: child[key] for key in ("libs", "threads", "meta")}
    assert kept(gecko(1000, parent, processes=[late]), b"version") == {"GeckoMain;main": 1}
    assert set(kept(whole, b'{"libs"')) == {"GeckoMain;main"}
    value = gecko(1000, parent, processes=[child])
    whole = json.dumps({key: value[key] for key in ("libs", "threads", "processes", "meta")}).encode()
    refused(whole[:whole.rindex(b'"meta"')], "--lenient")


def test_lenient_refuses_other_errors():
    data = json.dumps(profile(thread("one", stackTable={"frame": [0, 9], "prefix": [None, 0]}), thread())).encode()
    assert "expected the indices of 2 frames, got 9" in refused(data[:-9], "--lenient")
    # at the cut itself
    data = json.dumps(profile(thread("one"))).encode()
    assert "(--limit cells=N" in refused(data[:data.index(b"[1, 0, 1]") + 8], "--lenient", "--limit", "cells=1")
    data = json.dumps(profile(thread("one"), thread("two", samples={"length": 3, "stack": [1, 0, 1], "time": [1, 2]}), thread())).encode()
    assert "expected a time for each of 3 samples, got 2" in refused(data[:-9], "--lenient")


def test_markers_and_allocations_are_counted():
    value = profile(thread(markers={"length": 3, "data": [None] * 3}, nativeAllocations={"length": 2, "weight": [8, 8]}))
    value["threads"].append({**rows("T", 1, [0, 1]), "markers": {"schema": {"name": 0}, "data": [[1], [2]]}})
    _, said = folded(data=json.dumps(value).encode())
    assert "standard input: 5 markers passed over" in said and "2 allocations passed over" in said


def test_found_by_content(tmp_path):
    for path in (GECKO, lib.SAMPLES / "firefox/v48.json"):
        assert json.loads(lib.run("profcheck", "--json", path)[0])["format"] == "firefox"
    (tmp_path / "x.jslb").write_bytes(b"JSLB\0\1")
    said = lib.run("firefox2collapsed", tmp_path / "x.jslb", status=2)[1]
    assert said.decode() == f"firefox2collapsed: {tmp_path}/x.jslb: byte 0: expected JSON, got the binary form (save it as .json)\n"


def test_before_and_after_in_two_languages(tmp_path):
    """A profile of V8 against one of Firefox."""
    (tmp_path / "before").write_text(json.dumps({"nodes": [
        {"id": 1, "callFrame": {"functionName": "(root)", "url": ""}, "children": [2]},
        {"id": 2, "callFrame": {"functionName": "main", "url": "app.js", "lineNumber": 2}}],
        "startTime": 0, "endTime": 6000, "samples": [2], "timeDeltas": [0]}))
    (tmp_path / "after").write_text(json.dumps(profile(thread(samples={"weight": [0, 9, 0], "weightType": "tracing-ms"}))))
    out = json.loads(lib.run("profdiff", "--format", "json", tmp_path / "before", tmp_path / "after")[0])
    rows = {row["function"]: (row["value_type"], row["self_base"], row["self_new"]) for row in out["rows"]}
    assert rows == {"main": ("time", 6_000_000, 9_000_000), "work": ("time", 0, 0)}


def test_long_locations_and_shared_stacks_take_no_time_again_and_again():
    """Of 1 MB each: a long location that each frame has, and a long stackTable that each thread shares; each took over 5 s."""
    count = range(50_000)
    location = "f" * 200_000 + " (" + "u" * 200_000 + ":5)"
    gecko = {"meta": {"version": 29, "interval": 1, "startTime": 0, "processType": 0}, "libs": [], "threads": [
        {"name": "t", "tid": 1, "pid": 1, "samples": {"schema": {"stack": 0, "time": 1}, "data": [[i, i] for i in count]},
         "stackTable": {"schema": {"prefix": 0, "frame": 1}, "data": [[None, i] for i in count]},
         "frameTable": {"schema": {"location": 0}, "data": [[0]] * len(count)}, "stringTable": [location]}]}
    shared = {"meta": {"version": 34, "preprocessedProfileVersion": 60, "interval": 1}, "libs": [], "shared": {
        "stackTable": {"length": 300_000, "frame": [0] * 300_000, "prefix": [None] * 300_000}, "frameTable": {"length": 1, "func": [0]},
        "funcTable": {"length": 1, "name": [0]}, "stringArray": ["f"]},
        "threads": [{"name": "t", "tid": i, "pid": "1", "samples": {"length": 1, "stack": [7]}} for i in range(6000)]}
    for file, want in (gecko, f"{location[:200_000]} ({'u' * 200_000}:5) 50000\n"), (shared, "f 6000\n"):
        before = os.times().children_user
        out, _ = lib.run("firefox2collapsed", "-q", "--frames", "full", input=json.dumps(file).encode())
        assert out.decode() == want
        assert os.times().children_user - before < 3

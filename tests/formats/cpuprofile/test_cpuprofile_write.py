"""What is written for V8's readers: five keys, nodes before their children, times that add up, or a tree of sizes."""
import json
from decimal import Decimal

import pytest

import lib


def written(data, *options, program="collapsed2cpuprofile", suffix=b""):
    out, said = lib.run(program, *options, input=data)
    return json.loads(out, parse_float=Decimal), said.decode()


def frames(file):
    """By id: the names from the root on."""
    nodes = {n["id"]: n for n in file["nodes"]}
    parents = {child: n["id"] for n in file["nodes"] for child in n.get("children", [])}

    def path(id):
        return path(parents[id]) + [nodes[id]["callFrame"]["functionName"]] if id in parents else []
    return {id: path(id) for id in nodes}


def durations(file):
    """As DevTools counts: until the next sample, and of the last until the end."""
    at, times = file["startTime"], []
    for delta in file["timeDeltas"]:
        at += delta
        times.append(at)
    return [b - a for a, b in zip(times, [*times[1:], file["endTime"]])]


def speedscope(unit, weights, samples=([0], [0, 1], [0]), frames=({"name": "f", "file": "a.js", "line": 3}, {"name": "g"}), **more):
    return json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": list(frames)}, "profiles": [
        {**more, "type": "sampled", "name": "main", "unit": unit, "startValue": 0, "endValue": 0, "samples": list(samples), "weights": weights}]}).encode()


def test_the_file_is_as_v8_writes_it():
    file, _ = written(speedscope("microseconds", [5, 3, 2]), program="speedscope2cpuprofile")
    assert list(file) == ["profpipe", "nodes", "startTime", "endTime", "samples", "timeDeltas"]
    root = file["nodes"][0]
    assert root == {"id": 1, "callFrame": {"functionName": "(root)", "scriptId": "0", "url": "", "lineNumber": -1, "columnNumber": -1},
                    "hitCount": 0, "children": [2]}
    assert [(n["id"], n["hitCount"], n.get("children")) for n in file["nodes"][1:]] == [(2, 2, [3]), (3, 1, None)]
    assert file["nodes"][1]["callFrame"] == {"functionName": "f", "scriptId": "1", "url": "a.js", "lineNumber": 2, "columnNumber": -1}
    assert (file["startTime"], file["endTime"], file["samples"], file["timeDeltas"]) == (0, 10, [2, 3, 2], [0, 5, 3])


def test_an_empty_profile_has_a_root_with_children():
    """DevTools fails on one without."""
    file, _ = written(b'{"shared":{"frames":[]},"profiles":[{"type":"sampled","name":"","unit":"seconds","startValue":0,"endValue":0,'
                      b'"samples":[],"weights":[]}]}', program="speedscope2cpuprofile")
    assert file["nodes"][0]["children"] == [] and file["samples"] == file["timeDeltas"] == []


def test_times_are_exact():
    """Fractions of microseconds too: readers take any number."""
    file, _ = written(speedscope("nanoseconds", [1500, 1, 2499]), program="speedscope2cpuprofile")
    assert durations(file) == [Decimal("1.5"), Decimal("0.001"), Decimal("2.499")]


def test_whole_microseconds_do_not_drift():
    """Sums are rounded, not the differences: 1000 times 0.4 us are 400 us."""
    data = speedscope("nanoseconds", [400] * 1000, [[0]] * 1000)
    file, _ = written(data, "--whole-us", program="speedscope2cpuprofile")
    assert sum(durations(file)) == 400 and set(map(type, [*file["timeDeltas"], file["endTime"]])) == {int}
    said = lib.run("speedscope2cpuprofile", "--whole-us", "--strict", input=data, status=2)[1]
    assert b"--whole-us does not keep fractions of a microsecond" in said
    lib.run("speedscope2cpuprofile", "--whole-us", "--strict", input=speedscope("microseconds", [5, 3, 2]))


def test_files_of_v8_come_back():
    """Times without their lead, samples in their order, places, the collector and idle time."""
    for name in ("node26.cpuprofile", "bun.cpuprofile"):
        path = lib.SAMPLES / "cpuprofile" / name
        came = json.loads(path.read_text(), parse_float=Decimal)
        out = lib.run("cpuprofile2cpuprofile", "--strict", path)[0]
        went = json.loads(out, parse_float=Decimal)
        assert went["timeDeltas"] == [0, *came["timeDeltas"][1:]] and went["endTime"] == came["endTime"]
        assert went["startTime"] == came["startTime"] + came["timeDeltas"][0]
        old, new = frames(came), frames(went)
        assert [[name or "(anonymous)" for name in old[i]] for i in came["samples"]] == [new[i] for i in went["samples"]]

        def places(file):
            return {tuple(n["callFrame"][key] for key in ("url", "lineNumber", "columnNumber")) for n in file["nodes"]}
        assert places(went) <= places(came)
        assert lib.run("cpuprofile2cpuprofile", input=out)[0] == out


def test_samples_without_a_stack_are_idle():
    """In a node of V8's name, which comes back as what it was."""
    file, _ = written(b"main 5\n 3\nmain;(idle) 2\n")
    names = frames(file)
    assert {tuple(names[id]): time for id, time in zip(file["samples"], durations(file))} == \
        {("main",): 5, ("(idle)",): 3, ("main", "(idle)"): 2}
    assert lib.run("cpuprofile2collapsed", input=json.dumps(file, default=str).encode())[0] == b" 3\nmain 5\nmain;(idle) 2\n"


def test_counts_are_written_as_microseconds():
    file, said = written(b"main;f 3\nmain 9007199254740993\n", "-v")
    assert sum(durations(file)) == 9007199254740996 and "samples: one is written as a microsecond" in said
    assert file["profpipe"]["value"] == {"name": "samples", "unit": "none", "counts": True}
    assert lib.run("cpuprofile2collapsed", input=json.dumps(file).encode())[0] == b"main 9007199254740993\nmain;f 3\n"


def test_decimals_of_other_units():
    data = speedscope("none", [0.25, 3, 1], profpipe={"value": {"name": "share", "unit": "none", "unit_name": "percent", "exponent": -2}})
    file, _ = written(data, program="speedscope2cpuprofile")
    assert durations(file) == [Decimal("0.25"), 3, 1]
    out = lib.run("cpuprofile2speedscope", "-q", input=lib.run("speedscope2cpuprofile", "-q", input=data)[0])[0]
    only, = json.loads(out)["profiles"]
    assert only["weights"] == [0.25, 3, 1] and only["profpipe"]["value"]["unit_name"] == "percent"


@pytest.mark.parametrize("line, begins, want", [
    (None, None, (-1, None)), (7, None, (6, True)), (7, True, (6, None)), (9, 7, (6, 9))])
def test_lines(line, begins, want):
    """lineNumber is where a function begins, or else what is known; a further key says which."""
    frame = {"name": "f", "file": "a.js", **({"line": line, "col": 4} if line else {}), **({"functionLine": begins} if begins else {})}
    data = speedscope("microseconds", [5], [[0]], [frame])
    out = lib.run("speedscope2cpuprofile", "-q", input=data)[0]
    f = json.loads(out)["nodes"][1]
    assert (f["callFrame"]["lineNumber"], f.get("line")) == want and f["callFrame"]["columnNumber"] == (3 if line else -1)
    assert json.loads(lib.run("cpuprofile2speedscope", "-q", input=out)[0])["shared"]["frames"] == [frame]


def test_details_of_frames_come_back():
    frame = {"name": "f", "system": "_Z1fv", "address": "0x1010", "mapping": 1, "kind": "native", "inlined": True}
    data = json.loads(speedscope("microseconds", [5], [[0]], [frame]))
    data = {"profpipe": {"mappings": [{"object": "/lib/x.so", "build_id": "ab", "start": "0x1000", "limit": "0x2000"}]}, **data}
    out = lib.run("speedscope2cpuprofile", "-q", input=json.dumps(data).encode())[0]
    again = json.loads(lib.run("cpuprofile2speedscope", "-q", input=out)[0])
    assert again["shared"]["frames"] == [frame] and again["profpipe"]["mappings"] == data["profpipe"]["mappings"]


# --- bytes ---

def test_bytes_are_a_tree_of_sizes():
    data = speedscope("bytes", [5, 3, 2], [[0], [0, 1], []])
    out, said = lib.run("speedscope2cpuprofile", "-v", input=data)
    head = json.loads(out)["head"]
    f, = head["children"]
    g, = f["children"]
    assert [(n["callFrame"]["functionName"], n["selfSize"], n["id"]) for n in (head, f, g)] == [("(root)", 2, 1), ("f", 5, 2), ("g", 3, 3)]
    assert g["children"] == [] and json.loads(out)["samples"] == []
    assert b"a .heapprofile does not keep the order of samples in time" in said
    assert lib.run("cpuprofile2collapsed", "-q", "--frames", "name", input=out)[0] == b" 2\nf 5\nf;g 3\n"


def test_a_tree_as_deep_as_it_likes():
    depth = 60_000
    out = lib.run("speedscope2cpuprofile", "-q", input=speedscope("bytes", [7], [[i % 2 for i in range(depth)]]))[0]
    assert out.count(b'"children":[') == depth + 1
    folded = lib.run("cpuprofile2collapsed", "-q", "--frames", "name", input=out)[0]
    assert folded.count(b";") == depth - 1 and folded.endswith(b" 7\n")


# --- what it cannot hold ---

def test_negative_values_are_refused(tmp_path):
    """Time does not go back."""
    target = tmp_path / "out.cpuprofile"
    said = lib.run("collapsed2cpuprofile", "-o", target, input=b"main -5\nf 7\n", status=2)[1]
    assert said == b"collapsed2cpuprofile: cpuprofile cannot hold the negative value -5 of 'samples'\n" and not target.exists()


def test_one_thread_and_one_value_type():
    """Several threads are added up, or become frames, or one of them is chosen."""
    def profile(name, weight):
        return {"type": "sampled", "name": name, "unit": "microseconds", "startValue": 0, "endValue": weight, "samples": [[0]], "weights": [weight]}
    data = json.dumps({"shared": {"frames": [{"name": "f"}]}, "profiles": [profile("a", 5), profile("b", 3)]}).encode()
    for options, want in ((), {("f",): 8}), (("--threads",), {("a", "f"): 5, ("b", "f"): 3}), (("--thread", "b"), {("f",): 3}):
        file, said = written(data, "-v", *options, program="speedscope2cpuprofile")
        names, found = frames(file), {}
        for id, time in zip(file["samples"], durations(file)):
            found[tuple(names[id])] = found.get(tuple(names[id]), 0) + time
        assert found == want and ("which thread" in said) == (not options)
    file, _ = written(data, "--thread", "b", program="speedscope2cpuprofile")
    assert file["profpipe"]["thread"] == {"name": "b"}

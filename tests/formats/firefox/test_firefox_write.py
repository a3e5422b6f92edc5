"""What is written for the Firefox Profiler: all that its loader asks for, and files that come back."""
import json
from decimal import Decimal

import lib


def written(data, *options, program="speedscope2firefox"):
    out, said = lib.run(program, *options, input=data if isinstance(data, bytes) else json.dumps(data).encode())
    return json.loads(out, parse_float=Decimal), said.decode()


def profile(name, unit, weights, samples=([0], [0, 1], [1]), **more):
    return {**more, "type": "sampled", "name": name, "unit": unit, "startValue": 0, "endValue": 0, "samples": list(samples), "weights": weights}


def speedscope(*profiles, frames=({"name": "f", "file": "a.c", "line": 3}, {"name": "g"}), **more):
    return {"$schema": "https://www.speedscope.app/file-format-schema.json", **more, "shared": {"frames": list(frames)}, "profiles": list(profiles)}


# without one of these the loader fails, as was tried key by key
NEEDED = {
    "samples": {"stack"}, "markers": set(), "stackTable": {"frame", "prefix"}, "resourceTable": set(), "nativeSymbols": set(), "stringArray": None,
    "frameTable": {"length", "address", "inlineDepth", "func", "nativeSymbol", "innerWindowID", "line", "column"},
    "funcTable": {"name", "isJS", "relevantForJS", "resource", "fileName", "lineNumber", "columnNumber"}}


def test_what_the_loader_needs_is_there():
    file, _ = written(speedscope(profile("one", "none", [5, 3, 2])))
    assert file["meta"]["preprocessedProfileVersion"] == 48 and file["meta"]["markerSchema"] == []
    assert [c["color"] for c in file["meta"]["categories"]][0] == "grey"
    thread, = file["threads"]
    for table, keys in NEEDED.items():
        assert table in thread and (keys is None or keys <= set(thread[table])), table
    assert isinstance(thread["pid"], str) and isinstance(thread["tid"], int)
    for table in ("stackTable", "frameTable", "funcTable", "resourceTable", "nativeSymbols", "samples", "markers"):
        columns = [column for column in thread[table].values() if isinstance(column, list)]
        assert {len(column) for column in columns} == {thread[table]["length"]}, table
    assert all(prefix is None or prefix < i for i, prefix in enumerate(thread["stackTable"]["prefix"]))
    assert thread["samples"]["time"] == [0, 1, 2] and thread["samples"]["weight"] == [5, 3, 2]


def test_units_are_types_of_weights():
    file, _ = written(speedscope(profile("one", "none", [5, 3, 2]), profile("two", "seconds", [1, 0.0000005, 2]), profile("three", "bytes", [8, 16, 1])))
    assert [(t["name"], t["samples"]["weightType"], t["samples"]["weight"]) for t in file["threads"]] == [
        ("one", "samples", [5, 3, 2]), ("two", "tracing-ms", [1000, Decimal("0.0005"), 2000]), ("three", "bytes", [8, 16, 1])]


def test_value_types_of_a_thread_are_threads():
    data = speedscope(profile("one", "none", [5, 3, 0]), profile("one", "bytes", [8, -16, 1]))
    file, _ = written(data)
    assert [(t["name"], t["samples"]["weight"]) for t in file["threads"]] == [
        ("one", [5, 3, 0]), ("one: bytes", [8, 1]), ("one: bytes (negative)", [-16])]
    again = json.loads(lib.run("firefox2speedscope", "-q", input=json.dumps(file, default=float).encode())[0])
    straight = json.loads(lib.run("speedscope2speedscope", "-q", input=json.dumps(data).encode())[0])
    assert [(p["name"], p["unit"], p["weights"]) for p in again["profiles"]] == [(p["name"], p["unit"], p["weights"]) for p in straight["profiles"]]


def test_a_thread_has_only_its_own_tables():
    frames = [{"name": f"f{i}"} for i in range(6)]
    file, _ = written(speedscope(profile("one", "none", [1, 1], [[0, 1], [1]]), profile("two", "none", [1, 1], [[2, 1], [5]]), frames=frames))
    assert [t["stringArray"] for t in file["threads"]] == [["f0", "f1"], ["f2", "f1", "f5"]]
    assert [t["stackTable"]["prefix"] for t in file["threads"]] == [[None, 0, None], [None, 0, None]]


def test_times_of_samples():
    """Where all have one and none goes back; else their order is all that is known."""
    file, _ = written(speedscope(profile("one", "microseconds", [5, 3, 2], profpipe={"times": [1500, 1500, 2001]})))
    assert file["threads"][0]["samples"]["time"] == [Decimal("0.0015"), Decimal("0.0015"), Decimal("0.002001")]
    for times in ([1500, 1400, 2001], [1500, None, 2001]):
        data = speedscope(profile("one", "microseconds", [5, 3, 2], profpipe={"times": times}))
        file, said = written(data, "-v")
        assert file["threads"][0]["samples"]["time"] == [0, 1, 2] and "does not keep when each sample was taken" in said
        again = json.loads(lib.run("firefox2speedscope", "-q", input=json.dumps(file, default=float).encode())[0])
        assert "times" not in again["profiles"][0].get("profpipe", {})


def test_places_objects_and_kinds():
    frames = [{"name": "f", "file": "a.c", "line": 9, "functionLine": 3, "col": 4, "kind": "jit", "inlined": True}, {"name": "g", "kind": "gc"}]
    data = json.dumps(speedscope(profile("one", "none", [5, 3, 2]), frames=frames)).encode()
    out = lib.run("speedscope2firefox", "--strict", input=data)[0]
    thread, = json.loads(out)["threads"]
    names = [c["name"] for c in json.loads(out)["meta"]["categories"]]
    assert [names[i] for i in thread["frameTable"]["category"]] == ["JIT", "GC / CC"]
    assert (thread["frameTable"]["line"], thread["frameTable"]["column"], thread["funcTable"]["lineNumber"]) == ([9, None], [4, None], [3, None])
    assert json.loads(lib.run("firefox2speedscope", "-q", input=out)[0])["shared"]["frames"] == frames
    file, _ = written(b"events: Ir\nob=/lib/x.so\nfl=a.c\nfn=f\n3 5\n", program="callgrind2firefox")
    thread, = file["threads"]
    assert (file["libs"][0]["name"], file["libs"][0]["path"]) == ("x.so", "/lib/x.so")
    assert (thread["resourceTable"]["lib"], thread["funcTable"]["resource"]) == ([0], [0])


def test_files_of_firefox_come_back():
    for path in (lib.SAMPLES / "firefox/v48.json", lib.SAMPLES / "firefox/v70.json", lib.ROOT / "tests/formats/firefox/golden/gecko.in"):
        out = lib.run("firefox2firefox", "-q", path)[0]
        lib.run("firefox2firefox", "-q", input=out)
        assert lib.run("firefox2firefox", "-q", input=out)[0] == out
        for program in ("firefox2speedscope", "firefox2collapsed"):
            if "gecko" in path.name and program == "firefox2speedscope":
                continue  # the addresses of functions without a name are lost
            was = lib.run(program, "-q", path)[0].replace(path.name.encode(), b"")
            assert lib.run(program, "-q", input=out)[0] == lib.untitled(was).replace(b'"name":"",', b"")


def test_an_empty_profile():
    file, _ = written(speedscope(profile("one", "none", [], [])))
    assert file["threads"][0]["samples"]["length"] == 0
    lib.run("firefox2collapsed", input=json.dumps(file).encode())

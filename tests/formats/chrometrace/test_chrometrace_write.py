"""Trace events as they are written: for viewers, and back whole."""
import collections
import json
from decimal import Decimal

import pytest

import lib


def trace(source, data):
    """What is written of a file of that format, given as bytes or as an object."""
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return lib.run(f"{source}2chrometrace", input=data)[0]


def speedscope(*profiles, frames="abcd"):
    return {"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [{"name": name} for name in frames]},
            "profiles": list(profiles)}


def sampled(samples, weights, name="main", unit="microseconds", **more):
    return {"type": "sampled", "name": name, "unit": unit, "startValue": 0, "endValue": sum(weights), **more, "samples": samples, "weights": weights}


def spans(data):
    """(name, start, end) of complete events."""
    return [(e["name"], e["ts"], e["ts"] + e["dur"]) for e in json.loads(data)["traceEvents"] if e["ph"] == "X"]


def back(data):
    """The profiles of the file, as speedscope has them."""
    return json.loads(lib.run("chrometrace2speedscope", input=data)[0])["profiles"]


KEYS = ("type", "name", "unit", "startValue", "endValue", "samples", "weights", "events")


def told(profiles):
    return [{key: p[key] for key in KEYS if key in p} | ({"times": p["profpipe"]["times"]} if "times" in p.get("profpipe", {}) else {}) for p in profiles]


# --- what viewers need ---

@pytest.mark.parametrize("sample", lib.samples("speedscope", "collapsed", "cpuprofile", "chrometrace"), ids=lambda s: s.name)
def test_viewers(sample):
    """Keys that viewers want; times that do not go back; what begins in a span ends in it; a thread for each name."""
    file = json.loads(lib.run("profconv", "-q", "-t", "chrometrace", sample.path)[0], parse_float=Decimal)
    open_, last, names = collections.defaultdict(list), {}, {}
    for e in file["traceEvents"]:
        thread = (e["pid"], e["tid"])
        assert all(type(number) is int for number in thread) and {"ph", "cat", "name", "ts"} <= e.keys() and isinstance(e.get("args", {}), dict)
        if e["ph"] == "M":
            if e["name"] == "thread_name":
                assert thread not in names
                names[thread] = e["args"]["name"]
            continue
        assert e["ts"] >= last.get(thread, e["ts"])
        last[thread] = e["ts"]
        around = open_[thread]
        if e["ph"] == "X":
            while around and around[-1] <= e["ts"]:
                around.pop()
            assert e["dur"] > 0 and (not around or e["ts"] + e["dur"] <= around[-1])
            around.append(e["ts"] + e["dur"])
        else:
            assert e["ph"] == "B" or around.pop() == (e["name"], e.get("args"))
            if e["ph"] == "B":
                around.append((e["name"], e.get("args")))
    assert names and all(thread in names for thread in last)


def test_a_time_line():
    """What neighbours have in common goes on."""
    data = trace("speedscope", speedscope(sampled([[0, 1], [0, 2], [0, 2], [3]], [3, 2, 1, 4])))
    assert spans(data) == [("a", 0, 6), ("b", 0, 3), ("c", 3, 6), ("d", 6, 10)]
    assert spans(trace("collapsed", b"a 2\na;b 3\nd;a 1\n")) == [("a", 0, 5), ("b", 2, 5), ("d", 5, 6), ("a", 5, 6)]


def test_fractions():
    """Start and duration are not added in floating point: 0.1 + 0.2 would end behind 0.3."""
    events = json.loads(trace("speedscope", speedscope(sampled([[0], [0, 1]], [0.1, 0.2]))))["traceEvents"][1:]
    assert [(e["ph"], e["name"], e["ts"]) for e in events] == [("B", "a", 0), ("B", "b", 0.1), ("E", "b", 0.3), ("E", "a", 0.3)]


def test_places():
    """As py-spy names them; functionLine, an address and a kind come back too."""
    frame = {"name": "f", "file": "a.py", "line": 7, "col": 3, "functionLine": 5, "address": "0x10", "kind": "native", "system": "_f"}
    file = speedscope(sampled([[0]], [1])) | {"shared": {"frames": [frame]}}
    data = trace("speedscope", file)
    event = json.loads(data)["traceEvents"][-1]
    assert event["args"] == {"filename": "a.py", "line": 7, "column": 3, "functionLine": 5, "system": "_f", "address": "0x10", "kind": "native"}
    assert json.loads(lib.run("chrometrace2speedscope", input=data)[0])["shared"]["frames"] == [frame]


def test_equal_neighbours_are_one():
    """So they are to viewers; the time is that of the first."""
    data = trace("speedscope", speedscope(sampled([[0], [0], [1], [1], [1]], [1, 2, 3, 4, 5], profpipe={"times": [7, 8, 9, 9, 9]})))
    profile, = back(data)
    assert (profile["weights"], profile["profpipe"]["times"]) == ([3, 12], [7, 9])


# --- back again ---

@pytest.mark.parametrize("profiles", [
    [sampled([[0, 1], [0], [0, 1], [2]], [1, 2, 3, 4])],
    [sampled([[0, 1], [0], [], [2], []], [1, 2, 3.5, 4, 0.25])],
    [sampled([[0], [0, 1], [0, 1], [2], [0, 1]], [0, 2, 0, 0, 3])],
    [sampled([[0]], [5], name="x"), sampled([[0]], [7], name="y")],
    [sampled([[0, 1], [2]], [512, 4096], unit="bytes")],
    [{"type": "evented", "name": "main", "unit": "microseconds", "startValue": 0, "endValue": 9,
      "events": [{"type": kind, "frame": frame, "at": at} for kind, frame, at in
                 [("O", 0, 1), ("O", 1, 1), ("C", 1, 1), ("O", 1, 2), ("C", 1, 4), ("C", 0, 8)]]}],
    [{"type": "evented", "name": "main", "unit": "seconds", "startValue": 0, "endValue": 9,
      "events": [{"type": kind, "frame": frame, "at": at} for kind, frame, at in [("O", 0, 1), ("O", 1, 2), ("C", 1, 4), ("C", 0, 8)]]}],
], ids=["order", "idle", "zeros", "threads", "bytes", "moments", "seconds"])
def test_speedscope_comes_back(profiles):
    source = json.loads(lib.run("speedscope2speedscope", input=json.dumps(speedscope(*profiles)).encode())[0])["profiles"]
    data = trace("speedscope", speedscope(*profiles))
    assert told(back(data)) == told(source)
    # and the language loses nothing of its own
    assert trace("chrometrace", data) == data


@pytest.mark.parametrize("times", [[100_000, 103_000, 250_000], [5, 6, 7], [None, 9, None]], ids=["gaps", "no room", "unknown"])
def test_times_come_back(times):
    """Samples lie where they were taken, or else their times are beside them."""
    profile = sampled([[0], [0, 1], [1]], [3, 2, 1], profpipe={"times": times})
    data = trace("speedscope", speedscope(profile))
    assert back(data)[0]["profpipe"]["times"] == times
    if times[0] == 100_000:
        assert spans(data) == [("a", 100, 105), ("b", 103, 105), ("b", 250, 251)]


def test_negative_values_come_back():
    """A thread of their own, as long as they are below zero."""
    data = trace("collapsed", b"a;b -3\na 2\n")
    assert spans(data) == [("a", 0, 2), ("a", 0, 3), ("b", 0, 3)]
    assert lib.run("chrometrace2collapsed", input=data)[0] == b"a 2\na;b -3\n"


def test_calls_come_back():
    """Calls of events are kept; of samples there are none."""
    data = json.dumps([{"name": "a", "ph": "X", "ts": 0, "dur": 9}, {"name": "b", "ph": "X", "ts": 1, "dur": 2},
                       {"name": "b", "ph": "X", "ts": 4, "dur": 2}]).encode()
    again = trace("chrometrace", data)
    rows = json.loads(lib.run("proftop", "-f", "chrometrace", "--format", "json", input=again)[0])
    assert {row["function"]: row["calls"] for row in rows} == {"a": 1, "b": 2}
    assert "call counts" not in lib.run("chrometrace2chrometrace", "-v", input=data)[1].decode()
    assert "call counts" in lib.run("traces2chrometrace", "-v", lib.SAMPLES / "traces/shop.traces.pb.gz")[1].decode()


def test_samples_without_a_clock_get_no_times():
    """Folded stacks are laid somewhere; what comes back has no time line."""
    data = trace("collapsed", b"a 2\na;b 3\n")
    profile, = back(data)
    assert profile["type"] == "sampled" and "times" not in profile.get("profpipe", {})
    assert lib.run("chrometrace2collapsed", input=data)[0] == b"a 2\na;b 3\n"

"""Speedscope files that are not as the format has them: what is read, repaired and refused."""
import json

import pytest

import lib


def file(*profiles, frames="abc"):
    return json.dumps({"shared": {"frames": [{"name": name} for name in frames]}, "profiles": profiles}).encode()


def sampled(samples, weights, name="one"):
    return {"type": "sampled", "name": name, "unit": "milliseconds", "startValue": 0, "endValue": 30, "samples": samples, "weights": weights}


def evented(events, end=10):
    """events: "O0@1" opens frame 0 at 1."""
    return {"type": "evented", "name": "one", "unit": "milliseconds", "startValue": 0, "endValue": end,
            "events": [{"type": e[0], "frame": int(e[1]), "at": float(e[3:])} for e in events.split()]}


def stacks(data, *options, status=0):
    out, said = lib.run("profconv", "-t", "collapsed", "--unit", "ms", *options, input=data, status=status)
    return {stack: float(count) for stack, count in (line.rsplit(" ", 1) for line in out.decode().splitlines())}, said.decode()


# --- without an option ---

def test_numbers_in_quotes():
    """dotnet-trace's older exporter; anywhere that a number of the profile stands."""
    one = evented("O0@2.5 O1@3.5 C1@12.75 C0@12.75")
    one.update(startValue="2.5", endValue="12.75")
    assert stacks(file(one)) == ({"a": 1, "a;b": 9.25}, "")
    one["events"][1]["at"] = "3.5"
    assert stacks(file(one)) == ({"a": 1, "a;b": 9.25}, "")
    assert stacks(file(sampled([[0], [1]], ["1.5", 2]))) == ({"a": 1.5, "b": 2}, "")


@pytest.mark.parametrize("samples", [[[[0]], [[1]], [[0]]], [[0], [[1]], [[0]]], [[[0]], [1], [0]]])
def test_nested_samples(samples):
    found, said = stacks(file(sampled(samples, [10, 10, 10]), frames=["idle+0x1", "run+0x2"]))
    assert found == {"idle+0x1": 20, "run+0x2": 10}
    nested = sum(isinstance(sample[0], list) for sample in samples)
    assert f"warning: standard input: {nested} samples had an array in their array" in said
    stacks(file(sampled(samples, [10, 10, 10])), "--strict", status=2)


def test_parts_of_nested_samples():
    """The text up to the first ']' is the same in both."""
    assert stacks(file(sampled([[0, [1], 2], [0, [1]], [0, [1], 2], [0, 1]], [1, 2, 4, 8])), "-q")[0] == {"a;b;c": 5, "a;b": 10}
    stacks(file(sampled([[[[0]]]], [1])), status=2)


# --- with --lenient ---

def repaired(data, said):
    """Refused without the option, and with --strict; the warning says all."""
    refusal = stacks(data, status=2)[1]
    assert "--lenient" in refusal and refusal.count("\n") == 1
    found, warning = stacks(data, "--lenient")
    assert warning == f"profconv: warning: standard input: {said}\n"
    stacks(data, "--lenient", "--strict", status=2)
    again, told = lib.run("speedscope2speedscope", "--lenient", "-q", input=data)
    assert stacks(again) == (found, "")
    assert said in lib.run("profcheck", "--lenient", input=data)[0].decode()
    return found


def test_more_weights_than_samples():
    """rbspy: in its second profile too."""
    data = file(sampled([[0], [0, 1]], [10, 20, 40]), sampled([[0]], [80, 160, 320], name="two"))
    assert repaired(data, "3 weights without a sample were left out") == {"a": 90, "a;b": 20}


def test_more_samples_than_weights():
    assert repaired(file(sampled([[0], [0, 1], [2]], [10])), "2 samples without a weight were left out") == {"a": 10}


def test_weights_before_samples():
    one = sampled([[0]], [10, 20])
    one["weights"] = one.pop("weights")
    first = {key: one[key] for key in ("weights", "type", "name", "unit", "startValue", "endValue", "samples")}
    assert repaired(file(first), "1 weights without a sample were left out") == {"a": 10}


def test_ends_that_cross():
    """a is open from 0 to 10, b from 1 to 8 and c, above it, until then instead of 9."""
    data = file(evented("O0@0 O1@1 O2@3 C1@8 C2@9 C0@10"))
    assert repaired(data, "1 frames ended before frames that they had called, which were ended with them; "
                    "1 ends of frames that were not open were passed over") == {"a": 3, "a;b": 2, "a;b;c": 5}


def test_an_end_of_nothing():
    assert repaired(file(evented("C1@0 O0@1 C0@10")), "1 ends of frames that were not open were passed over") == {"a": 9}
    assert repaired(file(evented("O0@0 C0@3 C0@4 O1@5 C1@10 C1@20")), "2 ends of frames that were not open were passed over") == {
        "a": 3, "": 2, "b": 5}


def test_an_event_before_the_last_one():
    assert repaired(file(evented("O0@0 O1@5 C1@4 C0@10")), "1 events before the last one were moved to its time") == {"a": 10}


@pytest.mark.parametrize("end, last", [(10, 7), (3, 2)])
def test_frames_without_an_end(end, last):
    """Until the profile's end, or the last event where that is later."""
    assert repaired(file(evented("O0@0 O1@1 O2@2 C2@3", end=end)), "2 frames without an end were ended with the profile") == {
        "a": 1, "a;b": 1 + last if end == 10 else 1, "a;b;c": 1}


def test_nothing_to_repair():
    data = file(sampled([[0], [0, 1]], [10, 20]), evented("O0@0 O1@1 C1@8 C0@10"))
    assert stacks(data, "--lenient") == stacks(data) == ({"a": 13, "a;b": 27}, "")


def test_an_unsymbolised_frame_with_a_name_of_its_own_keeps_it():
    """pprof has no function for an address alone: its name is made anew."""
    data = (lib.ROOT / "tests/fuzz/corpus/trip/renamed-address").read_bytes()
    assert data.count(b'"unsymbolised":true') == 1
    pprof = lib.run("speedscope2pprof", "-q", input=data)[0]
    assert b"main;lib-9223372036854775808c.so.6+0x2345 30\n" in lib.run("pprof2collapsed", "-q", "--frames", "name", input=pprof)[0]

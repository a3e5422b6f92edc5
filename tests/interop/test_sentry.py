"""Sentry's SDK run live, without a network: what it sends, against own times and durations computed here from its JSON."""
import collections
import datetime
import decimal
import json
import subprocess

import pytest

import lib

PYTHON = lib.BUILD / "interop/sentry/bin/python"
MODES = ["profile", "chunk", "async", "async-integration", "streamed", "mixed"]


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    if not PYTHON.exists():
        pytest.skip("Sentry's SDK is not installed: make interop")
    folder = tmp_path_factory.mktemp("sentry")
    running = [subprocess.Popen([PYTHON, lib.SAMPLES / "programs/sentry_capture.py", folder / f"{mode}.envelope", mode]) for mode in MODES]
    assert [one.wait(60) for one in running] == [0] * len(MODES)
    return folder


def payloads(path):
    """The objects that are no headers, with exact numbers."""
    objects = [json.loads(line, parse_float=decimal.Decimal) for line in path.read_text().splitlines()]
    return [one for one in objects if {"profile", "spans", "items"} & one.keys()]


def nanoseconds(time):
    if isinstance(time, (int, decimal.Decimal)):
        return int((decimal.Decimal(time) * 10**9).to_integral_value(decimal.ROUND_HALF_UP))
    moment = datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ") - datetime.datetime(1970, 1, 1)
    return ((moment.days * 86400 + moment.seconds) * 10**6 + moment.microseconds) * 1000


def read(path, *options, program="sentry2speedscope"):
    """By path of names: nanoseconds."""
    top = json.loads(lib.run(program, "-q", *options, path)[0])
    frames, found = [frame["name"] for frame in top["shared"]["frames"]], collections.Counter()
    for profile in top["profiles"]:
        for stack, weight in zip(profile["samples"], profile["weights"]):
            found[";".join([profile["name"]] * (program == "sentry2speedscope") + [frames[i] for i in stack])] += weight
    return found


def profile_times(path):
    """By thread and path of functions: a sample lasts until the next of its thread."""
    found = collections.Counter()
    for one in payloads(path):
        if "profile" not in one:
            continue
        profile, last = one["profile"], {}
        names = [frame["function"] for frame in profile["frames"]]
        for sample in profile["samples"]:
            time = nanoseconds(sample["timestamp"]) if "timestamp" in sample else int(sample["elapsed_since_start_ns"])
            id, stack = sample["thread_id"], ";".join(names[i] for i in reversed(profile["stacks"][sample["stack_id"]]))
            title = profile["thread_metadata"].get(id, {}).get("name") or f"thread {id}"
            if id in last:
                found[f"{title};{last[id][1]}"] += time - last[id][0]
            last[id] = time, stack
            found[f"{title};{stack}"] += 0
    return found


def spans_of(path):
    """id: (start, end, parent, name)."""
    found = {}
    for one in payloads(path):
        for span in one.get("spans", []):
            found[span["span_id"]] = (span["start_timestamp"], span["timestamp"], span["parent_span_id"], f"{span['op']}: {span['description']}")
        for span in one.get("items", []):
            found[span["span_id"]] = (span["start_timestamp"], span["end_timestamp"], span.get("parent_span_id"), span["name"])
        if "spans" in one:
            found[one["contexts"]["trace"]["span_id"]] = (one["start_timestamp"], one["timestamp"], None, one["transaction"])
    return {id: (nanoseconds(start), nanoseconds(end), parent, name) for id, (start, end, parent, name) in found.items()}


def own_times(spans):
    found = collections.Counter()
    for id, (start, end, parent, name) in spans.items():
        path, up = [name], parent
        while up in spans:
            path, up = [spans[up][3], *path], spans[up][2]
        reached, own = start, 0
        for first, last in sorted((max(one[0], start), min(one[1], end)) for one in spans.values() if one[2] == id):
            own += max(0, first - reached)
            reached = max(reached, last)
        found[";".join(path)] += own + max(0, end - reached)
    return found


@pytest.mark.parametrize("mode", ["profile", "chunk", "mixed"])
def test_profiles(captures, mode):
    path = captures / f"{mode}.envelope"
    want = profile_times(path)
    assert read(path, "--source", "profile", "--sentry-threads", "all") == want and sum(want.values()) > 0
    assert read(path, "--source", "profile") == {stack: time for stack, time in want.items() if not stack.startswith("sentry.")}
    assert any("busy" in stack for stack in want)


@pytest.mark.parametrize("mode", ["async", "async-integration", "streamed", "mixed", "profile"])
def test_spans(captures, mode):
    path = captures / f"{mode}.envelope"
    spans = spans_of(path)
    found = json.loads(lib.run("sentry2speedscope", "-q", "--source", "spans", path)[0])
    names = [frame["name"] for frame in found["shared"]["frames"]]
    times = collections.Counter()
    for profile in found["profiles"]:
        for stack, weight in zip(profile["samples"], profile["weights"]):
            times[";".join(names[i] for i in stack)] += weight
    assert times == own_times(spans) and len(times) >= 1


def test_the_sdk_nests_siblings_and_they_are_repaired(captures):
    """As long as it does: sentry-python#772."""
    nested, integrated = captures / "async.envelope", captures / "async-integration.envelope"
    assert any(path.count("GET") > 1 for path in own_times(spans_of(nested)))
    for path in (nested, integrated):
        out = lib.run("sentry2collapsed", "-q", "--repair-siblings", path)[0].decode()
        assert len({line.rsplit(" ", 1)[0] for line in out.splitlines() if "GET" in line.split(";")[-1]}) == 4
        assert all(line.count("GET") <= 1 for line in out.splitlines())


def test_graft(captures):
    """Spans last as long as they did, with functions below them."""
    path = captures / "mixed.envelope"
    spans, found = spans_of(path), collections.Counter()
    for line in lib.run("profmerge", "-q", "--graft", "-t", "collapsed", "--frames", "name", "--unit", "ns", path)[0].decode().splitlines():
        stack, time = line.rsplit(" ", 1)
        found[stack] = int(time)
    for start, end, _, name in spans.values():
        assert sum(time for stack, time in found.items() if name in stack.split(";")) == end - start
    assert any(stack.startswith("/mixed;") and stack.endswith(";busy") for stack in found)
    assert sum(found.values()) == max(end - start for start, end, _, _ in spans.values())

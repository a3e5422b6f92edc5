"""Sentry's profiles: an independent reader's figures of real captures, durations, threads, envelopes."""
import collections
import decimal
import json
import pathlib

import pytest

import lib

HERE = pathlib.Path(__file__).parent
# by a script of its own, which took times of chunks through floating point
ORACLE = json.loads((HERE / "oracle.json").read_text())
FLOATS = 600  # nanoseconds that a time of seconds since 1970 loses there
PROFILES = [(name, item) for name, file in ORACLE.items() for item in file["items"] if item["kind"].startswith("profile")]


def folded(*args, data=None):
    """The stacks, with threads as roots, and what is said."""
    out, said = lib.run("sentry2collapsed", "--threads", "--frames", "name", "--unit", "ns", *args, input=data)
    return dict((stack, int(count)) for stack, count in (line.rsplit(" ", 1) for line in out.decode().splitlines())), said.decode()


def stacks(data, *options):
    """The stacks without threads."""
    out = lib.run("sentry2collapsed", "-q", "--frames", "name", "--unit", "ns", *options, input=data)[0]
    return dict((stack, int(count)) for stack, count in (line.rsplit(" ", 1) for line in out.decode().splitlines()))


def frames(*names):
    return [{"function": name} for name in names]


def sample(stack, time, thread="1", **more):
    return {"stack_id": stack, "thread_id": thread, **({"timestamp": time} if isinstance(time, float) else {"elapsed_since_start_ns": time}), **more}


def payload(samples, names="ab", threads=(), version="1", **more):
    """A profile whose stack N is the frame N alone."""
    profile = {"frames": frames(*names), "stacks": [[i] for i in range(len(names))], "samples": samples,
               "thread_metadata": {id: {"name": name} for id, name in dict(threads).items()}}
    return json.dumps({"version": version, "profile": profile, **more}).encode() + b"\n"


# --- real captures ---

@pytest.mark.parametrize("name, item", PROFILES, ids=[name for name, _ in PROFILES])
def test_oracle(name, item):
    """Each thread's total and leaves, with the SDK's own threads and without."""
    everything, said = folded("--sentry-threads", "all", lib.SAMPLES / "sentry" / name)
    assert said == ""
    found = collections.defaultdict(collections.Counter)
    for stack, value in everything.items():
        found[stack.split(";")[0]][stack.split(";")[-1]] += value
    want = {thread["name"] or f"thread {id}": thread for id, thread in item["threads"].items()}
    assert found.keys() == want.keys()
    slack = FLOATS if item["kind"] == "profile v2" else 0
    for title, thread in want.items():
        assert abs(found[title].total() - thread["total_ns_forward"]) <= slack
        leaves = {leaf: value for leaf, value in found[title].items() if value}
        assert leaves.keys() == thread["leaf_ns_forward"].keys()
        assert all(abs(value - thread["leaf_ns_forward"][leaf]) <= 2 * slack * thread["samples"] for leaf, value in leaves.items())
    usual, said = folded(lib.SAMPLES / "sentry" / name)
    assert usual == {stack: value for stack, value in everything.items() if not stack.startswith("sentry.")}
    assert len([stack for stack in found if stack.startswith("sentry.")]) == 2 and "of 2 threads of the SDK itself left out" in said
    samples = json.loads(lib.run("profcheck", "-q", "--json", lib.SAMPLES / "sentry" / name)[0])
    assert samples["value_types"][0]["self_total"] == sum(usual.values())


def test_chunk_times_are_exact():
    """Decimal seconds become nanoseconds without floating point."""
    path = lib.SAMPLES / "sentry/python-chunk-v2.envelope"
    chunk = json.loads(path.read_text().splitlines()[-1], parse_float=decimal.Decimal)
    times = collections.defaultdict(list)
    for one in chunk["profile"]["samples"]:
        times[one["thread_id"]].append(one["timestamp"])
    want = sum(int((max(of) - min(of)) * 10**9) for of in times.values())
    assert sum(folded("--sentry-threads", "all", path)[0].values()) == want == 1171087800


def test_the_title_is_the_transaction():
    out = lib.run("sentry2flamegraph", "-q", "--no-time", lib.SAMPLES / "sentry/python-profile-v1.envelope")[0]
    assert b"/metrics/code_checks</text>" in out


def test_what_no_sample_has_is_said():
    """42.5 ms before the first sample and 16.4 behind the last, of the thread that ran the transaction."""
    said = folded("-v", lib.SAMPLES / "sentry/python-profile-v1.envelope")[1]
    assert "58.9 ms of 215 ms of the transactions are before the first sample or after the last" in said
    assert "1 transactions without spans left out beside profiles" in said


# --- durations ---

def test_a_sample_lasts_until_the_next_of_its_thread():
    data = payload([sample(0, 10), sample(1, "15", "2"), sample(1, 30), sample(0, "45", "2"), sample(0, 70)])
    assert stacks(data) == {"a": 20, "b": 40 + 30}
    assert folded(data=data)[0] == {"thread 1;a": 20, "thread 1;b": 40, "thread 2;b": 30, "thread 2;a": 0}


def test_samples_are_sorted_by_time_and_equal_times_keep_their_order():
    assert stacks(payload([sample(1, 30), sample(0, 10), sample(0, 70), sample(1, 10)])) == {"a": 0, "b": 60}


def test_order_and_times_are_kept():
    data = payload([sample(0, 10), sample(1, 30), sample(0, 70)], timestamp="1970-01-01T00:00:01Z")
    one = json.loads(lib.run("sentry2speedscope", "-q", input=data)[0])
    assert one["profiles"][0]["weights"] == [20, 40, 0] and one["profiles"][0]["profpipe"]["times"] == [10, 30, 70]
    assert one["profpipe"]["recording"]["start"] == 10**9


def test_times_of_several_profiles_begin_at_the_first():
    late, early = (payload([sample(0, 5), sample(1, 10)], timestamp=f"1970-01-01T00:00:0{second}Z") for second in (3, 2))
    one = json.loads(lib.run("sentry2speedscope", "-q", input=late + early)[0])
    assert one["profiles"][0]["profpipe"]["times"] == [5, 10, 10**9 + 5, 10**9 + 10]
    assert one["profiles"][0]["weights"] == [5, 0, 5, 0]


def test_chunks_are_joined_by_profiler_and_sorted():
    """The last sample of one lasts until the first of the next, whatever comes first in the file."""
    late = payload([sample(1, 100.5), sample(1, 101.0)], version="2", profiler_id="p")
    early = payload([sample(0, 99.0), sample(0, 100.0)], version="2", profiler_id="p")
    other = payload([sample(0, 99.0), sample(0, 100.0)], version="2", profiler_id="q")
    assert stacks(late + early) == {"a": 1_500_000_000, "b": 500_000_000}
    assert stacks(late + other) == {"a": 1_000_000_000, "b": 500_000_000}


def test_a_dates_offset_and_digits():
    for date in ("1970-01-01T01:00:01.25+01:00", "1970-01-01 00:00:01.250000000Z", "1970-01-01T00:00:01,25", "1969-12-31T23:00:01.25-0100", 1.25, "1.25"):
        if date == "1.25":
            lib.run("sentry2speedscope", "-q", input=payload([sample(0, 5)], timestamp=date), status=2)
            continue
        one = json.loads(lib.run("sentry2speedscope", "-q", input=payload([sample(0, 5)], timestamp=date))[0])
        assert one["profpipe"]["recording"]["start"] == 1_250_000_000
    leap = json.loads(lib.run("sentry2speedscope", "-q", input=payload([sample(0, 5)], timestamp="2024-02-29T23:59:60Z"))[0])
    assert leap["profpipe"]["recording"]["start"] == 1709251200 * 10**9


def test_a_profile_without_samples():
    for version in "12":
        out, said = lib.run("sentry2collapsed", input=payload([], version=version, profiler_id="p") + payload([], version=version))
        assert out == b"" and b"the profile is empty" in said


# --- threads ---

def test_threads_of_the_sdk():
    """They are left out and said, unless the option says what is wanted."""
    data = payload([sample(0, 0), sample(0, 10), sample(1, 0, "2"), sample(1, 7, "2"), sample(1, 0, "3"), sample(1, 3, "3")],
                   threads={"1": "MainThread", "2": "sentry.monitor"}, transactions=[{"name": "/", "active_thread_id": "1"}])
    found, said = folded(data=data)
    assert found == {"MainThread;a": 10, "thread 3;b": 3}
    assert "warning: standard input: 7 ns of 1 thread of the SDK itself left out (--sentry-threads all keeps them)" in said
    assert folded("--sentry-threads", "app", data=data) == (found, "")
    assert folded("--sentry-threads", "active", data=data) == ({"MainThread;a": 10}, "")
    assert folded("--sentry-threads", "all", data=data) == ({**found, "sentry.monitor;b": 7}, "")
    refusal = lib.run("sentry2collapsed", "--strict", input=data, status=2)[1]
    assert b"of the SDK itself left out" in refusal
    lib.run("sentry2pprof", "--strict", "--sentry-threads", "app", "-o", "/dev/null", input=data)


def test_names_of_threads():
    """A number, or what stands for one; a name that a later chunk knows is that of the earlier ones too."""
    assert folded(data=payload([sample(0, 0, "worker"), sample(0, 2, "worker")]))[0] == {"worker;a": 2}
    assert folded(data=payload([sample(0, 0, 0), sample(0, 2, "0")], threads={"0": "main"}))[0] == {"main;a": 2}
    nameless = payload([sample(0, 1.0), sample(0, 2.0)], version="2", profiler_id="p")
    named = payload([sample(0, 3.0)], version="2", profiler_id="p", threads={"1": "MainThread"})
    assert folded(data=nameless + named)[0] == {"MainThread;a": 2_000_000_000}


# --- frames ---

def test_in_app():
    """What is not of the application is its caller's; a stack of nothing else has a name of ours."""
    profile = {"frames": [{"function": "mine", "in_app": True}, {"function": "lib", "in_app": False}, {"function": "std"}],
               "stacks": [[1, 0], [2, 0, 1], [1, 2], []],
               "samples": [sample(0, 0), sample(1, 1), sample(2, 3), sample(3, 7), sample(0, 15)]}
    data = json.dumps({"version": "1", "profile": profile}).encode()
    assert stacks(data) == {"mine;lib": 1, "lib;mine;std": 2, "std;lib": 4, "": 8}
    assert stacks(data, "--app-frames") == {"mine": 3, "[outside the application]": 4, "": 8}


def test_labels_and_what_frames_say():
    data = payload([sample(0, 0), sample(0, 5)], environment="test", release="demo@1", transactions=[{"name": "/a"}])
    out = lib.run("proffilter", "-t", "collapsed", "-q", "--tag-root", "transaction,environment,release", input=data)[0]
    assert sorted(out.split(b" ")[0].split(b";")) == sorted([b"/a", b"test", b"demo@1", b"a"])
    # a path before a name, an image before a module
    frame = {"function": "f", "abs_path": "/srv/a.py", "filename": "a.py", "module": "a", "package": "/lib/a.so", "lineno": 7, "colno": 3}
    profile = {"frames": [frame, {**frame, "abs_path": None, "package": None}], "stacks": [[0], [1]], "samples": [sample(0, 0), sample(1, 5), sample(1, 9)]}
    out = lib.run("sentry2callgrind", "-q", input=json.dumps({"version": "1", "profile": profile}).encode())[0].decode()
    assert "fl=(1) /srv/a.py" in out and "ob=(1) /lib/a.so" in out and "a.py" in out and "7 5" in out


# --- envelopes ---

def envelope(*items, header=None):
    """Items are (header, payload)."""
    return json.dumps(header or {"event_id": "a"}).encode() + b"\n" + b"".join(json.dumps(head).encode() + b"\n" + body + b"\n" for head, body in items)


def test_envelopes_and_payloads():
    """With a length or without, several envelopes behind each other, items of other types between."""
    one = payload([sample(0, 0), sample(0, 5)]).strip()
    binary = b"\0\n{\xff\n"
    bare = [one, one + b"\n" + one, one + one]
    assert [stacks(data) for data in bare] == [{"a": 5}, {"a": 10}, {"a": 10}]
    for head in ({"type": "profile"}, {"type": "profile", "length": len(one)}):
        data = envelope(({"type": "attachment", "length": len(binary)}, binary), (head, one), ({"type": "log"}, b"not { JSON"))
        assert stacks(data) == {"a": 5}
        assert stacks(data + b"{}\n" + data.partition(b"\n")[2] + data) == {"a": 15}
    # a payload of several lines, as its length says
    pretty = json.dumps(json.loads(one), indent=2).encode()
    assert stacks(envelope(({"type": "profile", "length": len(pretty)}, pretty))) == {"a": 5}
    lib.run("sentry2collapsed", input=envelope(({"type": "profile", "length": len(pretty) - 1}, pretty)), status=2)


def test_items_passed_over_are_counted():
    data = envelope(*[({"type": kind}, b"x") for kind in ("log", "session", "log")], ({"type": "profile"}, payload([sample(0, 0), sample(0, 5)])))
    said = lib.run("sentry2collapsed", "-v", input=data)[1].decode()
    assert "2 items of 'log' passed over" in said and "1 item of 'session' passed over" in said


def test_sniffed(tmp_path):
    """By content, whatever the name; JSON of other formats is not taken."""
    one = payload([sample(0, 0), sample(0, 5)])
    for data in (one, json.dumps(json.loads(one), indent=1).encode(), envelope(({"type": "profile"}, one))):
        assert json.loads(lib.run("profcheck", "-q", "--json", input=data)[0])["format"] == "sentry"
    for name in ("speedscope", "otlp"):
        for other in lib.samples(name):
            assert json.loads(lib.run("profcheck", "-q", "--json", other.path)[0])["format"] == name

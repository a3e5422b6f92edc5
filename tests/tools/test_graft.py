"""profmerge --graft: samples below the spans that ran on their thread at their time, the spans' sums kept."""
import json

import pytest

import lib

GOLDEN = lib.ROOT / "tests/formats/sentry/golden"


def graft(*args, data=None, status=0):
    out, said = lib.run("profmerge", "--graft", "-t", "collapsed", "--frames", "name", "--unit", "ns", *args, input=data, status=status)
    return dict((stack, int(count)) for stack, count in (line.rsplit(" ", 1) for line in out.decode().splitlines())), said.decode()


def thread(id, name="Main"):
    return {"thread.id": id, "thread.name": name}


def spans(*rows, end=10, on="1"):
    """A transaction from 0 to `end` seconds, and (id, parent, start, end, op, thread) of its spans."""
    made = [{"trace_id": "a" * 32, "span_id": id, "parent_span_id": parent, "start_timestamp": start, "timestamp": stop, "op": op, "data": thread(where)}
            for id, parent, start, stop, op, where in rows]
    return json.dumps({"type": "transaction", "transaction": "GET /cart", "start_timestamp": 0, "timestamp": end, "spans": made,
                       "contexts": {"trace": {"trace_id": "a" * 32, "span_id": "1", "op": "http", "data": thread(on)}}}).encode() + b"\n"


def samples(*taken, on="1", start=0, name="Main"):
    """(function, seconds) below main; the last one lasts nothing."""
    names = sorted({function for function, _ in taken})
    frames = [{"function": each} for each in [*names, "main"]]
    rows = [{"stack_id": names.index(function), "thread_id": on, "elapsed_since_start_ns": int(at * 10**9)} for function, at in taken]
    return json.dumps({"version": "1", "timestamp": start, "profile": {"frames": frames, "stacks": [[i, len(names)] for i in range(len(names))],
                       "samples": rows, "thread_metadata": {on: {"name": name}}}}).encode() + b"\n"


def seconds(found):
    return {stack: count / 10**9 for stack, count in found.items()}


EXAMPLE = spans(("2", "1", 4, 7, "select", "1")), samples(("f", 1), ("g", 6), ("f", 9), ("f", 12))
PICTURE = {"GET /cart": 3, "GET /cart;main;f": 4, "GET /cart;select": 2, "GET /cart;select;main;g": 1, "main;f": 2}


def test_example_of_the_header():
    found, said = graft("-v", data=b"".join(EXAMPLE))
    assert seconds(found) == PICTURE
    assert "samples that stay roots: 2 s outside of spans" in said
    assert "5 s of samples below spans" in said and "4 s in spans other than that in which they were taken: theirs" in said
    # each span lasts as long as without samples, and calls are spans
    assert sum(found.values()) == 12 * 10**9
    rows = lib.run("profmerge", "-q", "--graft", "-t", "callgrind", input=b"".join(EXAMPLE))[0].decode()
    assert "calls=1" in rows


def test_files_and_formats(tmp_path):
    """In one file or two, in any order, and through a format that keeps times."""
    paths = [tmp_path / "spans.envelope", tmp_path / "samples.envelope"]
    for path, data in zip(paths, EXAMPLE):
        path.write_bytes(data)
    lib.run("sentry2speedscope", "-o", tmp_path / "samples.speedscope.json", paths[1])
    for files in (paths, paths[::-1], [paths[0], tmp_path / "samples.speedscope.json"], [tmp_path / "samples.speedscope.json", paths[0]]):
        assert seconds(graft("-q", *files)[0]) == PICTURE


def test_spans_of_opentelemetry(tmp_path):
    """With a thread in some of them, below samples that a file of speedscope has with their times."""
    def otlp(id, parent, start, end, name, thread):
        attributes = [{"key": "thread.id", "value": {"intValue": thread}}] if thread else []
        return {"traceId": "a" * 32, "spanId": id * 16, "parentSpanId": parent * 16, "name": name, "attributes": attributes,
                "startTimeUnixNano": str(start * 10**9), "endTimeUnixNano": str(end * 10**9)}
    rows = [otlp("3", "1", 8, 9, "remote", None), otlp("2", "1", 4, 7, "select", "1"), otlp("1", "", 0, 10, "GET /cart", "1")]
    (tmp_path / "spans.json").write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": rows}]}]}))
    lib.run("sentry2speedscope", "-o", tmp_path / "samples.json", input=EXAMPLE[1])
    found = seconds(graft("-q", tmp_path / "samples.json", tmp_path / "spans.json")[0])
    assert found == {**PICTURE, "GET /cart": 2, "GET /cart;remote": 1}


@pytest.mark.parametrize("start", [0, 1795765963])
def test_times_of_files_begin_at_different_times(tmp_path, start):
    """What is counted from the start of its recording meets what is counted from 1970."""
    late = samples(("g", 0), ("g", 1.5), start=start + 5)
    early = samples(("f", 0), ("f", 1), start=start + 1)
    (tmp_path / "spans").write_bytes(spans(end=start + 10).replace(b'"start_timestamp": 0', b'"start_timestamp": %d' % start))
    for name, data in (("late", late), ("early", early)):
        lib.run("sentry2speedscope", "-o", tmp_path / name, input=data)
    found = seconds(graft("-q", tmp_path / "late", tmp_path / "spans", tmp_path / "early")[0])
    assert found == {"GET /cart": 7.5, "GET /cart;main;g": 1.5, "GET /cart;main;f": 1}


def test_a_span_that_waits_for_another_thread():
    """Its own time is not less for that, and its thread's samples are counted beside the child's."""
    found, said = graft("-v", data=spans(("2", "1", 2, 8, "task", "2")) + samples(("wait", 1), ("wait", 9)) + samples(("work", 2), ("work", 7), on="2", name="T"))
    assert seconds(found) == {"GET /cart": 2, "GET /cart;main;wait": 8, "GET /cart;task": 1, "GET /cart;task;main;work": 5}
    assert "6 s of these while a child of the span ran on another thread" in said


def test_the_innermost_is_the_one_that_started_last():
    """Concurrent spans of one thread; of two that start together the shorter one."""
    found = seconds(graft("-q", data=spans(("2", "1", 1, 9, "a", "1"), ("3", "1", 2, 6, "b", "1"), ("4", "1", 2, 4, "c", "1")) + samples(("f", 3), ("f", 5), ("f", 7), ("f", 8)))[0])
    assert found == {"GET /cart": 2, "GET /cart;a": 7, "GET /cart;a;main;f": 1, "GET /cart;b": 3, "GET /cart;b;main;f": 1,
                     "GET /cart;c": 1, "GET /cart;c;main;f": 1}


def test_samples_without_a_span():
    """On a thread without spans, and before the first one: roots of their own."""
    found, said = graft(data=spans(end=3) + samples(("f", 4), ("f", 6)) + samples(("g", 0), ("g", 1), on="9", name="Other"))
    assert seconds(found) == {"GET /cart": 3, "main;f": 2, "main;g": 1}
    assert "samples that stay roots: 2 s outside of spans, 1 s on threads without spans" in said


def test_profiles_that_overlap_count_once():
    """Two transactions of one thread at a time are each given the same samples."""
    one = samples(("f", 1), ("f", 3))
    data = spans() + one + one.replace(b"3000000000", b"5000000000")
    found, said = graft(data=data)
    assert seconds(found) == {"GET /cart": 6, "GET /cart;main;f": 4}
    lost = "samples: 2 s left out: another sample of the thread had begun"
    assert f"warning: {lost}" in said
    assert lost in graft("--strict", data=data, status=2)[1]


def test_duplicates_and_threads():
    """A span that comes twice is one; names that one side knows are those of both."""
    data = spans(("2", "1", 1, 9, "a", "1"))
    twice = data + data + samples(("f", 2), ("f", 4), name=None)
    found, said = graft("--threads", data=twice)
    assert "warning: traces: 2 spans came again and were left out" in said
    assert "traces: 2 spans came again and were left out" in graft("--strict", data=twice, status=2)[1]
    assert seconds(found) == {"Main;GET /cart": 2, "Main;GET /cart;a": 6, "Main;GET /cart;a;main;f": 2}
    node = spans(on="0").replace(b'"Main"', b'"main"') + samples(("f", 2), ("f", 4), on="0", name="main")
    assert seconds(graft("-q", "--threads", data=node)[0]) == {"main;GET /cart": 8, "main;GET /cart;main;f": 2}


def test_a_real_transaction():
    """Each function of the capture is below the span that it ran in; an oracle goes over all instants between two borders."""
    transaction, profile = {}, {}
    for line in (GOLDEN / "mixed.in").read_text().splitlines():
        one = json.loads(line)
        transaction = one if one.get("spans") else transaction
        profile = one if "profile" in one else profile

    def nanoseconds(date):
        hours, minutes, rest = date.split("T")[1].rstrip("Z").split(":")
        whole, _, part = rest.partition(".")
        return (int(hours) * 3600 + int(minutes) * 60 + int(whole)) * 10**9 + int(part.ljust(9, "0"))
    root = {**transaction["contexts"]["trace"], **{key: transaction[key] for key in ("start_timestamp", "timestamp")}}
    rows = {one["span_id"]: (nanoseconds(one["start_timestamp"]), nanoseconds(one["timestamp"]), one) for one in [root, *transaction["spans"]]}

    def path(id):
        one = rows[id][2]
        return [transaction["transaction"]] if one is root else [*path(one["parent_span_id"]), f"{one['op']}: {one['description']}"]

    def innermost(time):
        return max((id for id, (start, end, _) in rows.items() if start <= time < end), key=lambda id: (rows[id][0], -rows[id][1]), default=None)
    active, base = profile["transactions"][0]["active_thread_id"], nanoseconds(profile["timestamp"])
    frames, stacks = profile["profile"]["frames"], profile["profile"]["stacks"]
    taken = [(base + int(one["elapsed_since_start_ns"]), [frames[i]["function"] for i in reversed(stacks[one["stack_id"]])])
             for one in profile["profile"]["samples"] if one["thread_id"] == active]
    borders = sorted({time for start, end, _ in rows.values() for time in (start, end)} | {time for time, _ in taken})
    want = {}
    for start, end in zip(borders, borders[1:]):
        now, sample = innermost(start), max((one for one in taken if one[0] <= start and start < taken[-1][0]), key=lambda one: one[0], default=None)
        stack = (path(now) if now else []) + (sample[1] if sample and (innermost(sample[0]) == now or not now) else [])
        want[";".join(stack)] = want.get(";".join(stack), 0) + end - start
    found, said = graft("-q", GOLDEN / "mixed.in")
    assert {stack: value for stack, value in found.items() if value} == want and len(want) == 7
    assert found["/mixed;function: first;db: select;<module>;main;mixed;busy"] == 31268813
    # nothing is added: as many nanoseconds as the transaction took
    assert sum(found.values()) == rows[root["span_id"]][1] - rows[root["span_id"]][0]


@pytest.mark.parametrize("data, options, said", [
    (EXAMPLE[0], [], "expected samples with times and durations, and spans of them, got spans alone"),
    (EXAMPLE[1], [], "expected samples and spans, got no span"),
    (EXAMPLE[0], [lib.ROOT / "samples/explain/parallel-18.txt", "-"],
     "expected samples with times and durations, and spans of them, got samples without times"),
    (b"".join(EXAMPLE), ["--wall"], "expected own times of spans, got --wall"),
    (b"".join(EXAMPLE), ["--common"], "--graft and --common exclude each other"),
    (b"".join(EXAMPLE), ["--value", "color"], "no value type 'color'"),
], ids=["no samples", "no spans", "no times", "wall", "common", "value"])
def test_what_cannot_be_grafted(data, options, said):
    assert said in graft(*options, data=data, status=2)[1]

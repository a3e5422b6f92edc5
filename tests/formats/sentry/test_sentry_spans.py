"""Sentry's transactions and spans: an independent reader's figures, siblings that were nested into each other, names, sources."""
import collections
import json
import marshal
import pathlib

import pytest

import lib

HERE = pathlib.Path(__file__).parent
ORACLE = json.loads((HERE / "oracle.json").read_text())
FLOATS = 600  # nanoseconds that a time of seconds since 1970 loses in the oracle
SPANS = ["python-async-misnested.envelope", "python-spans-streamed.envelope"]


def folded(*args, data=None, program="sentry2collapsed"):
    out, said = lib.run(program, "--frames", "name", "--unit", "ns", *args, input=data)
    return dict((stack, int(count)) for stack, count in (line.rsplit(" ", 1) for line in out.decode().splitlines())), said.decode()


def span(id, parent, start, end, **more):
    return {"trace_id": "a" * 32, "span_id": id, "parent_span_id": parent, "start_timestamp": start, "timestamp": end, **more}


def transaction(spans, start=0, end=10, name="/", root="1", **more):
    """Times are seconds since 1970."""
    trace = {"trace_id": "a" * 32, "span_id": root, "op": "http.server", **more}
    return json.dumps({"type": "transaction", "transaction": name, "start_timestamp": start, "timestamp": end, "contexts": {"trace": trace},
                       "spans": spans}).encode() + b"\n"


def profile(times, thread="1", start=None, **more):
    samples = [{"stack_id": 0, "thread_id": thread, "elapsed_since_start_ns": time} for time in times]
    return json.dumps({"version": "1", "profile": {"frames": [{"function": "f"}], "stacks": [[0]], "samples": samples}, **more}).encode() + b"\n"


# --- an oracle of our own ---

def events(path):
    """(spans by id, with the root) for each transaction of a file."""
    for line in path.read_text().splitlines():
        one = json.loads(line)
        if one.get("type") == "transaction" and "contexts" in one:
            root = {**one["contexts"]["trace"], "start_timestamp": one["start_timestamp"], "timestamp": one["timestamp"], "title": one["transaction"]}
            yield {each["span_id"]: each for each in [root, *one["spans"]]}


def micros(date):
    clock = date.split("T")[1].rstrip("Z").split(":")
    return round((int(clock[0]) * 3600 + int(clock[1]) * 60) * 10**6 + float(clock[2]) * 10**6)


def name(one):
    return one.get("title") or ": ".join(part for part in (one["op"], one["description"]) if part)


def repaired(spans):
    """The parents, when children that outlive theirs have become siblings of them; and how many those were."""
    start, end = ({id: micros(one[key]) for id, one in spans.items()} for key in ("start_timestamp", "timestamp"))
    parents, moved = {id: one.get("parent_span_id") for id, one in spans.items()}, 0

    def depth(id):
        return 1 + depth(spans[id].get("parent_span_id")) if id in spans else 0
    for id in sorted(spans, key=depth):
        while parents.get(parents[id]) in spans and end[id] > end[parents[id]]:
            parents[id] = parents[parents[id]]
        moved += parents[id] != spans[id].get("parent_span_id")
    return parents, moved


def own_times(spans, parents):
    """path -> own time in microseconds: instants with no child running."""
    start, end = ({id: micros(one[key]) for id, one in spans.items()} for key in ("start_timestamp", "timestamp"))
    found = collections.Counter()
    for id, one in spans.items():
        free = set(range(start[id], end[id]))
        path, up = [name(one)], parents[id]
        for child in spans:
            if parents[child] == id:
                free -= set(range(start[child], end[child]))
        while up in spans:
            path, up = [name(spans[up]), *path], parents[up]
        found[";".join(path)] += len(free)
    return found


# --- real captures ---

@pytest.mark.parametrize("file", SPANS)
def test_oracle(file):
    """Own times by path, the number of spans of each name, and what is said of overlaps."""
    want, counts = collections.Counter(), collections.Counter()
    for item in ORACLE[file]["items"]:
        for path, row in item["by_path"].items():
            parts = [part if part.startswith("/") or item["kind"].startswith("span") else part.replace(" ", ": ", 1) for part in path.split(";")]
            want[";".join(parts)] += row["self_ns"]
            counts[parts[-1]] += row["count"]
    found, said = folded(lib.SAMPLES / "sentry" / file)
    assert found.keys() == want.keys()
    slack = FLOATS * 4 if "streamed" in file else 0
    assert all(abs(found[path] - want[path]) <= slack for path in want)
    late = sum(one["outlives_parent_ns"] > 0 for item in ORACLE[file]["items"] for one in item["spans"])
    assert f"of {late} spans after the end of their parents" in said and "--repair-siblings" in said
    rows = marshal.loads(lib.run("sentry2pstat", "-q", lib.SAMPLES / "sentry" / file)[0])
    assert {key[2]: row[1] for key, row in rows.items()} == counts
    # with --wall, all add up to the roots
    shares, said = folded("--wall", lib.SAMPLES / "sentry" / file)
    assert abs(sum(shares.values()) - sum(item["root_duration_ns"] for item in ORACLE[file]["items"])) <= slack and said == ""


@pytest.mark.parametrize("file", ["async.in", "async-integration.in"])
def test_siblings_are_repaired(file):
    """Requests of asyncio.gather(), with the SDK's integration for asyncio and without."""
    spans, = events(HERE / "golden" / file)
    as_they_are = {id: one.get("parent_span_id") for id, one in spans.items()}
    parents, moved = repaired(spans)
    assert folded("-q", HERE / "golden" / file)[0] == {path: time * 1000 for path, time in own_times(spans, as_they_are).items()}
    found, said = folded("--repair-siblings", HERE / "golden" / file)
    assert found == {path: time * 1000 for path, time in own_times(spans, parents).items()}
    requests = [path for path in found if path.split(";")[-1].startswith("http.client")]
    assert len(requests) == 4 and not any("GET" in part for path in requests for part in path.split(";")[:-1])
    if moved:
        assert file == "async.in" and moved == 5 and "5 spans that outlived their parents became their siblings" in said
        lib.run("sentry2pprof", "--strict", "--repair-siblings", "-o", "/dev/null", HERE / "golden" / file, status=2)
    else:
        assert "siblings of" not in said and "became" not in said


# --- made ---

def test_own_time_and_late_children():
    data = transaction([span("2", "1", 1, 4, op="db", description="q"), span("3", "1", 3, 12, op="http", description=None), span("4", "9", 5, 6)])
    found, said = folded(data=data)
    assert found == {"/": 1 * 10**9, "/;db: q": 3 * 10**9, "/;http": 9 * 10**9, "<unknown>": 10**9}
    assert "1000 ms of siblings at the same time, 2000 ms of 1 spans after the end" in said
    assert "1 spans have a parent that is in no file: they are roots" in said


def test_a_child_of_the_root_stays():
    """What is started and not awaited was not nested by mistake."""
    data = transaction([span("2", "1", 1, 12, op="a"), span("3", "2", 2, 13, op="b"), span("4", "3", 3, 4, op="c")])
    assert folded("-q", "--repair-siblings", data=data)[0] == {"/": 10**9, "/;a": 11 * 10**9, "/;b": 10 * 10**9, "/;b;c": 10**9}


def test_names():
    data = transaction([span("2", "1", 1, 4, op="db", description="select 17", data={"service.name": "shop"}), span("3", "1", 5, 6, op="gc")], name="/orders/8231")
    for options, names in {(): ["/orders/8231", "db: select 17", "gc"],
                           ("--span-name", "op"): ["http.server", "db", "gc"],
                           ("--span-name", "description"): ["/orders/8231", "select 17", "gc"],
                           ("--span-name", "service,op"): ["http.server", "shop: db", "gc"],
                           ("--strip-ids",): ["/orders/*", "db: select *", "gc"]}.items():
        assert folded(*options, data=data)[0] == {names[0]: 6 * 10**9, f"{names[0]};{names[1]}": 3 * 10**9, f"{names[0]};{names[2]}": 10**9}
    lib.run("sentry2collapsed", "--span-name", "color", input=data, status=2)


def test_dates_and_numbers_are_one():
    """SDKs write dates, the server numbers."""
    date = "1970-01-01T00:00:0{}.250000Z".format
    want = {"/": 10**9, "/;db": 2 * 10**9}
    assert folded(data=transaction([span("2", "1", date(2), date(4), op="db")], date(1), date(4)))[0] == want
    assert folded(data=transaction([span("2", "1", 2.25, 4.25, op="db")], 1.25, 4.25))[0] == want


def streamed(*spans):
    return b'{}\n{"type":"span","content_type":"application/vnd.sentry.items.span.v2+json"}\n' + json.dumps({"version": 2, "items": spans}).encode() + b"\n"


def streamed_span(id, parent, start, end, **attributes):
    return {"trace_id": "b" * 32, "span_id": id, "name": f"s{id}", "start_timestamp": start, "end_timestamp": end,
            **({"parent_span_id": parent} if parent else {}), "attributes": {key: {"value": value, "type": "string"} for key, value in attributes.items()}}


def test_a_trace_in_several_files(tmp_path):
    """Children come before their parents, in any order of the files, also for the tools."""
    parts = [streamed(streamed_span("3", "2", 2, 3)), streamed(streamed_span("2", "1", 1, 4, **{"sentry.op": "task"})), streamed(streamed_span("1", None, 0, 10))]
    paths = [tmp_path / f"{i}.envelope" for i in range(3)]
    for path, data in zip(paths, parts):
        path.write_bytes(data)
    want = {"s1": 7 * 10**9, "s1;s2": 2 * 10**9, "s1;s2;s3": 10**9}
    assert folded(data=b"".join(parts)) == (want, "")
    for order in (paths, paths[::-1]):
        assert folded(*order) == (want, "")
        assert folded("-t", "collapsed", *order, program="profmerge") == (want, "")
    assert folded("--span-name", "op", *paths)[0] == {"s1": 7 * 10**9, "s1;task": 2 * 10**9, "s1;task;s3": 10**9}


def test_other_shapes_of_spans():
    """One span an item, as browsers send them; keys in any order; a span without an end; the transaction's trace for all."""
    one = {"op": "ui.click", "description": "button", "span_id": "7", "start_timestamp": 1.5, "timestamp": 2, "trace_id": "c" * 32}
    assert folded(data=b'{}\n{"type":"span"}\n' + json.dumps(one).encode())[0] == {"ui.click: button": 5 * 10**8}
    found, said = folded(data=transaction([span("2", "1", 1, None, op="open")]))
    assert found == {"/": 10 * 10**9, "/;open": 0} and "1 spans have no end" in said
    event = json.loads(transaction([{**span("2", "1", 1, 2, op="db"), "trace_id": None}]))
    for first in ("spans", "contexts"):
        data = json.dumps({first: event[first], **event}).encode()
        assert folded(data=data)[0] == {"/": 9 * 10**9, "/;db": 10**9}


def test_threads():
    thread = {"thread.id": "7", "thread.name": "MainThread"}
    data = transaction([span("2", "1", 1, 4, op="db", data=thread)], data=thread)
    assert folded("--threads", data=data)[0] == {"MainThread;/": 7 * 10**9, "MainThread;/;db": 3 * 10**9}
    # one without a thread, and none has
    data = transaction([span("2", "1", 1, 4, op="db")], data=thread)
    assert folded("--threads", data=data)[0] == {"thread 1;/": 7 * 10**9, "thread 1;/;db": 3 * 10**9}


# --- what a file that has both is read as ---

BOTH = transaction([span("2", "1", 1, 4, op="db")]) + profile([5, 9])


def test_source():
    both = {"auto": {"f": 4}, "profile": {"f": 4}, "spans": {"/": 7 * 10**9, "/;db": 3 * 10**9}}
    for source, want in both.items():
        found, said = folded("--source", source, data=BOTH)
        assert found == want
        assert ("1 spans of 1 transactions left out beside profiles (--source spans reads them instead)" in said) == (source == "auto")
    refusal = lib.run("sentry2pprof", "--strict", "-o", "/dev/null", input=BOTH, status=2)[1]
    assert b"left out beside profiles" in refusal
    lib.run("sentry2pprof", "--strict", "--source", "profile", "-o", "/dev/null", input=BOTH)
    assert "1 profiles passed over" in folded("-v", "--source", "spans", data=BOTH)[1]
    assert "1 transactions and lists of spans passed over" in folded("-v", "--source", "profile", data=BOTH)[1]
    # a transaction alone adds nothing to its profile: no warning
    alone = transaction([]) + profile([5, 9])
    assert folded(data=alone) == ({"f": 4}, "")
    assert "1 transactions without spans left out" in folded("-v", data=alone)[1]


def test_source_over_several_files(tmp_path):
    """A profile in any of them; chunks of one profiler are joined, by profmerge too."""
    def chunk(name, *times):
        frames = {"frames": [{"function": name}], "stacks": [[0]], "samples": [{"stack_id": 0, "thread_id": "1", "timestamp": time} for time in times]}
        return json.dumps({"version": "2", "profiler_id": "p", "chunk_id": name, "profile": frames}).encode()
    for number, data in enumerate([transaction([span("2", "1", 1, 4, op="db")]), chunk("a", 100, 101), chunk("b", 103, 104)]):
        (tmp_path / f"{number}.envelope").write_bytes(data)
    first, *chunks = [tmp_path / f"{number}.envelope" for number in range(3)]
    want = {"a": 3 * 10**9, "b": 10**9}
    for program, options in (("sentry2collapsed", []), ("profmerge", ["-t", "collapsed"])):
        for files in ([first, *chunks], [*chunks[::-1], first]):
            found, said = folded(*options, *files, program=program)
            assert found == want and "1 spans of 1 transactions left out beside profiles" in said
        assert folded(*options, *chunks, program=program) == (want, "")
        # a chunk that is in two files counts once
        found, said = folded(*options, *chunks, chunks[0], program=program)
        assert found == want and "1 chunks came again and were left out" in said
        assert folded(*options, first, program=program) == ({"/": 7 * 10**9, "/;db": 3 * 10**9}, "")


# --- hostile ---

def test_many_levels_and_many_children():
    """Trees are not walked by recursion, and siblings are repaired in proportion to the spans."""
    count = 2_000
    deep = [span(f"{i + 2:x}", f"{i + 1:x}", i, 10 * count - i, op="d") for i in range(count)]
    late = [span(f"{count + i + 2:x}", f"{count + 1:x}", count + i, 20 * count, op="l") for i in range(count)]
    data = transaction(deep + late, 0, 10 * count + 1)
    out, said = lib.run("profcheck", "-q", "--json", input=data)
    assert json.loads(out)["depth"] == count + 2
    found, said = folded("--repair-siblings", data=data)
    assert f"{count} spans that outlived their parents became their siblings" in said
    assert found["/;l"] == sum(19 * count - i for i in range(count)) * 10**9

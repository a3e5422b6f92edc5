"""Spans in all shapes, against own times that were computed apart (oracle.json), and what else the format says and takes."""
import json
import pathlib
import random
import subprocess
import sys

import pytest

import lib

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import broken_files  # noqa: E402

broken = broken_files.module("traces")
span, request, resource, attribute = broken.span, broken.request, broken.resource, broken.attribute
HERE = pathlib.Path(__file__).parent
ORACLE = json.loads((HERE / "oracle.json").read_text())
TRACE = "3835779c5342904ab8addbf8135a1a1b"


def folded(*args, input=None):
    """By path: own nanoseconds."""
    out, _ = lib.run("traces2collapsed", "-q", "--unit", "ns", *args, input=input)
    return {line.rsplit(" ", 1)[0]: int(line.rsplit(" ", 1)[1]) for line in out.decode().splitlines()}


def said(data, *args, status=0):
    return lib.run("traces2collapsed", "-o", "/dev/null", *args, input=data, status=status)[1].decode()


def one(name, number, parent, start, end, **more):
    return {"traceId": TRACE, "spanId": f"{number:016x}", "parentSpanId": f"{parent:016x}" if parent else "", "name": name,
            "startTimeUnixNano": str(start), "endTimeUnixNano": str(end), **more}


def otlp(*spans, **resource):
    return json.dumps({"resourceSpans": [{**resource, "scopeSpans": [{"spans": spans}]}]}).encode()


# --- the oracle ---

@pytest.mark.parametrize("path", ORACLE)
def test_own_times_of_samples(path):
    want = ORACLE[path]
    assert folded(lib.ROOT / path) == {stack: own for stack, (own, _) in want["by_path"].items()}
    told = lib.run("traces2collapsed", "-v", "-o", "/dev/null", lib.ROOT / path)[1].decode()
    assert f"{want['spans']} spans of {want['roots']} traces with {want['roots']} roots" in told
    assert f"of {want['late']} spans after the end of their parents" in told
    sum_ms = f"{want['self_sum_ns'] / 1e6:.6f}".rstrip("0").rstrip(".")
    assert f"their spans {sum_ms} ms of their own" in told


@pytest.mark.parametrize("path", ORACLE)
def test_calls_are_spans(path):
    out, _ = lib.run("traces2callgrind", "-q", lib.ROOT / path)
    calls = {}
    for stack, (_, count) in ORACLE[path]["by_path"].items():
        if ";" in stack:
            calls[stack.rsplit(";", 1)[1]] = count
    lines = out.decode().splitlines()
    found = {line.split(") ", 1)[1]: int(lines[i + 1].split("=")[1].split()[0])
             for i, line in enumerate(lines) if line.startswith("cfn=")}
    assert found == calls


def test_wall_adds_up_to_the_time_in_which_something_ran():
    """What the spans cover together, by an independent union; all fetches run in parallel, so they get less."""
    path = lib.ROOT / "samples/traces/otlp-lines.jsonl"
    spans = [s for line in path.read_text().splitlines() for r in json.loads(line)["resourceSpans"] for sc in r["scopeSpans"]
             for s in sc["spans"]]
    covered = 0
    for trace in {s["traceId"] for s in spans}:
        reached = 0
        for start, end in sorted((int(s["startTimeUnixNano"]), int(s["endTimeUnixNano"])) for s in spans if s["traceId"] == trace):
            covered += max(0, end - max(start, reached))
            reached = max(reached, end)
    wall, own = folded("--wall", path), folded(path)
    assert sum(wall.values()) == covered < sum(own.values())
    assert wall["GET /metrics;fetch"] < own["GET /metrics;fetch"] and wall["GET /metrics"] == own["GET /metrics"]


# --- several inputs ---

def test_parents_in_other_files(tmp_path):
    """In any order, by all programs that read; standard input is one of them."""
    parent, child = tmp_path / "parent", tmp_path / "child"
    parent.write_bytes(otlp(one("GET", 1, 0, 0, 100)))
    child.write_bytes(request(span(2, 1, "db", 10, 40), resource=b""))
    for files in ((parent, child), (child, parent)):
        assert folded(*files) == {"GET": 70, "GET;db": 30}
        assert lib.run("profmerge", "-q", "-t", "collapsed", "--unit", "ns", *files)[0] == b"GET 70\nGET;db 30\n"
    told = said(child.read_bytes())
    assert "1 spans have a parent that is in no file: they are roots" in told
    assert said(child.read_bytes(), "--strict", status=2)
    _, told = lib.run("profcheck", parent, child)
    assert told == b""


def test_lines_of_one_file():
    lines = b"\n".join([otlp(one("db", 2, 1, 10, 40)), otlp(), otlp(one("GET", 1, 0, 0, 100))])
    assert folded(input=lines) == {"GET": 70, "GET;db": 30}
    assert folded(input=b"{}") == {}


def test_keys_come_in_any_order():
    """Spans whose keys are in other orders, with others between them, with blanks."""
    rng = random.Random(1)
    spans = [one("GET", 1, 0, 0, 100, kind=2, flags=1), *(one("db", i, 1, 10 * i, 10 * i + 4, status={}, x=[{}]) for i in range(2, 9))]
    for _ in range(30):
        mixed = [dict(rng.sample(list(span.items()), len(span))) for span in spans]
        names = {"traceId": "trace_id", "spanId": "span_id", "parentSpanId": "parent_span_id", "startTimeUnixNano": "start_time_unix_nano",
                 "endTimeUnixNano": "end_time_unix_nano"} if rng.random() < 0.5 else {}
        data = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [{names.get(k, k): v for k, v in s.items()} for s in mixed]}]}]},
                          separators=rng.choice([(",", ":"), (", ", ": "), (",", " : ")])).encode()
        assert folded(input=data) == {"GET": 72, "GET;db": 28}


def test_several_traces_are_one_tree():
    other = one("GET", 1, 0, 5, 10) | {"traceId": "02"}
    assert folded(input=otlp(one("GET", 1, 0, 0, 100), one("db", 2, 1, 10, 40), other)) == {"GET": 75, "GET;db": 30}


def test_messages_with_lengths_and_behind_each_other():
    parts = request(broken.CHILD), request(broken.ROOT)
    for data in (b"".join(parts), broken.framed(*parts), broken.PLAIN):
        assert folded(input=data) == {"GET /cart": 700, "GET /cart;db.query": 300}
    assert folded(input=broken.WHOLE) == {"GET /cart": 700, "GET /cart;db.query": 300}


# --- what is repaired and said ---

def test_what_is_repaired_is_said_and_refused():
    cases = {
        "2 circles of spans that are their own ancestors were cut open":
            [one("a", 1, 2, 0, 9), one("b", 2, 1, 1, 9), one("c", 3, 3, 2, 9)],
        "1 spans came again and were left out": [one("a", 1, 0, 0, 9)] * 2,
        "1 spans have the id of another one, and were kept beside it": [one("a", 1, 0, 0, 9), one("a", 1, 0, 0, 8)],
        "3 spans have no end, or one before their start: they have no time":
            [one("a", 1, 0, 5, 0), one("b", 2, 0, 5, 4), {key: value for key, value in one("c", 3, 0, 5, 9).items() if key != "endTimeUnixNano"}],
    }
    for sentence, spans in cases.items():
        assert f"traces: {sentence}" in said(otlp(*spans))
        assert sentence in said(otlp(*spans), "--strict", status=2)
    whole = otlp(one("a", 1, 0, 0, 9), one("b", 2, 1, 0, 9))
    assert said(whole) == "" and "traces:" not in said(whole, "--strict", status=2)  # which has call counts to lose


def test_overlaps_are_said_unless_divided():
    data = otlp(one("a", 1, 0, 0, 10), one("b", 2, 1, 1, 7), one("b", 3, 1, 3, 9), one("late", 4, 1, 8, 15))
    told = said(data)
    assert "1 traces took 0.000015 ms, their spans 0.00002 ms of their own: 0.000005 ms of siblings at the same time, " in told
    assert "0.000005 ms of 1 spans after the end of their parents" in told
    assert said(data, "--wall") == "" == said(data, "-q")
    assert folded(input=data) == {"a": 1, "a;b": 12, "a;late": 7}
    assert sum(folded("--wall", input=data).values()) == 15


def test_siblings_are_repaired():
    """c outlives its parent b, and d outlives c: both are children of a, as b is; e is within d."""
    data = otlp(one("a", 1, 0, 0, 10), one("b", 2, 1, 1, 5), one("c", 3, 2, 2, 9), one("d", 4, 3, 3, 10), one("e", 5, 4, 4, 6))
    assert "--repair-siblings takes such spans for siblings" in said(data)
    assert folded(input=data) == {"a": 6, "a;b": 1, "a;b;c": 1, "a;b;c;d": 5, "a;b;c;d;e": 2}
    told = said(data, "--repair-siblings")
    assert "2 spans that outlived their parents became their siblings" in told and "takes such spans" not in told
    assert folded("--repair-siblings", input=data) == {"a": 1, "a;b": 4, "a;c": 7, "a;d": 5, "a;d;e": 2}
    lib.run("traces2collapsed", "--strict", "--repair-siblings", input=data, status=2)


def test_roots_at_the_same_time_are_said():
    """A sum beyond what the traces took is that of siblings, of late ends and of roots: without a parent, and of circles cut open."""
    orphan = otlp(one("a", 1, 0, 0, 1000), one("b", 2, 9, 100, 600))
    assert ("1 traces took 0.001 ms, their spans 0.0015 ms of their own: 0 ms of siblings at the same time, 0 ms of 0 spans after the end of "
            "their parents, 0.0005 ms of roots of a trace at the same time (--wall divides") in said(orphan)
    assert said(orphan, "--wall").count("warning") == 1  # of the parent
    circle = otlp(one("a", 1, 0, 0, 1000), one("b", 2, 1, 100, 300), one("c", 3, 4, 500, 600), one("d", 4, 3, 550, 650))
    told = said(circle)
    assert "took 0.001 ms, their spans 0.00115 ms of their own: 0 ms of siblings" in told
    assert "0.00005 ms of 1 spans after the end of their parents, 0.0001 ms of roots of a trace" in told
    # what three roots have in common is what their sum has beyond their union; those of two traces have nothing
    assert "0.000011 ms of roots" in said(otlp(one("a", 1, 0, 0, 10), one("b", 2, 0, 2, 4), one("c", 3, 0, 1, 20)))
    apart = [one("a", 1, 0, 0, 10), one("b", 2, 0, 10, 20), one("c", 3, 0, 0, 20) | {"traceId": "02"}]
    assert said(otlp(*apart)) == ""


# --- names ---

def test_parts_of_names():
    data = otlp(one("GET /cart/17", 1, 0, 0, 9, kind=2, attributes=[{"key": "http.route", "value": {"stringValue": "/cart/{id}"}},
                                                                    {"key": "url.full", "value": {"stringValue": "https://shop/cart/17"}}]),
                resource={"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]})
    for parts, name in {"name": "GET /cart/17", "op": "server", "description": "https://shop/cart/17", "service": "shop",
                        "service,name": "shop: GET /cart/17", "op,description": "server: https://shop/cart/17"}.items():
        assert list(folded("--span-name", parts, input=data)) == [name]
    assert list(folded("--strip-ids", input=data)) == ["GET /cart/*"]
    assert "expected name, op, description or service, got 'verb'" in said(data, "--span-name", "verb", status=2)
    # what a span does not have is left out
    assert list(folded("--span-name", "description,op", input=otlp(one("a", 1, 0, 0, 9)))) == ["a"]


def test_a_service_behind_its_spans():
    """In OTLP, where keys have no order, and in Jaeger's, where it is so."""
    spans = json.loads(otlp(one("a", 1, 0, 0, 9)))["resourceSpans"][0]
    data = json.dumps({"resourceSpans": [
        {**spans, "resource": {"attributes": [{"value": {"stringValue": "shop"}, "key": "service.name"}]}},
        {"scopeSpans": [{"spans": [one("b", 2, 0, 0, 9)]}]}]}).encode()
    assert list(folded("--span-name", "service,name", input=data)) == ["b", "shop: a"]
    jaeger = {"data": [{"spans": [{"traceID": TRACE, "spanID": f"{i}", "operationName": "a", "startTime": 1, "duration": 5 * i,
                                   "references": [], "processID": f"p{i}"} for i in (1, 2, 3)],
                        "processes": {"p1": {"serviceName": "one"}, "p2": {"serviceName": "two"}}}]}
    assert folded("--span-name", "service,name", input=json.dumps(jaeger).encode()) == {"a": 15000, "one: a": 5000, "two: a": 10000}


def test_names_of_any_bytes():
    data = otlp(one("<b>&\"'\u001b[31m\u0000", 1, 0, 0, 9), one("", 2, 1, 0, 4))
    out, _ = lib.run("traces2flamegraph", "-q", input=data)
    assert b"<b>" not in out and b"\x1b" not in out and b"&lt;b&gt;" in out


# --- threads ---

def test_threads_only_if_all_spans_have_one():
    def thread(number, name):
        return [{"key": "thread.id", "value": {"intValue": str(number)}}, {"key": "thread.name", "value": {"stringValue": name}}]

    both = [one("a", 1, 0, 0, 9, attributes=thread(7, "main")), one("b", 2, 1, 2, 5, attributes=thread(8, "worker"))]
    pid = {"resource": {"attributes": [{"key": "process.pid", "value": {"intValue": 12}}]}}

    def threads(data):
        return json.loads(lib.run("profcheck", "--json", "-q", input=data)[0])["threads"]

    assert threads(otlp(*both, **pid)) == ["main", "worker"]
    assert threads(otlp(*both, one("c", 3, 0, 0, 1), **pid)) == ["thread 1"]
    message = request(span(1, 0, "a", 0, 9, attribute("thread.id", 7)), resource=resource(attribute("process.pid", 12)))
    assert threads(message) == ["thread 7"]
    written = lib.run("traces2otlp", "-q", "--encoding", "json", input=message)[0]
    assert b'{"intValue":"12"}' in written and b"process.pid" in written


# --- shapes ---

def jaeger_model(duration, **more):
    return {"trace_id": "ODV3nFNCkEq4rdv4E1oaGw==", "operation_name": "GET", "start_time": "2026-11-27T08:06:35.5+01:00",
            "span_id": "4VE7pAC2VYI=", "duration": duration, **more}


def test_jaegers_messages():
    """A duration is nanoseconds, or seconds as text; never microseconds."""
    child = jaeger_model("0.000000300s", span_id="AAAAAAAAAAI=", operation_name="db", process={"service_name": "db"},
                         references=[{"trace_id": "AAAAAAAAAAAAAAAAAAAAAQ==", "span_id": "AAAAAAAAAAk="},
                                     {"trace_id": "ODV3nFNCkEq4rdv4E1oaGw==", "span_id": "AAAAAAAAAAk=", "ref_type": 1},
                                     {"trace_id": "ODV3nFNCkEq4rdv4E1oaGw==", "span_id": "4VE7pAC2VYI=", "ref_type": "CHILD_OF"}])
    batch = {"spans": [jaeger_model(1000), child], "process": {"service_name": "shop"}}
    lines = "\n".join(map(json.dumps, batch["spans"]))
    for text in (json.dumps(batch), json.dumps([batch]), lines):
        assert folded(input=text.encode()) == {"GET": 700, "GET;db": 300}
    assert list(folded("--span-name", "service", input=json.dumps(batch).encode())) == ["shop", "shop;db"]


def test_shapes_of_jaeger_and_tempo():
    child = {"traceID": TRACE, "spanID": "2", "operationName": "db", "startTime": 2, "duration": 3,
             "references": [{"refType": "FOLLOWS_FROM", "traceID": TRACE, "spanID": "1"}]}
    trace = {"spans": [{"traceID": TRACE, "spanID": "1", "operationName": "GET", "startTime": 1, "duration": 10}, child]}
    for top in ({"data": [trace]}, trace, [trace]):
        assert folded(input=json.dumps(top).encode()) == {"GET": 7000, "GET;db": 3000}
    tempo = json.loads(otlp(one("GET", 1, 0, 0, 10)))["resourceSpans"]
    old = [{"instrumentationLibrarySpans": tempo[0]["scopeSpans"]}]
    for top in ({"batches": tempo}, {"trace": {"resourceSpans": tempo}}, {"batches": old}, {"resource_spans": tempo}):
        assert folded(input=json.dumps(top).encode()) == {"GET": 10}


def test_shapes_of_zipkin():
    """Both halves of a call have one id; times may be missing."""
    def zipkin(number, parent, name, *times, **more):
        return {"traceId": "1", "id": f"{number}", "parentId": parent, "name": name, **dict(zip(("timestamp", "duration"), times)), **more}

    spans = [zipkin(2, "1", "server", 4, 4, shared=True), zipkin(3, "2", "db", 5, 2), zipkin(2, "1", "client", 2, 8),
             zipkin(1, None, "get", 1, 10), zipkin(4, "1", "open"), {"traceId": "1", "id": "1", "annotations": [{"timestamp": 3, "value": "x"}]}]
    want = {"get": 2000, "get;client": 4000, "get;client;server": 2000, "get;client;server;db": 2000}
    told = said(json.dumps(spans).encode())
    assert "1 spans have no end" in told and "the id of another" not in told  # annotations alone are no span
    for top in (spans, [spans[:2], spans[2:]]):
        found = folded(input=json.dumps(top).encode())
        assert {path: own for path, own in found.items() if own} == want
    endpoint = {"localEndpoint": {"serviceName": "shop"}}
    line = json.dumps(zipkin(1, None, "get", 1, 10, **endpoint)).encode()
    assert folded("--span-name", "service,name", input=line + b"\n" + line.replace(b'"id": "1"', b'"id": "9"')) == {"shop: get": 20000}


def test_two_shapes_in_one_file_are_no_silent_loss():
    """Whichever is found by the head, a value of another shape is an error with its byte."""
    shapes = {
        "otlp": otlp(one("a", 1, 0, 0, 9)),
        "jaeger": json.dumps({"data": [{"spans": [{"traceID": "1", "spanID": "1", "operationName": "b", "startTime": 1, "duration": 5}]}]}).encode(),
        "zipkin": json.dumps([{"traceId": "1", "id": "1", "name": "c", "timestamp": 1, "duration": 5}]).encode(),
        "console": json.dumps({"name": "d", "context": {"trace_id": "0x1", "span_id": "0x1"}, "parent_id": None,
                               "start_time": "2024-02-29T00:00:00Z", "end_time": "2024-02-29T00:00:01Z"}).encode(),
        "model": json.dumps([{"spans": [jaeger_model(1000)]}]).encode(),
    }
    for first, data in shapes.items():
        assert len(folded(input=data)) == 1
        for second, behind in shapes.items():
            if first != second:
                told = said(data + b"\n" + behind, status=2)
                assert ": byte " in told and ": expected " in told, (first, second)
    assert folded(input=b'{"data": null, "errors": [1]}') == {} == folded(input=b'{"data": [{}]}')


def test_dates_are_of_the_calendar():
    def console(date):
        return json.dumps({"name": "d", "context": {"trace_id": "0x1", "span_id": "0x1"}, "parent_id": None,
                           "start_time": date, "end_time": "2024-03-01T01:00:00+01:00"}).encode()
    assert folded(input=console("2024-02-29T23:59:59.5Z")) == {"d": 500000000}
    for date in ("2024-02-30", "2023-02-29", "2100-02-29", "2024-04-31", "2024-13-01", "2024-00-01", "2024-01-00"):
        assert f"byte 97: expected a time from 1970 on like 2026-11-27T08:06:35.5Z, got '{date}T00:00:00Z'" in said(console(f"{date}T00:00:00Z"), status=2)


def test_each_shape_is_found_by_its_content():
    for path in [*map(lib.ROOT.joinpath, ORACLE), *(HERE / "golden").glob("*.in")]:
        assert b"read as traces" in lib.run("profcheck", "-v", path)[1]
    for other in lib.samples():
        if other.format != "traces":
            assert b"read as traces" not in lib.run("profcheck", "-v", other.path)[1]
    profiles = b'{"resourceProfiles": [], "dictionary": {"stringTable": [""]}}'
    assert b"read as traces" not in lib.run("profcheck", "-v", input=profiles)[1]


# --- hostile trees, within seconds of processor time ---

COUNT = 60_000 if not lib.SANITIZED else 6_000


def circle(n):
    return [(i + 1, (i + 1) % n + 1, 0, 9) for i in range(n)]


def children(n):
    return [(1, 0, 0, n), *((i + 2, 1, i, i + n // 2) for i in range(n))]


def chain(n):
    return [(i + 1, i, i, 3 * n - i) for i in range(n)]


def backwards(n):
    return [(i + 1, i, n - i, 0 if i % 2 else n) for i in range(n)]


def same_id(n):
    return [(1, 0, i, n + i) for i in range(n)]


@pytest.mark.parametrize("options", [[], ["--wall"]], ids=["own", "wall"])
@pytest.mark.parametrize("make", [circle, children, chain, backwards, same_id])
def test_hostile_trees(make, options, tmp_path):
    path = tmp_path / "spans.pb"
    path.write_bytes(request(*(span(i, parent, "f", start, end) for i, parent, start, end in make(COUNT)), resource=b""))
    line = f'ulimit -t 2; exec "$0" -q --json {" ".join(options)} "$1"'
    done = subprocess.run(["sh", "-c", line, lib.BIN / "profcheck", path], env=lib.ENV, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr[-500:]
    depth = json.loads(done.stdout)["depth"]
    assert depth == {circle: COUNT, chain: COUNT, backwards: COUNT, children: 2, same_id: 1}[make]

"""profslow: requests of made-up traces, whose percentiles, groups and means are computed here."""
import collections
import itertools
import json
import random
import re

import pytest

import lib

MS = 10**6


class Shop:
    """Traces of a shop as OTLP lines: one endpoint is slow at times, because of one span."""

    def __init__(self, seed, count, slow=0.08):
        rng, self.requests, self.lines = random.Random(seed), [], []
        at = itertools.count(1)
        for number in range(1, count + 1):
            endpoint = rng.choice(["GET /cart", "GET /cart", "POST /order"])
            parts = {"auth": rng.randrange(1 * MS, 3 * MS), "SELECT cart": rng.randrange(5 * MS, 9 * MS), "render": rng.randrange(3 * MS, 6 * MS)}
            if endpoint == "GET /cart" and rng.random() < slow:
                parts["SELECT cart"] *= 12
            trace, root, spans, now = f"{number:032x}", next(at), [], 10**18 + number * 10**9
            start = now
            for name, duration in parts.items():
                spans.append(self.span(trace, next(at), root, name, now, now + duration))
                now += duration
            spans.append(self.span(trace, root, None, endpoint, start, now + MS))
            rng.shuffle(spans)
            self.lines.append(json.dumps({"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
                                                             "scopeSpans": [{"scope": {}, "spans": spans}]}]}))
            self.requests.append((endpoint, now + MS - start, {**parts, None: MS}))

    @staticmethod
    def span(trace, number, parent, name, start, end):
        return {"traceId": trace, "spanId": f"{number:016x}", **({"parentSpanId": f"{parent:016x}"} if parent else {}), "name": name,
                "kind": 1, "startTimeUnixNano": str(start), "endTimeUnixNano": str(end)}

    def text(self):
        return "".join(line + "\n" for line in self.lines).encode()


def slow(*options, **how):
    return lib.run("profslow", *options, **how)[0].decode()


def rank(values, percentile):
    return sorted(values)[max(0, -(-len(values) * percentile // 100) - 1)]


@pytest.fixture(scope="module")
def shop():
    return Shop(1, 400)


def test_endpoints(shop):
    rows = json.loads(slow("--format", "json", input=shop.text()))
    durations = collections.defaultdict(list)
    for endpoint, duration, _ in shop.requests:
        durations[endpoint].append(duration)
    whole = sum(map(sum, durations.values()))
    assert [row["endpoint"] for row in rows] == sorted(durations, key=lambda name: -sum(durations[name]))
    for row in rows:
        values = durations[row["endpoint"]]
        assert (row["count"], row["unit"], row["max"], row["total"]) == (len(values), "ns", max(values), sum(values))
        assert [row[f"p{percentile}"] for percentile in (50, 95, 99)] == [rank(values, percentile) for percentile in (50, 95, 99)]
        assert row["total_percent"] == pytest.approx(100 * sum(values) / whole, abs=0.006)


@pytest.mark.parametrize("percentile", [75, 95, 99])
def test_slow_against_usual(shop, percentile):
    found = json.loads(slow("--endpoint", "GET /cart", "--compare", f"p{percentile}", "--format", "json", input=shop.text()))
    requests = sorted((r for r in shop.requests if r[0] == "GET /cart"), key=lambda r: r[1])
    n = len(requests)
    at = -(-n * percentile // 100) - 1
    groups = {"usual": requests[n // 4:min(n - n // 4, at + 1)], "slow": requests[at + 1:]}
    assert found["threshold"] == requests[at][1] and found["requests"] == n and found["tested"] == 4 and not found["too_few_requests"]
    for name, group in groups.items():
        assert found[name]["requests"] == len(group)
        assert found[name]["mean"] == pytest.approx(sum(r[1] for r in group) / len(group), abs=1)
    rows = {row["span"]: row for row in found["rows"]}
    for name in ("auth", "SELECT cart", "render", None):
        row = rows[name or "GET /cart"]
        assert row["path"] == ("GET /cart;" + name if name else "GET /cart") and row["spans_usual"] == row["spans_slow"] == 1
        means = [sum(r[2][name] for r in groups[group]) / len(groups[group]) for group in ("usual", "slow")]
        assert [row["self_usual"], row["self_slow"]] == pytest.approx(means, abs=1)
        assert row["difference"] == pytest.approx(means[1] - means[0], abs=1)
    assert percentile == 99 or rows["SELECT cart"]["verdict"] == "slower"  # two or three requests tell less
    assert rows["SELECT cart"]["q"] <= 4 * rows["SELECT cart"]["p"] + 1e-9
    assert rows["GET /cart"]["verdict"] == "chance" and rows["GET /cart"]["p"] == 1
    assert found["rows"][0]["span"] == "SELECT cart"


def test_the_order_of_files_and_spans_does_not_matter(shop, tmp_path):
    names, lines = [], [json.loads(line)["resourceSpans"][0] for line in shop.lines]
    spans = [(resource["resource"], span) for resource in lines for span in resource["scopeSpans"][0]["spans"]]
    random.Random(3).shuffle(spans)
    for part in range(3):
        names.append(tmp_path / f"{part}.jsonl")
        names[-1].write_text("".join(json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}) + "\n"
                                     for resource, span in spans[part::3]))
    assert slow(*names) == slow(input=shop.text())
    assert slow("--endpoint", "cart", *reversed(names)) == slow("--endpoint", "cart", input=shop.text())


def test_a_span_that_only_slow_requests_have():
    shop = Shop(5, 60, slow=0)
    for number, line in enumerate(shop.lines):
        if number % 10 == 0:
            top = json.loads(line)
            spans = top["resourceSpans"][0]["scopeSpans"][0]["spans"]
            root, = (span for span in spans if "parentSpanId" not in span)
            end = int(root["endTimeUnixNano"])
            root["endTimeUnixNano"] = str(end + 500 * MS)
            for k in range(2):
                spans.append(Shop.span(root["traceId"], 10**6 + 2 * number + k, int(root["spanId"], 16), "retry", end + k * 200 * MS, end + (k + 1) * 200 * MS))
            shop.lines[number] = json.dumps(top)
    found = json.loads(slow("--endpoint", "cart", "--compare", "p90", "--format", "json", input=shop.text()))
    row = found["rows"][0]
    assert row["span"] == "retry" and row["spans_usual"] == 0 and row["spans_slow"] > 0 and row["self_usual"] == 0 and row["verdict"] == "slower"


def test_the_difference_is_a_flame_graph(shop, tmp_path):
    out = tmp_path / "slow.svg"
    lib.run("profslow", "--endpoint", "GET /cart", "-t", "flamegraph", "-o", out, input=shop.text())
    found = json.loads(slow("--endpoint", "GET /cart", "--format", "json", input=shop.text()))
    totals = {t["name"]: int(t["self_total"]) for t in json.loads(lib.run("profcheck", "--json", out)[0])["value_types"]}
    assert totals == {"base": sum(row["self_usual"] for row in found["rows"]), "new": sum(row["self_slow"] for row in found["rows"])}
    assert b"GET /cart above P95" in out.read_bytes()
    assert f"time of a request, means of {found['usual']['requests']} around the median and the {found['slow']['requests']} slowest".encode() in out.read_bytes()
    frame, = json.loads(lib.run("profslow", "--endpoint", "GET /cart", "-t", "grafana", input=shop.text())[0])
    assert [field["name"] for field in frame["schema"]["fields"]][-1] == "selfRight"


def test_samples_with_labels(tmp_path):
    """Labels come from OTLP's attributes; a request is all samples of one trace_id."""
    rng = random.Random(4)
    requests = [(f"{k:032x}", "/a" if k % 3 else "/b", (rng.randrange(1, 9), rng.randrange(100, 200) * (5 if k % 10 == 0 else 1))) for k in range(1, 61)]
    strings = ["", "cpu", "nanoseconds", "handler", "query", "render", "route"]
    top = {"dictionary": {
        "stringTable": strings, "mappingTable": [{}], "functionTable": [{}, *({"nameStrindex": n} for n in (3, 4, 5))],
        "locationTable": [{}, *({"lines": [{"functionIndex": n}]} for n in (1, 2, 3))],
        "stackTable": [{}, {"locationIndices": [2, 1]}, {"locationIndices": [3, 1]}],
        "linkTable": [{}, *({"traceId": request, "spanId": f"{k:016x}"} for k, (request, *_) in enumerate(requests, 1))],
        "attributeTable": [{}, *({"keyStrindex": 6, "value": {"stringValue": route}} for route in ("/a", "/b"))]},
        "resourceProfiles": [{"scopeProfiles": [{"profiles": [{"sampleType": {"typeStrindex": 1, "unitStrindex": 2}, "samples": [
            {"stackIndex": stack + 1, "values": [str(values[stack])], "linkIndex": k, "attributeIndices": [1 if route == "/a" else 2]}
            for k, (_, route, values) in enumerate(requests, 1) for stack in (0, 1)]}]}]}]}
    path = tmp_path / "p.otlp.json"
    path.write_text(json.dumps(top))
    rows = {row["endpoint"]: row for row in json.loads(slow("--by", "route", "--format", "json", path))}
    for route in ("/a", "/b"):
        values = [sum(values) for _, name, values in requests if name == route]
        assert (rows[route]["count"], rows[route]["total"], rows[route]["p95"]) == (len(values), sum(values), rank(values, 95))
    assert [row["endpoint"] for row in json.loads(slow("--format", "json", path))] == ["(all)"]
    assert b"no thread 'nope'" in lib.run("profslow", "--by", "route", "--thread", "nope", path, status=2)[1]
    assert b"no value type 'nope'" in lib.run("profslow", "--by", "route", "--value", "nope", path, status=2)[1]
    found = json.loads(slow("--by", "route", "--endpoint", "/a", "--compare", "p90", "--format", "json", path))
    assert found["rows"][0]["path"] == "handler;render" and found["rows"][0]["verdict"] == "slower"


@pytest.mark.parametrize("words, said", [
    (["--endpoint", "GET /nowhere"], "no endpoint 'GET /nowhere'; there are: "), (["--endpoint", "/"], "more than one endpoint '/'; there are: "),
    (["--compare", "p95"], "option --compare: only with --endpoint"), (["-t", "flamegraph"], "option --to: only with --endpoint"),
    (["--endpoint", "cart", "--compare", "p50"], "expected p75 to p99, got 'p50'"), (["--endpoint", "cart", "--compare", "95"], "expected p75 to p99"),
    (["--by", "route"], "of spans 'name' and 'service' are known, got 'route'"), (["--request", "x"], "option --request: only for samples"),
    (["--alpha", "0.1"], "option --alpha: only with --endpoint"), (["--min-share", "0.1"], "option --min-share: only with --endpoint"),
    (["--endpoint", "cart", "--sort", "name"], "option --sort: not with --endpoint"), (["--endpoint", "cart", "-t", "svg", "--format", "csv"], "option --format: not with -t"),
    (["--thread", "x"], "option --thread: only for samples with labels"), (["--value", "x"], "option --value: only for samples"), (["--anonymize"], "--anonymize"),
    (["--endpoint", "cart", "-t", "dot", "--out-unit", "s"], ""), (["--endpoint", "cart", "-t", "example"], "")])
def test_wrong_use(shop, words, said):
    out, err = lib.run("profslow", *words, input=shop.text(), status=2)
    assert not out and err.startswith(b"profslow: ") and said.encode() in err and err.count(b"\n") == 1


def test_few_requests():
    one = Shop(2, 1)
    assert b"has 1 request, of which none is slower than the others" in lib.run("profslow", "--endpoint", one.requests[0][0], input=one.text(), status=2)[1]
    few = Shop(8, 9)
    text = slow("--endpoint", "cart", input=few.text())
    assert "too few requests: no difference could be told from chance" in text and "slower" not in text
    assert b"expected traces, or samples that have a label 'trace_id'" in lib.run("profslow", input=b"a 1\n", status=2)[1]


def requests_of(durations, name=lambda k: "z"):
    return "".join(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [Shop.span(f"{k + 1:032x}", k + 1, None, name(k), 10, 10 + d)]}]}]}) + "\n"
                   for k, d in enumerate(durations)).encode()


def test_the_percentile_is_one():
    """Where no request is above it, the slow ones are at it; where all are alike, none is slow."""
    ten = requests_of([k * MS for k in range(1, 11)])
    found = json.loads(slow("--endpoint", "z", "--format", "json", input=ten))
    assert found["threshold"] == json.loads(slow("--format", "json", input=ten))[0]["p95"] == 10 * MS
    assert found["slow"] == {"requests": 1, "mean": 10 * MS} and found["usual"] == {"requests": 6, "mean": 5.5 * MS}
    assert "slow: the 1 at it" in slow("--endpoint", "z", input=ten)
    said = lib.run("profslow", "--endpoint", "z", input=requests_of([5, 5, 5]), status=2)[1]
    assert b"'z' has 3 requests, of which none is slower than the others" in said
    many = requests_of([1, 2] * 20, lambda k: f"GET /x/{k}")
    said = lib.run("profslow", "--endpoint", "nope", input=many, status=2)[1]
    assert said.endswith(b" and 32 more\n") and said.count(b"GET /x/") == 8
    assert [(row["endpoint"], row["count"]) for row in json.loads(slow("--strip-ids", "--format", "json", input=many))] == [("GET /x/*", 40)]
    assert "1 of 4 paths shown" in slow("--endpoint", "cart", "-n", "1", input=Shop(1, 30).text())


def test_roots_that_are_nowhere_are_said(shop):
    lines = [json.loads(line) for line in shop.lines[:20]]
    for top in lines:
        spans = top["resourceSpans"][0]["scopeSpans"][0]["spans"]
        spans[:] = [span for span in spans if "parentSpanId" in span]
    text = "".join(json.dumps(top) + "\n" for top in lines).encode()
    out, said = lib.run("profslow", input=text)
    assert b"60 spans have a parent that is in no file" in said and b"auth" in out
    assert lib.run("profslow", "--strict", input=text, status=2)[0] == b""


@pytest.mark.parametrize("format", ["text", "markdown", "tsv", "csv", "json", "ndjson"])
def test_names_are_text(format):
    names = ["\x1b[31mred", "::error::x", "=1+1", "<b>|", "a\nb"]
    text = "".join(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [Shop.span(f"{k + 1:032x}", k + 1, None, names[k % 5], 10, 20 + k)]}]}]}) + "\n" for k in range(30))
    for words in ([], ["--endpoint", names[0]], ["--endpoint", names[3]]):
        out = lib.run("profslow", "--format", format, *words, input=text.encode())[0].decode()
        assert not re.search(r"[\0-\x08\x0b-\x1f\x7f]", out) and "\n::" not in out and not out.startswith("::") and "<b>" not in out.replace("<b>", "" if format not in ("markdown",) else "<b>")


def test_transactions_of_sentry():
    """Also of files that have a profile beside them, in any order of the files."""
    oracle = json.loads((lib.ROOT / "tests/formats/sentry/oracle.json").read_text())
    want = collections.defaultdict(list)
    for file in oracle.values():
        for item in file["items"]:
            if "by_path" in item:
                want[min(item["by_path"], key=len)].append(item["root_duration_ns"])
    files = [lib.SAMPLES / "sentry" / name for name in oracle]
    for order in (files, files[::-1]):
        rows = json.loads(lib.run("profslow", "-q", "--format", "json", *order)[0])
        assert {row["endpoint"]: row["count"] for row in rows} == {name: len(durations) for name, durations in want.items()} and len(want) == 3
        # the streamed one went through floating point in the oracle
        assert all(abs(row["total"] - sum(want[row["endpoint"]])) < 1000 for row in rows)

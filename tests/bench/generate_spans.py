"""Traces as OTLP/JSON, a request of 512 spans a line: generate_spans.py REQUESTS FILE, prints what their own times add up to.

Traces of 32 spans, each with up to three children, which overlap and may outlive it; reported when they end, so the root is last.
"""
import random
import sys

NAMES = "GET /metrics", "fetch", "db.query", "render"
HEAD = ('{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},'
        '{"key":"telemetry.sdk.name","value":{"stringValue":"opentelemetry"}}]},"scopeSpans":[{"scope":{"name":"demo","version":"1.2"},"spans":[')
SPAN = ('{"traceId":"%s","spanId":"%s",%s"flags":256,"name":"%s","kind":%d,"startTimeUnixNano":"%d","endTimeUnixNano":"%d",'
        '"attributes":[{"key":"i","value":{"intValue":"%d"}},{"key":"db.system","value":{"stringValue":"postgresql"}}],"status":{}}')
SPANS, TRACES = 32, 16


def covered(start, end, children):
    time, reached = 0, start
    for a, b in sorted(children):
        b = min(b, end)
        if b > max(a, reached):
            time += b - max(a, reached)
            reached = b
    return time


def make_trace(rng, at):
    """The spans as text, and their own time."""
    trace, ids = f"{rng.getrandbits(128):032x}", [f"{rng.getrandbits(64):016x}" for _ in range(SPANS)]
    starts = [at + i * 1_000_000 + rng.randrange(100_000) for i in range(SPANS)]
    ends = [start + rng.randrange(1_000, 40_000_000) for start in starts]
    texts, own = [], 0
    for i in reversed(range(SPANS)):
        parent = f'"parentSpanId":"{ids[(i - 1) // 3]}",' if i else ""
        children = [(starts[c], ends[c]) for c in range(3 * i + 1, min(3 * i + 4, SPANS))]
        own += ends[i] - starts[i] - covered(starts[i], ends[i], children)
        texts.append(SPAN % (trace, ids[i], parent, NAMES[i % 4], 1 + i % 3, starts[i], ends[i], i))
    return texts, own


def main():
    rng, at, total = random.Random(1), 1_795_765_995_511_344_390, 0
    with open(sys.argv[2], "w") as out:
        for _ in range(int(sys.argv[1])):
            spans = []
            for _ in range(TRACES):
                texts, own = make_trace(rng, at)
                spans += texts
                total += own
                at += 50_000_000
            out.write(HEAD + ",".join(spans) + "]}]}]}\n")
    print(total)


if __name__ == "__main__":
    main()

"""Spans made by OpenTelemetry's SDK for Python, in all shapes that its exporters write.

    make_spans.py FOLDER [SEED]

Run by a Python that has the SDK. FOLDER gets protobuf.pb, protobuf.json (what protobuf prints), lines.jsonl (OTLP/JSON, one
request a line), console.json, zipkin.json, and truth.json: by path of names, [own nanoseconds, spans], for times in nanoseconds
and as the console and Zipkin have them.
"""
import asyncio
import collections
import datetime
import io
import json
import pathlib
import random
import sys

from google.protobuf.json_format import MessageToJson
from opentelemetry.exporter.otlp.json.common.trace_encoder import encode_spans as encode_json
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans as encode_protobuf
from opentelemetry.exporter.zipkin.json.v2 import JsonV2Encoder
from opentelemetry.exporter.zipkin.node_endpoint import NodeEndpoint
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.util import ns_to_iso_str
from opentelemetry.trace import SpanKind

NAMES = ["GET /cart", "fetch", "db.query", "render", "é\n<b>"]


def whole(ns):
    return (ns + 500) // 1000 * 1000


def printed(ns):
    """What the console shows of a time, which has been a floating-point number on its way."""
    since = datetime.datetime.fromisoformat(ns_to_iso_str(ns).replace("Z", "+00:00")) - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    return since // datetime.timedelta(microseconds=1) * 1000


# when a span of each shape starts and ends: Zipkin has a start and a duration, rounded
TIMES = {"ns": lambda span: (span.start_time, span.end_time),
         "console": lambda span: (printed(span.start_time), printed(span.end_time)),
         "zipkin": lambda span: (whole(span.start_time), whole(span.start_time) + whole(span.end_time - span.start_time))}


async def work(tracer, rng, depth):
    kind = rng.choice([SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.SERVER])
    with tracer.start_as_current_span(rng.choice(NAMES), kind=kind, attributes={"db.statement": "select 1", "n": depth}):
        await asyncio.sleep(rng.random() * 0.002)
        if depth < 4:
            children = [work(tracer, rng, depth + 1) for _ in range(rng.randrange(4))]
            late = [asyncio.ensure_future(child) for child in children[:1]] if rng.random() < 0.3 else []
            await asyncio.gather(*children[len(late):])
            return late
    return []


async def requests(tracer, rng):
    for _ in range(5):
        await work(tracer, rng, 0)
    await asyncio.sleep(0.05)  # spans that outlive their parents


def union(intervals):
    total, reached = 0, 0
    for start, end in sorted(intervals):
        if end > max(start, reached):
            total += end - max(start, reached)
            reached = end
    return total


def truth(spans, times):
    """Own times by path."""
    by_id, children = {}, collections.defaultdict(list)
    for span in spans:
        start, end = times(span)
        by_id[span.context.span_id] = (span, start, end)
        if span.parent:
            children[span.parent.span_id].append((start, end))

    def path(span):
        above = path(by_id[span.parent.span_id][0]) if span.parent else []
        return [*above, span.name]

    sums = collections.defaultdict(lambda: [0, 0])
    for key, (span, start, end) in by_id.items():
        inside = [(max(start, s), min(end, e)) for s, e in children[key] if min(end, e) > max(start, s)]
        row = sums[";".join(path(span))]
        row[0] += end - start - union(inside)
        row[1] += 1
    return sums


def main():
    folder, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    memory, console = InMemorySpanExporter(), io.StringIO()
    provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    provider.add_span_processor(SimpleSpanProcessor(memory))
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=console)))
    asyncio.run(requests(provider.get_tracer("made"), random.Random(seed)))
    spans = memory.get_finished_spans()
    message = encode_protobuf(spans)
    (folder / "protobuf.pb").write_bytes(message.SerializeToString())
    (folder / "protobuf.json").write_text(MessageToJson(message))
    thirds = [spans[i::3] for i in range(3)]  # parents and children in other lines
    (folder / "lines.jsonl").write_text("".join(encode_json(part).to_json() + "\n" for part in thirds if part))
    (folder / "console.json").write_text(console.getvalue())
    (folder / "zipkin.json").write_text(JsonV2Encoder().serialize(spans, NodeEndpoint()))
    (folder / "truth.json").write_text(json.dumps({name: truth(spans, times) for name, times in TIMES.items()}))


if __name__ == "__main__":
    main()

"""Broken files of spans that no text editor can write, and whole ones of each shape: messages are built here field by field."""
import json
import struct

from broken_files import PSTAT, packed
from protobuf_fields import field, message  # noqa: F401

TRACE = bytes.fromhex("3835779c5342904ab8addbf8135a1a1b")


def fixed(number, value):
    return bytes([number << 3 | 1]) + struct.pack("<Q", value)


def identity(number):
    return struct.pack(">Q", number)


def attribute(key, value):
    return message(f1=key.encode(), f2=message(f3=value) if isinstance(value, int) else message(f1=value.encode()))


def span(number, parent, name, start, end, *attributes, kind=1, trace=TRACE):
    above = field(4, identity(parent)) if parent else b""
    return (field(1, trace) + field(2, identity(number)) + above + field(5, name.encode()) + field(6, kind) + fixed(7, start)
            + fixed(8, end) + b"".join(field(9, one) for one in attributes))


def resource(*attributes):
    return b"".join(field(1, one) for one in attributes)


def scope(*spans):
    return field(1, message(f1=b"agent")) + b"".join(field(2, one) for one in spans)


def request(*spans, resource=resource(attribute("service.name", "shop"))):
    return field(1, field(1, resource) + field(2, scope(*spans)))


def framed(*messages):
    return b"".join(struct.pack(">I", len(one)) + one for one in messages)


CHILD = span(2, 1, "db.query", 1100, 1400)
ROOT = span(1, 0, "GET /cart", 1000, 2000, attribute("thread.id", 7))
PLAIN = request(CHILD, ROOT)

# with every kind of token, for tests that cut it anywhere
WHOLE = json.dumps({"resourceSpans": [{
    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "sh\u00e9op\n\U0001f600"}},
                                {"key": "process.pid", "value": {"intValue": "12"}}, {"key": "x", "value": {"boolValue": True}}]},
    "scopeSpans": [{"scope": {"name": None}, "spans": [
        {"traceId": TRACE.hex(), "spanId": "0000000000000002", "parentSpanId": "0000000000000001", "name": "db.query", "kind": 3,
         "startTimeUnixNano": "1100", "endTimeUnixNano": 1.4e3, "events": [{"a": [-1, False]}],
         "attributes": [{"key": "thread.id", "value": {"intValue": 7}}]},
        {"traceId": TRACE.hex(), "spanId": "0000000000000001", "parentSpanId": "", "name": "GET /cart", "kind": "SPAN_KIND_SERVER",
         "startTimeUnixNano": "1000", "endTimeUnixNano": "2000", "attributes": [{"value": {"intValue": "7"}, "key": "thread.id"}]},
    ]}]}]}).encode() + b"\n"

FILES = {
    "gzip-cut": packed(PLAIN)[:100],
    "cut-in-a-span": PLAIN[:-5],
    "cut-behind-a-length": field(1, scope(CHILD))[:2],
    "group": PLAIN + b"\x0b\x0c",
    "garbage-at-the-end": PLAIN + b"\xff" * 11,
    "scope-longer-than-its-resource": field(1, field(1, resource()) + b"\x12\x40" + field(2, CHILD)),
    "span-longer-than-its-scope": field(1, field(2, field(2, CHILD)[:1] + b"\x50" + CHILD)) + PLAIN,
    "number-for-a-resource": PLAIN + field(1, 5),
    "number-for-a-scope": PLAIN + field(1, field(2, 5)),
    "number-for-a-span": PLAIN + field(1, field(2, field(2, 5))),
    "number-for-an-id": request(CHILD, field(1, 5)),
    "text-for-a-time": request(CHILD, ROOT + field(7, b"12345678")),
    "time-beyond-63-bits-in-protobuf": request(CHILD, span(1, 0, "GET", 5, 2**63)),
    "span-without-an-id": request(CHILD, field(1, TRACE) + field(5, b"GET")),
    "frame-cut": framed(PLAIN, PLAIN)[:-7],
    "frame-without-a-length": framed(PLAIN) + b"\0\0",
    "nul": WHOLE + b"\0",
    "too-deep": b'{"resourceSpans": [], "other": ' + b"[" * 2500,
    "pstat": PSTAT,
}

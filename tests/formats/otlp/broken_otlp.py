"""Broken OTLP files, and a whole one: messages are built here field by field."""
import struct

import json_otlp
from broken_files import PSTAT, packed
from protobuf_fields import field, fields, message  # noqa: F401


def fixed(number, value):
    return bytes([number << 3 | 1]) + struct.pack("<Q", value)


def times(*at):
    return struct.pack(f"<{len(at)}Q", *at)


def framed(*messages):
    return b"".join(struct.pack(">I", len(one)) + one for one in messages)


STRINGS = ["", "samples", "count", "main", "main.c", "/bin/app", "thread.name", "profile.frame.type", "leaf", "cpu", "nanoseconds",
           "service.name", "shop"]
MAPPINGS = (b"", message(f1=0x1000, f2=0x9000, f4=5))
FUNCTIONS = (b"", message(f1=3, f3=4, f4=2), message(f1=8, f3=4))
LOCATIONS = (b"", message(f1=1, f2=0x1010, f3=message(f1=1, f2=3), f4=[2]),
             message(f1=1, f2=0x1020, f3=(message(f1=2, f2=9), message(f1=1, f2=4))), message(f1=1, f2=0x1099))
LINKS = (b"", message(f1=b"\x11" * 16, f2=b"\x22" * 8))
TEXT = message(f1=b"worker")
ATTRIBUTES = (b"", message(f1=6, f2=TEXT), message(f1=7, f2=message(f1=b"native")))
STACKS = (b"", message(f1=[2, 1]), message(f1=[1]), message(f1=[3, 0, 1]))
TYPE = message(f1=1, f2=2)
SAMPLES = (message(f1=1, f2=[1], f3=1, f4=[7]), message(f1=2, f2=[1], f5=times(5, 6)), message(f1=3, f4=[3]))
RESOURCE = message(f1=message(f2=message(f8=12), f3=11))
SCOPE = message(f1=b"agent", f2=b"1.0")


def dictionary(mappings=MAPPINGS, locations=LOCATIONS, functions=FUNCTIONS, links=LINKS, strings=STRINGS, attributes=ATTRIBUTES,
               stacks=STACKS):
    return message(f1=tuple(mappings), f2=tuple(locations), f3=tuple(functions), f4=tuple(links),
                   f5=tuple(text.encode() for text in strings), f6=tuple(attributes), f7=tuple(stacks))


def profile(types=(TYPE,), samples=SAMPLES, more=None):
    if more is None:
        more = fixed(3, 1795765769000000000) + message(f4=10**9, f5=message(f1=9, f2=10), f6=10**7)
    return message(f1=tuple(types), f2=tuple(samples)) + more


def resource(*profiles, resource=RESOURCE):
    return message(f1=resource, f2=message(f1=SCOPE, f2=tuple(profiles)))


def export(*profiles, **tables):
    return message(f1=resource(*profiles or (profile(),)), f2=dictionary(**tables))


def of(*samples, **tables):
    return export(profile(samples=samples), **tables)


WHOLE = export()

# 1.9: values second, attributes third, link fourth
OLD = of(message(f1=1, f2=[7], f3=[1], f4=1), message(f1=2, f2=[5], f3=[1]))


def ranges(length=2, start=1, top=False):
    """1.7, or 1.6 with the tables on top: stacks are ranges of locations; attributes are KeyValues."""
    samples = message(f1=0, f2=2, f3=[7], f4=[1]), message(f1=start, f2=length, f3=[5])
    profile = message(f1=(TYPE,), f2=samples, f3=[2, 1, 1], f4=1795765769000000000, f5=10**9)
    attributes = b"", message(f1=b"thread.name", f2=TEXT), message(f1=b"profile.frame.type", f2=message(f1=b"native"))
    locations = b"", *(message(f1=1, f2=0x1010, f3=message(f1=i, f2=3), f5=[2]) for i in (1, 2))
    tables = dict(f1=MAPPINGS, f2=locations, f3=FUNCTIONS, f4=LINKS, f5=tuple(text.encode() for text in STRINGS), f6=attributes)
    if top:
        return message(f1=resource(profile), **{f"f{int(name[1:]) + 1}": rows for name, rows in tables.items()})
    return message(f1=resource(profile), f2=message(**tables))


def nested(depth):
    value = message(f1=b"deep")
    for _ in range(depth):
        value = message(f5=message(f1=value))
    return value


FILES = {
    "cut-in-a-string": WHOLE[:-60],
    "cut-in-a-length": WHOLE + b"\x0a",
    "garbage-at-the-end": WHOLE + b"\xff\xff\xff",
    "group": WHOLE + b"\x0b\x0c",
    "no-dictionary": message(f1=resource(profile())),
    "string-0-not-empty": export(strings=["x", *STRINGS[1:]]),
    "string-out-of-range": export(functions=(b"", message(f1=99), FUNCTIONS[2])),
    "type-string-out-of-range": export(profile(types=(message(f1=50),))),
    "key-out-of-range": export(attributes=(b"", message(f1=66, f2=TEXT), ATTRIBUTES[2])),
    "attribute-out-of-range": of(message(f1=1, f2=[9], f4=[7])),
    "link-out-of-range": of(message(f1=1, f3=9, f4=[7]), *SAMPLES),
    "stack-out-of-range": of(message(f1=9, f2=[1], f4=[7]), *SAMPLES),
    "location-out-of-range": export(stacks=(b"", message(f1=[2, 9]), *STACKS[2:])),
    "mapping-out-of-range": export(locations=(b"", message(f1=7, f2=1), *LOCATIONS[2:])),
    "function-out-of-range": export(locations=(b"", message(f3=message(f1=9)), *LOCATIONS[2:])),
    "location-attribute-out-of-range": export(locations=(b"", message(f1=1, f4=[77]), *LOCATIONS[2:])),
    "no-values": of(message(f1=1, f2=[1], f3=1), *SAMPLES),
    "values-and-times-differ": of(message(f1=1, f2=[1], f4=[7], f5=times(5, 6)), *SAMPLES),
    "half-a-time": of(*SAMPLES, message(f1=1, f2=[1], f5=b"1234")),
    "no-type": export(profile(types=())),
    "line-beyond-32-bits": export(locations=(b"", message(f3=message(f1=1, f2=2**33)), *LOCATIONS[2:])),
    "sum-beyond-64-bits": of(*SAMPLES, message(f1=1, f2=[1], f3=1, f4=[2**63 - 1])),
    "sum-of-one-beyond-64-bits": of(*SAMPLES, message(f1=1, f2=[1], f4=[2**63 - 1, 1])),
    "seconds-beyond-64-bits": export(profile(types=(message(f1=1, f2=13),), samples=(message(f1=1, f2=[1], f4=[2**40]),)),
                                     strings=[*STRINGS, "seconds"]),
    "undecidable": of(message(f1=1, f2=1, f3=1, f4=1)),
    "range-beyond-the-end": ranges(length=9),
    "values-for-no-type": message(f1=resource(message(f2=message(f1=0, f2=1, f3=[7, 8]), f1=(TYPE,), f3=[1], f5=1)),
                                  f2=dictionary(stacks=(), attributes=())),
    "values-nested-too-deep": export(attributes=(b"", message(f1=6, f2=nested(40)), ATTRIBUTES[2])),
    "stacks-of-one-long-location": export(locations=(b"", message(f3=(message(f1=1),) * 3000), *LOCATIONS[2:]),
                                          stacks=(b"", *(message(f1=[1] * 3000 + [2] * i) for i in range(12)))),
    "frame-cut": framed(WHOLE, WHOLE)[:-9],
    "frame-without-a-length": framed(WHOLE) + b"\0\0",
    "second-message-broken": framed(WHOLE, export(strings=["x", *STRINGS[1:]])),
    "gzip-cut": packed(WHOLE)[:100],
    "pstat": PSTAT,
    **json_otlp.FILES,
}

# small whole files, each a golden one
GOLDEN = {
    "whole": WHOLE,
    "layout-1.9": OLD,
    "layout-1.7": ranges(),
    "layout-1.6": ranges(top=True),
    "lengths-one-too-long": ranges(length=3),
    "framed": framed(WHOLE, OLD),
    "reversed": message(f2=b"".join(field(number, row) for number, rows in (
        (7, STACKS), (6, ATTRIBUTES), (5, tuple(text.encode() for text in STRINGS)), (4, LINKS), (3, FUNCTIONS), (2, LOCATIONS),
        (1, MAPPINGS)) for row in rows)) + field(1, field(2, field(2, b"".join(field(2, row) for row in SAMPLES) + field(1, TYPE))
                                                              + field(1, SCOPE)) + field(1, RESOURCE)),
    **json_otlp.GOLDEN,
}

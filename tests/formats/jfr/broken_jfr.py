"""Broken recordings, and a whole one: chunks are built here from types, constants and events."""
import struct

from broken_files import PSTAT, packed

STRING, THREAD, STACK, FRAME, METHOD, CLASS, SYMBOL, KIND, SAMPLE, SETTING, PARK, ALLOCATION, LONG, INT, BOOLEAN = range(20, 35)


def number(value):
    """LEB128 of at most 9 bytes."""
    out = bytearray()
    for _ in range(8):
        if value < 0x80:
            return bytes([*out, value])
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes([*out, value])


def numbers(*values):
    return b"".join(map(number, values))


def text(value):
    if value is None:
        return b"\0"
    return b"\1" if value == "" else b"\3" + number(len(value.encode())) + value.encode()


def event(kind, body):
    """Its size counts itself: in four bytes, as the JDK writes it."""
    size = len(number(kind) + body) + 4
    return bytes([size & 0x7f | 0x80, size >> 7 & 0x7f | 0x80, size >> 14 & 0x7f | 0x80, size >> 21]) + number(kind) + body


# name of a type -> (number, fields: name -> (type, constant?, array?))
TYPES = {
    "long": (LONG, {}), "int": (INT, {}), "boolean": (BOOLEAN, {}), "java.lang.String": (STRING, {}),
    "java.lang.Thread": (THREAD, {"osName": (STRING,), "osThreadId": (LONG,), "javaName": (STRING,)}),
    "jdk.types.StackTrace": (STACK, {"truncated": (BOOLEAN,), "frames": (FRAME, False, True)}),
    "jdk.types.StackFrame": (FRAME, {"method": (METHOD, True), "lineNumber": (INT,), "type": (KIND, True)}),
    "jdk.types.Method": (METHOD, {"type": (CLASS, True), "name": (SYMBOL, True), "descriptor": (SYMBOL, True)}),
    "java.lang.Class": (CLASS, {"name": (SYMBOL, True)}),
    "jdk.types.Symbol": (SYMBOL, {"string": (STRING,)}),
    "jdk.types.FrameType": (KIND, {"description": (STRING,)}),
    "jdk.ExecutionSample": (SAMPLE, {"startTime": (LONG,), "sampledThread": (THREAD, True), "stackTrace": (STACK, True)}),
    "jdk.ActiveSetting": (SETTING, {"id": (LONG,), "name": (STRING,), "value": (STRING,)}),
    "jdk.ThreadPark": (PARK, {"startTime": (LONG,), "duration": (LONG,), "eventThread": (THREAD, True), "stackTrace": (STACK, True)}),
    "jdk.ObjectAllocationSample": (ALLOCATION, {"startTime": (LONG,), "eventThread": (THREAD, True), "stackTrace": (STACK, True),
                                                "weight": (LONG,)}),
}


def metadata(types):
    """Its texts, and a tree of elements that refer to them."""
    texts = []

    def at(value):
        if value not in texts:
            texts.append(value)
        return number(texts.index(value))

    def element(tag, attributes, children=()):
        return (at(tag) + number(len(attributes)) + b"".join(at(key) + at(value) for key, value in attributes.items())
                + number(len(children)) + b"".join(children))
    classes = []
    for name, (id, fields) in types.items():
        members = []
        for field, (of, *more) in fields.items():
            attributes = {"name": field, "class": str(of)}
            attributes.update({"constantPool": "true"} if more[:1] == [True] else {})
            attributes.update({"dimension": "1"} if more[1:] == [True] else {})
            members.append(element("field", attributes))
        classes.append(element("class", {"id": str(id), "name": name}, members))
    tree = element("root", {}, [element("metadata", {}, classes)])
    return event(0, numbers(0, 0, 1, len(texts)) + b"".join(map(text, texts)) + tree)


def checkpoint(pools):
    """pools: type -> {key: bytes}"""
    body = b"".join(numbers(kind, len(constants)) + b"".join(number(key) + value for key, value in constants.items())
                    for kind, constants in pools.items())
    return event(1, numbers(0, 0, 0) + b"\0" + number(len(pools)) + body)


def chunk(*events, types=TYPES, version=(2, 1), start=10 ** 18, ticks=1000, rate=10 ** 9, features=1, described=None):
    described = metadata(types) if described is None else described
    size = 68 + len(described) + sum(map(len, events))
    head = b"FLR\0" + struct.pack(">HHqqqqqqqI", *version, size, 68 + len(described), 68, start, 10 ** 9, ticks, rate, features)
    return head + described + b"".join(events)


def frames(*places):
    return number(len(places)) + b"".join(numbers(*place) for place in places)


POOLS = {
    SYMBOL: {1: text("shop/Shop"), 2: text("price"), 3: text("main"), 4: text("()V"), 5: text("libc.so.6"), 6: text("write")},
    KIND: {0: text("Interpreted"), 1: text("JIT compiled"), 2: text("Inlined"), 3: text("Native")},
    CLASS: {1: number(1), 2: number(5)},
    METHOD: {1: numbers(1, 2, 4), 2: numbers(1, 3, 4), 3: numbers(2, 6, 4)},
    # leaf first
    STACK: {1: b"\0" + frames((1, 7, 2), (2, 3, 1)), 2: b"\1" + frames((3, 0, 3), (1, 8, 0))},
    THREAD: {1: text("worker-os") + number(71) + text("worker"), 2: text("C2") + number(72) + text(None)},
}
CONSTANTS = checkpoint(POOLS)
SETTING_10_MS = event(SETTING, number(SAMPLE) + text("period") + text("10 ms"))


def sample(ticks, thread=1, stack=1):
    return event(SAMPLE, numbers(ticks, thread, stack))


SAMPLES = [sample(3000, 2, 2), sample(2000), sample(2500)]
# constants and settings behind what needs them
WHOLE = chunk(*SAMPLES, CONSTANTS, SETTING_10_MS)
PLACE_OF_EVENTS = 68 + len(metadata(TYPES))

FILES = {
    "gzip-cut": packed(WHOLE)[:900],
    "pstat": PSTAT,
    "magic-alone": b"FLR\0",
    "cut-in-the-header": WHOLE[:60],
    "cut-in-a-chunk": WHOLE[:-5],
    "cut-in-the-second-chunk": WHOLE + WHOLE[:200],
    "second-chunk-is-text": WHOLE + b"main;f 5\n" * 9,
    "version-0.9": chunk(*SAMPLES, CONSTANTS, version=(0, 9)),
    "version-3": chunk(*SAMPLES, CONSTANTS, version=(3, 0)),
    "integers-not-compressed": chunk(*SAMPLES, CONSTANTS, features=0),
    "no-ticks-a-second": chunk(*SAMPLES, CONSTANTS, rate=0),
    "chunk-not-finished": WHOLE[:8] + bytes(8) + WHOLE[16:],
    "metadata-elsewhere": WHOLE[:24] + struct.pack(">q", 1 << 40) + WHOLE[32:],
    "metadata-is-an-event": WHOLE[:24] + struct.pack(">q", PLACE_OF_EVENTS) + WHOLE[32:],
    "metadata-cut": chunk(described=event(0, metadata(TYPES)[5:300])),
    "type-twice": chunk(types={**TYPES, "jdk.Other": (SAMPLE, {})}),
    "type-number-is-word": chunk(types={**TYPES, "jdk.Other": ("x", {})}),
    "event-of-no-type": chunk(event(99, b"\1")),
    "event-without-size": chunk(b"\0\0\0"),
    "event-beyond-the-chunk": chunk(CONSTANTS, b"\x7f" + SAMPLES[0]),
    "event-too-short": chunk(CONSTANTS, event(SAMPLE, numbers(5, 1))),
    "constants-of-no-type": chunk(checkpoint({99: {1: b""}})),
    "constant-cut": chunk(checkpoint({SYMBOL: {1: b"\3\x7fabc"}})),
    "text-of-no-kind": chunk(checkpoint({SYMBOL: {1: b"\7"}})),
    "more-frames-than-bytes": chunk(checkpoint({STACK: {1: b"\0" + number(1 << 60)}})),
    "type-within-itself": chunk(checkpoint({91: {1: bytes(40)}}), types={**TYPES, "jdk.Odd": (91, {"startTime": (91,), "x": (91,)})}),
    "values-without-bytes": chunk(event(91, number(1 << 62)), types={**TYPES, "nothing": (90, {}),
                                                                    "jdk.ThreadSleep": (91, {"x": (90, False, True)})}),
    "kind-of-a-frame-is-its-method": chunk(*SAMPLES, CONSTANTS, types={
        **TYPES, "jdk.types.StackFrame": (FRAME, {"method": (KIND, True), "lineNumber": (INT,), "type": (KIND, True)})}),
    "thread-is-a-stack": chunk(CONSTANTS, sample(5, 1, 1), event(PARK, numbers(5, 1, 1, 1)), types={
        **TYPES, "jdk.ThreadPark": (PARK, {"startTime": (LONG,), "duration": (LONG,), "eventThread": (STACK, True)})}),
    "duration-beyond-64-bits": chunk(CONSTANTS, event(PARK, numbers(5, 1 << 63, 1, 1))),
    "weight-beyond-63-bits": chunk(CONSTANTS, event(ALLOCATION, numbers(5, 1, 1, 1 << 63))),
    "time-beyond-64-bits": chunk(CONSTANTS, sample(1 << 63)),
    "sum-beyond-64-bits": chunk(CONSTANTS, *[event(ALLOCATION, numbers(5, 1, 1, (1 << 63) - 1))] * 2),
}

"""Broken pstat files that no text editor can write, and a whole one."""
import marshal
import struct

from broken_files import packed

KEY = ("a.py", 1, "f")
CALLER = ("a.py", 9, "main")
ROW = (1, 1, 0.5, 0.5, {})


def dump(value, version=2):
    return marshal.dumps(value, version)


def key_and(value):
    """A dict with one key whose value is these bytes."""
    return b"{" + dump(KEY) + value + b"0"


def key(*parts):
    return dump({parts: ROW})


def row(*parts):
    return dump({KEY: parts})


def caller(key, value):
    return row(1, 1, 0.5, 0.5, {key: value})


def cut(data, after):
    """Ends right behind the first place where `after` stands."""
    return data[:data.index(after) + len(after)]


WHOLE = dump({KEY: ROW})
FLOAT = struct.pack("<d", 0.5)

FILES = {
    # truncated at every kind of token
    "cut-after-dict": b"{",
    "cut-in-tuple-size": b"{(\x03\x00",
    "cut-before-key-item": b"{(\x03\x00\x00\x00",
    "cut-in-text-size": cut(WHOLE, b"(\x03\x00\x00\x00") + b"u\x04\x00",
    "cut-in-text": cut(WHOLE, b"a.p"),
    "cut-in-int": cut(WHOLE, b"a.pyi\x01"),
    "cut-after-key": b"{" + dump(KEY),
    "cut-in-float": key_and(dump(ROW))[:-14],
    "cut-before-callers": cut(WHOLE, FLOAT + b"g" + FLOAT),
    "cut-in-callers": cut(WHOLE, FLOAT + b"g" + FLOAT + b"{"),
    "cut-before-end": WHOLE[:-1],
    "cut-in-long": b"{" + dump(KEY) + b"(\x05\x00\x00\x00l\x05\x00\x00\x00\x01\x00",
    "cut-in-reference": b"\xfb\xa9\x03r\x00",
    "cut-in-short-text": b"{\xa9\x03\xda",
    "cut-in-text-float": b"{" + dump(KEY) + b"(\x05\x00\x00\x00f\x04" + b"0.",
    # of another type
    "a-list": dump([KEY, ROW]),
    "a-dict-of-numbers": dump({1: 2}),
    "key-is-text": dump({"f": ROW}),
    "key-of-two": key("a.py", 1),
    "key-of-four": key("a.py", 1, "f", 0),
    "key-file-is-int": key(1, 1, "f"),
    "key-line-is-text": key("a.py", "1", "f"),
    "key-line-is-float": key("a.py", 1.5, "f"),
    "key-name-is-none": key("a.py", 1, None),
    "row-is-int": dump({KEY: 5}),
    "row-of-four": row(1, 1, 0.5, 0.5),
    "row-of-six": row(1, 1, 0.5, 0.5, {}, {}),
    "calls-is-float": row(1.0, 1, 0.5, 0.5, {}),
    "time-is-text": row(1, 1, "0.5", 0.5, {}),
    "callers-is-list": row(1, 1, 0.5, 0.5, []),
    "caller-is-text": caller("main", 1),
    "caller-value-is-float": caller(CALLER, 0.5),
    "caller-value-of-three": caller(CALLER, (1, 1, 0.5)),
    "caller-value-empty": caller(CALLER, ()),
    # undefined, twice, unknown
    "reference-undefined": b"\xfbr\x07\x00\x00\x00",
    "interned-undefined": b"{(\x03\x00\x00\x00R\x02\x00\x00\x00",
    "code-unknown": b"{(\x03\x00\x00\x00X",
    "function-twice": b"{" + dump(KEY) + dump(ROW) + dump(KEY) + dump(ROW) + b"0",
    "caller-twice": key_and(b"(\x05\x00\x00\x00" + dump(1) * 2 + dump(0.5) * 2 +
                            b"{" + (dump(CALLER) + dump(1)) * 2 + b"0"),
    "key-is-end": b"{(\x03\x00\x00\x000",
    # out of range
    "line-beyond-32-bits": key("a.py", 2 ** 40, "f"),
    "calls-beyond-64-bits": row(2 ** 70, 1, 0.5, 0.5, {}),
    "time-infinite": row(1, 1, float("inf"), 0.5, {}),
    "time-nan": row(1, 1, float("nan"), 0.5, {}),
    "time-beyond-64-bits": row(1, 1, 1e300, 0.5, {}),
    "sum-beyond-64-bits": caller(CALLER, (1, 1, 8e9, 8e9) * 2),
    "long-digit": b"{" + dump(KEY) + b"(\x05\x00\x00\x00l\x01\x00\x00\x00\xff\xff",
    "text-size-negative": b"{(\x03\x00\x00\x00u\xff\xff\xff\xff",
    "text-size-beyond-file": b"{(\x03\x00\x00\x00u\xff\xff\xff\x7ff",
    "tuple-size-negative": b"{(\xff\xff\xff\xff",
    "too-deep": b"{" + b"(\x01\x00\x00\x00" * 2500,
    "too-deep-value": b"{" + dump(KEY) + b"(\x05\x00\x00\x00" + b"[\x01\x00\x00\x00" * 2500,
    # wrapped badly
    "gzip-cut": packed(WHOLE)[:40],
    "gzip-cut-in-header": packed(WHOLE)[:6],
    "gzip-checksum": packed(WHOLE)[:-8] + b"\0" * 8,
    "gzip-then-garbage": packed(WHOLE) + b"garbage",
    "utf-16": b"\xff\xfe" + "{(".encode("utf-16-le"),
    "nul": b"\0" * 16,
}

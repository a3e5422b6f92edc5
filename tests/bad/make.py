#!/usr/bin/python3
"""Makes the broken files that no text editor can write: bytes of marshal, gzip, UTF-16, NUL.

    make.py [FOLDER]    writes FORMAT/NAME.in below FOLDER (default: here)

The other .in files are plain text, written by hand. What has to be said of each is in NAME.err.
"""
import gzip
import marshal
import pathlib
import struct
import sys

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


def packed(data):
    """gzip without name and time stamp. Stored, not deflated: zlibs differ in how they deflate."""
    member = bytearray(gzip.compress(data, compresslevel=0, mtime=0))
    member[8:10] = b"\0\xff"  # what made it, and where: Pythons differ
    return bytes(member)


WHOLE = dump({KEY: ROW})
FLOAT = struct.pack("<d", 0.5)

PSTAT = {
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

STACKS = b"main;parse 5\nmain;draw 7\n"

COLLAPSED = {
    "gzip-cut": packed(STACKS)[:24],
    "gzip-checksum": packed(STACKS)[:-8] + b"\0" * 8,
    "nul-in-count": b"main;parse 5\nmain;draw 7\0\n",
    "nul-line": b"main;parse 5\n\0\0\0\n",
    "control-bytes": b"main 5\n\x1b]0;title\x07\x1b[31m\n",
    "invalid-utf-8": b"main 5\ncaf\xe9;na\xefve\n",
    "utf-16-le": b"\xff\xfe" + "main 5\nmain;draw\n".encode("utf-16-le"),
    "utf-16-odd": b"\xff\xfe" + "main 5\n".encode("utf-16-le") + b"m",
    "crlf": b"main 5\r\nmain;draw x\r\n",
    "pstat": WHOLE,
}

CALLS = b"# callgrind format\nevents: Ir\nfl=a.c\nfn=main\n1 5\n"

CALLGRIND = {
    "gzip-cut": packed(CALLS)[:40],
    "gzip-checksum": packed(CALLS)[:-8] + b"\0" * 8,
    "nul": CALLS + b"fn=\0\n2 3\n",
    "nul-in-cost": CALLS + b"2 \0003\n",
    "invalid-utf-8": CALLS + b"caf\xe9 4\n",
    "control-bytes": CALLS + b"\x1b[31mred\n",
    "utf-16-odd": b"\xfe\xff" + CALLS.decode().encode("utf-16-be") + b"\0",
    "crlf": CALLS.replace(b"\n", b"\r\n") + b"2 3 4\r\n",
    "pstat": WHOLE,
}

SPEEDSCOPE_FILE = (b'{"shared": {"frames": [{"name": "main"}]}, "profiles": [{"type": "sampled", "name": "",'
                   b' "unit": "none", "startValue": 0, "endValue": 5, "samples": [[0]], "weights": [5]}]}\n')

# with every kind of token, for tests that cut it anywhere
SPEEDSCOPE_ESCAPED = (SPEEDSCOPE_FILE.replace(b"main", rb"a\n\u00e9\ud83d\ude00b")
                      .replace(b'"name": "",', b'"name": null, "x": [true, false, {"y": -1.5e+3}],'))

SPEEDSCOPE = {
    "gzip-cut": packed(SPEEDSCOPE_FILE)[:100],
    "gzip-checksum": packed(SPEEDSCOPE_FILE)[:-8] + b"\0" * 8,
    "nul": b'{"shared": \0}\n',
    "nul-after": SPEEDSCOPE_FILE + b"\0",
    "control-byte-in-string": SPEEDSCOPE_FILE.replace(b"main", b"ma\nin"),
    "invalid-utf-8": SPEEDSCOPE_FILE.replace(b"sampled", b"samp\xe9d"),
    "utf-16": b"\xff\xfe" + SPEEDSCOPE_FILE[:40].decode().encode("utf-16-le"),
    "too-deep": b'{"other": ' + b"[" * 2500,
    "pstat": WHOLE,
}

BOX = b'<g><title>%s (5 samples, 100%%)</title><rect y="%d" fg:x="0" fg:w="5"/></g>\n'
PICTURE = (b'<?xml version="1.0"?>\n<svg xmlns:fg="http://github.com/jonhoo/inferno">\n' + BOX % (b"all", 16) +
           BOX % (b"main", 0) + b"</svg>\n")

# ours, with every kind of token, for tests that cut it anywhere
FLAME_DATA = (b'<svg xmlns="http://www.w3.org/2000/svg"><metadata id="profile">{"profpipe":1,'
              b'"values":[{"name":"n","unit":"none","exponent":-1}],"threads":[{"name":"&lt;"}],'
              b'"strings":["","ma\\u00e9n &amp;"],"functions":[1,0,0,7],"frames":[0,8,9],"nodes":[1,1,-2,1],'
              b'"rows":[[0,[1,5,1,-7]]]}</metadata><!-- no more --></svg>\n')

FLAMEGRAPH = {
    "gzip-cut": packed(PICTURE)[:100],
    "gzip-checksum": packed(PICTURE)[:-8] + b"\0" * 8,
    "nul": PICTURE.replace(b"main", b"ma\0in"),
    "control-byte": PICTURE.replace(b"main", b"\x1b[31m"),
    "invalid-utf-8": PICTURE.replace(b"main", b"caf\xe9"),
    "utf-16-cut": b"\xff\xfe" + PICTURE[:60].decode().encode("utf-16-le"),
    "encoding-of-other-bytes": PICTURE.replace(b"?>", b' encoding="UTF-7"?>').replace(b"main", b"caf\xe9"),
    "too-deep": b"<svg>" + b"<g>" * 5000,
    "pstat": WHOLE,
}

FORMATS = {"pstat": PSTAT, "callgrind": CALLGRIND, "collapsed": COLLAPSED, "speedscope": SPEEDSCOPE,
           "flamegraph": FLAMEGRAPH}


def files():
    """Each file, as (FORMAT/NAME.in, its bytes)."""
    for name, cases in FORMATS.items():
        for case, data in cases.items():
            yield f"{name}/{case}.in", data


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    for name, data in files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()

"""Broken speedscope files that no text editor can write, and a whole one."""
from broken_files import PSTAT, packed

PLAIN = (b'{"shared": {"frames": [{"name": "main"}]}, "profiles": [{"type": "sampled", "name": "",'
                   b' "unit": "none", "startValue": 0, "endValue": 5, "samples": [[0]], "weights": [5]}]}\n')

# with every kind of token, for tests that cut it anywhere
WHOLE = (PLAIN.replace(b"main", rb"a\n\u00e9\ud83d\ude00b")
                      .replace(b'"name": "",', b'"name": null, "x": [true, false, {"y": -1.5e+3}],'))

FILES = {
    "gzip-cut": packed(PLAIN)[:100],
    "gzip-checksum": packed(PLAIN)[:-8] + b"\0" * 8,
    "nul": b'{"shared": \0}\n',
    "nul-after": PLAIN + b"\0",
    "control-byte-in-string": PLAIN.replace(b"main", b"ma\nin"),
    "invalid-utf-8": PLAIN.replace(b"sampled", b"samp\xe9d"),
    "utf-16": b"\xff\xfe" + PLAIN[:40].decode().encode("utf-16-le"),
    "too-deep": b'{"other": ' + b"[" * 2500,
    "pstat": PSTAT,
}

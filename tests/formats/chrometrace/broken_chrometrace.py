"""Broken trace events that no text editor can write, and a whole file."""
from broken_files import PSTAT, packed

# with every kind of token, for tests that cut it anywhere
WHOLE = (b'{"traceEvents":[{"name":"a\\n\\u00e9\\ud83d\\ude00b","cat":"c","ph":"X","ts":1.5,"dur":2e1,"pid":1,"tid":"2",'
         b'"args":{"x":[true,false,null,{"y":-1.5e+3}]}},{"ph":"B","name":"b","ts":"22","pid":1,"tid":2},'
         b'{"ph":"E","ts":23,"pid":1,"tid":2}],"displayTimeUnit":"ns"}\n')

FILES = {
    "gzip-cut": packed(WHOLE)[:100],
    "gzip-checksum": packed(WHOLE)[:-8] + b"\0" * 8,
    "nul": b'{"traceEvents":\0}\n',
    "nul-behind": WHOLE + b"\0",
    "control-byte-in-a-name": WHOLE.replace(b"\\n", b"\n"),
    "utf-16-cut": b"\xff\xfe" + WHOLE[:40].decode().encode("utf-16-le"),
    "too-deep": b'[{"args": ' + b"[" * 2500,
    "pstat": PSTAT,
}

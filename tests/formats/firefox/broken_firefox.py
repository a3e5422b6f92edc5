"""Broken files of Firefox that no text editor can write, and a whole one."""
from broken_files import PSTAT, packed

PLAIN = (b'{"meta":{"version":29,"preprocessedProfileVersion":48,"interval":1},"threads":[{"name":"main","pid":"7","tid":1,'
         b'"samples":{"length":1,"stack":[0],"time":[0]},"stackTable":{"length":1,"frame":[0],"prefix":[null]},'
         b'"frameTable":{"length":1,"func":[0]},"funcTable":{"length":1,"name":[0]},"stringArray":["f"]}]}')

# with every kind of token, for tests that cut it anywhere
WHOLE = (b'{"meta":{"preprocessedProfileVersion":48,"startTime":1.5e+3,"categories":[{"name":"Idle"}]},"x":[true,false,null],"threads":['
         b'{"name":"a\\n\\u00e9\\ud83d\\ude00b","pid":7,"tid":1,"samples":{"stack":[0,null],"time":[-0.5,1.25],"weight":[1,null],"weightType":"bytes"},'
         b'"stackTable":{"frame":[0],"prefix":[null]},"frameTable":{"func":[0],"line":[-1]},"funcTable":{"name":[0]},"stringArray":["f"]}]}')

FILES = {
    "gzip-cut": packed(PLAIN)[:100],
    "gzip-checksum": packed(PLAIN)[:-8] + b"\0" * 8,
    "nul": b'{"meta":\0}\n',
    "nul-behind": PLAIN + b"\0",
    "control-byte-in-a-name": WHOLE.replace(b"\\n", b"\n"),
    "utf-16-cut": b"\xff\xfe" + WHOLE[:40].decode().encode("utf-16-le"),
    "too-deep": b'{"other": ' + b"[" * 2500,
    "pstat": PSTAT,
}

"""Broken files of V8's profiles that no text editor can write, and a whole one."""
from broken_files import PSTAT, packed

PLAIN = (b'{"nodes":[{"id":1,"callFrame":{"functionName":"(root)","url":"","lineNumber":-1,"columnNumber":-1},"hitCount":0,"children":[2]},'
         b'{"id":2,"callFrame":{"functionName":"f","url":"a.js","lineNumber":0,"columnNumber":4},"hitCount":2}],'
         b'"startTime":1,"endTime":9,"samples":[2,2],"timeDeltas":[3,2]}')

# with every kind of token, for tests that cut it anywhere
WHOLE = (b'{"x":[true,false,null,{"y":-1.5e+3}],"nodes":[{"id":1,"callFrame":{"functionName":"(root)","scriptId":"0","url":"",'
         b'"lineNumber":-1,"columnNumber":-1},"hitCount":0,"children":[2]},{"id":2,"callFrame":{"functionName":"a\\n\\u00e9\\ud83d\\ude00b",'
         b'"url":null,"lineNumber":null},"positionTicks":[{"line":1,"ticks":2}]}],"startTime":1.25,"endTime":9.5,"samples":[2,1],"timeDeltas":[3,-0.5]}')

FILES = {
    "gzip-cut": packed(PLAIN)[:100],
    "gzip-checksum": packed(PLAIN)[:-8] + b"\0" * 8,
    "nul": b'{"nodes":\0}\n',
    "nul-behind": PLAIN + b"\0",
    "control-byte-in-a-name": WHOLE.replace(b"\\n", b"\n"),
    "utf-16-cut": b"\xff\xfe" + WHOLE[:40].decode().encode("utf-16-le"),
    "too-deep": b'{"other": ' + b"[" * 2500,
    "pstat": PSTAT,
}

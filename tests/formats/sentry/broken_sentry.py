"""Broken files of Sentry that no text editor can write, and a whole one."""
from broken_files import PSTAT, packed

PLAIN = (b'{"event_id":"a"}\n{"type":"session"}\n{}\n{"type":"profile","length":190}\n'
         b'{"version":"1","timestamp":"2026-11-27T07:52:43.5Z","profile":{"frames":[{"function":"f"}],"stacks":[[0]],'
         b'"samples":[{"stack_id":0,"elapsed_since_start_ns":"5"},{"stack_id":0,"elapsed_since_start_ns":9}]}}\n')

# with every kind of token, for tests that cut it anywhere
WHOLE = (b'{"version":"1","transactions":[{"name":"/","relative_start_ns":"0","relative_end_ns":"9"}],'
         b'"timestamp":1795765963.5,"x":[true,false,null,{"y":-1.5e+3}],'
         b'"profile":{"frames":[{"function":"a\\n\\u00e9\\ud83d\\ude00b","in_app":null}],"stacks":[[0]],'
         b'"samples":[{"stack_id":0,"elapsed_since_start_ns":"5"},{"stack_id":0,"elapsed_since_start_ns":9}]}}\n')

FILES = {
    "gzip-cut": packed(PLAIN)[:100],
    "gzip-checksum": packed(PLAIN)[:-8] + b"\0" * 8,
    "nul": b'{"event_id":\0}\n',
    "nul-behind": WHOLE + b"\0",
    "control-byte-in-a-name": WHOLE.replace(b"\\n", b"\n"),
    "utf-16-cut": b"\xff\xfe" + WHOLE[:40].decode().encode("utf-16-le"),
    "too-deep": b'{"other": ' + b"[" * 2500,
    "pstat": PSTAT,
}

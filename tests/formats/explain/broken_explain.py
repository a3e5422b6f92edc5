"""Broken plans that no text editor can write, and a whole one."""
from broken_files import PSTAT, packed

# with every kind of token, for tests that cut it anywhere
WHOLE = (b'[{"Plan":{"Node Type":"Sort","Actual Total Time":2.5e+0,"Actual Rows":3.50,"Actual Loops":1,"Parallel Aware":false,'
         b'"Output":["a\\n\\u00e9\\ud83d\\ude00b",null],"x":[true,{"y":-1.5}],"Plans":[{"Node Type":"Seq Scan","Relation Name":"t",'
         b'"Actual Total Time":1.25,"Actual Rows":4,"Actual Loops":1}]},"Execution Time":3.0}]\n')

FILES = {
    "gzip-cut": packed(WHOLE)[:100],
    "gzip-checksum": packed(WHOLE)[:-8] + b"\0" * 8,
    "nul": b'[{"Plan":\0}]\n',
    "nul-behind": WHOLE + b"\0",
    "nul-in-a-plan-as-text": b"Sort  (cost=1.0..\0 rows=1 width=4)\n",
    "control-byte-in-a-text": WHOLE.replace(b"\\n", b"\n"),
    "utf-16-cut": b"\xff\xfe" + WHOLE[:40].decode().encode("utf-16-le"),
    "too-deep": b'[{"Plan":' + b'{"Node Type":"a","Plans":[' * 1200,
    "pstat": PSTAT,
}

"""Broken output of bpftrace that no text editor can write, and a whole one with every kind of line."""
from broken_files import PSTAT, packed

WHOLE = b"""Attaching 2 probes...

@[
    handle_softirqs+114
, \n\
    0x401162
    cheap+12
, pool 1: [io] 7]: 27
@h[
\t4011f9 main+48 (/srv/my spin)
]: \n\
[16K, 32K)            29 |@@@@@@@@@|
[32K, 64K)             1 |@        |

@n: 17
@st[load, \n\
    cheap+12
]: count 7, average 19001, total 133007
"""

ENTRY = b"@[\n    main+48\n, load]: 5\n"

FILES = {
    "gzip-cut": packed(WHOLE)[:60],
    "nul": ENTRY + b"@[\n\0\n]: 1\n",
    "control-bytes": ENTRY + b"@[\n\x1b]0;title\x07\n]: 1\n",
    "pstat": PSTAT,
    "utf-16-odd": b"\xff\xfe" + ENTRY.decode().encode("utf-16-le") + b"@",
    "cut-in-a-frame": WHOLE[:WHOLE.index(b"io] 7") - 20],
    "cut-in-a-key": WHOLE[:WHOLE.index(b" 7]: 27")],
    "cut-behind-a-map": WHOLE[:WHOLE.index(b"@h[") + 4],
    "returns": ENTRY.replace(b"\n", b"\r\n") + b"@[\r\nx\r\n",
}

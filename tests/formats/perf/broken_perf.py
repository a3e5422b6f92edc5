"""Broken output of perf script that no text editor can write, and a whole one with every kind of line."""
from broken_files import PSTAT, packed

WHOLE = b"""# captured on    : Sat Nov 28 09:00:00 2026
load     0     0.000000: PERF_RECORD_COMM: load:1/1
pool 1: [io] 7 1/26 [000]   801.501982:    3344481 cpu-clock:u: \n\
\t            13bd work::Grid<unsigned int>::step+0x2d
  load.cc:13 (inlined)
\t            13bd work::Grid<unsigned int>::operator()+0x2d (/srv/my load)
  load.cc:14
\tffffffff81000130 entry_SYSCALL_64_after_hwframe+0x76 ([kernel.kallsyms])
  ??:0
\t    7fea55ef2ad7 [unknown] ([unknown])

sh 27 [001]   801.501990:          sched:sched_switch: prev_comm=sh ==> next_comm=load
\t              85 py::Shop.price:/srv/py.py+0x5 (/tmp/jitted-8917-17.so)

sh 27 [001]   801.601990:          2 page-faults: \n\

"""

SAMPLE = b"load 1 2.000000: 5 cycles: \n\t 26e2 run+0x1 (/srv/load)\n\n"

FILES = {
    "gzip-cut": packed(WHOLE)[:60],
    "nul": SAMPLE + b"\0\0\n",
    "control-bytes": SAMPLE + b"\x1b]0;title\x07\n",
    "pstat": PSTAT,
    "utf-16-odd": b"\xff\xfe" + SAMPLE.decode().encode("utf-16-le") + b"l",
    "cut-in-a-frame": WHOLE[:WHOLE.index(b"load)\n  load.cc:14")],
    "cut-behind-a-frame": WHOLE[:WHOLE.index(b"\nsh 27 [001]   801.601990")],
    "cut-behind-a-first-line": WHOLE[:-1],
    "returns": SAMPLE.replace(b"\n", b"\r\n") + b"load 1\r\n\r\n",
    "two-returns": SAMPLE.replace(b"\n", b"\r\n") + b"\r\r\n",
}

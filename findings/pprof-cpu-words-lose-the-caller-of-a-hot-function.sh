#!/usr/bin/env bash
# pprof cuts the caller of a hot function out of gperftools' CPU profiles
#
# When go tool pprof (Go 1.26) reads a CPU profile of gperftools, it takes a second frame that nearly
# all stacks have for one of the signal handler, and leaves it out, and then the next one. So it was
# with old gperftools; those of today record no such frames. Where one function that is called in
# one place takes all the time, its callers are the frames that all stacks share: here main and run,
# of which nothing is left, and the start of the program seems to call the hot function. Nothing is
# said.
#
# Needs: go and python3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# three samples of other places in hot(), which run() calls, which main() calls
python3 - "$work/cpu.prof" <<'PYTHON'
import struct
import sys

words = [0, 3, 0, 10000, 0]
for hot in (0x1010, 0x1014, 0x1018):
    words += [100, 4, hot, 0x2010, 0x3010, 0x4010]
words += [0, 1, 0]
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack(f"<{len(words)}Q", *words))
    out.write(b"1000-5000 r-xp 00000000 00:00 1 /srv/shop\n")
PYTHON

go tool pprof -symbolize=none -raw "$work/cpu.prof" 2> "$work/said" | sed -n '/^Samples/,/^Mappings/{s/ *$//;p}' | tee "$work/output"
diff "$work/output" - <<'OUT'
Samples:
samples/count cpu/nanoseconds
        100 1000000000: 1 2
        100 1000000000: 3 2
        100 1000000000: 4 2
Locations
     1: 0x1010 M=1
     2: 0x400f M=1
     3: 0x1014 M=1
     4: 0x1018 M=1
Mappings
OUT

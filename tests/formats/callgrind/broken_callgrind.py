"""Broken callgrind files that no text editor can write, and a whole one."""
from broken_files import PSTAT, packed

WHOLE = b"# callgrind format\nevents: Ir\nfl=a.c\nfn=main\n1 5\n"

FILES = {
    "gzip-cut": packed(WHOLE)[:40],
    "gzip-checksum": packed(WHOLE)[:-8] + b"\0" * 8,
    "nul": WHOLE + b"fn=\0\n2 3\n",
    "nul-in-cost": WHOLE + b"2 \0003\n",
    "invalid-utf-8": WHOLE + b"caf\xe9 4\n",
    "control-bytes": WHOLE + b"\x1b[31mred\n",
    "utf-16-odd": b"\xfe\xff" + WHOLE.decode().encode("utf-16-be") + b"\0",
    "crlf": WHOLE.replace(b"\n", b"\r\n") + b"2 3 4\r\n",
    "pstat": PSTAT,
}

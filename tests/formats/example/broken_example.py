"""Broken files of the example format that no text editor can write, and a whole one."""
from broken_files import PSTAT, packed

WHOLE = b"example 1\n8.5 main\n42 parse file\n-3 caf\xc3\xa9\n"

FILES = {
    "gzip-cut": packed(WHOLE)[:24],
    "gzip-checksum": packed(WHOLE)[:-8] + b"\0" * 8,
    "nul-line": WHOLE + b"\0\0\n",
    "control-bytes": WHOLE + b"\x1b[31mred\n",
    "invalid-utf-8": WHOLE + b"caf\xe9\n",
    "pstat": PSTAT,
}

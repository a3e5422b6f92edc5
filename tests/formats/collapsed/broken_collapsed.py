"""Broken folded stacks that no text editor can write, and whole ones."""
from broken_files import PSTAT, packed

WHOLE = b"main;parse 5\nmain;draw 7\n"

FILES = {
    "gzip-cut": packed(WHOLE)[:24],
    "gzip-checksum": packed(WHOLE)[:-8] + b"\0" * 8,
    "nul-in-count": b"main;parse 5\nmain;draw 7\0\n",
    "nul-line": b"main;parse 5\n\0\0\0\n",
    "control-bytes": b"main 5\n\x1b]0;title\x07\x1b[31m\n",
    "invalid-utf-8": b"main 5\ncaf\xe9;na\xefve\n",
    "utf-16-le": b"\xff\xfe" + "main 5\nmain;draw\n".encode("utf-16-le"),
    "utf-16-odd": b"\xff\xfe" + "main 5\n".encode("utf-16-le") + b"m",
    "crlf": b"main 5\r\nmain;draw x\r\n",
    "pstat": PSTAT,
}

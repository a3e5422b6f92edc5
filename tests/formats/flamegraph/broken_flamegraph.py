"""Broken flame graphs that no text editor can write, and a whole one of ours."""
from broken_files import PSTAT, packed

BOX = b'<g><title>%s (5 samples, 100%%)</title><rect y="%d" fg:x="0" fg:w="5"/></g>\n'
PICTURE = (b'<?xml version="1.0"?>\n<svg xmlns:fg="http://github.com/jonhoo/inferno">\n' + BOX % (b"all", 16) +
           BOX % (b"main", 0) + b"</svg>\n")

# ours, with every kind of token, for tests that cut it anywhere
WHOLE = (b'<svg xmlns="http://www.w3.org/2000/svg"><metadata id="profile">{"profpipe":1,'
              b'"values":[{"name":"n","unit":"none","exponent":-1}],"threads":[{"name":"&lt;"}],'
              b'"strings":["","ma\\u00e9n &amp;"],"functions":[1,0,0,7],"frames":[0,8,9],"nodes":[1,1,-2,1],'
              b'"rows":[[0,[1,5,1,-7]]]}</metadata><!-- no more --></svg>\n')

FILES = {
    "gzip-cut": packed(PICTURE)[:100],
    "gzip-checksum": packed(PICTURE)[:-8] + b"\0" * 8,
    "nul": PICTURE.replace(b"main", b"ma\0in"),
    "control-byte": PICTURE.replace(b"main", b"\x1b[31m"),
    "invalid-utf-8": PICTURE.replace(b"main", b"caf\xe9"),
    "utf-16-cut": b"\xff\xfe" + PICTURE[:60].decode().encode("utf-16-le"),
    "encoding-of-other-bytes": PICTURE.replace(b"?>", b' encoding="UTF-7"?>').replace(b"main", b"caf\xe9"),
    "too-deep": b"<svg>" + b"<g>" * 5000,
    "pstat": PSTAT,
}

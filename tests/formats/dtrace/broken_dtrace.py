"""Broken output of dtrace that no text editor can write, and a whole one with every kind of line."""
from broken_files import PSTAT, packed

WHOLE = b"""CPU     ID                    FUNCTION:NAME
  0  64091                        :tick-60s

  mysqld
              unix`mutex_enter+0x10

              libc.so.1`__open+0xa
              mysqld`main(int, char**)+0x31b
                7

     1234
              0x8073d5d
  mysqld                                                            5

              mysqld`main+0x31b

           value  ------------- Distribution ------------- count
             < 0 |                                         0
               0 |@@@@@@@@                                 4
            1024 |@@                                       1

"""

ENTRY = b"\n              mysqld`main+0x31b\n                7\n"

FILES = {
    "gzip-cut": packed(WHOLE)[:60],
    "nul": ENTRY + b"              mysqld`main\n\0\n",
    "control-bytes": ENTRY + b"              mysqld`main\n\x1b]0;title\x07\n",
    "pstat": PSTAT,
    "utf-16-odd": b"\xff\xfe" + ENTRY.decode().encode("utf-16-le") + b" ",
    "cut-in-a-frame": WHOLE[:WHOLE.index(b"in(int")],
    "cut-behind-a-frame": WHOLE[:WHOLE.index(b"                7")],
    "cut-behind-a-key": WHOLE[:WHOLE.index(b"              unix")],
    "returns": ENTRY.replace(b"\n", b"\r\n") + b"              mysqld`main\r\nx\r\n",
}

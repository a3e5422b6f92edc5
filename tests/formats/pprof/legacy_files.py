"""Small profiles of before profile.proto, built word by word and line by line."""
import struct

MAP = """
MAPPED_LIBRARIES:
00400000-00401000 r--p 00000000 00:00 10756184    /srv/shop
00401000-00402000 r-xp 00001000 00:00 10756184    /srv/shop
00402000-00403000 r--p 00002000 00:00 10756184    /srv/shop
7f0000026000-7f000017c000 r-xp 00026000 00:00 326269      /usr/lib/libc.so.6
"""


def words(*values, form="<Q"):
    return b"".join(struct.pack(form, value) for value in values)


def cpu(*stacks, form="<Q", end=(0, 1, 0), text=MAP.partition(":\n")[2], period=10000):
    body = b"".join(words(count, len(stack), *stack, form=form) for count, *stack in stacks)
    return words(0, 3, 0, period, 0, form=form) + body + words(*end, form=form) + text.encode()


STACKS = ((3, 0x401237, 0x4012f5, 0x401323), (2, 0x401300, 0x401323))


def heap(lines, form="heapprofile", total="1: 2 [ 3: 4]"):
    return f"heap profile: {total} @ {form}\n{lines}{MAP}".encode()


LINE = "  4: 4000 [ 10: 20000] @ 0x00401238 0x00401323\n"

THREADS = """--- threadz 1 ---

--- Thread 7f794ab90940 (name: main/14748) stack: ---
  PC:  0x00401238: helper(arg *)
  0x00401323: main
--- Thread 7f794964e700 (name: a/b/14751) stack: ---
  [same as previous thread]
--- Thread 7f794964e701 (name: c/14752) stack: ---
  PC: 0x7f0000026010 0x7f0000026020
      0x00401323
      creator: 0x401324
--- Memory map: ---
  00400000-00fcb000: /srv/shop
  7f0000026000-7f000017c000: /usr/lib/libc-2.15.so
"""

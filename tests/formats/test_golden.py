"""A test is two files and a name: READER/golden/NAME.in and NAME.WRITER, the command is READER2WRITER.

Flame graphs are without their script, which is the same in all of them.
"""
import os
import pathlib
import re

import pytest

import lib

HERE = pathlib.Path(__file__).parent
CASES = [(source, want) for source in sorted(HERE.glob("*/golden/*.in")) if source.parts[-3] in lib.READERS
         for want in sorted(source.parent.glob(source.stem + ".*")) if want != source]


@pytest.mark.parametrize("source, want", CASES, ids=[f"{s.parent.parent.name}/{w.name}" for s, w in CASES])
def test_golden(source, want):
    program = f"{source.parent.parent.name}2{want.suffix[1:]}"
    out, _ = lib.run(program, "-q", source)
    out = re.sub(rb"<script>.*</script>\n", b"", out, flags=re.S).decode("utf-8", "surrogateescape")
    again = f"{os.path.relpath(lib.BIN / program, lib.ROOT)} -q {source.relative_to(lib.ROOT)}"
    assert out == want.read_bytes().decode("utf-8", "surrogateescape"), f"not as {want.name}: {again}"

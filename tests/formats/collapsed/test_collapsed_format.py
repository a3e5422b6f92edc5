"""Folded stacks: bad lines among good ones."""
import pytest

import lib

BAD = b"a;b 100\nthis line is bad\na;c 30\n"
BAD_AT_FIRST = b"# comment\n// other comment\na;b;c 1\na;b;d 4\ninvalid line\na;b 5\n"


# --- bad lines ---

@pytest.mark.parametrize("data, line, text", [(BAD, 2, "this line is bad"), (BAD_AT_FIRST, 2, "// other comment"),
                                              (b"a;b 1\na;b\na;c 3\n", 2, "a;b")])
@pytest.mark.parametrize("program", [["profcheck"], ["profconv", "-t", "callgrind"], ["proftop"], ["collapsed2dot"]])
def test_a_bad_line_is_named_in_sniffed_input(data, line, text, program):
    out, said = lib.run(*program, input=data, status=2)
    assert (out, said.decode()) == (b"", f"{program[0]}: standard input: line {line}: expected 'frame;frame count', got '{text}'\n")


@pytest.mark.parametrize("data, right", [(BAD, b"a;b 100\na;c 30\n"), (BAD_AT_FIRST, b"a;b 5\na;b;c 1\na;b;d 4\n")])
def test_bad_lines_are_skipped_in_sniffed_input(data, right):
    out, said = lib.run("profconv", "-t", "collapsed", "--skip-bad-lines", "-v", input=data)
    assert out == right and b"malformed lines were skipped" in said
    assert b"malformed lines were skipped" in lib.run("profcheck", "--skip-bad-lines", input=data)[0]
    lib.run("profconv", "-t", "collapsed", "--skip-bad-lines", "--strict", input=data, status=2)


@pytest.mark.parametrize("data", [b"a;b 1\nno\nno\n", b"a 1\nsome text\nb 2\n", b"x = f(1); y = 2\nif (x) {\n}\n"])
def test_text_that_is_mostly_something_else_is_unknown(data):
    assert b"unknown format" in lib.run("profcheck", input=data, status=2)[1]

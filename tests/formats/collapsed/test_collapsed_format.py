"""Folded stacks: bad lines among good ones, dialects."""
import json

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


# --- Python's sampler ---

SAMPLER = b"""tid:4711;app.py:<module>:30;app.py:main:20;lib.py:work:5 40
tid:4711;app.py:<module>:30;app.py:main:23;<GC> 3
tid:12;app.py:<module>:30;C:\\lib.py:fib:14 15
tid:12 2
"""


def test_the_sampler_names_thread_file_function_and_line():
    file = json.loads(lib.run("collapsed2speedscope", input=SAMPLER)[0])
    frames = {(frame["name"], frame.get("file"), frame.get("line")) for frame in file["shared"]["frames"]}
    assert frames == {("<module>", "app.py", 30), ("main", "app.py", 20), ("main", "app.py", 23), ("work", "lib.py", 5), ("<GC>", None, None),
                      ("fib", "C:\\lib.py", 14)}
    assert {profile["name"]: sum(profile["weights"]) for profile in file["profiles"]} == {"thread 4711": 43, "thread 12": 17}


def test_the_sampler_agrees_with_the_same_stacks_of_others(tmp_path):
    (tmp_path / "new").write_bytes(SAMPLER)
    (tmp_path / "old").write_bytes(b"<module> (app.py:30);main (app.py:20);work (lib.py:5) 40\n<module> (app.py:30);main (app.py:23);<GC> 3\n"
                                   b"<module> (app.py:30);fib (C:\\lib.py:14) 15\n 2\n")
    lib.run("profcheck", "--against", tmp_path / "old", tmp_path / "new")


def test_threads_of_the_sampler_on_request():
    out = lib.run("collapsed2collapsed", "--threads", input=b"tid:4711;app.py:main:20 40\n")[0]
    assert b"4711" in out and out.endswith(b";main (app.py:20) 40\n")
    assert lib.run("collapsed2collapsed", input=out)[0] == out


@pytest.mark.parametrize("lines", [b"tid:4;a.py:f:3 1\ntid:5 2\n", b"tid:4 2\n"])
def test_frames_that_look_like_the_samplers(lines):
    """The comment says that a first frame is no thread, and is written back."""
    plain = b"# folded stacks, frames are not austin's\n" + lines
    assert lib.run("collapsed2collapsed", input=plain)[0] == plain
    assert lib.run("collapsed2collapsed", input=lines)[0] != plain


@pytest.mark.parametrize("lines", [b"a;b 1\ntid:5;c.py:f:3 2\n", b"tid:;a.py:f:1 3\n", b"tid:5x;a.py:f:1 3\n", b"tid:99999999999999999999;a.py:f:1 3\n"])
def test_frames_that_are_not_the_samplers(lines):
    assert lib.run("collapsed2collapsed", input=lines)[0] == lines

"""What people type before they have read a page: near misses, other files, formats by their suffixes."""
import gzip
import json
import os
import pty
import subprocess
import zipfile

import pytest

import lib

STACKS = b"main;draw 7\nmain;parse 5\n"


# --- formats by suffix ---

@pytest.mark.parametrize("word, name", [("svg", "flamegraph"), ("json", "speedscope"), ("folded", "collapsed"), ("prof", "pstat"),
                                        ("cachegrind", "callgrind"), ("gv", "dot")])
def test_a_suffix_names_a_format(word, name):
    assert lib.run("profconv", "-q", "-t", word, input=STACKS) == lib.run("profconv", "-q", "-t", name, input=STACKS)
    for tool in ("profmerge", "proffilter"):
        assert lib.run(tool, "-q", "-t", word, input=STACKS) == lib.run(tool, "-q", "-t", name, input=STACKS)


def test_a_suffix_names_the_input_too():
    assert lib.run("profconv", "-f", "txt", "-t", "collapsed", input=STACKS)[0] == STACKS
    assert b"format         collapsed" in lib.run("profcheck", "-f", "folded", input=STACKS)[0]


@pytest.mark.parametrize("words, said", [
    (["-t", "flamegrap"], "did you mean flamegraph?"), (["-t", "svgg"], "did you mean svg?"), (["-f", "spedscope", "-t", "dot"], "did you mean speedscope?"),
    (["-f", "dot", "-t", "dot"], "cannot read 'dot'"), (["-t", "xyz"], "no format 'xyz'; there are: ")])
def test_a_format_that_there_is_not(words, said):
    out, told = lib.run("profconv", *words, input=STACKS, status=2)
    assert out == b"" and told.count(b"\n") == 1 and said.encode() in told
    assert b"did you mean" in told or b"did you" not in said.encode()


# --- options ---

@pytest.mark.parametrize("program, typed, meant", [("profconv", "--stict", "strict"), ("collapsed2flamegraph", "--tilte=x", "title"),
                                                   ("proffilter", "--fcous=a", "focus"), ("pstat2callgrind", "--infle", "infile")])
def test_a_mistyped_option(program, typed, meant):
    out, said = lib.run(program, typed, input=STACKS, status=2)
    assert (out, said.decode()) == (b"", f"{program}: unrecognized option '{typed.split('=')[0]}'; did you mean --{meant}?\n")


@pytest.mark.parametrize("words, said", [(["--nothing-like-it"], "unrecognized option '--nothing-like-it'"), (["-Z"], "invalid option -- 'Z'"),
                                         (["-qZv"], "invalid option -- 'Z'"), (["--list"], "option '--list' is ambiguous"),
                                         (["--output"], "option '--output' requires an argument"), (["-o"], "option requires an argument -- 'o'"),
                                         (["--strict=1"], "option '--strict' doesn't allow an argument"), (["-\x1b"], "invalid option -- '\\x1b'")])
def test_other_trouble_with_options(words, said):
    assert lib.run("collapsed2collapsed", *words, input=STACKS, status=2) == (b"", f"collapsed2collapsed: {said}\n".encode())


def test_an_option_after_its_argument_is_the_arguments():
    """What a script is given is no option of ours."""
    assert b"did you" not in lib.run("pstat2callgrind", "-r", "no-such-script.py", "--stict", status=2)[1]


# --- the output as the last word ---

def test_the_last_file_is_the_output_if_it_is_new(tmp_path):
    (tmp_path / "in.folded").write_bytes(STACKS)
    lib.run("profconv", "-q", "in.folded", "out.svg", cwd=tmp_path)
    assert (tmp_path / "out.svg").read_bytes().startswith(b"<?xml")
    made = (tmp_path / "out.svg").read_bytes()
    out, said = lib.run("profconv", "in.folded", "out.svg", cwd=tmp_path, status=2)
    assert out == b"" and said.startswith(b"profconv: out.svg: there already; expected -o") and (tmp_path / "out.svg").read_bytes() == made
    lib.run("profconv", "-q", "in.folded", "in.folded", "two.folded.gz", cwd=tmp_path)
    assert gzip.decompress((tmp_path / "two.folded.gz").read_bytes()) == b"main;draw 14\nmain;parse 10\n"


def test_a_last_file_without_a_known_suffix_is_input(tmp_path):
    (tmp_path / "in.folded").write_bytes(STACKS)
    assert b"expected -t FORMAT" in lib.run("profconv", "in.folded", "out.xyz", cwd=tmp_path, status=2)[1]
    assert b"new.svg: No such file" in lib.run("profconv", "-t", "dot", "in.folded", "new.svg", cwd=tmp_path, status=2)[1]
    assert os.listdir(tmp_path) == ["in.folded"]


# --- profiles of nothing ---

EMPTY = b'{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[]},"profiles":[]}'
NOTHING = b"warning: the profile is empty: it has no samples, and no functions with values\n"


@pytest.mark.parametrize("to", lib.WRITERS)
def test_an_empty_profile_converts_with_a_warning(to):
    out, said = lib.run(f"speedscope2{to}", input=EMPTY)
    assert said == f"speedscope2{to}: ".encode() + NOTHING
    if to in lib.READERS:
        again = lib.run("profcheck", "-f", to, input=out)[0]
        assert b"warning        it is empty" in again


def test_an_empty_profile_does_not_pass_the_check():
    assert b"it is empty" in lib.run("profcheck", input=EMPTY)[0]
    lib.run("profcheck", "--strict", input=EMPTY, status=1)


def test_an_empty_file_of_stacks_is_one():
    """What is written of an empty profile; elsewhere, and where nobody says what it is, it is a mistake."""
    assert lib.run("collapsed2collapsed", input=b"") == (b"", b"collapsed2collapsed: " + NOTHING)
    assert lib.run("profconv", "-f", "collapsed", "-t", "pstat", input=b"")[1] == b"profconv: " + NOTHING
    assert b"got an empty file" in lib.run("profconv", "-t", "collapsed", input=b"", status=2)[1]
    assert b"got an empty file" in lib.run("pstat2collapsed", input=b"", status=2)[1]


@pytest.mark.parametrize("program, words", [("proftop", []), ("profdiff", [lib.SAMPLES / "runs/base-1.pstat"])])
def test_rows_and_limits_have_one_name(program, words):
    """A number is the rows, NAME=N a limit on the input."""
    sample = lib.SAMPLES / "runs/base-1.pstat"
    assert lib.run(program, "--limit", "3", *words, sample)[0]
    assert lib.run(program, "--limit", "3", "--limit", "functions=1000", *words, sample) == lib.run(program, "--limit", "3", *words, sample)
    assert b"functions" in lib.run(program, "--limit", "functions=3", *words, sample, status=2)[1]


# --- names of programs ---

@pytest.mark.parametrize("typed, meant", [("pstat2calgrind", "pstat2callgrind"), ("proftpo", "proftop"), ("speedscop2flamegraph", "speedscope2flamegraph")])
def test_a_mistyped_program(typed, meant, tmp_path):
    said = f"no program is called '{typed}'; did you mean {meant}?\n".encode()
    assert lib.run("profconv", typed, input=STACKS, status=2) == (b"", b"profconv: " + said)
    (tmp_path / typed).symlink_to(lib.BIN / "profconv")
    done = subprocess.run([tmp_path / typed, "-t", "pstat"], input=STACKS, capture_output=True, env=lib.ENV)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", typed.encode() + b": " + said)


def test_other_names_and_files_are_none(tmp_path, monkeypatch):
    """Under a name of the user's own it is profconv; a file may be called nearly like a program."""
    (tmp_path / "my-converter").symlink_to(lib.BIN / "profconv")
    done = subprocess.run([tmp_path / "my-converter", "-t", "collapsed"], input=STACKS, capture_output=True, env=lib.ENV)
    assert (done.returncode, done.stdout, done.stderr) == (0, STACKS, b"")
    (tmp_path / "proftpo").write_bytes(STACKS)
    monkeypatch.chdir(tmp_path)
    assert lib.run("profconv", "proftpo", "-t", "collapsed") == (STACKS, b"")


# --- terminals ---

def on_terminal(program, *words, end, **more):
    """With that end of it at a terminal: the status and what the terminal shows."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([lib.BIN / program, *words], env={**lib.ENV, **lib.IN_SANDBOX}, **{end: theirs}, **more) as child:
        os.close(theirs)
        if end == "stdin":
            os.write(ours, STACKS + b"\x04")
        said = child.communicate()[1]
    try:
        shown = os.read(ours, 65536)
    except OSError:  # nothing was written
        shown = b""
    os.close(ours)
    return child.returncode, shown, said


@pytest.mark.parametrize("program, words", [("collapsed2pstat", []), ("profconv", ["-t", "pstat"]), ("profmerge", ["-t", "pstat"]), ("proffilter", ["-t", "pstat"]),
                                            ("profconv", ["--sandbox", "-t", "pstat"])])
def test_no_binary_to_a_terminal(program, words, tmp_path):
    (tmp_path / "x.collapsed").write_bytes(STACKS)
    status, shown, said = on_terminal(program, *words, tmp_path / "x.collapsed", end="stdout", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert (status, shown) == (2, b"") and said == program.encode() + b": pstat is binary: expected -o FILE or a redirection, got a terminal\n"
    assert on_terminal(program, *words, "-o", tmp_path / "y", tmp_path / "x.collapsed", end="stdout", stdin=subprocess.DEVNULL,
                       stderr=subprocess.PIPE) == (0, b"", b"") and (tmp_path / "y").stat().st_size


@pytest.mark.parametrize("program, words", [("collapsed2collapsed", []), ("collapsed2callgrind", []), ("collapsed2speedscope", []), ("collapsed2dot", []),
                                            ("proftop", ["--format", "tsv"]), ("proftop", ["--format", "json"]), ("proffilter", []), ("profmerge", []),
                                            ("profcheck", ["--json"]), ("collapsed2flamegraph", ["--no-script"])])
def test_codes_of_names_are_shown_on_a_terminal(program, words, tmp_path):
    """In a file they are what they are."""
    path = tmp_path / "x.collapsed"
    name = "a\x1b[31mb\x9bx\u202ec\x7f\u6f22" + "y" * 70000
    path.write_text(f"main;{name} 3\n", encoding="utf-8")
    ours, theirs = pty.openpty()
    with subprocess.Popen([lib.BIN / program, *words, path], env=lib.ENV, stdout=theirs, stdin=subprocess.DEVNULL) as child:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            shown += part
    os.close(ours)
    text = shown.decode("utf-8")
    assert child.returncode == 0 and not {c for c in text if ord(c) in {*range(9), *range(11, 13), *range(14, 32), *range(127, 160), 0x202e}}
    assert "\u6f22" in text or program == "profcheck"
    if program == "collapsed2collapsed":
        assert text == f"main;a\\x1b[31mb\\xc2\\x9bx\\xe2\\x80\\xaec\\x7f\u6f22{'y' * 70000} 3\r\n"
        assert lib.run(program, path)[0] == path.read_bytes()


def test_a_terminal_is_told_what_is_waited_for():
    for options, told in ([], True), (["-q"], False):
        status, _, said = on_terminal("proftop", *options, end="stdin", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert status == 0 and (b"reading a profile from this terminal: give a file" in said) == told and said.count(b"\n") == told


# --- files of other kinds ---

def archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        file.writestr("a", "b")
    return (tmp_path / "x.zip").read_bytes()


KINDS = {
    "perf.data": (b"PERFILE2" + bytes(100), "perf script"), "JFR": (b"FLR\0\0\2\0\1" + bytes(60), "jfrconv"),
    "gmon.out": (b"gmon\1\0\0\0" + bytes(12), "gprof"), "memray": (b"memray\0\0\0\0\13" + bytes(40), "memray"),
    "ELF": (b"\x7fELF\2\1\1", "ELF"), "zip": (archive, "unpack it"), "PNG": (b"\x89PNG\r\n\x1a\n", "PNG"),
    "JSON": (b'{"a":1}', "JSON of another kind"),
    "pstats report": (b"         3 function calls in 0.000 seconds\n\n   Ordered by: standard name\n", ".pstat file"),
    "callgrind_annotate": (b"-" * 40 + b"\nProfile data file 'callgrind.out.1'\n", "callgrind_annotate"),
    "pprof -top": (b"File: a\nType: cpu\nShowing nodes accounting for 10ms, 100% of 10ms total\n", "report of pprof"),
    "HTML": (b"<!DOCTYPE html>\n<html></html>", "HTML"), "Graphviz": (b"digraph g {\n}\n", "written, not read"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_file_is_instead(kind, tmp_path):
    data, said = KINDS[kind]
    data = data(tmp_path) if callable(data) else data
    out, told = lib.run("profconv", "-t", "collapsed", input=data, status=2)
    assert out == b"" and told.count(b"\n") == 1
    assert told.startswith(b"profconv: standard input: byte 0: expected a profile, got ") and said.encode() in told


@pytest.mark.parametrize("reader", lib.READERS)
@pytest.mark.parametrize("given", lib.READERS)
def test_a_pair_names_the_one_that_reads_it(reader, given):
    if reader == given:
        return
    sample = lib.smallest(given)
    out, said = lib.run(f"{reader}2pstat", sample.path, status=2)
    assert out == b"" and said.decode() == f"{reader}2pstat: {sample.path}: byte 0: expected {reader}, got {given}: {given}2pstat reads it\n"
    out, said = lib.run("profconv", "-f", reader, "-t", "pstat", sample.path, status=2)
    assert said.decode() == f"profconv: {sample.path}: byte 0: expected {reader}, got {given}\n"


def test_other_json_is_no_speedscope():
    assert json.loads(lib.run("profcheck", "--json", input=b'{"$schema":"https://www.speedscope.app/file-format-schema.json",'
                                                          b'"shared":{"frames":[]},"profiles":[]}')[0])["format"] == "speedscope"

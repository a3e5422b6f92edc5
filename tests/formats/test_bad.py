"""Bad input: one line on stderr that says where and what, status 2, and an old output is left alone.

FORMAT/bad/NAME.in is a broken file, NAME.err what must be said of it, with PROGRAM and FILE for the names.
"""
import gzip
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import broken_files
import lib

HERE = pathlib.Path(__file__).parent
CASES = sorted(path.relative_to(HERE).as_posix()[:-3] for path in HERE.glob("*/bad/*.in")
               if path.parts[-3] in lib.READERS)
PLACES = 10 if lib.SANITIZED else 40  # where each sample is cut; fuzzers cut them anywhere


def expected(case, program, file):
    text = (HERE / f"{case}.err").read_text()
    # a pair names the one that reads what it was given
    if other := re.fullmatch(r".*: byte 0: expected \w+, got (\w+)\n", text):
        if "2" in program and other[1] in lib.READERS:
            text = f"{text[:-1]}: {other[1]}2{program.split('2')[1]} reads it\n"
    return text.replace("PROGRAM", program, 1).replace("FILE", file, 1)


def refuse(program, *args, file, case, input=None):
    """Runs on a bad file: nothing on stdout, status 2, and exactly the expected line."""
    out, said = lib.run(program, *args, input=input, status=2)
    assert said.decode() == expected(case, program, file)
    assert out == b""


def is_one_line(said):
    return said.count(b"\n") == 1 and said.endswith(b"\n")


# --- the files ---

def test_every_case_says_what_is_expected():
    assert CASES == sorted(path.relative_to(HERE).as_posix()[:-4] for path in HERE.glob("*/bad/*.err") if path.parts[-3] in lib.READERS)


@pytest.mark.parametrize("name", lib.READERS)
def test_there_are_enough_cases(name):
    count = sum(case.startswith(f"{name}/") for case in CASES)
    assert count >= 12, f"{name} has {count} broken files: tests/formats/{name}/bad needs NAME.in and NAME.err, 12 of them"


@pytest.mark.parametrize("case", CASES)
def test_the_line_says_where_and_what(case):
    """One line; a sum has no place of its own, everything else has."""
    line = (HERE / f"{case}.err").read_text()
    assert line.startswith("PROGRAM: FILE: ") and line.count("\n") == 1
    rest = line[len("PROGRAM: FILE: "):]
    assert rest.startswith(("byte ", "line ")) or "does not fit in 64 bits" in rest
    assert all(byte >= " " and byte != "\x7f" for byte in line[:-1])


def test_binary_files_are_what_the_script_makes():
    for name, data in broken_files.files():
        assert (HERE / name).read_bytes() == data, f"{name}: run broken_files.py"


# --- each file, every way in ---

@pytest.mark.parametrize("case", CASES)
def test_pair(case):
    name, file = case.split("/")[0], f"{case}.in"
    for target in lib.some(["collapsed", "pstat"]):
        program = f"{name}2{target}"
        done = subprocess.run([str(lib.BIN / program), file], cwd=HERE, env=lib.ENV, capture_output=True, timeout=60)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.decode() == expected(case, program, file)


@pytest.mark.parametrize("case", lib.some(CASES, 3))
def test_standard_input(case):
    name = case.split("/")[0]
    data = (HERE / f"{case}.in").read_bytes()
    for args in ([], ["-"]):
        refuse(f"{name}2collapsed", *args, input=data, case=case, file="standard input")


# what programs do about one broken file they do about any: a third of them each way
@pytest.mark.parametrize("case", lib.some(CASES[0::3]))
def test_profconv_from(case):
    name, file = case.split("/")[0], str(HERE / f"{case}.in")
    refuse("profconv", "-f", name, "-t", "collapsed", file, case=case, file=file)


@pytest.mark.parametrize("case", lib.some(CASES[1::3]))
def test_old_output_is_kept(case, tmp_path):
    name, file = case.split("/")[0], str(HERE / f"{case}.in")
    for old in ("old", "old.gz"):
        (tmp_path / old).write_text("as it was")
        refuse(f"{name}2callgrind", "-o", tmp_path / old, file, case=case, file=file)
        assert (tmp_path / old).read_text() == "as it was"
    assert sorted(os.listdir(tmp_path)) == ["old", "old.gz"]


@pytest.mark.parametrize("case", lib.some(CASES[2::3]))
def test_no_new_output(case, tmp_path):
    name, file = case.split("/")[0], str(HERE / f"{case}.in")
    refuse(f"{name}2flamegraph", "--no-time", "-o", tmp_path / "new.svg", file, case=case, file=file)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("case", lib.some(CASES))
def test_sniffed(case):
    """Without a format's name the file may be taken for any, but never for a whole one of its own."""
    program, file = "profcheck", str(HERE / f"{case}.in")
    done = subprocess.run([str(lib.BIN / program), file], env=lib.ENV, capture_output=True, timeout=60)
    assert done.returncode in (0, 2)
    if done.returncode == 2:
        assert is_one_line(done.stderr) and done.stdout == b""
        assert done.stderr.startswith(f"{program}: {file}: ".encode())


def test_a_good_file_before_a_bad_one():
    good = lib.ROOT / "samples/collapsed/perf.collapsed"
    refuse("collapsed2collapsed", good, HERE / "collapsed/bad/no-count.in", case="collapsed/bad/no-count",
           file=str(HERE / "collapsed/bad/no-count.in"))


def test_an_empty_file_among_others_is_passed_over(tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "full").write_text("main 5\n")
    out, said = lib.run("collapsed2collapsed", tmp_path / "empty", tmp_path / "full")
    assert out == b"main 5\n"
    assert said.decode() == f"collapsed2collapsed: warning: {tmp_path}/empty: empty, passed over\n"


# --- what is no file ---

@pytest.mark.parametrize("name", lib.READERS)
def test_no_such_file(name, tmp_path):
    program = f"{name}2collapsed"
    out, said = lib.run(program, tmp_path / "missing", status=2)
    assert (out, said.decode()) == (b"", f"{program}: {tmp_path}/missing: No such file or directory\n")


@pytest.mark.parametrize("name", lib.READERS)
def test_directory(name, tmp_path):
    program = f"{name}2collapsed"
    out, said = lib.run(program, tmp_path, status=2)
    assert (out, said.decode()) == (b"", f"{program}: {tmp_path}: expected a file, got a directory\n")


def test_directory_as_standard_input(tmp_path):
    here = os.open(tmp_path, os.O_RDONLY)
    done = subprocess.run([str(lib.BIN / "profcheck")], stdin=here, env=lib.ENV, capture_output=True)
    os.close(here)
    assert done.returncode == 2
    assert done.stderr == b"profcheck: standard input: expected a file, got a directory\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    (tmp_path / "secret").write_text("main 5\n")
    (tmp_path / "secret").chmod(0)
    out, said = lib.run("collapsed2collapsed", tmp_path / "secret", status=2)
    assert said.decode() == f"collapsed2collapsed: {tmp_path}/secret: Permission denied\n"


def test_closed_standard_input():
    done = subprocess.run(["sh", "-c", '"$0" <&-', str(lib.BIN / "collapsed2collapsed")], env=lib.ENV,
                          capture_output=True)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"collapsed2collapsed: standard input: Bad file descriptor\n"


def test_a_name_cannot_write_to_the_terminal():
    out, said = lib.run("profcheck", b"\x1b[31mred\n".decode(), status=2)
    assert said == b"profcheck: \\x1b[31mred\\x0a: No such file or directory\n"


def test_unknown_content(tmp_path):
    (tmp_path / "what").write_bytes(b"\x7fELM\1\2\3")
    out, said = lib.run("profcheck", tmp_path / "what", status=2)
    assert said.decode() == (f"profcheck: {tmp_path}/what: byte 0: expected a profile, got an unknown format "
                             "beginning with '\\x7fELM\\x01\\x02\\x03'\n")


# --- every sample, cut ---

def places(size):
    """The first bytes, the last ones, and some between."""
    spread = [size * i // PLACES for i in range(PLACES)]
    return sorted({at for at in [*range(8), *spread, size - 1, size - 2] if 0 <= at < size})


@pytest.mark.parametrize("sample", lib.samples(), ids=lambda sample: sample.name)
def test_truncated_sample(sample):
    data = sample.path.read_bytes()
    program = str(lib.BIN / f"{sample.format}2collapsed")
    for at in lib.some(places(len(data)), 3):
        done = subprocess.run([program, "-q"], input=data[:at], env=lib.ENV, capture_output=True, timeout=60)
        assert done.returncode in (0, 2), f"cut at byte {at}: {done.stderr[-500:]}"
        if done.returncode == 2:
            assert is_one_line(done.stderr) and done.stdout == b"", f"cut at byte {at}"
            assert done.stderr.startswith(f"{sample.format}2collapsed: standard input: ".encode())
        else:
            assert done.stderr == b"", f"cut at byte {at}"


@pytest.mark.parametrize("name", lib.READERS)
def test_a_gzip_cut_anywhere_is_refused(name):
    """A truncated gzip never passes for a whole one, even where the text in it would."""
    data = lib.smallest(name).path.read_bytes()
    packed = data if data[:2] == b"\x1f\x8b" else gzip.compress(data, mtime=0)
    for at in range(2, len(packed), max(1, len(packed) // PLACES)):
        out, said = lib.run(f"{name}2collapsed", input=packed[:at], status=2)
        assert out == b"" and is_one_line(said)
        assert b"the gzip data is cut short" in said or b"expected" in said


WHOLES = {name: broken.WHOLE for name, broken in broken_files.modules().items() if name in lib.READERS}


@pytest.mark.parametrize("name", WHOLES)
def test_a_stored_gzip_cut_at_every_byte(name):
    """Trouble may come inside any token: what was read of it so far must not be taken for all of it. (Of long files, every second byte
    or third.)"""
    packed = broken_files.packed(WHOLES[name])
    lib.run(f"{name}2collapsed", "-q", input=packed)
    for at in range(2, len(packed), (7 if lib.SANITIZED else 1) * (1 + len(packed) // 1000)):
        done = subprocess.run([str(lib.BIN / f"{name}2collapsed")], input=packed[:at], env=lib.ENV,
                              capture_output=True, timeout=10)
        assert (done.returncode, done.stdout) == (2, b""), f"cut at byte {at}: {done.stderr}"
        assert is_one_line(done.stderr)


def test_the_samples_are_not_touched(tmp_path):
    """Reading leaves no file behind."""
    sample = lib.samples("callgrind")[0]
    shutil.copy(sample.path, tmp_path / "in")
    lib.run("callgrind2collapsed", tmp_path / "in")
    assert os.listdir(tmp_path) == ["in"]

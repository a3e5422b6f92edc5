"""One program: the name under which it is called chooses what it does."""
import os
import re
import subprocess

import pytest

import lib

SAMPLE = lib.SAMPLES / "collapsed/pyspy.collapsed"
PROGRAMS = [*lib.TOOLS, *lib.PAIRS]


@pytest.fixture
def folder(tmp_path):
    """The program under another name, and nothing beside it."""
    os.symlink(lib.BIN / "profconv", tmp_path / "stranger")
    return tmp_path


def version(*words, **kwargs):
    done = subprocess.run([*map(str, words), "--version"], capture_output=True, env=lib.ENV, **kwargs)
    assert done.returncode == 0 and done.stderr == b""
    return done.stdout.split()[0].decode()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_name_as_the_first_word(name, folder):
    assert version(lib.BIN / "profconv", name) == name
    assert version(folder / "stranger", name) == name
    assert version(lib.BIN / "profconv", "--as", name) == name
    assert version(lib.BIN / "pstat2callgrind", f"--as={name}") == name
    assert version(folder / "stranger", "--as", name) == name


def test_the_word_does_what_the_link_does(folder):
    expected = lib.run("collapsed2pstat", SAMPLE)
    assert lib.run("profconv", "collapsed2pstat", SAMPLE) == expected
    assert lib.run("profdiff", "--as", "collapsed2pstat", SAMPLE) == expected
    done = subprocess.run([folder / "stranger", "collapsed2pstat", SAMPLE], capture_output=True)
    assert (done.stdout, done.stderr) == expected


def test_messages_have_the_name_that_was_asked_for():
    assert lib.run("profconv", "collapsed2pstat", "missing", status=2)[1].startswith(b"collapsed2pstat: missing: ")
    assert lib.run("profconv", "collapsed2pstat", "--bad", status=2)[1].startswith(b"collapsed2pstat: ")


def test_a_name_of_no_program_is_profconv(folder):
    expected = lib.run("profconv", "-t", "pstat", SAMPLE)
    for name in ("stranger", "pstat2nothing", "2", "2pstat", "pstat2", "dot2pstat"):
        if not (folder / name).exists():
            os.symlink(lib.BIN / "profconv", folder / name)
        done = subprocess.run([folder / name, "-t", "pstat", SAMPLE], capture_output=True)
        assert (done.stdout, done.stderr) == expected, name


def test_only_the_first_word_is_a_name(tmp_path):
    """A file that is called like a program is a file, as a later word or with its folder."""
    path = tmp_path / "profdiff"
    path.write_bytes(b"main 1\n")
    out = lib.run("profconv", "-t", "collapsed", "./profdiff", cwd=tmp_path)[0]
    assert out == lib.run("profconv", "./profdiff", "-t", "collapsed", cwd=tmp_path)[0] == b"main 1\n"
    assert lib.run("profmerge", "profdiff", cwd=tmp_path)[0] == b"main 1\n"


@pytest.mark.parametrize("words", [["--as"], ["--as", "no-program"], ["--as=dot2pstat"], ["--as", ""]])
@pytest.mark.parametrize("program", ["profconv", "profdiff", "pstat2callgrind"])
def test_as_needs_a_program(program, words):
    out, said = lib.run(program, *words, status=2)
    assert out == b"" and re.fullmatch(rf"{program}: --as: expected .*, got '[\w-]*'\n".encode(), said)


def test_as_comes_first():
    assert lib.run("profconv", "-q", "--as", "profdiff", status=2)[1] == b"profconv: --as: expected as the first word\n"


# --- installed ---

def installed(tmp_path, *variables):
    subprocess.run(["make", "-s", f"BUILD={os.path.relpath(lib.BUILD, lib.ROOT)}", f"DESTDIR={tmp_path}", "PREFIX=/opt", *variables, "install"],
                   cwd=lib.ROOT, check=True, capture_output=True, env=install_env())
    return tmp_path / "opt/bin"


def install_env():
    """What the make that runs the tests was told on its command line, CC=... say: with other flags all is built anew."""
    variables = os.environ.get("MAKEFLAGS", "").partition("-- ")[2]
    return {**os.environ, "MAKEFLAGS": f"-- {variables}" if variables else ""}


@pytest.mark.skipif(lib.SANITIZED, reason="nobody installs that build")
@pytest.mark.parametrize("links", ["symbolic", "hard", "copy"])
def test_install(tmp_path, links):
    where = installed(tmp_path, f"LINKS={links}")
    names = sorted(path.name for path in where.iterdir())
    assert names == sorted(PROGRAMS)
    assert [name for name in names if (where / name).is_symlink()] == ([n for n in names if n != "profconv"] if links == "symbolic" else [])
    inodes = {(where / name).stat().st_ino for name in names}
    assert len(inodes) == (len(names) if links == "copy" else 1)
    assert version(where / "collapsed2pstat") == "collapsed2pstat"
    size = sum(blocks for blocks in {(where / n).stat().st_ino: (where / n).stat().st_size for n in names}.values())
    if links != "copy":
        assert size < 4 * 2 ** 20, size
    symbols = subprocess.run(["readelf", "-S", where / "profconv"], capture_output=True, check=True).stdout
    assert b".symtab" not in symbols and b".debug_info" not in symbols


@pytest.mark.skipif(lib.SANITIZED, reason="nobody installs that build")
def test_install_keeps_symbols_if_asked_to(tmp_path):
    where = installed(tmp_path, "STRIP=")
    symbols = subprocess.run(["readelf", "-S", where / "profconv"], capture_output=True, check=True).stdout
    assert b".symtab" in symbols


def test_install_refuses_other_links(tmp_path):
    done = subprocess.run(["make", "-s", f"BUILD={os.path.relpath(lib.BUILD, lib.ROOT)}", f"DESTDIR={tmp_path}", "LINKS=soft", "install"], cwd=lib.ROOT,
                          capture_output=True, env=install_env())
    assert done.returncode == 2 and b"LINKS: expected symbolic, hard or copy" in done.stderr
    assert list(tmp_path.iterdir()) == []

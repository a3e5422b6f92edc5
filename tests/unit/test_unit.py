"""Each cmocka test of each unit test program, as a test of its own."""
import functools
import pathlib
import re
import subprocess

import pytest

import lib

SOURCES = sorted(pathlib.Path(__file__).parent.glob("*.c"))
TESTS = [(source.stem, test) for source in SOURCES
         for test in re.findall(r"cmocka_unit_test\w*\((\w+)", source.read_text())]


@functools.lru_cache(maxsize=None)
def result(program):
    path = lib.BUILD / "tests" / program
    if not path.exists():
        pytest.fail(f"{path} is not there: make unit-tests")
    return subprocess.run([str(path)], capture_output=True, text=True, timeout=300,
                          env=dict(lib.ENV, CMOCKA_MESSAGE_OUTPUT="STDOUT"))


@pytest.mark.parametrize("program, test", TESTS, ids=[f"{program}-{test}" for program, test in TESTS])
def test_unit(program, test):
    done = result(program)
    said = done.stdout + done.stderr
    assert re.search(rf"^\[ +OK \] {test}$", said, re.M), said


@pytest.mark.parametrize("program", [source.stem for source in SOURCES])
def test_status(program):
    done = result(program)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_test_is_run():
    """A static function that looks like a test is in its program's table."""
    for source in SOURCES:
        text = source.read_text()
        found = re.findall(r"^static void (\w+)\(void \*\*state\)", text, re.M)
        listed = re.findall(r"cmocka_unit_test\w*\((\w+)", text)
        assert sorted(found) == sorted(listed), source.name

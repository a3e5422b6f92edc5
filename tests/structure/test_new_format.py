"""The promise to those who add a format: a copy of converters/example and one row are enough.

In a scratch tree the example gets another name and a row. The build has no warning, and
of all tests that are about the new format only those fail that ask for what is not there
yet, a manual page and a sample, and each says so in one line.
"""
import os
import re
import shutil
import subprocess
import sys

import pytest

import lib

NAME = "newkind"  # as long as "example": broken files have lengths in them
MISSING = {f"{NAME} has no manual page: man/profpipe-{NAME}.5",
           f"{NAME} has no sample: samples/{NAME} needs a file, tests/formats/{NAME}/samples.tsv its row"}


def renamed(source, target):
    """A copy of a folder in which the example is called by the new name."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    for path in sorted(target.rglob("*")):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"example", NAME.encode()))
            path.rename(path.with_name(path.name.replace("example", NAME)))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    for name in ("common", "converters", "man", "tests"):
        shutil.copytree(lib.ROOT / name, root / name, copy_function=shutil.copy2, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "README.md", "samples", ".ci"):
        os.symlink(lib.ROOT / name, root / name)
    # as far as it was compiled from the same sources with the same flags
    build = root / "build"
    build.mkdir()
    for name in ("obj", "gen", "flags", "libprofpipe.a", "lib"):
        if not (lib.BUILD / name).exists():
            continue
        copy = shutil.copytree if (lib.BUILD / name).is_dir() else shutil.copy2
        copy(lib.BUILD / name, build / name)
    renamed(root / "converters/example", root / f"converters/{NAME}")
    renamed(root / "tests/formats/example", root / f"tests/formats/{NAME}")
    with open(root / "converters/formats.def", "a") as table:
        table.write(f"FORMAT({NAME}, 1, 1)\n")
    done = subprocess.run(["make", "-s", "-j2", "all", "unit-tests", "library-tests", "faults", "replays"], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return root


@pytest.mark.skipif(lib.SANITIZED, reason="a new format has no sanitized build of its own")
def test_tests_of_a_new_format(tree):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "--tb=line", "-rfs", "-p", "no:cacheprovider", "-p", "no:xdist",
                           f"--basetemp={tree / 'tmp'}", "-k", NAME, "--ignore=tests/interop", f"--deselect={__file__}", "tests"],
                          cwd=tree, capture_output=True, text=True, env={**environment, "BUILD": str(tree / "build")}, timeout=1200)
    errors = re.findall(r"^E +(?:AssertionError: )?(.*)|^\S+:\d+: (?:AssertionError: )?(.*)", done.stdout, re.M)
    said = {(first or second) for first, second in errors}
    assert said == MISSING, done.stdout[-6000:]
    assert re.search(r"^2 failed, \d{3,} passed", done.stdout.splitlines()[-1]), done.stdout[-2000:]
    skipped = re.findall(r"^SKIPPED \[\d+\] \S+: (.*)", done.stdout, re.M)
    assert all(NAME in reason or "root may read" in reason for reason in skipped), skipped


def test_the_template_is_short():
    """A page of code: who reads it in one go can write the next one."""
    text = (lib.ROOT / "converters/example/format.c").read_text()
    code = [line for line in re.sub(r"/\*.*?\*/", "", text, flags=re.S).splitlines() if line.strip() not in ("", "{", "}")]
    assert len(code) <= 70

"""The fuzzers' corpus: every file through every target, whatever format it is of."""
import re
import subprocess

import pytest

import lib

MAKE = (lib.ROOT / "tests/fuzz/fuzz.mk").read_text()
TARGETS = [*lib.READERS, *re.search(r"^fuzz_targets := \$\(readers\) (.*)", MAKE, re.M)[1].split()]


def corpus():
    files = [*lib.ROOT.glob("tests/formats/*/bad/*.in"), *lib.ROOT.glob("tests/formats/*/golden/*.in"),
             *lib.ROOT.glob("tests/formats/*/corpus/*"), *lib.ROOT.glob("tests/fuzz/corpus/*/*")]
    return sorted([*files, *(sample.path for sample in lib.samples())])


@pytest.mark.parametrize("target", TARGETS)
def test_replay(target):
    files = corpus()
    done = subprocess.run([lib.BUILD / "fuzz" / f"replay-{target}", *files], capture_output=True, text=True, env=lib.ENV, timeout=600)
    assert done.returncode == 0 and done.stdout == f"{len(files)} inputs replayed\n", done.stderr[-4000:]
    figures = lib.BUILD / "tests" / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    (figures / f"corpus-{target}.tsv").write_text(
        f"inputs of the corpus replayed\t{len(files)}\nbytes of the corpus replayed\t{sum(file.stat().st_size for file in files)}\n")


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_a_dictionary(target):
    """In libFuzzer's and AFL's syntax."""
    path = f"tests/formats/{target}/fuzz.dict" if target in lib.READERS else f"tests/fuzz/{target}.dict"
    assert (lib.ROOT / path).exists(), f"{target} has no dictionary: {path}"
    lines = (lib.ROOT / path).read_text().splitlines()
    assert len(lines) > 8
    for line in lines:
        assert line.startswith("#") or re.fullmatch(r'"([^"\\]|\\\\|\\"|\\x[0-9a-f]{2})+"', line), line

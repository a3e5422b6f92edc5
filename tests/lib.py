"""What the tests share: where things are, the samples, running a program."""
import csv
import functools
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
BIN = BUILD / "bin"
SAMPLES = ROOT / "samples"

# A sanitizer's report must fail a test even where an error status is expected.
ENV = dict(os.environ, LC_ALL="C", ASAN_OPTIONS="exitcode=99", UBSAN_OPTIONS="halt_on_error=1:exitcode=99")
# the leak checker looks at the process from a second one, which nobody in a sandbox may start
IN_SANDBOX = {"ASAN_OPTIONS": ENV["ASAN_OPTIONS"] + ":detect_leaks=0"}


def formats():
    """The rows of formats.def: name -> (reads, writes)."""
    text = (ROOT / "converters/formats.def").read_text()
    rows = re.findall(r'^FORMAT\((\w+), *([01]), *([01])\)', text, re.M)
    return {name: (reads == "1", writes == "1") for name, reads, writes in rows}


READERS = [name for name, (reads, _) in formats().items() if reads]
WRITERS = [name for name, (_, writes) in formats().items() if writes]
PAIRS = sorted(f"{reader}2{writer}" for reader in READERS for writer in WRITERS)
# the programs that are no X2Y
TOOLS = [name for name in re.findall(r"^TOOL\((\w+)\)", (ROOT / "converters/tools/tools.def").read_text(), re.M)
         if name not in PAIRS]


@functools.cache
def features():
    """What each format keeps, as --list-features has it: name -> {"stacks", "files", ...}."""
    lines = subprocess.run([BIN / "profconv", "--list-features"], capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [re.split(r"  +", line) for line in lines[1:]]
    return {name: {row[0] for row in rows if name in row[2].split(",")} for name in formats()}


@functools.cache
def feature_sentences():
    """The words in which the loss report names each."""
    lines = subprocess.run([BIN / "profconv", "--list-features"], capture_output=True, text=True, check=True).stdout.splitlines()
    return {row[0]: row[1] for row in (re.split(r"  +", line) for line in lines[1:])}


def both_ways(*wanted):
    """The formats that are read and written and keep all of these features."""
    return [name for name in READERS if name in WRITERS and features()[name] >= set(wanted)]


def untitled(data):
    """Output without the name of the file that it was made of, which standard input has not."""
    if data.startswith((b"<?xml", b"<!DOCTYPE")):
        found = re.search(rb',"title":"((?:[^"\\]|\\.)*)"', data)
        title = found[1] if found else b"Flame graph"
        data = data.replace(found[0], b"", 1) if found else data
        return data.replace(b"<title>%s</title>" % title, b"<title></title>").replace(b'y="28">%s<' % title, b'y="28"><', 1)
    if data.startswith(b'{"$schema"'):
        head, named, rest = data.partition(b'"titled":true')
        if named:
            head = re.sub(rb',"name":"(?:[^"\\]|\\.)*"', b"", head, count=1)
            rest = rest[1:] if rest.startswith(b",") else rest
            data = (head + rest).replace(b',"profpipe":{}', b"", 1)
    return data


class Sample:
    def __init__(self, row):
        self.name = row["path"]
        self.path = SAMPLES / row["path"]
        self.format = row["format"]
        self.producer = row["producer and version"]
        self.command = row["command"]


def samples(*wanted):
    """The samples of these formats, or of all that can be read."""
    rows = []
    for path in sorted((ROOT / "tests/formats").glob("*/samples.tsv")):
        with open(path, newline="") as table:
            rows += [Sample(row) for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return [row for row in rows if row.format in (wanted or READERS)]


def smallest(name):
    """The smallest sample of a format that has a kilobyte; a test that needs one is skipped while there is none."""
    if not samples(name):
        pytest.skip(f"{name} has no sample: tests/formats/{name}/samples.tsv")
    return min(samples(name), key=lambda sample: (sample.path.stat().st_size < 1000, sample.path.stat().st_size))


# built with a sanitizer: ten times slower, and no limit on its address space can be set
SANITIZED = (BIN / "profconv").exists() and b"__asan_init" in (BIN / "profconv").read_bytes()


def some(cases, every=10):
    """All of them, or with a sanitizer every tenth: for what other tests have it see too."""
    return cases[::every] if SANITIZED else cases


def run(program, *args, input=None, status=0, cwd=None, env=None):
    """Runs one of our programs; checks its exit status; gives back (stdout, stderr) as bytes."""
    done = subprocess.run([str(BIN / program), *map(str, args)], input=input if input is not None else b"",
                          capture_output=True, cwd=cwd, env={**ENV, **(env or {})}, timeout=300)
    said = done.stderr.decode("utf-8", "replace")
    assert done.returncode == status, f"{program} {args}: status {done.returncode}, expected {status}\n{said}"
    assert "Sanitizer" not in said and "runtime error" not in said, said
    return done.stdout, done.stderr

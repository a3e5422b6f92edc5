"""Every call that can fail does, one by one and in pairs: status 2, one line, nothing half-written.

build/tests/fail.so counts the calls of a conversion; see fail.c.
"""
import gzip
import os
import resource
import subprocess
import threading
from pathlib import Path

import pytest

import lib

FAIL = lib.BUILD / "tests" / "fail.so"
OLD = b"the old file\n"
# what a program does without: permissions and owners that a file system has not, an input that does not close, a thread
SPARED = {"fchmod", "fchown", "close", "pthread_create"}

CONVERSIONS = {
    "pstat": ["pstat2callgrind", "pstat/pytest-benchmark-test_fib.prof"],
    "callgrind": ["callgrind2speedscope", "callgrind/valgrind-threads.callgrind-02"],
    "collapsed": ["collapsed2flamegraph", "collapsed/perf.collapsed"],
    "speedscope": ["speedscope2pstat", "speedscope/pyspy-gil.speedscope.json"],
    "flamegraph": ["flamegraph2collapsed", "flamegraph/pyspy.svg"],
    "gzip": ["profconv", "callgrind/xdebug-shop.callgrind.gz"],
    "merge": ["profmerge", "runs/base-1.pstat", "runs/base-2.pstat"],
    "filter": ["proffilter", "runs/base-1.pstat"],
    "diff": ["profdiff", "runs/base-1.pstat", "runs/base-2.pstat"],
    "top": ["proftop", "runs/base-1.pstat"],
}
MORE = {"gzip": ["-t", "dot"], "merge": ["-t", "pstat"], "filter": ["-t", "callgrind", "--focus", "a"], "top": ["-n", "5"]}
NAMES = {"gzip": "out.dot.gz"}


def preload():
    libraries = [str(FAIL)]
    if lib.SANITIZED:
        found = subprocess.run(["ldd", lib.BIN / "profconv"], capture_output=True, text=True, check=True).stdout
        libraries = [line.split()[2] for line in found.splitlines() if "libasan" in line or "libubsan" in line] + libraries
    return " ".join(libraries)


class Conversion:
    def __init__(self, name, folder, named=False):
        program, *files = CONVERSIONS[name]
        self.folder = folder / "work"
        self.folder.mkdir()
        self.log = folder / "log"
        self.out = self.folder / NAMES.get(name, "out")
        self.command = [lib.BIN / program, "-q", *MORE.get(name, []), "-o", self.out, *(lib.SAMPLES / file for file in files)]
        # libxml2 does without some of its memory
        self.spared = SPARED | ({"malloc", "realloc"} if name == "flamegraph" else set())
        self.environment = {**lib.ENV, "LD_PRELOAD": preload(), "FAULT_LOG": str(self.log), **({"FAULT_NAMED": "1"} if named else {})}

    def run(self, *faults, way="fail"):
        """(status, what was said, the calls); the old file is there before."""
        self.out.write_bytes(OLD)
        self.log.unlink(missing_ok=True)
        done = subprocess.run(self.command, capture_output=True, timeout=120,
                              env={**self.environment, "FAULTS": ",".join(map(str, faults)), "FAULT_WAY": way})
        assert done.stdout == b""
        return done.returncode, done.stderr, self.log.read_text().split()

    def check(self, faults, expected):
        status, said, calls = self.run(*faults)
        what = f"{[(n, calls[n - 1]) for n in faults if n <= len(calls)]}: status {status}, said {said.decode()}"
        assert [path.name for path in self.folder.iterdir()] == [self.out.name], what
        if status == 0:
            assert {calls[n - 1] for n in faults if n <= len(calls)} <= self.spared, what
            assert said == b"" and self.out.read_bytes() == expected, what
        else:
            assert status == 2 and 1 <= said.count(b"\n") <= len(faults) and said.endswith(b"\n"), what
            assert self.out.read_bytes() == OLD, what
        return calls


@pytest.mark.parametrize("name, named", [*((name, False) for name in CONVERSIONS), ("pstat", True), ("gzip", True)])
def test_every_call_and_every_pair(name, named, tmp_path):
    """named: on a file system where each file has a name from the beginning."""
    conversion = Conversion(name, tmp_path, named)
    status, said, calls = conversion.run()
    assert status == 0 and said == b"" and {"read", "write", "close", "open", "mkstemp", "rename"} <= set(calls)
    assert ("linkat" in calls) != named
    assert lib.SANITIZED or {"malloc", "calloc", "realloc"} <= set(calls)
    expected, count = conversion.out.read_bytes(), 0
    for first in range(1, len(calls) + 1):
        # the second fault is in what the program still does after the first
        after = conversion.check([first], expected)
        for second in range(first + 1, min(len(after), first + (10 if lib.SANITIZED else 40)) + 1):
            conversion.check([first, second], expected)
            count += 1
    # for `make figures`
    figures = lib.BUILD / "tests" / "figures"
    figures.mkdir(exist_ok=True)
    (figures / f"faults-{name}{'-named' * named}.tsv").write_text(f"faults injected\t{len(calls)}\npairs of faults injected\t{count}\n")


@pytest.mark.parametrize("name", CONVERSIONS)
@pytest.mark.parametrize("way", ["eintr", "short"])
def test_interrupted_and_short_calls(name, way, tmp_path):
    """They are no trouble at all."""
    conversion = Conversion(name, tmp_path)
    conversion.run()
    expected = conversion.out.read_bytes()
    status, said, _ = conversion.run(way=way)
    assert (status, said) == (0, b"") and conversion.out.read_bytes() == expected


# --- the system's own ways to fail ---

def limited(which, most):
    return lambda: resource.setrlimit(which, (most, most))


def tried(tmp_path, command, preexec_fn=None, data=b""):
    """The command writes to out in a folder of its own, where the old file must stay alone."""
    out = tmp_path / "folder" / "out"
    out.parent.mkdir()
    out.write_bytes(OLD)
    done = subprocess.run([lib.BIN / command[0], "-o", out, *command[1:]], input=data, capture_output=True,
                          env=lib.ENV, preexec_fn=preexec_fn, timeout=120)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1, done.stderr
    assert [path.read_bytes() for path in out.parent.iterdir()] == [OLD]
    return done.stderr


def many(count):
    return b"".join(b"main;f%d 1\n" % i for i in range(count))


def test_file_size_limit(tmp_path):
    said = tried(tmp_path, ["collapsed2flamegraph"], limited(resource.RLIMIT_FSIZE, 4096), b"main;draw 7\n")
    assert b"File too large" in said


@pytest.mark.skipif(lib.SANITIZED, reason="a sanitizer needs more address space than any limit")
@pytest.mark.parametrize("writer", lib.WRITERS)
def test_address_space_limit(tmp_path, writer):
    said = tried(tmp_path, [f"collapsed2{writer}"], limited(resource.RLIMIT_AS, 48 << 20), many(500_000))
    assert b"out of memory" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_no_space_left(tmp_path):
    folder = tmp_path / "full"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", folder], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        (folder / "out").write_bytes(OLD)
        done = subprocess.run([lib.BIN / "collapsed2flamegraph", "-o", folder / "out"], input=b"main;draw 7\n",
                              capture_output=True, env=lib.ENV)
        assert done.returncode == 2 and b"No space left on device" in done.stderr and done.stderr.count(b"\n") == 1
        assert [path.read_bytes() for path in folder.iterdir()] == [OLD]
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("change", ["shrinks", "grows"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_file_that_changes_while_it_is_read(tmp_path, change, packed):
    """It is read as it comes: done or refused, never a crash, never without an end."""
    path = tmp_path / "in"
    data = many(300_000)
    path.write_bytes(gzip.compress(data, 1) if packed else data)
    size = path.stat().st_size
    process = subprocess.Popen([lib.BIN / "collapsed2pstat", "-o", tmp_path / "out", path],
                               stderr=subprocess.PIPE, env=lib.ENV)
    stop = threading.Event()

    def work():
        with open(path, "r+b") as file:
            if change == "shrinks":
                file.truncate(size // 3)
            while change == "grows" and not stop.is_set() and file.seek(0, 2) < 2 * size:
                file.write(b"main;more 1\n" * 100)
    worker = threading.Thread(target=work)
    worker.start()
    said = process.communicate(timeout=120)[1]
    stop.set()
    worker.join()
    assert process.returncode in (0, 2)
    assert said.count(b"\n") == (1 if process.returncode == 2 else 0)
    assert (tmp_path / "out").exists() == (process.returncode == 0)


def test_the_library_is_built():
    assert Path(FAIL).exists(), "make faults"

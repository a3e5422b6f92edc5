"""Profiles of before profile.proto: `go tool pprof` prints of what we write of them what it prints of them."""
import pathlib
import subprocess
import sys

import pytest

import clients
import lib
import pprof_tool

pytestmark = clients.needs("go")

FOLDER = lib.ROOT / "tests/formats/pprof"
sys.path.append(str(FOLDER))
import legacy_files as legacy  # noqa: E402

# beside files of our own, those that pprof tests itself with; it cuts a frame off some CPU profiles, see the manual page
FILES = [lib.SAMPLES / "pprof/gperftools-cpu.prof", lib.SAMPLES / "pprof/gperftools.heap", *sorted(FOLDER.glob("golden/*-text.in"))]
THEIRS = ["cppbench.contention", "cppbench.growth", "cppbench.heap", "cppbench.thread", "cppbench.thread.all", "cppbench.thread.none",
          "go.godoc.thread", "gobench.heap", "gobench.cpu"]
MADE = {
    "32": legacy.cpu(*legacy.STACKS, form="<I"), "32-big": legacy.cpu(*legacy.STACKS, form=">I"), "64-big": legacy.cpu(*legacy.STACKS, form=">Q"),
    "v2": legacy.heap(legacy.LINE, "heap_v2/524288"), "growthz": legacy.heap(legacy.LINE, "growthz"), "threadz": legacy.THREADS.encode(),
    "fragmentationz": legacy.heap(legacy.LINE, "fragmentationz"),
    "contentionz": b"--- contentionz 1 ---\ncycles/second = 3201000000\nsampling period = 100\nms since reset = 16502830\n"
                   b"35290126 50 @ 0x401238 0x401323\n" + legacy.MAP.replace("MAPPED_LIBRARIES:", "--- Memory map: ---").encode(),
}


def content(path):
    """Types, and by addresses, objects and labels the values; not our comments, threads, labels, functions, which it does not read."""
    def place(row):
        mapping = (row[1] or "").split(" ")
        return row[0], "" if mapping[0].startswith("0x0/") else (mapping[0], *mapping[1:2])
    head, types, rows, mappings = pprof_tool.raw(path)
    sums = {}
    for (stack, labels), values in rows.items():
        key = tuple(map(place, stack)), tuple(label for label in labels if label.startswith("bytes:") and label != "bytes:[0]")
        sums[key] = [a + b for a, b in zip(values, sums.get(key, [0] * len(values)))]
    head = [line for line in head.splitlines() if not line.startswith(("Comment", "profpipe:"))]
    return head, types, sums, [row.split(" ")[:2] for row in mappings if not row.startswith("0x0/")]


def check(path, tmp_path):
    again = tmp_path / "again.pb.gz"
    lib.run("pprof2pprof", "-q", path, "-o", again)
    theirs, ours = content(path), content(again)
    for part in range(4):
        assert ours[part] == theirs[part]
    assert theirs[2]


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_real_files(path, tmp_path):
    check(path, tmp_path)


@pytest.mark.parametrize("name", MADE)
def test_files_that_are_made_here(name, tmp_path):
    (tmp_path / name).write_bytes(MADE[name])
    check(tmp_path / name, tmp_path)


@pytest.mark.parametrize("name", THEIRS)
def test_files_of_pprof(name, tmp_path):
    cache = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout.strip()
    found = sorted(pathlib.Path(cache).glob(f"github.com/google/pprof@*/profile/testdata/{name}"))
    if not found:
        pytest.skip("no source of github.com/google/pprof in Go's cache of modules")
    check(found[-1], tmp_path)

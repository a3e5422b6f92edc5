"""What bpftrace prints, against a second reader of its entries, and what else is said of it."""
import collections
import json
import pathlib
import re

import pytest

import lib

HERE = pathlib.Path(__file__).parent
FILES = [*sorted((HERE / "golden").glob("*.in")), *sorted((lib.SAMPLES / "bpftrace").iterdir())]
FRAME = "    main+48\n"


def folded(data, *args, map=None):
    """By thread and stack, without rows of other maps; no thread is an empty name."""
    whole = json.loads(lib.run("bpftrace2speedscope", "-q", *args, *(["--map", map] if map is not None else []), input=data)[0])
    names = [frame["name"] for frame in whole["shared"]["frames"]]
    found = collections.Counter()
    for one in whole["profiles"]:
        thread = one.get("profpipe", {}).get("thread", {}).get("name", one["name"])
        for stack, weight in zip(one["samples"], one["weights"]):
            found[thread, *(names[i] for i in stack)] += weight
    return {key: value for key, value in found.items() if value}


def entries(text):
    """A second reader: map -> {(thread, frame, ...): value}, of entries with a number and a stack."""
    found = collections.defaultdict(collections.Counter)
    for name, key, value in re.findall(r"^@(\w*)\[((?:.|\n(?!@))*?)\]: (-?\d+|count .*)$", text, re.M):
        parts = re.split(r", ", re.sub(r"\n[ \t]+[^\n]*(?:\n[ \t]+[^\n]*)*\n", "", key))
        lines = re.findall(r"^[ \t]+(?:[0-9a-f]+ )?(.*?)(?:\+\d+)?(?: \(.*\))?$", key, re.M)
        value = int(value.split()[-1])
        if lines or "" in parts:
            found[name][", ".join(filter(None, parts)), *reversed(lines)] += value
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_entries_as_another_reader_finds_them(path):
    data = path.read_bytes()
    want = entries(data.decode())
    assert want or path.stem == "flat"
    for name, stacks in want.items():
        if name == "neg":  # speedscope holds no values below 0
            lines = lib.run("bpftrace2collapsed", "-q", "--map", name, path)[0].decode().splitlines()
            assert {("", *line.rsplit(" ", 1)[0].split(";")): int(line.rsplit(" ", 1)[1]) for line in lines} == stacks
            continue
        assert folded(data, map="@" + name) == {key: value for key, value in stacks.items() if value}
    if path.stem != "flat":
        maps = [v["name"] for v in json.loads(lib.run("profcheck", "--json", path)[0])["value_types"]]
        assert set(maps) == {name or "count" for name in want} | ({"h"} if path.stem == "kinds" else set())


def test_a_histogram_counts_its_values():
    assert folded((HERE / "golden/kinds.in").read_bytes(), map="h") == {
        ("", "start_thread", "work", "cheap"): 10, ("", "main", "work", "cheap"): 7}
    data = f"@h[\n{FRAME}]: \n(..., 0)              3 |@@@ |\n[0]                   4 |@@@@|\n[4K, 8K)              5 |@@@@|\n[8K, ...)             1 |@   |\n@n: 5\n"
    assert folded(data.encode()) == {("", "main"): 13}


def test_maps_without_stacks_alone():
    told = lib.run("bpftrace2collapsed", "-v", "--threads", HERE / "golden/flat.in")
    assert folded((HERE / "golden/flat.in").read_bytes()) == {("", "pool 1: [io] 7, 0"): 28, ("", "main thread, 1"): 28}
    assert b"0 entries with stacks, 2 without;" in told[1]
    both = f"@a[vfs_read]: 7\n@b[\n{FRAME}]: 5\n".encode()
    assert folded(both) == {("", "main"): 5} and folded(both, map="a") == {("", "vfs_read"): 7}
    assert b"1 entries without stacks are left out: others have them" in lib.run("bpftrace2collapsed", input=both)[1]
    lib.run("bpftrace2collapsed", "--strict", "--map", "b", input=both)
    lib.run("bpftrace2collapsed", "--strict", input=both, status=2)
    assert b"no entry is of map 'c'" in lib.run("bpftrace2collapsed", "--map", "c", input=both)[1]


@pytest.mark.parametrize("entry, want", [
    (f"@[\n{FRAME}, \n    start+1\n, a, 7]: 5\n", ("a, 7", "start", "main")), (f"@[\n{FRAME},\n    start+1\n, a]: 5\n", ("a", "start", "main")),
    (f"@[a, \n{FRAME}]: 5\n", ("a", "main")), (f"@[a,\n{FRAME}, 7]: 5\n", ("a, 7", "main")), (f"@[, \n{FRAME}, a]: 5\n", ("a", "main")),
    (f"@[\n{FRAME}, , a]: 5\n", ("a", "main")), (f"@[\n{FRAME}, ]: 5\n", ("", "main")), ("@[, , a]: 5\n", ("a",)), ("@[]: 5\n", ("",)),
    (f"@[\n{FRAME}, a]: 1, b]: 5\n", ("a]: 1, b", "main")), ("@[\n    0x7f67\n    a b(int) const+3\n]: 5\n", ("", "a b(int) const", "0x7f67")),
    ("@[\n\t4011f9 f(int) (x)+48 (/srv/my spin)\n\t7f 0x7f ([unknown])\n]: 5\n", ("", "0x7f", "f(int) (x)")), ("@[\n]: 5\n", ("",)),
])
def test_a_key(entry, want):
    """Parts in any order, empty stacks, texts with brackets."""
    for data in entry, entry.replace("\n", "\r\n"):
        assert folded(b"@[\n    other+1\n]: 1\nhello @x\n" + data.encode()) == {("", "other"): 1, want: 5}


def test_the_object_of_a_frame():
    out = lib.run("bpftrace2collapsed", input=b"@[\n\t4011f9 f(int) (x)+48 (/srv/my spin)\n]: 5\n")[0]
    assert out == b"f(int) (x) (/srv/my spin) 5\n"


def test_a_cut_file_keeps_the_entries_before():
    data = f"Attaching 1 probe...\n\n@[\n{FRAME}, a]: 5\n@[\n{FRAME}, \n{FRAME}, a]: 71\n".encode()
    whole = {("a", "main"): 5}
    for end in range(data.rindex(b"@[\n") + 1, len(data)):
        assert folded(data[:end], "--lenient") == whole, data[:end]
        assert lib.run("bpftrace2collapsed", input=data[:end], status=2)[1].count(b"\n") == 1
    assert b"the file is cut: its last entry is left out" in lib.run("bpftrace2collapsed", "--lenient", input=data[:-1])[1]
    assert folded(data) == {**whole, ("a", "main", "main"): 71}


def test_which_files_it_is():
    for path in FILES:
        assert json.loads(lib.run("profcheck", "--json", path)[0])["format"] == "bpftrace", path
    for data in b"@a;b[c]: 5\n", b"a;@[x 5\n", b"@main 5\n":
        assert json.loads(lib.run("profcheck", "--json", "-", input=data)[0])["format"] == "collapsed", data

"""proffilter and profdiff on pprof's files: what is left is what `go tool pprof` leaves."""
import csv
import io
import json
from collections import Counter

import pytest

import clients
import lib
import pprof_tool

pytestmark = clients.needs("go")

CPU, HEAP, NODE, RUST = (lib.SAMPLES / "pprof" / name for name in
                         ("go-cpu.pb.gz", "go-heap.pb.gz", "node-datadog-ctx.pb.gz", "rust-pprof-rs.pb"))
CASES = [
    (CPU, "ns", ["-tagfocus=route=/"], ["--tag-focus", "route=/"]),
    (CPU, "ns", ["-tagfocus=tenant=t[13]"], ["--tag-focus", "tenant=t[13]"]),
    (CPU, "ns", ["-tagfocus=web"], ["--tag-focus", "web"]),
    (CPU, "ns", ["-tagignore=worker=batch"], ["--tag-ignore", "worker=batch"]),
    (CPU, "ns", ["-tagroot=route"], ["--tag-root", "route"]),
    (CPU, "ns", ["-tagroot=worker,tenant"], ["--tag-root", "worker,tenant"]),
    (CPU, "ns", ["-tagleaf=tenant"], ["--tag-leaf", "tenant"]),
    (CPU, "ns", ["-tagroot=route", "-tagleaf=tenant", "-focus=price"], ["--tag-root", "route", "--tag-leaf", "tenant", "--focus", "price"]),
    (CPU, "ns", ["-focus=runtime"], ["--focus", "runtime"]),
    (CPU, "ns", ["-ignore=mallocgc|price"], ["--ignore", "mallocgc|price"]),
    (CPU, "ns", ["-hide=^runtime"], ["--hide", "^runtime"]),
    (CPU, "ns", ["-show=^main"], ["--show", "^main"]),
    (CPU, "ns", ["-show_from=main.work"], ["--show-from", "main.work"]),
    (CPU, "ns", ["-prune_from=mallocgc"], ["--prune-from", "mallocgc"]),
    (CPU, "ns", ["-noinlines"], ["--hide-kind", "inlined"]),
    (RUST, "ns", ["-focus=work", "-show_from=main$"], ["--focus", "work", "--show-from", "main$"]),
    (RUST, "ns", ["-tagroot=thread"], ["--tag-root", "thread"]),
    (NODE, "ns", ["-tagfocus=:1000000"], ["--tag-focus", ":1000000"]),
    (HEAP, "B", ["-tagfocus=bytes=1kb:64kb"], ["--tag-focus", "bytes=1kb:64kb"]),
    (HEAP, "B", ["-tagignore=bytes=:4kb"], ["--tag-ignore", "bytes=:4kb"]),
    (HEAP, "B", ["-tagroot=bytes"], ["--tag-root", "bytes"]),
    (HEAP, "B", ["-noinlines", "-hide=^runtime"], ["--hide-kind", "inlined", "--hide", "^runtime"]),
]


def ours(path, options):
    cut = lib.run("proffilter", "-q", "-t", "pprof", *options, path)[0]
    text = lib.run("pprof2collapsed", "-q", "--frames", "name", "--unit", "ns", input=cut)[0].decode()
    sums = Counter()
    for line in text.splitlines():
        stack, value = line.rsplit(" ", 1)
        sums[tuple(stack.split(";"))] += int(value)
    return {stack: value for stack, value in sums.items() if value and stack != ("[idle]",)}


@pytest.mark.parametrize("path, unit, theirs, options", CASES, ids=[f"{c[0].name}{' '.join(c[2])}" for c in CASES])
def test_verbs(path, unit, theirs, options):
    found = pprof_tool.traces(path, unit, *theirs)
    assert found and ours(path, options) == found


@pytest.mark.parametrize("path, name, unit", [(CPU, "cpu", "nanoseconds"), (HEAP, "alloc_space", "bytes")])
@pytest.mark.parametrize("granularity", ["functions", "files", "lines"])
def test_granularity(path, name, unit, granularity):
    found = pprof_tool.top(path, name, unit, f"-{granularity}")
    cut = lib.run("proffilter", "-q", "--granularity", granularity[:-1], "-t", "pprof", path)[0]
    text = lib.run("proftop", "-q", "--no-idle", "--format", "csv", "--limit", "0", "--value", name, input=cut)[0].decode()
    rows = Counter()
    for row in csv.DictReader(io.StringIO(text)):
        key = row["function"]
        if granularity == "lines":  # "name:12" in "file", which is "name file:12" there
            key, line = key.rsplit(":", 1)
            key = f"{key} {row['file']}:{line}"
        rows[key] += int(row["self"])
    assert {key: value for key, value in rows.items() if value} == {key: flat for key, (flat, _) in found.items() if flat}


def test_addresses():
    """Nodes there are called "0000000000485d39 name file:12"; ours know their place in the object's file."""
    found = Counter()
    for key, (flat, cum) in pprof_tool.top(CPU, "cpu", "nanoseconds", "-addresses").items():
        address, name = key.split(" ")[:2]
        found[name, int(address, 16) - 0x400000, flat, cum] += 1
    cut = lib.run("proffilter", "-q", "--granularity", "address", "-t", "pprof", CPU)[0]
    text = lib.run("proftop", "-q", "--no-idle", "--format", "csv", "--limit", "0", "--value", "cpu", input=cut)[0].decode()
    rows = Counter()
    for row in csv.DictReader(io.StringIO(text)):
        name, address = row["function"].rsplit(" at ", 1)
        rows[name, int(address, 16), int(row["self"]), int(row["inclusive"])] += 1
    assert rows == found


def test_a_quotient():
    found = pprof_tool.top(CPU, "cpu", "nanoseconds", "-divide_by=4")
    cut = lib.run("proffilter", "-q", "--scale", "1/4", "-t", "pprof", CPU)[0]
    rows = csv.DictReader(io.StringIO(lib.run("proftop", "-q", "--format", "csv", "--limit", "0", input=cut)[0].decode()))
    assert {row["function"]: [int(row["self"]), int(row["inclusive"])] for row in rows} == found


MEANS = [(HEAP, "inuse_space", "bytes"), (HEAP, "alloc_space", "bytes"), (CPU, "cpu", "nanoseconds"),
         (lib.SAMPLES / "pprof" / "go-mutex.pb.gz", "delay", "nanoseconds")]


@pytest.mark.parametrize("path, name, unit", [case for case in MEANS if case[0].exists()], ids=lambda case: str(getattr(case, "name", case)))
def test_means(path, name, unit):
    """Means there are cut to whole numbers, here rounded to nanoseconds."""
    found = pprof_tool.top(path, name, unit, "-mean")
    text = lib.run("proftop", "-q", "--no-idle", "--per", "1", "--value", name, "--format", "json", path)[0]
    rows = [(row["function"], row[what]) for row in json.loads(text) for what in ("self", "inclusive") if row[what]]
    assert rows and [(function, what) for function, what in rows if not {int(what), int(what) - 1} & set(found.get(function, [0]))] == []


@pytest.mark.parametrize("option", ["-diff_base", "-base"])
def test_a_difference(option, tmp_path):
    sides = [tmp_path / "web.pb.gz", tmp_path / "batch.pb.gz"]
    for side, worker in zip(sides, ("web", "batch")):
        lib.run("proffilter", "-q", "--tag-focus", f"worker={worker}", CPU, "-o", side)
    found = pprof_tool.top(sides[1], "cpu", "nanoseconds", f"{option}={sides[0]}")
    rows = csv.DictReader(io.StringIO(lib.run("profdiff", "-q", "--all", "--format", "csv", *sides)[0].decode()))
    rows = [(row["function"], [int(row[f"{what}_new"] or 0) - int(row[f"{what}_base"] or 0) for what in ("self", "inclusive")]) for row in rows]
    assert {function: change for function, change in rows if any(change)} == found


@pytest.fixture
def sides(tmp_path):
    paths = [tmp_path / "web.pb.gz", tmp_path / "batch.pb.gz"]
    for side, worker in zip(paths, ("web", "batch")):
        lib.run("proffilter", "-q", "--tag-focus", f"worker={worker}", CPU, "-o", side)
    return paths


def changes(*args):
    rows = csv.DictReader(io.StringIO(lib.run("profdiff", "-q", "--format", "csv", *args)[0].decode()))
    return {row["function"]: [int(row[f"{what}_new"] or 0) - int(row[f"{what}_base"] or 0) for what in ("self", "inclusive")] for row in rows}


def test_normalized(sides):
    """As there, but for what it loses when it rounds each of 31 samples."""
    samples = 31
    found, mine = pprof_tool.top(sides[1], "cpu", "nanoseconds", "-normalize", f"-diff_base={sides[0]}"), changes("--normalize", *sides)
    assert all(abs(a - b) <= samples for name in found.keys() | mine.keys()
               for a, b in zip(found.get(name, [0, 0]), mine.get(name, [0, 0])))
    assert sum(self for self, _ in found.values()) != 0 and sum(self for self, _ in mine.values()) == 0


def test_without_negative_rows(sides):
    found = pprof_tool.top(sides[1], "cpu", "nanoseconds", "-drop_negative", f"-diff_base={sides[0]}")
    assert found and changes("--drop-negative", *sides) == found

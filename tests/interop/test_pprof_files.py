"""Profiles in pprof's format: `go tool pprof` prints of ours what it prints of theirs, and as our reports have it."""
import collections
import csv
import io
import json

import pytest

import clients
import lib
import pprof_tool

pytestmark = clients.needs("go")

GOLDEN = lib.ROOT / "tests/formats/pprof/golden"
# two profiles in one file are no profile to pprof
FILES = sorted(lib.SAMPLES.glob("pprof/*.pb*")) + [path for path in sorted(GOLDEN.glob("*.in"))
                                                   if not path.name.startswith(("go-concat", "gperftools")) and "-text" not in path.name]
NAMES = [path.name for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_what_is_read_and_written_again(path, tmp_path):
    again = tmp_path / "again.pb.gz"
    lib.run("pprof2pprof", "-q", path, "-o", again)
    theirs, ours = pprof_tool.raw(path), pprof_tool.raw(again)
    for part in range(4):
        assert ours[part] == theirs[part]


def our_top(path, place, *args):
    """The same of proftop: {function: [self, inclusive]}, or its own rows where one name has several."""
    text = lib.run("proftop", "-q", "--no-idle", "--format", "csv", "--limit", "0", "--value", place, *args, path)[0].decode()
    rows = collections.defaultdict(list)
    for row in csv.DictReader(io.StringIO(text)):
        rows[row["function"]].append([int(row["self"]), int(row["inclusive"])])
    return rows


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_flat_and_cum(path, tmp_path):
    compared = 0
    cut = path
    if path.name == "tiny-drop.in":  # pprof drops when it reads
        cut = tmp_path / "dropped.pb"
        lib.run("proffilter", "-q", "--drop-frames", path, "-o", cut)
    for place, (name, unit) in enumerate(pprof_tool.types_of(path), 1):
        theirs, ours = pprof_tool.top(path, name, unit), our_top(cut, place)
        for function, (flat, cum) in theirs.items():
            if function.startswith("[") or function == "<unknown>":
                continue  # one node for all that has no name; ours have addresses
            assert sum(row[0] for row in ours[function]) == flat, function
            if len(ours[function]) == 1:
                assert ours[function][0][1] == cum, function
            compared += 1
        missing = {function for function, rows in ours.items() if any(map(any, rows))} - set(theirs)
        assert all(not function or "+0x" in function or function.startswith(("[", "<unknown>", "0x")) for function in missing), missing
    assert compared or not any(pprof_tool.raw(path)[2]) or path.name == "go-threadcreate.pb.gz"


NANOSECONDS = {"microseconds": 10**3, "milliseconds": 10**6, "seconds": 10**9}
SOURCES = ["pstat", "callgrind", "collapsed", "speedscope"]


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_written_of_others(source, tmp_path):
    """pprof opens it, and all that is in its functions is all that profcheck counts."""
    opened = 0
    for sample in lib.samples():
        if sample.format != source:
            continue
        target = tmp_path / f"{opened}.pb"
        if not clients.convert(sample.path, "pprof", target):
            continue
        said = json.loads(lib.run("profcheck", "-q", "--json", target)[0])
        _, types, rows, _ = pprof_tool.raw(target)
        types = [word.removesuffix("[dflt]").split("/", 1) for word in types.split()]
        assert [value["name"] for value in said["value_types"]] == [name for name, _ in types]
        for place, value in enumerate(said["value_types"]):
            scale = NANOSECONDS.get(types[place][1], 1)
            assert sum(values[place] for values in rows.values()) * scale == int(value["self_total"]), sample.name
        opened += 1
    assert opened > 3

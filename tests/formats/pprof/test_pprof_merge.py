"""Many pprof files as one: any sharding in the same bytes, unlike types, unlike units."""
import collections
import pathlib
import random
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import broken_files  # noqa: E402
import lib

broken = broken_files.module("pprof")
field, message = broken.field, broken.message


def build(types, samples, frames=20):
    """A profile: types (name, unit), samples (numbers of frames from the leaf, values, route)."""
    strings = ["", "route"]

    def number(text):
        if text not in strings:
            strings.append(text)
        return strings.index(text)

    body = b"".join(field(1, message(f1=number(name), f2=number(unit))) for name, unit in types)
    body += b"".join(field(2, message(f1=[i + 1 for i in stack], f2=list(values), f3=message(f1=1, f2=number(route))))
                     for stack, values, route in samples)
    for i in range(1, frames + 1):
        body += field(4, message(f1=i, f4=message(f1=i, f2=i))) + field(5, message(f1=i, f2=number(f"f{i}"), f4=number("a.go")))
    return body + b"".join(field(6, text.encode()) for text in strings)


CPU = [("samples", "count"), ("cpu", "nanoseconds")]


def merge(*files, to="pprof", options=()):
    return lib.run("profmerge", "-q", "-t", to, *options, "-0", "--files-from", "-",
                   input=b"\0".join(str(file).encode() for file in files))[0]


@pytest.mark.parametrize("seed", range(2))
def test_any_sharding_gives_the_same_bytes(seed, tmp_path):
    rng, files, sums = random.Random(seed), [], collections.Counter()
    for i in range(200):
        samples = []
        for _ in range(rng.randint(1, 30)):
            stack, values = [rng.randrange(20) for _ in range(rng.randint(1, 8))], (rng.randint(0, 9), rng.randint(0, 10**9))
            samples.append((stack, values, rng.choice(["/", "/cart", "/pay"])))
            sums[samples[-1][2]] += values[1]
        files.append(tmp_path / f"{i}.pb")
        files[-1].write_bytes(build(CPU, samples))
    whole = merge(*files)
    for shards in (1, 2, 7, 200):
        rng.shuffle(files)
        parts = []
        for i in range(shards):
            parts.append(tmp_path / f"part{i}.pb")
            parts[-1].write_bytes(merge(*files[i::shards]))
        rng.shuffle(parts)
        assert merge(*parts) == whole
    text = lib.run("proftop", "-q", "--by", "route", "--value", "cpu", "--format", "csv", input=whole)[0].decode()
    assert {row.split(",")[0]: int(row.split(",")[5]) for row in text.splitlines()[1:]} == sums


def test_microseconds_and_nanoseconds(tmp_path):
    (tmp_path / "us").write_bytes(build([("wall", "microseconds")], [([1], (3,), "/")]))
    (tmp_path / "ns").write_bytes(build([("wall", "nanoseconds")], [([1], (5,), "/")]))
    for order in (["us", "ns"], ["ns", "us"]):
        out = merge(*(tmp_path / name for name in order))
        assert b"nanoseconds" in out and b"microseconds" not in out
        assert lib.run("pprof2collapsed", "-q", "--unit", "ns", input=out)[0] == b"f2 (a.go:2) 3005\n"


def test_unlike_types(tmp_path):
    """A type that one file lacks stays beside the others; pprof leaves it out without a word."""
    (tmp_path / "node").write_bytes(build([("wall", "nanoseconds"), ("cpu", "nanoseconds")], [([1], (10, 3), "/")]))
    (tmp_path / "python").write_bytes(build([("samples", "count"), ("wall", "nanoseconds")], [([1], (1, 100), "/")]))
    files = [tmp_path / "node", tmp_path / "python"]
    both = merge(*files)
    assert both == merge(*reversed(files))
    sums = {name: int(lib.run("pprof2collapsed", "-q", "--value", name, "--unit", "ns", input=both)[0].split()[-1])
            for name in ("wall", "cpu", "samples")}
    assert sums == {"wall": 110, "cpu": 3, "samples": 1}
    common = merge(*files, options=["--common"])
    assert common == merge(*reversed(files), options=["--common"])
    assert lib.run("profcheck", "-q", "--json", input=common)[0].count(b'"self_total"') == 1
    (tmp_path / "capitals").write_bytes(build([("CPU", "nanoseconds")], [([1], (10,), "/")]))
    (tmp_path / "small").write_bytes(build([("cpu", "nanoseconds")], [([1], (10,), "/")]))
    for options in ([], ["--common"]):
        lib.run("profmerge", *options, tmp_path / "capitals", tmp_path / "small", status=2)

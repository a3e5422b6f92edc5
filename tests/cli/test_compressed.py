"""zstd, xz and bzip2: unwrapped like gzip, found by their content, never read in part."""
import bz2
import gzip
import lzma
import random
import shutil
import subprocess

import pytest

import lib

STACKS = b"".join(b"main;f%d;g%d %d\n" % (i % 17, i, i) for i in range(400))


def zstd(data):
    if not shutil.which("zstd"):
        pytest.skip("no zstd")
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


PACK = {"zstd": zstd, "xz": lzma.compress, "bzip2": bz2.compress}


@pytest.fixture(params=PACK)
def pack(request):
    return PACK[request.param]


@pytest.fixture
def name(request, pack):
    return next(name for name, function in PACK.items() if function is pack)


@pytest.mark.parametrize("reader", lib.READERS)
def test_every_format_is_unwrapped(reader, pack, tmp_path):
    """Whatever the file's name says."""
    sample = lib.smallest(reader)
    path = tmp_path / "packed.txt"
    data = sample.path.read_bytes()
    path.write_bytes(pack(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data))
    expected = lib.run("profconv", "-q", "-t", "collapsed", sample.path)[0]
    assert lib.run("profconv", "-q", "-t", "collapsed", path)[0] == expected
    assert lib.run(f"{sample.format}2collapsed", "-q", input=path.read_bytes())[0] == expected


def test_several_streams_follow_each_other(pack):
    lines = STACKS.splitlines(keepends=True)
    packed = pack(b"".join(lines[:100])) + pack(b"") + pack(b"".join(lines[100:]))
    assert lib.run("collapsed2collapsed", input=packed)[0] == lib.run("collapsed2collapsed", input=STACKS)[0]


def test_a_file_cut_anywhere_is_refused(pack, name):
    packed = pack(STACKS)
    for at in [*range(6, 40), *range(40, len(packed), max(1, len(packed) // 40)), len(packed) - 1]:
        out, said = lib.run("collapsed2collapsed", input=packed[:at], status=2)
        assert out == b"" and said.count(b"\n") == 1
        assert f"the {name} data is cut short".encode() in said or b"expected" in said, at


def test_damage_is_found(pack, name):
    """Checksums are checked: what comes out is the whole or nothing. (zstd's program adds one.)"""
    packed, rng = bytearray(pack(STACKS)), random.Random(1)
    good = lib.run("collapsed2collapsed", input=STACKS)[0]
    for at in rng.sample(range(8, len(packed)), 60):
        damaged = bytearray(packed)
        damaged[at] ^= 1 << rng.randrange(8)
        done = subprocess.run([lib.BIN / "collapsed2collapsed"], input=bytes(damaged), capture_output=True, env=lib.ENV)
        if done.returncode == 0:
            assert done.stdout == good, at
        else:
            assert done.returncode == 2 and done.stdout == b"" and done.stderr.count(b"\n") == 1


def test_what_follows_must_be_another_stream(pack, name):
    out, said = lib.run("collapsed2collapsed", input=pack(STACKS) + b"garbage", status=2)
    assert out == b"" and f"the {name} data is ".encode() in said


def test_a_limit_on_what_is_unpacked(pack, name):
    packed = pack(b"main 1\n" + b"\n" * 10_000_000)
    assert len(packed) < 10_000
    out, said = lib.run("collapsed2collapsed", "--limit", "unpacked=1000000", input=packed, status=2)
    assert out == b"" and f"expected at most 1000000 bytes unpacked from {name}".encode() in said
    assert lib.run("collapsed2collapsed", input=packed)[0] == b"main 1\n"


def test_an_xz_file_that_asks_for_gigabytes_of_memory_is_refused():
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    packed = lzma.compress(STACKS, filters=filters)
    assert b"the xz data is damaged" in lib.run("collapsed2collapsed", input=packed, status=2)[1]


def test_long_input_is_read_ahead(pack):
    data = b"".join(b"main;f%d %d\n" % (i, i * 7919 % 100003) for i in range(200_000))
    assert lib.run("collapsed2collapsed", input=pack(data))[0] == lib.run("collapsed2collapsed", input=data)[0]


def test_in_the_sandbox(pack, tmp_path):
    path = tmp_path / "packed"
    path.write_bytes(pack(STACKS))
    out = lib.run("collapsed2collapsed", "--sandbox", path, env=lib.IN_SANDBOX)[0]
    assert out == lib.run("collapsed2collapsed", input=STACKS)[0]


@pytest.mark.skipif(lib.SANITIZED, reason="strace cannot follow a leak checker")
def test_no_library_is_loaded_before_it_is_needed(pack, tmp_path):
    libraries = ("libzstd", "liblzma", "libbz2")
    for data, loads in ((STACKS, 0), (pack(STACKS), 1)):
        trace = tmp_path / "trace"
        subprocess.run(["strace", "-f", "-e", "trace=openat", "-o", trace, lib.BIN / "collapsed2collapsed"], input=data,
                       capture_output=True, check=True)
        assert sum(library in trace.read_text() for library in libraries) == loads

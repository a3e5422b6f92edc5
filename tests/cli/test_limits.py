"""Each limit of man profpipe-limits: by option and by environment, on both sides of it, in little memory."""
import gzip
import json
import marshal
import os
import re
import resource
import subprocess
import zlib

import pytest

import lib

MEGA = 1 << 20


def speedscope(**more):
    data = {"shared": {"frames": [{"name": "f"}]}, "profiles": [
        {"type": "sampled", "name": "t", "unit": "none", "startValue": 0, "endValue": 1, "samples": [[0]], "weights": [1]}]}
    return json.dumps({**data, **more}).encode()


def detailed(**more):
    data = json.loads(speedscope())
    return json.dumps({"profpipe": more, **data}).encode()


def threads(count):
    data = json.loads(speedscope())
    data["profiles"] = [{**data["profiles"][0], "name": f"t{i}"} for i in range(count)]
    return json.dumps(data).encode()


def tangled(nodes):
    """Everybody calls everybody behind: 2^n contexts."""
    lines = ["events: ns"]
    for i in range(nodes):
        lines += [f"fn=f{i}", f"1 {i + 1}"]
        for j in range(i + 1, nodes):
            lines += [f"cfn=f{j}", "calls=1 1", f"1 {2 ** (nodes - j)}"]
    return "\n".join(lines).encode() + b"\n"


# name: (how much there is, the input, the format)
CASES = {
    "nesting": (49, speedscope(other=json.loads("[" * 49 + "]" * 49)), "speedscope"),
    "name": (40, b"main;" + b"n" * 40 + b" 1\n", "collapsed"),
    "line": (3006, b"main;" + b";".join(b"%05d" % (i % 7) for i in range(500)) + b" 1\n", "collapsed"),
    "functions": (3, b"events: A\nfn=a\n1 1\nfn=b\n1 1\nfn=c\n1 1\nfn=a\n1 1\n", "callgrind"),
    "stacks": (4, b"a;b;c 1\na;c 1\n", "collapsed"),
    "threads": (5, threads(5), "speedscope"),
    "values": (3, b"events: A B C\nfn=f\n1 1 1 1\n", "callgrind"),
    "mappings": (3, detailed(mappings=[{"object": str(i), "start": "0x1", "limit": "0x2"} for i in range(3)]), "speedscope"),
    "labels": (4, detailed(labelSets=[[["k", str(i)]] for i in range(4)]), "speedscope"),
    "label-sets": (5, detailed(labelSets=[[["k", "a"], ["k", i]] for i in range(4)]), "speedscope"),
    "unpacked": (100_000, gzip.compress(b"main;f 1\n" * 11111 + b"\n"), "collapsed"),
}


def rows():
    out = lib.run("profconv", "--list-limits")[0].decode()
    return {name: (int(most), of) for name, most, of in (line.split("\t") for line in out.splitlines())}


def converted(name, data, reader, most, status, by):
    option, env = (["--limit", f"{name}={most}"], {}) if by == "option" else ([], {"PROFPIPE_LIMITS": f"values=9,{name}={most}"
                                                                              if name != "values" else f"values={most}"})
    return lib.run(f"{reader}2{'callgrind' if reader == 'callgrind' else 'speedscope'}", "-q", *option, input=data, status=status, env=env)


@pytest.mark.parametrize("by", ["option", "environment"])
@pytest.mark.parametrize("name", CASES)
def test_on_both_sides(name, by):
    size, data, reader = CASES[name]
    out, said = converted(name, data, reader, size, 0, by)
    assert out and said == b""
    out, said = converted(name, data, reader, size - 1, 2, by)
    assert out == b"" and said.count(b"\n") == 1
    assert f"expected at most {size - 1} ".encode() in said and f"--limit {name}=N".encode() in said
    assert b"standard input: " in said and (b": line " in said or b": byte " in said)


# a dict, a row, a dict, a row; long enough for the reader's shorter ways
PSTAT = {(f"f{i}.py", i, f"function {i}"): (1, 1, 0.5, 0.5, {("g.py", 2, "caller"): (1, 1, 0.25, 0.25)}) for i in range(1, 30)}


@pytest.mark.parametrize("version", [2, 4])
def test_nesting_of_a_pstat(version):
    data = marshal.dumps(PSTAT, version)
    assert lib.run("pstat2collapsed", "-q", "--limit", "nesting=4", input=data)[0]
    for most, begins in ((3, b"()"), (2, b"{"), (1, b"()"), (0, b"{")):
        out, said = lib.run("pstat2collapsed", "-q", "--limit", f"nesting={most}", input=data, status=2)
        place = re.fullmatch(rb"pstat2collapsed: standard input: byte (\d+): expected at most %d levels of nesting, "
                             rb"got more \(--limit nesting=N\)\n" % most, said)
        assert out == b"" and place and data[int(place[1])] & 0x7f in begins
        assert int(place[1]) > 1 if most > 1 else int(place[1]) == most


def pstat_with_code(levels):
    """A function's name is a code object, which is skipped; its constants are tuples within each other from the fifth level on."""
    code = compile("f()", "f.py", "eval").replace(co_consts=(b"here",))
    data = marshal.dumps({("f.py", 1, code): (1, 1, 0.5, 0.5, {})}, 2)
    here = marshal.dumps(b"here", 2)
    assert data.count(here) == 1
    return data.replace(here, b"(\1\0\0\0" * (levels - 4) + b"N")


@pytest.mark.parametrize("options, most", [([], 2000), (["--limit", "nesting=9"], 9), (["--limit", "nesting=5k"], 5120)])
def test_nesting_of_what_a_pstat_is_not_read_for(options, most):
    assert lib.run("pstat2collapsed", *options, input=pstat_with_code(most))[0] == b"<code object <module>> (f.py:1) 500000000\n"
    out, said = lib.run("pstat2collapsed", *options, input=pstat_with_code(most + 1), status=2)
    assert out == b"" and said.startswith(b"pstat2collapsed: standard input: byte ")
    assert said.endswith(b": expected at most %d levels of nesting, got more (--limit nesting=N)\n" % most)


def test_seconds():
    lib.run("callgrind2collapsed", "-q", "--max-contexts", "20000", input=tangled(24))
    said = lib.run("callgrind2collapsed", "-q", "--max-contexts", "20000", "--limit", "seconds=0", input=tangled(24), status=2)[1]
    assert said == b"callgrind2collapsed: " + LATE


LATE = b"expected at most 0 seconds to estimate contexts, to match functions or for a tree, got more (--limit seconds=N allows more)\n"


def test_seconds_bound_what_two_sides_have_in_common(tmp_path):
    """Many functions of one name, which only their files tell apart."""
    for side, name in ("a", "C{0}.m"), ("b", "m"):
        (tmp_path / side).write_text("".join(f"{name.format(i)} ({side}{i}x.py) 1\n" for i in range(1000)))
    paths = tmp_path / "a", tmp_path / "b"
    lib.run("profdiff", "-q", *paths)
    assert lib.run("profdiff", "-q", "--limit", "seconds=0", *paths, status=2) == (b"", b"profdiff: " + LATE)


def test_seconds_bound_a_tree():
    data = ";".join(["a"] * 10_000).encode() + b" 1\n"
    assert lib.run("proftop", "--tree", "-n", "0", input=data)[0].count(b" a\n") == 10_000
    assert lib.run("proftop", "--tree", "-n", "0", "--limit", "seconds=0", input=data, status=2) == (b"", b"proftop: " + LATE)


def test_every_limit_has_a_case():
    assert set(rows()) == set(CASES) | {"seconds", "written", "lists", "cells"}


def test_cells():
    """Counted where a table grows, so not to the last one; a single value type has no such limit."""
    for types, size in ("A B", 20_000), ("A", 10_000):
        data = f"events: {types}\n".encode() + b"".join(b"fn=f%d\n1 1\n" % i for i in range(10_000))
        lib.run("callgrind2callgrind", "-q", "--limit", f"cells={2 * size}", input=data)
        said = lib.run("callgrind2callgrind", "-q", "--limit", f"cells={size // 4}", input=data, status=2 if types == "A B" else 0)[1]
        assert (b"--limit cells=N" in said and b": line " in said) == (types == "A B")


def test_written(tmp_path):
    """Of an output too large nothing is left, and what was there stays."""
    data = b"".join(b"main;f%d 1\n" % i for i in range(40_000))
    out = tmp_path / "out"
    for options, input_, target in ([], data, "collapsed"), ([], gzip.compress(data), "speedscope"):
        size = len(lib.run("profconv", "-q", "-t", target, input=input_)[0])
        for name in "out", "out.gz":  # counted before it is compressed
            (tmp_path / name).write_bytes(b"old")
            lib.run("profconv", "-q", "-t", target, "--limit", f"written={size}", "-o", tmp_path / "other", input=input_)
            said = lib.run("profconv", "-q", "-t", target, "--limit", f"written={size - 1}", "-o", tmp_path / name, input=input_, status=2)[1]
            assert said == f"profconv: expected at most {size - 1} bytes of output, got more (--limit written=N allows more)\n".encode()
            assert (tmp_path / name).read_bytes() == b"old" and set(os.listdir(tmp_path)) <= {"out", "out.gz", "other"}


def test_lists(tmp_path):
    profile = tmp_path / "x"
    profile.write_bytes(b"a 1\n")
    for mark in b"", b"\xef\xbb\xbf":  # editors leave one
        names, rules = (mark + b"%s\n" % os.fsencode(profile)) * 1, mark + b"total > 5%\n"
        (tmp_path / "rules").write_bytes(rules)
        size = len(names) - len(mark)
        assert lib.run("profmerge", "-t", "collapsed", "--files-from", "-", "--limit", f"lists={size}", input=names)[0] == b"a 1\n"
        said = lib.run("profmerge", "-t", "collapsed", "--files-from", "-", "--limit", f"lists={size - 1}", input=names, status=2)[1]
        assert b"bytes of a list of files or of rules" in said and said.count(b"\n") == 1
        lib.run("profdiff", "--rules", tmp_path / "rules", "--limit", "lists=11", profile, profile)
        said = lib.run("profdiff", "--rules", tmp_path / "rules", "--limit", "lists=10", profile, profile, status=2)[1]
        assert b"expected at most 10 bytes of a list" in said and said.count(b"\n") == 1


def test_the_manual_lists_them():
    page = (lib.ROOT / "man/profpipe-limits.7").read_text()
    for name, (most, of) in rows().items():
        assert f"{name}\t{most}\t{of}\n" in page
        assert f" {name} " in " ".join(line.replace(",", " ") + " " for line in page.splitlines() if line.startswith(".It Cm"))


def test_the_option_goes_before_the_environment():
    lib.run("collapsed2pstat", "--limit", "functions=5", input=b"a;b;c 1\n", env={"PROFPIPE_LIMITS": "functions=1"})


def test_several_in_one():
    out = lib.run("profconv", "--limit", "functions=5,name=2k", "--limit", "stacks=3M", "--list-limits")[0].decode()
    assert "functions\t5\t" in out and "name\t2048\t" in out and f"stacks\t{3 << 20}\t" in out


@pytest.mark.parametrize("text", ["", "functions", "functions=", "functions=x", "functions=-1", "functions=1K", "nothing=1",
                                  "functions=1,", "functions=99999999999999999999", "stacks=8G", "unpacked=9999999999T"])
def test_bad_limits(text):
    out, said = lib.run("profconv", "--limit", text, "--list-limits", status=2)
    assert out == b"" and said.startswith(b"profconv: option --limit: ") and said.count(b"\n") == 1
    if text:
        out, said = lib.run("profconv", "--list-limits", status=2, env={"PROFPIPE_LIMITS": text})
        assert out == b"" and said.startswith(b"profconv: PROFPIPE_LIMITS: ") and said.count(b"\n") == 1


# --- what a file claims is not believed ---

def peak(program, *args, data, status=2, seconds=60, env=None):
    """What it says, in at most so much memory and processor time."""
    def within():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        if not lib.SANITIZED:
            resource.setrlimit(resource.RLIMIT_AS, (96 * MEGA, 96 * MEGA))
    done = subprocess.run([lib.BIN / program, *args], input=data, capture_output=True, env={**lib.ENV, **(env or {})},
                          preexec_fn=within, timeout=600)
    assert done.returncode == status, done.stderr
    assert b"out of memory" not in done.stderr
    return done.stderr


def bomb(piece, count):
    """`count` megabytes of one piece, packed: some kilobytes."""
    block = (piece * (MEGA // len(piece) + 1))[:MEGA]
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(block) for _ in range(count)), packer.flush()])


@pytest.mark.parametrize("piece", [b"main;f 1\n", b"\n", b" ", b"\0", b"["], ids=["lines", "newlines", "blanks", "zeros", "brackets"])
@pytest.mark.parametrize("program", ["profconv", *(f"{reader}2collapsed" for reader in lib.READERS)])
def test_a_bomb(program, piece):
    """Refused as soon as it is too much, whatever it holds; in the memory of any other file."""
    options = ["-t", "collapsed"] if program == "profconv" else []
    env = {"PROFPIPE_LIMITS": "unpacked=40M,line=10M"}
    peak(program, *options, data=bomb(piece, 100), env=env)


@pytest.mark.skipif(lib.SANITIZED, reason="four gigabytes are too many for a sanitizer")
def test_the_usual_cap_on_a_bomb():
    """Ten gigabytes, as gzip of gzip's own members one after the other."""
    member = bomb(b"main;f 1\n", 64)
    said = peak("collapsed2pstat", data=member * (10 * 1024 // 64), seconds=200)
    assert b"expected at most 4294967296 bytes unpacked from gzip" in said


CLAIMS = {
    "pstat": [b"{(" + (2 ** 31 - 1).to_bytes(4, "little"), b"{[" + (2 ** 31 - 1).to_bytes(4, "little"),
              b"{u" + (2 ** 31 - 1).to_bytes(4, "little") + b"abc", b"{s" + (2 ** 31 - 1).to_bytes(4, "little"),
              b"{l" + (2 ** 31 - 1).to_bytes(4, "little") + b"\1\0", b"{<" + (10 ** 9).to_bytes(4, "little"),
              b"{(\x03\0\0\0u\x01\0\0\0fi\x01\0\0\0u\x01\0\0\0f(\x05\0\0\0" + b"[" + (10 ** 9).to_bytes(4, "little")],
    "callgrind": [b"events: Ir\nfn=(4294967295) f\n1 1\nfn=(4294967295)\n1 x\n",
                  b"events: Ir\nfn=f\n4294967296 1\n", b"events: Ir\nfn=f\n+18446744073709551615 1\n"],
    "speedscope": [b'{"shared":{"frames":[{"name":"f"}]},"profiles":[{"type":"sampled","name":"t","unit":"none","startValue":0,'
                   b'"endValue":1,"samples":[[4294967295]],"weights":[1]}]}',
                   b'{"shared":{"frames":[{"name":"f"}]},"profiles":[{"type":"evented","name":"t","unit":"none","startValue":0,'
                   b'"endValue":1,"events":[{"type":"O","frame":999999999999,"at":0}]}]}'],
    "sentry": [b'{"event_id":"a"}\n{"type":"attachment","length":9223372036854775807}\nabc',
               b'{"version":"1","profile":{"frames":[{"function":"f"}],"stacks":[[4294967294]],"samples":[{"stack_id":0,"elapsed_since_start_ns":1}]}}',
               b'{"version":"1","profile":{"frames":[],"stacks":[],"samples":[{"stack_id":4294967294,"elapsed_since_start_ns":1}]}}'],
    "chrometrace": [b'[{"name":"a","ph":"X","ts":99999999999999999999,"dur":1}]',
                    b'[{"name":"a","ph":"X","ts":1,"dur":99999999999999999999}]'],
    "cpuprofile": [b'{"nodes":[{"id":4294967295,"callFrame":{"functionName":"f"}}],"samples":[4294967294],"timeDeltas":[1]}',
                   b'{"head":{"id":0,"callFrame":{"functionName":"f","lineNumber":4294967295},"selfSize":9223372036854775807}}',
                   b'{"nodes":[{"id":8191,"functionName":"f","hitCount":4294967295,"children":[4294967295]}]}'],
    "firefox": [b'{"meta":{},"threads":[{"samples":{"length":4294967295,"stack":[4294967294]}}]}',
                b'{"meta":{},"threads":[{"samples":{"schema":{"stack":4294967295},"data":[]}}]}'],
    "explain": [b'[{"Plan":{"Node Type":"Gather","Workers":[{"Worker Number":4294967295,"Actual Loops":1}]}}]',
                b"Gather  (actual time=0.1..0.2 rows=1 loops=9999999999999999999999)\n"],
    "instruments": [b"Call graph:\n    99999999999999999999 Thread_1\n\nTotal number in stack\n",
                    b'<trace-query-result><row><weight id="99999999999999999999">5</weight></row></trace-query-result>'],
    "dtrace": [b"\n              a`f\n   99999999999999999999\n"],
    "bpftrace": [b"@[\n    f\n]: 99999999999999999999\n"],
    "perf": [b"a 1 1.000000: 99999999999999999999 c:\n\n"],
    "jfr": [b"FLR\0\0\2\0\1" + (1 << 40).to_bytes(8, "big") + bytes(52)],
    "collapsed": [b"a 99999999999999999999999\n"],
    "flamegraph": [b'<svg xmlns:fg="http://github.com/jonhoo/inferno"><g><title>all (99999999999999999999 samples, 100%)</title>'
                   b'<rect y="0" fg:x="0" fg:w="99999999999999999999"/></g></svg>'],
}


@pytest.mark.parametrize("reader, data", [(reader, data) for reader, all_of in CLAIMS.items() for data in all_of])
def test_a_claim_takes_no_memory(reader, data):
    assert peak(f"{reader}2collapsed", data=data).count(b"\n") == 1

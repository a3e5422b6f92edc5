"""--strip-dirs and --anonymize: what others may see of a profile."""
import gzip
import hashlib
import hmac
import json
import pstats
import subprocess

import pytest

import lib

GRAPH = b"""version: 1
creator: secret-tool 3
cmd: ./secret-command --password
events: Ir

fl=/home/secret/dir/main.c
fn=secret_main
10 5
cfi=/home/secret/dir/other.c
cfn=secret_callee
calls=2 20
11 7

fl=/home/secret/dir/other.c
fn=secret_callee
20 7
"""


def hidden(letter, name, key=b""):
    return letter + hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:16]


def facts(data):
    """What profcheck says of figures that no hiding may change."""
    said = json.loads(lib.run("profcheck", "--json", input=data)[0])
    said["totals"] = [(value["unit"], value["self_total"]) for value in said["value_types"]]
    return said


def files_of(path):
    """The last parts of the files' names, where no format has such a word of its own."""
    rows = json.loads(lib.run("proftop", "-q", "--format", "json", "-n", "0", path)[0])
    found = {str(row["file"] or "").rsplit("/", 1)[-1].encode() for row in rows}
    return {name for name in found if len(name) > 4 and b"." in name}


@pytest.mark.parametrize("sample", lib.some(lib.samples()), ids=lambda sample: sample.name)
def test_no_name_is_left(sample, tmp_path):
    """In no output is a function's name, all of which have been marked, or a file's."""
    format = sample.format if sample.format in lib.WRITERS else "speedscope"
    marked = tmp_path / f"marked.{format}"
    lib.run("proffilter", "-q", "--rename", "s/^/marked-by-us-/", "-t", format, "-o", marked, sample.path)
    files, seen = files_of(sample.path), 0
    for target in lib.WRITERS:
        done = subprocess.run([lib.BIN / "profconv", "-q", "-t", target, marked], capture_output=True, env=lib.ENV)
        if done.returncode:  # negative values have no place in some formats
            continue
        out = lib.run("profconv", "-q", "--anonymize", "-t", target, marked)[0]
        seen += b"marked-by-us-" in done.stdout
        assert b"marked-by-us-" not in out
        assert not [name for name in files if name in out]
    assert seen or b"marked" not in marked.read_bytes()


@pytest.mark.parametrize("sample", lib.some(lib.samples()), ids=lambda sample: sample.name)
def test_values_stay(sample):
    target = sample.format if sample.format in ("pstat", "callgrind") else "speedscope"
    out = lib.run("profconv", "-q", "--anonymize", "-t", target, sample.path)[0]
    plain = lib.run("profconv", "-q", "-t", target, sample.path)[0]
    before, after = facts(plain), facts(out)
    assert after["totals"] == before["totals"]
    assert after["functions"] <= before["functions"] and after["calls"] == before["calls"]


def test_names_are_keyed_hashes():
    out = lib.run("callgrind2callgrind", "--anonymize", input=GRAPH)[0].decode()
    for word in ("secret", "password", "home", "main.c"):
        assert word not in out
    assert hidden("f", "secret_main") in out and hidden("f", "secret_callee") in out
    folder = "/".join(["", *(hidden("p", part) for part in ("home", "secret", "dir"))])
    assert f"{folder}/{hidden('p', 'main.c')}" in out and f"{folder}/{hidden('p', 'other.c')}" in out


@pytest.mark.parametrize("key", [b"k", b"a long key " * 20], ids=["short", "longer than a block"])
def test_a_key(key):
    out = lib.run("callgrind2collapsed", "-q", "--anonymize", input=GRAPH, env={"PROFPIPE_KEY": key.decode()})[0].decode()
    assert hidden("f", "secret_main", key) in out and hidden("f", "secret_main") not in out


def test_a_thread_and_our_own_names():
    data = {"shared": {"frames": [{"name": "[unplaced]"}, {"name": "f"}]}, "profiles": [
        {"type": "sampled", "name": "secret thread", "unit": "none", "startValue": 0, "endValue": 3,
         "samples": [[0], [1]], "weights": [1, 2]}], "name": "secret title"}
    out = lib.run("speedscope2speedscope", "-q", "--anonymize", input=json.dumps(data).encode())[0].decode()
    assert "secret" not in out and hidden("t", "secret thread") in out
    assert "[unplaced]" in out and hidden("f", "f") in out


def test_two_files_meet(tmp_path):
    """The same names are the same in every file: profiles that were hidden still merge and compare."""
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(lib.run("collapsed2collapsed", "--anonymize", input=b"main;draw 7\nmain;parse 5\n")[0])
    merged = lib.run("profmerge", "-t", "collapsed", tmp_path / "a", tmp_path / "b")[0].decode().splitlines()
    assert sorted(merged) == sorted(f"{hidden('f', 'main')};{hidden('f', name)} {count}" for name, count in (("draw", 14), ("parse", 10)))


def test_strip_dirs_is_what_pstats_does(tmp_path):
    sample = lib.SAMPLES / "pstat/cprofile-packages.pstat"
    out = tmp_path / "out.pstat"
    lib.run("pstat2pstat", "--strip-dirs", "-o", out, sample)
    expected, got = pstats.Stats(str(sample)).strip_dirs().stats, pstats.Stats(str(out)).stats
    got.pop(("~", 0, "[root]"), None)  # a caller for what pstats calls a root
    assert set(expected) == set(got)
    for key, (primitive, calls, own, inclusive, callers) in expected.items():
        assert got[key][:2] == (primitive, calls) and got[key][2:4] == pytest.approx((own, inclusive))
        assert set(got[key][4]) - {("~", 0, "[root]")} == set(callers)


@pytest.mark.parametrize("program, options", [
    ("proftop", []), ("proffilter", ["-t", "collapsed"]), ("profmerge", ["-t", "callgrind"]), ("profconv", ["-t", "dot"]),
])
def test_other_tools(program, options):
    plain = lib.run(program, "-q", *options, input=GRAPH)[0]
    stripped = lib.run(program, "-q", "--strip-dirs", *options, input=GRAPH)[0]
    anonymous = lib.run(program, "-q", "--anonymize", *options, input=GRAPH)[0]
    assert b"secret" in plain and b"secret" not in anonymous
    assert b"secret_main" in stripped and b"/home" not in stripped


def test_differences(tmp_path):
    (tmp_path / "a").write_bytes(GRAPH)
    (tmp_path / "b").write_bytes(GRAPH.replace(b"10 5", b"10 50"))
    out = lib.run("profdiff", "--anonymize", tmp_path / "a", tmp_path / "b")[0].decode()
    assert hidden("f", "secret_main") in out and "secret_" not in out


def test_anonymize_in_a_gzip(tmp_path):
    out = tmp_path / "out.callgrind.gz"
    lib.run("callgrind2callgrind", "--anonymize", "-o", out, input=GRAPH)
    assert b"secret" not in gzip.decompress(out.read_bytes())

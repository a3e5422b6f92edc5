"""OTLP profiles written as JSON: the same profile as in protobuf, in the collector's spelling."""
import gzip
import json
import os
import pty
import subprocess

import pytest

import lib

SAMPLES = lib.samples()


def written(program, path, *args):
    return lib.run(program, "-q", *args, path)[0]


def read_back(data):
    """As protobuf, which has all that is read."""
    return lib.run("otlp2otlp", "-q", input=data)[0]


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_both_encodings_carry_the_same_profile(sample):
    program = f"{sample.format}2otlp"
    wire, text = (written(program, sample.path, "--encoding", encoding) for encoding in ("protobuf", "json"))
    assert text.count(b"\n") == 1 and text.startswith(b"{") and wire[:1] == b"\n"
    json.loads(text)
    assert read_back(text) == read_back(wire)
    assert lib.run("otlp2otlp", "-q", "--encoding", "json", input=wire)[0] == lib.run("otlp2otlp", "-q", "--encoding", "json", input=text)[0]


def test_the_spelling():
    """Numbers of 64 bits are strings, indices numbers, ids hexadecimal digits; what is 0 or empty is left out."""
    out = lib.run("collapsed2otlp", "-q", "--encoding", "json", input=b'main;"a\\b" -9007199254740993\nmain 2\n')[0]
    document = json.loads(out)
    profile = document["resourceProfiles"][0]["scopeProfiles"][0]["profiles"][0]
    tables = document["dictionary"]
    assert sorted(sample["values"][0] for sample in profile["samples"]) == ["-9007199254740993", "2"]
    assert {type(sample["stackIndex"]) for sample in profile["samples"]} == {int}
    assert [list(tables[name][0]) for name in ("locationTable", "functionTable", "stackTable")] == [[], [], []]
    assert tables["stringTable"][0] == "" and '"a\\b"' in tables["stringTable"]
    names = [tables["stringTable"][row["nameStrindex"]] for row in tables["functionTable"][1:]]
    assert sorted(names) == ['"a\\b"', "main"]


def test_ids_are_hexadecimal():
    out = written("otlp2otlp", lib.SAMPLES / "otlp/ebpf.otlp.pb", "--encoding", "json")
    theirs = json.loads((lib.SAMPLES / "otlp/ebpf.otlp.json").read_text())
    assert json.loads(out)["dictionary"]["linkTable"][1] == theirs["dictionary"]["linkTable"][1]


def test_names_of_any_bytes():
    """What JSON or a terminal would obey is escaped, and every name comes back."""
    names = [b'"', b"\\", b"\\n", b"\x1b[31m", b"\x01", b"\xff\xfe", b"caf\xc3\xa9", b"\xe2\x80\xae", b"\xf0\x9f\x98\x80", b"</script>"]
    lines = b"".join(b"%s %d\n" % (name, i + 1) for i, name in enumerate(sorted(names)))
    out = lib.run("collapsed2otlp", "-q", "--encoding", "json", input=lines)[0]
    assert out.isascii() or out.decode()
    assert all(byte >= 0x20 for byte in out[:-1]) and b"\xe2\x80\xae" not in out
    json.loads(out)
    assert lib.run("otlp2collapsed", "-q", input=out)[0] == lib.run("collapsed2collapsed", "-q", input=lines)[0]


@pytest.mark.parametrize("name, args, is_json", [
    ("x.otlp.json", (), True), ("x.otlp.jsonl", (), True), ("x.otlp.json.gz", (), True), ("x.otlp", (), False), ("x.otlp.pb", (), False),
    ("x.json", ("-t", "otlp"), True), ("x.otlp", ("--encoding", "json"), True), ("x.otlp.json", ("--encoding", "protobuf"), False),
    ("x.otlp", ("-t", "otlp.json"), True), ("x", ("-t", "otlp"), False)])
def test_the_name_of_the_output_chooses(tmp_path, name, args, is_json):
    lib.run("profconv", "-q", *args, "-o", tmp_path / name, input=b"a;b 1\n")
    data = (tmp_path / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    assert (data[:1] == b"{") == is_json
    assert lib.run("otlp2collapsed", "-q", tmp_path / name)[0] == b"a;b 1\n"


@pytest.mark.parametrize("target, is_json", [("otlp", False), ("otlp.pb", False), ("otlp.json", True), ("otlp.jsonl", True)])
def test_a_suffix_names_the_encoding_for_a_pipe_too(target, is_json):
    for program in ("profconv", "profmerge", "proffilter"):
        out = lib.run(program, "-q", "-t", target, input=b"a;b 1\n")[0]
        assert (out[:1] == b"{") == is_json and out


@pytest.mark.parametrize("args, status", [(("-t", "otlp"), 2), (("-t", "otlp", "--encoding", "json"), 0), (("-t", "otlp.json"), 0)])
def test_json_may_go_to_a_terminal(tmp_path, args, status):
    (tmp_path / "in").write_bytes(b"a;b 1\n")
    leader, follower = pty.openpty()
    try:
        done = subprocess.run([lib.BIN / "profconv", "-q", *args, tmp_path / "in"], stdout=follower, stderr=subprocess.PIPE, env=lib.ENV, timeout=60)
        assert done.returncode == status, done.stderr
        assert status == 0 or b"otlp is binary" in done.stderr
        if status == 0:
            assert os.read(leader, 100).startswith(b'{"resourceProfiles"')
    finally:
        os.close(leader)
        os.close(follower)

"""Spans of OpenTelemetry's SDK, in every shape that it writes, against own times that were taken from its objects."""
import collections
import json
import marshal
import os
import subprocess

import pytest

import lib

PYTHON = lib.BUILD / "interop/spans/bin/python"
SHAPES = {"protobuf.pb": "ns", "protobuf.json": "ns", "lines.jsonl": "ns", "console.json": "console", "zipkin.json": "zipkin"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    if not PYTHON.exists():
        pytest.skip("OpenTelemetry's SDK is not installed: make interop")
    folder = tmp_path_factory.mktemp("spans")
    subprocess.run([PYTHON, lib.ROOT / "tests/interop/make_spans.py", folder, "4"], check=True, timeout=60)
    return folder


def rows(path, *options):
    """By path of names: [own nanoseconds, spans]."""
    out, _ = lib.run("profconv", "-q", "-t", "speedscope", *options, path)
    top = json.loads(out)
    frames = [frame["name"] for frame in top["shared"]["frames"]]
    profile, = top["profiles"]
    return {";".join(frames[i] for i in stack): weight for stack, weight in zip(profile["samples"], profile["weights"])}


@pytest.mark.parametrize("shape", SHAPES)
def test_own_times(made, shape):
    truth = json.loads((made / "truth.json").read_text())[SHAPES[shape]]
    assert rows(made / shape) == {path: own for path, (own, _) in truth.items()}
    assert len(truth) > 20
    calls = collections.Counter()
    for path, (_, count) in truth.items():
        calls[path.split(";")[-1]] += count
    stats = marshal.loads(lib.run("profconv", "-q", "-t", "pstat", made / shape)[0])
    assert {key[2]: row[1] for key, row in stats.items() if key[2] != "[root]"} == calls


@pytest.mark.parametrize("shape", SHAPES)
def test_services_and_kinds(made, shape):
    """All shapes have both; a statement too."""
    paths = rows(made / shape, "--span-name", "service,op,description")
    service = "unknown_service:python" if shape == "zipkin.json" else "shop"  # the exporter does not ask the resource
    allowed = {f"{service}: {kind}: select 1" for kind in ("internal", "client", "server")}
    if shape == "zipkin.json":  # which has no kind for spans that are neither a client's nor a server's
        allowed.add(f"{service}: select 1")
    assert {name for path in paths for name in path.split(";")} <= allowed and len(paths) > 5


def test_halves_of_a_call_from_zipkin(tmp_path):
    """The server's half is "shared", and below the client's; annotations that come later are no span."""
    modules = lib.BUILD / "interop/node_modules"
    if not (modules / "zipkin").is_dir():
        pytest.skip("Zipkin's library is not installed: make interop")
    done = subprocess.run(["node", lib.ROOT / "tests/interop/zipkin_spans.js"], env={**os.environ, "NODE_PATH": str(modules)},
                          capture_output=True, check=True, timeout=60)
    spans = json.loads(done.stdout)
    client, = (span for span in spans if span.get("kind") == "CLIENT")
    server, = (span for span in spans if span.get("kind") == "SERVER")
    assert server["shared"] and server["id"] == client["id"]
    (tmp_path / "spans").write_bytes(done.stdout)
    inside = min(client["timestamp"] + client["duration"], server["timestamp"] + server["duration"]) - max(client["timestamp"], server["timestamp"])
    assert rows(tmp_path / "spans", "--span-name", "service,name") == {
        "shop: get": 1000 * (client["duration"] - inside), "shop: get;stock: get": 1000 * server["duration"]}


def test_the_same_spans_of_three_shapes_are_read_once(made):
    _, said = lib.run("profconv", "-t", "collapsed", "-o", made / "out", made / "protobuf.pb", made / "protobuf.json", made / "lines.jsonl")
    spans = sum(count for _, count in json.loads((made / "truth.json").read_text())["ns"].values())
    assert b"%d spans came again and were left out" % (2 * spans) in said
    once, _ = lib.run("traces2collapsed", "-q", made / "protobuf.pb")
    assert (made / "out").read_bytes() == once

"""Call graphs as Graphviz sees them, against arithmetic of our own."""
import json
import marshal
import random
import re
import subprocess
import xml.etree.ElementTree

import pytest

import lib


def draw(data, *options, program="collapsed2dot"):
    """What dot reads: {label: node}, {(tail, head): edge}, the graph."""
    text, _ = lib.run(program, "-q", *options, input=data)
    done = subprocess.run(["dot", "-Tdot_json"], input=text, capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()
    graph = json.loads(done.stdout)
    nodes = {node["label"].split("\\n")[0]: node for node in graph.get("objects", [])}
    number = {node["_gvid"]: name for name, node in nodes.items()}
    return nodes, {(number[edge["tail"]], number[edge["head"]]): edge for edge in graph.get("edges", [])}, graph


EVERYTHING = ("--node-threshold", "0", "--edge-threshold", "0", "--max-nodes", "0")


def stacks_of(seed):
    rng = random.Random(seed)
    return {tuple(rng.choice("abcdef") for _ in range(rng.randint(1, 6))): rng.randint(1, 99) for _ in range(30)}


def folded(stacks):
    return "".join(";".join(stack) + f" {n}\n" for stack, n in stacks.items()).encode()


def percent(value, total):
    return f"{100 * value / total:.2f}".rstrip("0").rstrip(".") + "%"


@pytest.mark.parametrize("seed", range(6))
def test_values(seed):
    stacks = stacks_of(seed)
    total = sum(stacks.values())
    nodes, edges, _ = draw(folded(stacks), *EVERYTHING)
    assert set(nodes) == {f for stack in stacks for f in stack}
    for name, node in nodes.items():
        own = sum(n for stack, n in stacks.items() if stack[-1] == name)
        inclusive = sum(n for stack, n in stacks.items() if name in stack)
        assert node["label"] == (f"{name}\\n{inclusive:,} samples ({percent(inclusive, total)})"
                                 f"\\nself {own:,} samples ({percent(own, total)})")
    assert {pair: edge["label"] for pair, edge in edges.items()} == {
        pair: percent(sum(n for stack, n in stacks.items() if pair in zip(stack, stack[1:])), total)
        for pair in {pair for stack in stacks for pair in zip(stack, stack[1:])}}


def test_calls_and_places():
    rows = {("/a/m.py", 1, "main"): (1, 1, 1.0, 10.0, {}), ("/a/m.py", 5, "f"): (1200, 1200, 9.0, 9.0, {("/a/m.py", 1, "main"): (1200, 1200, 9.0, 9.0)})}
    nodes, edges, graph = draw(marshal.dumps(rows), program="pstat2dot")
    assert nodes["f"]["label"] == "f\\nm.py:5\\n9 s (90%)\\nself 9 s (90%)\\n1,200\u00d7"
    assert nodes["f"]["tooltip"] == "f\\n/a/m.py:5"
    assert edges["main", "f"]["label"] == "90%\\n1,200\u00d7"
    assert graph["label"] == "from pstat \u00b7 time: 10 s"


def test_thresholds():
    data = b"main;a 900\nmain;b 95\nmain;c 5\n"
    nodes, edges, graph = draw(data, "--node-threshold", "0.05", "--edge-threshold", "0.5")
    assert set(nodes) == {"main", "a", "b"} and set(edges) == {("main", "a")}
    assert graph["label"].endswith("3 of 4 functions")
    assert set(draw(data, *EVERYTHING[:4], "--max-nodes", "2")[0]) == {"main", "a"}


def test_heavier_is_redder_and_wider():
    nodes, edges, _ = draw(b"main;a 900\nmain;b 100\n")
    hue = {name: float(node["fillcolor"].split()[0]) for name, node in nodes.items()}
    assert hue["main"] == 0 < hue["a"] < hue["b"] <= 0.6
    assert float(edges["main", "a"]["penwidth"]) > float(edges["main", "b"]["penwidth"])


HOSTILE = ['a"b', "a\\b", "\\N", "\\n", "&lt;", "&amp;", "<b>x</b>", "a];evil [", "\u6f22", "{a|b}", "x\u202ey", "%s", "//", "#", "/*"]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_are_text(name):
    """The picture shows the name: escapes and entities are undone by Graphviz itself."""
    rows = {("", 0, name): (1, 1, 5.0, 5.0, {})}
    text, _ = lib.run("pstat2dot", "-q", input=marshal.dumps(rows))
    done = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, check=True)
    texts = [t.text for t in xml.etree.ElementTree.fromstring(done.stdout).iter("{http://www.w3.org/2000/svg}text")]
    assert name.replace("\u202e", "\\u{202e}") in [(t or "").replace("\u00a0", " ") for t in texts]


@pytest.mark.parametrize("byte", [b for b in range(256) if b not in b"\n;"])
def test_every_byte(byte):
    nodes, _, _ = draw(b"main;x%cy 5\n" % byte)
    assert len(nodes) == 2


@pytest.mark.parametrize("sample", lib.samples(), ids=lambda s: s.name)
def test_every_sample_is_drawn(sample, tmp_path):
    text, _ = lib.run("profconv", "-q", "-t", "dot", sample.path)
    done = subprocess.run(["dot", "-Tdot"], input=text, capture_output=True, timeout=120)
    assert done.returncode == 0 and not re.search(rb"error", done.stderr), done.stderr

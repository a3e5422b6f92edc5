"""Data frames for the node graph panel: functions and calls, against arithmetic of our own."""
import json
import marshal

import pytest

import lib
from formats import stacks_by_hand


def frames(*options, program="collapsed2nodegraph", **how):
    found = []
    for one in json.loads(lib.run(program, "-q", *options, **how)[0]):
        assert one["schema"]["meta"] == {"preferredVisualisationType": "nodeGraph"}
        names = [field["name"] for field in one["schema"]["fields"]]
        assert len({len(column) for column in one["data"]["values"]}) == 1
        found.append([dict(zip(names, row)) for row in zip(*one["data"]["values"])])
    nodes, edges = found
    assert len({node["id"] for node in nodes}) == len(nodes) and len({edge["id"] for edge in edges}) == len(edges)
    title = {node["id"]: node["title"] for node in nodes}
    assert all(round(node["arc__self"] + node["arc__callees"], 9) == 1 and node["arc__self"] >= 0 for node in nodes)
    return {node["title"]: node for node in nodes}, {(title[edge["source"]], title[edge["target"]]): edge for edge in edges}


@pytest.mark.parametrize("seed", range(4))
def test_values(seed):
    counts = stacks_by_hand.stacks(seed)
    own, all_of = stacks_by_hand.self_values(counts), stacks_by_hand.inclusive_values(counts)
    nodes, edges = frames(input=stacks_by_hand.folded(counts))
    assert {name: (node["mainstat"], node["secondarystat"]) for name, node in nodes.items()} == {name: (all_of[name], own[name]) for name in all_of}
    assert {name: node["arc__self"] for name, node in nodes.items()} == {name: round(own[name] / all_of[name], 6) for name in all_of}
    assert {pair: edge["mainstat"] for pair, edge in edges.items()} == stacks_by_hand.arcs(counts)


@pytest.mark.parametrize("most", [1, 3, 5])
def test_others_are_one_node(most):
    counts = stacks_by_hand.stacks(11)
    own, all_of, arcs = stacks_by_hand.self_values(counts), stacks_by_hand.inclusive_values(counts), stacks_by_hand.arcs(counts)
    shown = stacks_by_hand.heaviest(all_of, all_of, most)
    nodes, edges = frames("--max-nodes", most, input=stacks_by_hand.folded(counts))
    assert set(nodes) == {*shown, "(other)"}
    assert nodes["(other)"]["secondarystat"] == sum(own.values()) - sum(own[name] for name in shown)
    assert nodes["(other)"]["mainstat"] is None and nodes["(other)"]["subtitle"] == f"{len(all_of) - most} functions"
    wanted = {}
    for (caller, callee), n in arcs.items():
        pair = (caller if caller in shown else "(other)", callee if callee in shown else "(other)")
        if pair != ("(other)", "(other)"):
            wanted[pair] = wanted.get(pair, 0) + n
    assert {pair: edge["mainstat"] for pair, edge in edges.items()} == wanted


def test_calls_and_places():
    main = ("/a/m.py", 1, "main")
    nodes, edges = frames(program="pstat2nodegraph", input=marshal.dumps({
        main: (1, 1, 1.0, 10.0, {}), ("/a/m.py", 5, "f"): (1200, 1200, 9.0, 9.0, {main: (1200, 1200, 9.0, 9.0)})}))
    assert nodes["f"]["subtitle"] == "/a/m.py:5" and nodes["f"]["detail__calls"] == 1200 and nodes["f"]["mainstat"] == 9000000000
    assert edges[("main", "f")]["secondarystat"] == 1200 and edges[("main", "f")]["mainstat"] == 9000000000


def test_samples_are_no_calls():
    nodes, edges = frames(input=b"a;b 3\n")
    assert nodes["a"]["detail__calls"] is None and edges[("a", "b")]["secondarystat"] is None

"""Data frames for the flame graph panel: rows depth first whose values are those of the stacks."""
import json
import marshal

import pytest

import lib
from formats import stacks_by_hand


def frame(*options, program="collapsed2grafana", **how):
    only, = json.loads(lib.run(program, "-q", *options, **how)[0])
    fields = only["schema"]["fields"]
    assert only["schema"]["meta"] == {"preferredVisualisationType": "flamegraph"}
    columns = only["data"]["values"]
    assert len(columns) == len(fields) and len({len(column) for column in columns}) == 1
    for field, column in zip(fields, columns):
        kinds = str if field["type"] == "string" else (int, float)
        assert field["type"] in ("string", "number") and all(isinstance(cell, kinds) for cell in column)
    return {field["name"]: column for field, column in zip(fields, columns)}, fields


def paths(columns):
    """The stack of each row, by level and order alone, as the panel finds parents."""
    path, found = [], []
    for level, label in zip(columns["level"], columns["label"]):
        assert level <= len(path), "a level is skipped"
        path[level:] = [label]
        found.append(tuple(path))
    assert found[0] == ("total",) and columns["level"].count(0) == 1
    assert len(set(found)) == len(found)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_values(seed):
    counts = stacks_by_hand.stacks(seed)
    columns, fields = frame(input=stacks_by_hand.folded(counts))
    assert [field["name"] for field in fields] == ["level", "label", "value", "self"]
    assert dict(zip(paths(columns), zip(columns["value"], columns["self"]))) == stacks_by_hand.contexts(counts)


@pytest.mark.parametrize("most", [1, 5, 20])
def test_others_keep_the_sum(most):
    counts = stacks_by_hand.stacks(9)
    columns, _ = frame("--max-nodes", most, input=stacks_by_hand.folded(counts))
    rows = dict(zip(paths(columns), zip(columns["value"], columns["self"])))
    every, shown = stacks_by_hand.contexts(counts), {path for path in rows if path[-1] != "(other)"}
    assert len(shown) == most + 1 and sum(own for _, own in rows.values()) == sum(counts.values())
    for path, (value, own) in rows.items():
        children = [rows[other][0] for other in rows if other[:-1] == path]
        assert value == own + sum(children)
        if path in shown:
            assert (value, own) == every[path]


def test_a_difference_has_two_sides(tmp_path):
    for name, text in (("base", "a;b 3\na 1\n"), ("new", "a;c 5\na 2\n")):
        (tmp_path / name).write_text(text)
    columns, fields = frame("-t", "grafana", tmp_path / "base", tmp_path / "new", program="profdiff")
    assert [field["name"] for field in fields] == ["level", "label", "value", "self", "valueRight", "selfRight"]
    found = dict(zip(paths(columns), zip(*(columns[name] for name in ("value", "self", "valueRight", "selfRight")))))
    assert found == {("total",): (4, 0, 7, 0), ("total", "a"): (4, 1, 7, 2), ("total", "a", "b"): (3, 3, 0, 0), ("total", "a", "c"): (0, 0, 5, 5)}


def test_units_and_names():
    stats = marshal.dumps({("/a/m.py", 5, "f"): (1, 1, 1.5, 1.5, {}), ("/b/m.py", 7, "f"): (1, 1, 2.5, 2.5, {})})
    columns, fields = frame(program="pstat2grafana", input=stats)
    assert [field.get("config") for field in fields] == [None, None, {"unit": "ns"}, {"unit": "ns"}]
    assert columns["value"][0] == 4000000000 and set(columns["label"]) == {"total", "f"}
    columns, _ = frame("--frames", "full", program="pstat2grafana", input=stats)
    assert columns["label"] == ["total", "f (/a/m.py:5)", "f (/b/m.py:7)"] and columns["self"] == [0, 1500000000, 2500000000]


def test_what_is_lost_is_said():
    _, said = lib.run("collapsed2grafana", "-v", "--max-nodes", "1", input=b"a;b 1\na;c 2\n")
    assert b"2 of 3 contexts are in rows (other), see --max-nodes" in said
    _, said = lib.run("collapsed2grafana", "-v", input=b"a 9007199254740993\n")
    assert b"values above 2^53 are rounded by Grafana" in said
    assert b"2^53" not in lib.run("collapsed2grafana", "-v", input=b"a 9007199254740992\n")[1]


def test_negative_values_are_refused():
    out, said = lib.run("collapsed2grafana", input=b"a -5\nb 7\n", status=2)
    assert not out and b"cannot show negative values: 'samples' has -5" in said


def test_nothing_and_idle():
    assert lib.run("collapsed2grafana", "-q", input=b"")[0] == b"[]\n" or frame(input=b"")[0]["value"] == [0]
    columns, _ = frame(input=b" 4\na 1\n")
    assert dict(zip(columns["label"], columns["self"])) == {"total": 0, "[idle]": 4, "a": 1}

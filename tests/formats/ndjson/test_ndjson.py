"""Lines of a structured log: each an object, with numbers that add up."""
import json
import marshal
from decimal import Decimal

import pytest

import lib
from formats import stacks_by_hand


def lines(*options, program="collapsed2ndjson", **how):
    text = lib.run(program, "-q", *options, **how)[0].decode()
    assert not text or text.endswith("\n")
    return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]


@pytest.mark.parametrize("most", [0, 2])
def test_values(most):
    counts = stacks_by_hand.stacks(7)
    own, all_of = stacks_by_hand.self_values(counts), stacks_by_hand.inclusive_values(counts)
    total, shown = sum(counts.values()), stacks_by_hand.heaviest(all_of, own, most or None)
    rows, running = lines("--max-rows", most, input=stacks_by_hand.folded(counts)), 0
    assert [row["function"] for row in rows] == shown + ["(other)"] * (most > 0)
    for row in rows:
        other = row["function"] == "(other)"
        value = total - sum(own[name] for name in shown) if other else own[row["function"]]
        running += value
        assert row["severity"] == "INFO" and row["unit"] == row["value_type"] == "samples" and row["calls"] is None
        assert row["self"] == value and row["self_percent"] == round(Decimal(100 * value) / total, 2)
        assert row["inclusive"] == (None if other else all_of[row["function"]])
        assert row["message"].startswith(f"{row['function']}: self {value} ")
        assert "self_seconds" not in row and "time" not in row
    assert running == total == sum(row["self"] for row in rows) and rows[-1]["cumulative_percent"] == 100


def test_times_calls_labels_and_place():
    stats = {("/a/m.py", 5, "f"): (1200, 1200, 8.25, 9.0, {}), ("~", 0, "g"): (3, 3, .75, .75, {("/a/m.py", 5, "f"): (3, 3, .75, .75)})}
    f, g = lines("--label", "profile=demo", program="pstat2ndjson", input=marshal.dumps(stats))
    assert f["self"] == 8250000000 and f["self_seconds"] == Decimal("8.25") and f["inclusive_seconds"] == 9 and f["calls"] == 1200
    assert f["self_per_call"] == 8250000000 // 1200 and f["unit"] == "ns"
    assert f["logging.googleapis.com/labels"] == g["logging.googleapis.com/labels"] == {"profile": "demo"}
    assert f["logging.googleapis.com/sourceLocation"] == {"file": "/a/m.py", "line": 5, "function": "f"}
    assert g["file"] == "" and g["line"] is None and "logging.googleapis.com/sourceLocation" not in g


def test_bytes_have_their_own_number():
    text = b'{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[{"name":"f"}]},"profiles":[' \
           b'{"type":"sampled","name":"heap","unit":"bytes","startValue":0,"endValue":5,"samples":[[0]],"weights":[5]}]}'
    row, = lines(program="speedscope2ndjson", input=text)
    assert row["self_bytes"] == row["inclusive_bytes"] == 5 and row["unit"] == "bytes"


@pytest.mark.parametrize("name", ["::set-output name=x::y", "\x1b[2J", "a\"b\\", "\u202e", "<script>"])
def test_names_are_text(name):
    out = lib.run("collapsed2ndjson", "-q", input=name.encode() + b" 1\n")[0]
    assert json.loads(out)["function"] == name
    assert b"\x1b" not in out and "\u202e".encode() not in out


def test_calls_of_a_difference_are_value_types(tmp_path):
    for name, calls in (("base", 10), ("new", 25)):
        (tmp_path / name).write_bytes(marshal.dumps({("m.py", 1, "f"): (calls, calls, 3.0, 3.0, {})}))
    rows = lines("-t", "ndjson", tmp_path / "base", tmp_path / "new", program="profdiff")
    assert {row["value_type"]: (row["self"], row["calls"]) for row in rows if row["function"] == "f"} == {
        "base": (3000000000, None), "new": (3000000000, None), "base_calls": (10, None), "new_calls": (25, None)}
    text = lib.run("profdiff", "-q", "-t", "openmetrics", tmp_path / "base", tmp_path / "new")[0]
    assert b"profpipe_calls" not in text and b'value_type="new_calls"} 25\n' in text

"""Samples without a stack: one row [idle] in every view, or none, and so one total."""
import csv
import io
import json
import re

import pytest

import lib

A, B = b"main;f 100\n 50\n", b"main;f 120\n 10\n"
WITH, WITHOUT = (150, {"f": 100, "main": 0, "[idle]": 50}), (100, {"f": 100, "main": 0})


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    (tmp_path / "a.collapsed").write_bytes(A)
    (tmp_path / "b.collapsed").write_bytes(B)
    return tmp_path


def top(*args, **options):
    rows = csv.DictReader(io.StringIO(lib.run("proftop", "--format", "csv", *args, **options)[0].decode()))
    return {row["function"]: int(row["self"]) for row in rows}


@pytest.mark.parametrize("words, right", [([], WITH), (["--no-idle"], WITHOUT)])
@pytest.mark.parametrize("to", ["collapsed", "speedscope", "flamegraph", "pstat", "callgrind"])
def test_every_view_has_the_same_rows(to, words, right, folder):
    """A format of graphs has it as a function, which is the same row again."""
    total, rows = right
    file = folder / f"a.{to}"
    lib.run(f"collapsed2{to}", "-q", "-o", file, folder / "a.collapsed")
    assert top(*words, file) == top(*words, "--lines", file) | {"main": 0} == rows
    text = lib.run("proftop", *words, file)[0].decode()
    assert re.search(rf": {total} samples in {len(rows)} functions", text)
    tree = csv.DictReader(io.StringIO(lib.run("proftop", "--tree", *words, "--format", "csv", file)[0].decode()))
    assert {row["function"]: int(row["self"]) for row in tree} == rows
    found = json.loads(lib.run("profcheck", "--json", *words, file)[0])["value_types"][0]
    assert (found["self_total"], found["idle"]) == (total, rows.get("[idle]", 0))


def test_pictures_have_a_frame_for_it(folder):
    drawn = lib.run("collapsed2flamegraph", folder / "a.collapsed")[0].decode()
    assert "<title>[idle] (50 samples, 33.33%)</title>" in drawn and "<title>f (100 samples, 66.67%)</title>" in drawn
    graph = lib.run("collapsed2dot", folder / "a.collapsed")[0].decode()
    assert "[idle]\\n50 samples (33.33%)" in graph and "samples: 150 samples" in graph


def test_profcheck_says_how_much_it_is(folder):
    assert b"\nidle           samples 50 (33.33%)\n" in lib.run("profcheck", folder / "a.collapsed")[0]
    out = lib.run("profcheck", "--against", folder / "b.collapsed", folder / "a.collapsed", status=1)[0]
    assert out == b"f: samples 100 against 120\n[idle]: samples 50 against 10\n2 self totals differ\n"
    out = lib.run("profcheck", "--no-idle", "--against", folder / "b.collapsed", folder / "a.collapsed", status=1)[0]
    assert out == b"f: samples 100 against 120\n1 self total differs\n"


@pytest.mark.parametrize("words, totals", [([], (150, 130)), (["--no-idle"], (100, 120))])
@pytest.mark.parametrize("to", ["collapsed", "pstat"])
def test_a_difference_counts_it_or_not(to, words, totals, folder):
    files = [folder / f"{side}.{to}" for side in "ab"]
    for file in files:
        lib.run(f"collapsed2{to}", "-q", "-o", file, file.with_suffix(".collapsed"))
    found = json.loads(lib.run("profdiff", "-q", *words, "--format", "json", *files)[0])
    assert (found["total_base"], found["total_new"]) == totals
    rows = {row["function"]: (row["self_base"], row["self_new"]) for row in found["rows"]}
    assert rows.get("[idle]") == (None if words else (50, 10)) and rows["f"] == (100, 120)


@pytest.mark.parametrize("data, back", [
    (A, b" 50\nmain;f 100\n"), (b"[idle] 7\nmain;f 100\n", b"[idle] 7\nmain;f 100\n"), (b"[idle];f 7\n 3\n", b" 3\n[idle];f 7\n"),
    (b"[idle] 7\nmain;f 100\n 3\n", b"[idle] 10\nmain;f 100\n")])
def test_the_frame_is_no_stack_again(data, back):
    """Unless the source has one of that name alone: then they are one."""
    drawn = lib.run("collapsed2flamegraph", input=data)[0]
    assert lib.run("flamegraph2collapsed", input=drawn)[0] == back
    again = lib.run("flamegraph2flamegraph", input=drawn)[0]
    assert lib.run("flamegraph2collapsed", input=again)[0] == back


def test_a_thread_is_idle_below_its_name():
    assert lib.run("collapsed2collapsed", "--threads", input=A)[0] == b"thread 1;[idle] 50\nthread 1;main;f 100\n"

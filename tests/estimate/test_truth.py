"""Estimated stacks against the true ones of samples/truth, and what makes and scores them against cProfile."""
import csv
import functools
import marshal
import re
import subprocess
import sys

import pytest

import lib
import random_trees
import score
import true_tree

# The mean over all programs, in per cent; see score.py.
LIMITS_MOST = {"fn": 0.5, "fnw": 7, "arc": 0.8, "arcw": 8, "anc": 8, "tvf": 19, "tvc": 48, "tv": 64}

PROGRAMS = score.programs()
COMMAND = [lib.BIN / "pstat2collapsed", "-q", "--max-unplaced", "0.001"]


def name_of(program):
    return program.name


@functools.cache
def estimated(program):
    return score.estimate(COMMAND, program, lib.ENV)


def self_totals(stacks):
    """{function: the sum of the stacks that end in it}, without those of nothing."""
    totals = {}
    for path, value in stacks.items():
        totals[path[-1]] = totals.get(path[-1], 0) + value
    return {function: value for function, value in totals.items() if value}


# --- the estimates ---

@pytest.mark.parametrize("program", lib.some(PROGRAMS), ids=name_of)
def test_an_estimate_keeps_every_self_total(program):
    drawn = estimated(program)
    assert sum(drawn.values()) == sum(program.stacks.values())
    assert self_totals(drawn) == self_totals(program.stacks)


@pytest.mark.skipif(lib.SANITIZED, reason="the figures are the same, and slow to come by")
def test_estimates_are_near_the_truth():
    means = score.mean({program.name: score.measure(program, estimated(program)) for program in PROGRAMS})
    far = {column: round(100 * means[column], 2) for column, most in LIMITS_MOST.items() if 100 * means[column] > most}
    assert far == {}


# --- the corpus ---

@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_a_profile_and_its_stacks_agree(program):
    """To the unit, for functions and for arcs: so figures that are not 0 are the estimate's fault."""
    assert self_totals(program.stacks) == {name: value for name, value in program.self_totals().items() if value}
    for from_stacks, recorded in zip(true_tree.inclusive_of(program.stacks), program.inclusive()):
        assert from_stacks == {key: value for key, value in recorded.items() if value}


def test_every_program_has_its_row():
    with open(score.TRUTH / "truth.tsv", newline="") as table:
        rows = {row["program"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert sorted(rows) == [program.name for program in PROGRAMS]
    for program in PROGRAMS:
        row, arcs = rows[program.name], program.inclusive()[1]
        assert (int(row["functions"]), int(row["arcs"]), int(row["true stacks"])) == \
            (len(program.rows), len(arcs), len(program.stacks)), program.name
        made_here = not row["command"].startswith("(made elsewhere)")
        assert made_here == (lib.SAMPLES / f"programs/truth/{program.name}.py").exists(), program.name


# --- the scorer ---

@pytest.mark.parametrize("program", PROGRAMS[::6], ids=name_of)
def test_the_truth_scores_nothing(program):
    figures = score.measure(program, program.stacks)
    assert {column: figures[column] for column in score.COLUMNS} == pytest.approx(dict.fromkeys(score.COLUMNS, 0))
    assert figures["n"] == 1


def test_recursion_is_folded():
    assert score.fold_repeats(tuple("affbbf")) == tuple("afbf")
    assert score.fold_recursion(tuple("afghgk")) == tuple("afgk")
    assert score.fold_recursion(tuple("afgfgg")) == tuple("afg")


def test_errors_are_shares():
    true = {("a", "b"): 60, ("a", "c"): 40}
    drawn = {("a", "b"): 60, ("c",): 40}
    assert score.misplaced(drawn, true, score.as_it_is) == 0.4
    assert score.similarity(drawn, true) == 0.6 + 0.4 * 0.5
    assert score.errors({"a": 60, "c": 40}, {"a": 100, "b": 4, "c": 40}, 100) == (44 / 144, 0.4)


# --- the tracer ---

SCRIPT = '''
class Tree:
    def __init__(self, depth):
        self.kids = [Tree(depth - 1) for _ in range(2)] if depth else []

    def __len__(self):
        return 1 + sum(len(kid) for kid in self.kids)

    def walk(self):
        yield self
        for kid in self.kids:
            yield from kid.walk()

def even(n):
    return n == 0 or odd(n - 1)

def odd(n):
    if n > 7:
        raise ValueError(n)
    return n != 0 and even(n - 1)

def safe(n):
    try:
        return even(n)
    except ValueError:
        return str(dict.fromkeys("ab"))

tree = Tree(4)
print(len(tree), len(list(tree.walk())), [safe(n) for n in range(12)])
exec("print(sorted([3, 1, 2], key=lambda n: -n), object().__class__)")
raise SystemExit(3)
'''


def counts(stats):
    """What of a pstat file is the same in each run: calls, primitive calls, and those of each caller."""
    def shown(function):
        file, line, name = function
        return file.rpartition("/")[2], line, re.sub(" at 0x[0-9a-f]+", "", name)
    return {shown(function): (row[:2], {shown(caller): arc[:2] for caller, arc in row[4].items()})
            for function, row in stats.items()}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="older Pythons report other events")
def test_the_tracer_counts_as_cprofile_does(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    for profiler in (["-m", "cProfile", "-o", "real.pstat"], [lib.ROOT / "tests/estimate/trace.py", "traced"]):
        subprocess.run([sys.executable, *profiler, script], cwd=tmp_path, check=True, capture_output=True)
    traced, = score.programs([tmp_path])
    test_a_profile_and_its_stacks_agree(traced)
    assert str(tmp_path) not in str(traced.rows)
    real = marshal.loads((tmp_path / "real.pstat").read_bytes())
    assert counts(marshal.loads(score.unpacked(traced.profile))) == counts(real)


# --- random trees ---

@pytest.mark.parametrize("recursion", random_trees.RECURSIONS)
@pytest.mark.parametrize("seed", range(8))
def test_a_random_tree_is_one_program(seed, recursion):
    tree = random_trees.make_tree(seed, 10 + 4 * seed, 50 + 30 * seed, recursion)
    assert tree == random_trees.make_tree(seed, 10 + 4 * seed, 50 + 30 * seed, recursion)
    assert all(path[:-1] in tree.self_ns for path in tree.self_ns if len(path) > 1)
    for drawn, recorded in zip(random_trees.drawn(random_trees.collapsed(tree)), random_trees.recorded(tree)):
        assert drawn == {key: value for key, value in recorded.items() if value}
    recursive = any(not true_tree.is_outermost(path) for path in tree.self_ns)
    assert recursive == (recursion != "none")


@pytest.mark.parametrize("recursion", random_trees.RECURSIONS)
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("form", ["pstat", "callgrind"])
def test_an_estimate_of_a_random_tree_keeps_every_self_total(form, seed, recursion):
    tree = random_trees.make_tree(seed, 30, 200, recursion)
    data = random_trees.pstat_bytes(tree) if form == "pstat" else random_trees.callgrind_text(tree).encode()
    out, _ = lib.run(f"{form}2collapsed", "-q", input=data)
    assert self_totals(true_tree.read_stacks(out.decode())) == \
        self_totals(true_tree.read_stacks(random_trees.collapsed(tree)))

"""Stacks from a call graph against what the graph records, on random true trees and on graphs that were drawn wrong.

Laws come first: whatever tree is drawn, its sums are those of the file. Then examples that can be followed by hand,
and graphs made to be slow."""
import functools
import gzip
import json
import marshal
import os
import random
import re
import resource
import subprocess

import pytest

import lib
import random_trees
import score
import true_tree

FAULTS = lib.ROOT / "tests/estimate/faults"
FORMS = ["pstat", "callgrind"]

# How far recursion may be drawn from what is recorded, in per cent of it: the mean over SEEDS, and the worst of them.
# A quarter more than was measured, in the order of departure(): functions, arcs, what is under [unplaced].
FAR_MOST = {
    ("pstat", "self"): ((0.0058, 0.025), (0.0113, 0.044), (0.0001, 0.0003)),
    ("pstat", "mutual"): ((1.45, 4.4), (1.55, 6.2), (0, 0)),
    ("pstat", "import"): ((1.09, 11.8), (1.36, 15.6), (0, 0)),
    ("callgrind", "self"): ((0.0105, 0.05), (0.026, 0.14), (0.0001, 0.0003)),
    ("callgrind", "mutual"): ((4.29, 17.5), (0.05, 0.4), (0, 0)),
    ("callgrind", "import"): ((2.06, 14.1), (1.29, 11.4), (0, 0)),
}
SEEDS = range(24)
SIZE = {"functions": 30, "contexts": 200}


# --- from a tree to a file and back ---

def tree_of(stacks):
    """A Tree of {"f;g": nanoseconds}, every context entered once."""
    self_ns = {}
    for text, value in stacks.items():
        path = tuple(random_trees.function(name) for name in text.split(";"))
        for depth in range(1, len(path)):
            self_ns.setdefault(path[:depth], 0)
        self_ns[path] = value
    return true_tree.Tree(self_ns, dict.fromkeys(self_ns, 1))


def written(form, tree):
    return true_tree.pstat_bytes(tree) if form == "pstat" else true_tree.callgrind_text(tree).encode()


def estimated(form, data, *options):
    """All that is expanded: what a reader cannot tell from noise would be merged otherwise."""
    if not {"--max-unplaced", "--max-contexts"} & set(options):
        options = *options, "--max-unplaced", 1e-3
    return usual(form, data, *options)


def usual(form, data, *options):
    return true_tree.read_stacks(lib.run(f"{form}2collapsed", "-q", *options, input=data)[0].decode())


def lines(stacks):
    """{"f;g": value}, to be compared with what stands in a test."""
    return {";".join(path): value for path, value in stacks.items()}


def self_totals(stacks):
    totals = {}
    for path, value in stacks.items():
        totals[path[-1]] = totals.get(path[-1], 0) + value
    return totals


def true_stacks(tree):
    """Those of no value are not written."""
    return true_tree.read_stacks(true_tree.collapsed(tree))


def placed(stacks):
    """The stacks that have a place: those under [unplaced] say nothing of contexts."""
    return {path: value for path, value in stacks.items() if path[0] != "[unplaced]"}


def unplaced(stacks):
    """Its share of all."""
    return 1 - sum(placed(stacks).values()) / sum(stacks.values())


def contexts_of(stacks):
    """Every context that is drawn, with those that only lead to others."""
    return {path[:depth] for path in placed(stacks) for depth in range(1, len(path) + 1)}


def by_last_call(stacks):
    """{(caller, callee): the self value of the callee there}"""
    arcs = {}
    for path, value in stacks.items():
        arcs[path[-2:]] = arcs.get(path[-2:], 0) + value
    return arcs


def by_every_call(stacks):
    """{(caller, callee): inclusive}, a stack counting as often as the call is on it: callgrind's rule."""
    arcs = {}
    for path, value in stacks.items():
        for arc in zip(path, path[1:]):
            arcs[arc] = arcs.get(arc, 0) + value
    return arcs


def differences(drawn, recorded):
    return {key: abs(drawn.get(key, 0) - recorded.get(key, 0)) for key in {**drawn, **recorded}}


# --- no function is inside itself: nothing that is recorded is contradicted ---

def scaled(seed, functions, contexts):
    """A random tree with a thousand times its values: rounding is far below what a wrong share would be."""
    tree = random_trees.make_tree(seed, functions, contexts, "none")
    return true_tree.Tree({path: 1000 * value for path, value in tree.self_ns.items()}, tree.calls)


TREES = [pytest.param(seed, *size, id=f"{seed}-{size[0]}") for size in ((6, 15), (12, 60), (20, 120)) for seed in range(12)]


class Possible:
    """How many contexts the arcs allow. A function's self value is shared out among those of it in whole numbers,
    and those of less than half a unit get none: it can be off by one unit for each."""

    def __init__(self, tree):
        self.callers, self.callees = {}, {}
        for path in tree.self_ns:
            caller = true_tree.frame(path[-2]) if len(path) > 1 else None
            self.callers.setdefault(true_tree.frame(path[-1]), set()).add(caller)
            self.callees.setdefault(caller, set()).add(true_tree.frame(path[-1]))

    @functools.cache
    def of(self, function):
        return 1 if function is None else sum(self.of(caller) for caller in self.callers[function])

    @functools.cache
    def below(self, function):
        """The function, and all that it leads to."""
        return {function}.union(*(self.below(callee) for callee in self.callees.get(function, ())))

    def units(self, key):
        """By how much the inclusive value of a function or an arc can be off."""
        return sum(self.of(function) for function in self.below(key if isinstance(key, str) else key[1]))


def check_figures(stacks, tree):
    """Every function and every arc has its inclusive value."""
    assert {path[0] for path in placed(stacks)} <= {true_tree.frame(path[0]) for path in tree.self_ns}
    possible = Possible(tree)
    for drawn, recorded in zip(true_tree.inclusive_of(placed(stacks)), true_tree.recorded(tree)):
        far = {key: off for key, off in differences(drawn, recorded).items() if off > possible.units(key)}
        assert far == {}


@pytest.mark.parametrize("seed, functions, contexts", lib.some(TREES))
@pytest.mark.parametrize("form", FORMS)
def test_what_is_recorded_is_drawn(form, seed, functions, contexts):
    tree = scaled(seed, functions, contexts)
    check_figures(estimated(form, written(form, tree)), tree)


@pytest.mark.parametrize("seed, functions, contexts", lib.some(TREES))
def test_every_caller_has_its_self_value(seed, functions, contexts):
    """pstat tells what a function took itself when this caller called it."""
    tree = scaled(seed, functions, contexts)
    true = by_last_call(true_stacks(tree))
    drawn = by_last_call(placed(estimated("pstat", written("pstat", tree))))
    possible = Possible(tree)
    assert {arc: off for arc, off in differences(drawn, true).items() if off > possible.of(arc[-1])} == {}


def side_by_side(trees, events):
    """One callgrind file of trees with the same contexts, each an event."""
    rows = list(zip(*(true_tree.callgrind_text(tree).splitlines() for tree in trees)))
    costs = [" ".join([row[0], *(line.split()[1] for line in row[1:])]) if row[0].startswith("1 ") else row[0]
             for row in rows[1:]]
    return "\n".join([f"events: {events}", *costs, ""]).encode()


@pytest.mark.parametrize("seed", lib.some(range(12)))
def test_every_value_type_has_its_own_tree(seed):
    rng, names = random.Random(seed), ["Ir", "Dr", "time"]
    first = scaled(seed, 12, 60)
    trees = [first] + [true_tree.Tree({path: rng.choice([0, rng.randrange(10 ** 7)]) for path in first.self_ns}, first.calls)
                       for _ in names[1:]]
    data = side_by_side(trees, "Ir Dr ns")
    for tree, name in zip(trees, names):
        stacks = estimated("callgrind", data, "--value", name)
        assert self_totals(stacks) == self_totals(true_stacks(tree))
        check_figures(stacks, tree)


# --- recursion: how far off ---

def distance(drawn, recorded):
    return 100 * sum(differences(drawn, recorded).values()) / sum(recorded.values())


def departure(form, recursion, seed):
    """How far the functions and the arcs of one tree are drawn from what is recorded, and what has no place."""
    tree = random_trees.make_tree(seed, recursion=recursion, **SIZE)
    stacks, true = estimated(form, written(form, tree)), true_stacks(tree)
    assert self_totals(stacks) == self_totals(true)
    (functions, arcs), (recorded, recorded_arcs) = true_tree.inclusive_of(placed(stacks)), true_tree.inclusive_of(true)
    if form == "callgrind":
        arcs, recorded_arcs = by_every_call(placed(stacks)), by_every_call(true)
    return distance(functions, recorded), distance(arcs, recorded_arcs), 100 * unplaced(stacks)


@pytest.mark.skipif(lib.SANITIZED, reason="the figures are the same, and slow to come by")
@pytest.mark.parametrize("form, recursion", FAR_MOST)
def test_recursion_is_drawn_near_what_is_recorded(form, recursion):
    departures = [departure(form, recursion, seed) for seed in SEEDS]
    over = []
    for name, values, most in zip(("functions", "arcs", "unplaced"), zip(*departures), FAR_MOST[form, recursion]):
        measured = sum(values) / len(values), max(values)
        if measured[0] > most[0] or measured[1] > most[1]:
            over.append((name, measured, most))
    assert over == []


# --- self totals, whatever the graph and the limits ---

def random_graph(seed):
    """A callgrind file whose figures need not fit each other, and its self values."""
    rng = random.Random(seed)
    selfs = [rng.randint(0, 10 ** 9) for _ in range(rng.randint(2, 6))]
    arcs = {}
    for _ in range(rng.randint(1, 10)):
        arcs[rng.randrange(len(selfs)), rng.randrange(len(selfs))] = rng.randint(1, 3 * 10 ** 9)
    return selfs, arcs


def graph(selfs, arcs):
    """A callgrind file: selfs[node], arcs[(caller, callee)] = inclusive."""
    rows = ["events: Ir"]
    for node, value in enumerate(selfs):
        rows += [f"fn=f{node}", f"1 {value}"]
        for (caller, callee), weight in sorted(arcs.items()):
            if caller == node:
                rows += [f"cfn=f{callee}", "calls=1 1", f"1 {weight}"]
    return "\n".join(rows).encode() + b"\n"


@pytest.mark.parametrize("seed", lib.some(range(80)))
@pytest.mark.parametrize("most", [1, 3, 1000000])
def test_every_function_keeps_its_self_total(seed, most):
    selfs, arcs = random_graph(seed)
    totals = self_totals(estimated("callgrind", graph(selfs, arcs), "--max-contexts", most))
    assert totals == {f"f{node}": value for node, value in enumerate(selfs) if value}


# main calls a and b, both call c: 5 of its 20 are a's
DIAMOND = graph([0, 25, 55, 20], {(0, 1): 30, (0, 2): 70, (1, 3): 5, (2, 3): 15})


def test_limits_leave_the_rest_unplaced():
    assert lines(estimated("callgrind", DIAMOND, "--max-contexts", 2)) == {"f0;f2": 55, "[unplaced];f1": 25, "[unplaced];f3": 20}


# main calls a and b, both call h, and who knows for whom it called w and x
UNCERTAIN = graph([0, 0, 0, 5, 6, 7], {(0, 1): 8, (0, 2): 10, (1, 3): 8, (2, 3): 10, (3, 4): 6, (3, 5): 7})


@pytest.mark.parametrize("data, stacks", [(graph([1, 2, 3], {(0, 1): 5, (1, 2): 3}), b"f0 1\nf0;f1 2\nf0;f1;f2 3\n"),
                                          (DIAMOND, b"f0;f1 25\nf0;f1;f3 5\nf0;f2 55\nf0;f2;f3 15\n")], ids=["tree", "diamond"])
def test_what_the_figures_force_is_no_estimate(data, stacks):
    assert lib.run("callgrind2collapsed", input=data) == (stacks, b"")


def test_an_estimate_is_one_line_and_strict_refuses_it():
    _, said = lib.run("callgrind2collapsed", input=UNCERTAIN)
    assert re.fullmatch(rb"callgrind2collapsed: warning: [^\n]*estimated from a call graph[^\n]*\n", said)
    assert lib.run("callgrind2collapsed", "--strict", input=UNCERTAIN, status=2)[0] == b""


# --- limits bound what they say ---

CONTEXTS_MOST = 200_000  # unless --max-contexts says otherwise
LARGE = [("mutual", 1, 150, 6000), ("self", 1, 100, 3000), ("none", 2, 100, 3000)]


@functools.cache
def large(recursion, seed, functions, contexts):
    """A pstat file that has far more contexts than the program had."""
    return true_tree.pstat_bytes(random_trees.make_tree(seed, functions, contexts, recursion))


@pytest.mark.parametrize("kind", lib.some(LARGE), ids=lambda kind: kind[0])
def test_rest_bounds_what_is_unplaced(kind):
    """Unless there are too many contexts: then it is as fine as that allows, and no finer is coarser."""
    shares = [0.1, 0.01, 0.001, 0.0001]
    drawn = [estimated("pstat", large(*kind), "--max-unplaced", share) for share in shares]
    left = [unplaced(stacks) for stacks in drawn]
    too_many = [len(contexts_of(stacks)) > CONTEXTS_MOST / 2 for stacks in drawn]
    assert [share for share, rest, much in zip(shares, left, too_many) if rest > share and not much] == []
    assert left == sorted(left, reverse=True) and left[1] < 0.01
    assert len(drawn[0]) < len(drawn[1]) < len(drawn[3])


@pytest.mark.parametrize("kind", lib.some(LARGE), ids=lambda kind: kind[0])
def test_contexts_bounds_how_many_are_drawn(kind):
    mosts = [1, 10, 100, 1000, 9999, 10001]
    counts = [len(contexts_of(estimated("pstat", large(*kind), "--max-contexts", most))) for most in mosts]
    assert [(most, count) for most, count in zip(mosts, counts) if count > most] == []
    assert counts[-1] > 1000  # a limit is used


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("recursion", random_trees.RECURSIONS)
def test_what_has_no_limit_has_a_place(form, recursion):
    """A small graph is drawn whole."""
    shares = {seed: unplaced(estimated(form, written(form, random_trees.make_tree(seed, 20, 100, recursion)), "--max-unplaced", 1e-4))
              for seed in lib.some(range(12))}
    assert {seed: share for seed, share in shares.items() if share > 2e-4} == {}


# --- the order of a file is nothing ---

def shuffled(data, seed):
    """A pstat file with its functions, and the callers of each, in another order."""
    def mixed(rows):
        return dict(random.Random(seed).sample(list(rows.items()), len(rows)))
    return marshal.dumps(mixed({key: (*row[:4], mixed(row[4])) for key, row in marshal.loads(data).items()}))


@pytest.mark.parametrize("recursion", random_trees.RECURSIONS)
@pytest.mark.parametrize("seed", range(6))
def test_rows_in_another_order_are_the_same_graph(seed, recursion):
    data = true_tree.pstat_bytes(random_trees.make_tree(seed, 40, 400, recursion))
    other = shuffled(data, seed)
    assert other != data
    assert estimated("pstat", other) == estimated("pstat", data)


# --- the same tree whatever the road ---

ROADS = [*(sample.path for sample in lib.samples("pstat")), *(program.profile for program in score.programs()[::5]),
         *sorted(FAULTS.glob("*.pstat"))]
GRAPHS = [*ROADS, FAULTS / "recursion-lines.pstats", *(sample.path for sample in lib.samples("callgrind")), FAULTS / "y.callgrind"]


def road(path, through):
    data = lib.run(f"pstat2{through}", "-q", path)[0]
    return sorted(lib.run(f"{through}2collapsed", "-q", input=data)[0].splitlines())


@pytest.mark.parametrize("path", lib.some(ROADS), ids=lambda path: path.name)
@pytest.mark.parametrize("through", ["callgrind", "flamegraph"])
def test_the_same_stacks_whatever_the_road(path, through):
    assert road(path, through) == sorted(lib.run("pstat2collapsed", "-q", path)[0].splitlines())


@pytest.mark.parametrize("path", lib.some(GRAPHS), ids=lambda path: path.name)
def test_no_stack_is_written_twice(path):
    stacks = [line.rpartition(b" ")[0] for line in lib.run("profconv", "-q", "-t", "collapsed", path)[0].splitlines()]
    assert len(stacks) == len(set(stacks))


# --- examples to follow by hand ---

IMPORT = {"exec;app;_find_and_load;exec;slow;build": 800, "exec;app;run": 200}
MUTUAL = {"main;f": 2, "main;f;g": 1, "main;f;k": 3, "main;f;k;f": 2, "main;f;k;f;g": 1, "main;f;k;f;k": 1}
HELPER = {"main;a;h": 1, "main;b;h": 5, "main;a;h;w": 3, "main;b;h;w": 1}


@pytest.mark.parametrize("stacks", [IMPORT, MUTUAL, HELPER], ids=["import", "mutual", "helper"])
def test_worked_example(stacks):
    assert lines(estimated("pstat", written("pstat", tree_of(stacks)))) == stacks


def test_imports_of_callgrind():
    """exec is entered from nowhere: it has 1800 in its callees, and 800 came from _find_and_load."""
    assert lines(estimated("callgrind", written("callgrind", tree_of(IMPORT)))) == IMPORT


def test_a_root_that_is_also_called_keeps_what_is_its_own():
    stacks = {"f": 0, "f;g": 1000, "g": 1000}
    assert lines(estimated("pstat", written("pstat", tree_of(stacks)))) == {"f;g": 1000, "g": 1000}


def drawn_fault(name):
    return estimated(name.rpartition(".")[2].removesuffix("s"), (FAULTS / name).read_bytes())


def test_an_imported_module_is_below_its_importer():
    drawn = {tuple(frame.partition(" (")[0] for frame in path): value for path, value in drawn_fault("import-recursion.pstat").items()}
    top = ("<built-in method builtins.exec>", "<module>")
    assert drawn == {(*top, "_find_and_load", *top, "build"): 800_000_000, (*top, "run"): 200_000_000}


def test_a_function_seen_on_two_lines_is_counted_once():
    stacks = drawn_fault("recursion-lines.pstats")
    assert true_tree.inclusive_of(stacks)[0] == {"main (a.py)": 20_000_000, "fib (a.py)": 20_000_000}


@pytest.mark.parametrize("name, total", [("two-lambdas-one-line.pstat", 350_138_126), ("threads-py313.pstat", 197_100_000)])
def test_a_gap_that_no_profiler_vouches_for_is_no_time(name, total):
    stacks = drawn_fault(name)
    assert sum(stacks.values()) == total
    assert [path for path in stacks if "[unattributed]" in path] == []


# --- coroutines that wait at the same time ---

AWAITED = "[awaited elsewhere]"


def asynchronous(form):
    return drawn_fault(f"y.{form}")


def recorded_rows():
    """{frame: row} of y.pstat."""
    rows = marshal.loads((FAULTS / "y.pstat").read_bytes())
    return {f"{name} ({file}:{line})" if line else f"{name} ({file})": row for (file, line, name), row in rows.items()}


def inclusive(stacks):
    functions, _ = true_tree.inclusive_of(stacks)
    functions.pop(AWAITED, None)
    return functions


@pytest.mark.parametrize("form", FORMS)
def test_nobody_is_drawn_larger_than_recorded(form):
    recorded = {frame: row[3] * 1e9 for frame, row in recorded_rows().items()}
    far = {frame: (value, recorded[frame]) for frame, value in inclusive(asynchronous(form)).items()
           if value > 1.002 * recorded[frame] + 5000}
    assert far == {}


@pytest.mark.parametrize("form", FORMS)
def test_what_overlaps_stands_below_a_root_of_its_own(form):
    stacks, rows = asynchronous(form), recorded_rows()
    waiting = sum(value for path, value in stacks.items() if path[0] == AWAITED)
    loop, = {path[0] for path in stacks} - {AWAITED}
    assert loop == "run (asyncio/runners.py:160)"
    assert waiting / sum(stacks.values()) == pytest.approx(1 - rows[loop][3] / sum(row[2] for row in rows.values()), abs=1e-3)
    below = inclusive({path[1:]: value for path, value in stacks.items() if path[0] == AWAITED})
    assert below["query (asyncio_yappi.py:2)"] + below["main (asyncio_yappi.py:3)"] > 0.99 * waiting


def test_overlapping_time_is_time():
    totals = {frame: round(row[2] * 1e9) for frame, row in recorded_rows().items()}
    assert self_totals(asynchronous("pstat")) == {frame: value for frame, value in totals.items() if value}
    figures = json.loads(lib.run("profcheck", "--json", FAULTS / "y.callgrind")[0])
    total, = (kind["self_total"] for kind in figures["value_types"])
    assert sum(asynchronous("callgrind").values()) == total


def test_both_files_of_a_run_are_one_picture():
    pstat, callgrind = (asynchronous(form) for form in FORMS)
    total = sum(pstat.values())
    off = differences(inclusive(pstat), inclusive(callgrind))
    assert {frame: value for frame, value in off.items() if value > total / 200} == {}


# --- graphs made to be slow ---

SMALLER = 10 if lib.SANITIZED else 1
SECONDS = 15 if lib.SANITIZED else 3
MEMORY = 4 << 30


def ten_of(count):
    """A unit of self value for ten of so many functions: stacks of all of them would be endless."""
    return [int((number + 1) % (count // 10) == 0) for number in range(count)]


def diamonds(count):
    """f0 calls f1 and f2, both call f3, which calls f4 and f5, ...: 2^count paths."""
    selfs, arcs, below = [2] * (3 * count + 1), {}, 2
    for top in range(3 * count - 3, -1, -3):
        for side in (top + 1, top + 2):
            arcs[top, side], arcs[side, top + 3] = 2 + below // 2, below // 2
        below += 6
    return selfs, arcs


def chain(count):
    return ten_of(count), {(number, number + 1): 10 - (number + 1) // (count // 10) for number in range(count - 1)}


def ring(count):
    return ten_of(count), {(number, (number + 1) % count): 10 for number in range(count)}


def tangle(count):
    rng = random.Random(count)
    arcs = {(rng.randrange(count), rng.randrange(count)): rng.randint(1, 1000) for _ in range(4 * count)}
    return [rng.randint(0, 100) for _ in range(count)], arcs


def complete(count):
    rng = random.Random(count)
    arcs = {(caller, callee): rng.randint(1, 1000) for caller in range(count) for callee in range(count)}
    return [rng.randint(0, 100) for _ in range(count)], arcs


def pstat_of(selfs, arcs, times):
    """All were entered so many times, and all but one of these from within themselves; values are milliseconds."""
    callers, taken = {}, list(selfs)
    for (caller, callee), value in arcs.items():
        callers.setdefault(callee, {})["~", 0, f"f{caller}"] = times, 1, 0.0, value / 1000
        taken[caller] += value
    return marshal.dumps({("~", 0, f"f{number}"): (1, times, value / 1000, taken[number] / 1000, callers.get(number, {}))
                          for number, value in enumerate(selfs)})


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if not lib.SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.parametrize("times", [1, 2], ids=["once", "recursive"])
@pytest.mark.parametrize("make, count", [(diamonds, 60), (chain, 10 ** 5), (ring, 10 ** 5), (tangle, 10 ** 4), (complete, 300)],
                         ids=lambda given: getattr(given, "__name__", ""))
def test_time_is_bounded(make, count, times, tmp_path):
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(pstat_of(*make(count // SMALLER), times))
    done = subprocess.run([lib.BIN / "pstat2collapsed", "-q", "-o", target, source], capture_output=True, env=lib.ENV,
                          preexec_fn=limits, timeout=20 * SECONDS)
    assert (done.returncode, done.stderr) == (0, b"")
    lib.run("profcheck", "--against", source, target)


# --- the size of what is drawn ---

TIMES_MOST = 30  # the bytes of a file
SMALL = 100      # functions
CPU_MOST, MEMORY_MOST = 0.4, 90 << 20


def unpacked(path):
    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


@pytest.mark.parametrize("path", lib.some([*GRAPHS, *(program.profile for program in score.programs()), FAULTS / "layers.callgrind"]),
                         ids=lambda path: path.name)
@pytest.mark.parametrize("writer", ["collapsed", "speedscope"])
def test_stacks_are_in_proportion_to_the_graph(path, writer):
    drawn = lib.run("profconv", "-q", "-t", writer, path)[0]
    overhead = 2000 if writer == "speedscope" else 0  # what a file of nothing has
    assert len(drawn) < TIMES_MOST * len(unpacked(path)) + overhead


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("recursion, seed, functions, contexts",
                         [*LARGE, ("import", 1, SMALL, 2000), ("mutual", 5, SMALL, 20000), ("mutual", 2, 20, 200)])
def test_random_graphs_are_in_proportion(form, recursion, seed, functions, contexts):
    data = written(form, random_trees.make_tree(seed, functions, contexts, recursion))
    drawn, said = lib.run(f"{form}2collapsed", input=data)
    stacks = true_tree.read_stacks(drawn.decode())
    assert len(drawn) < TIMES_MOST * len(data)
    assert self_totals(stacks) == self_totals(usual(form, data, "--max-unplaced", 1e-3))
    assert (b"merged under [unplaced] (--max-unplaced 0.001 draws more)" in said) == (b"[unplaced]" in drawn)


def small():
    """Not the processor time: seconds are too coarse a limit."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST, MEMORY_MOST))


@pytest.mark.skipif(lib.SANITIZED, reason="ten times slower")
@pytest.mark.parametrize("recursion, seed, contexts", [("import", 1, 2000), ("mutual", 5, 20000), ("none", 2, 3000), ("self", 1, 3000)])
def test_a_hundred_functions_are_soon_drawn(recursion, seed, contexts, tmp_path):
    source = tmp_path / "in"
    source.write_bytes(true_tree.pstat_bytes(random_trees.make_tree(seed, SMALL, contexts, recursion)))
    seconds = []
    while len(seconds) < 5 and not (seconds and min(seconds) < CPU_MOST):  # others may use the processor's caches
        child = subprocess.Popen([lib.BIN / "pstat2collapsed", "-q", "-o", tmp_path / "out", source], env=lib.ENV, preexec_fn=small)
        _, child.returncode, usage = os.wait4(child.pid, 0)
        assert child.returncode == 0
        seconds.append(usage.ru_utime)
    assert min(seconds) < CPU_MOST


def layers(count):
    """f0 calls f1 and f2, each of which calls f3 and f4, and so on: 2^count stacks of three units."""
    arcs, value = {}, 3 << count
    for layer in range(count):
        callers = [2 * layer - 1, 2 * layer] if layer else [0]
        value //= 2 * len(callers)
        arcs.update({(caller, callee): value for caller in callers for callee in (2 * layer + 1, 2 * layer + 2)})
        value *= len(callers) * 2
    return [0] * (2 * count - 1) + [3 << count - 1] * 2, arcs


def test_what_is_merged_stays_below_its_callers():
    count = 14
    selfs, arcs = layers(count)
    stacks = usual("callgrind", graph(selfs, arcs))
    assert self_totals(stacks) == {f"f{2 * count - 1}": selfs[-1], f"f{2 * count}": selfs[-1]}
    assert {path[-2] for path in stacks} == {"[unplaced]"}
    depths = {len(path) for path in stacks}
    assert len(depths) == 1 and len(stacks) == 2 ** (depths.pop() - 2)
    assert inclusive(stacks)["f1"] == arcs[0, 1]
    assert len(usual("callgrind", graph(selfs, arcs), "--max-unplaced", 0)) == 2 ** count

"""proffilter's verbs on call graphs: what a graph determines is what cut stacks have, and its calls stay."""
import marshal
import random
import re
from collections import Counter

import pytest

import lib

VERBS = ["--focus", "--ignore", "--hide", "--show", "--show-from", "--prune-from"]
UNDETERMINED = "a call graph does not say which part of "


def random_stacks(rng, count, recursive):
    """Paths through a graph with up to three callees each."""
    callees = {node: rng.sample(range(count), min(count, rng.randint(0, 3))) for node in range(count)}
    stacks = Counter()
    for _ in range(rng.randint(2, 12)):
        path = [0]
        while rng.random() < 0.8:
            nexts = [node for node in callees[path[-1]] if recursive or node > path[-1]]
            if not nexts:
                break
            path.append(rng.choice(nexts))
        stacks[";".join(f"f{node}" for node in path)] += rng.randint(1, 99)
    return "".join(f"{stack} {value}\n" for stack, value in stacks.items()).encode()


def random_verbs(rng, count):
    options = []
    for verb in rng.sample(VERBS, rng.choice([1, 1, 1, 2])):
        matched = rng.sample(range(count), rng.randint(1, count - 1 if verb == "--show" else 2))
        options += [verb, f"^({'|'.join(f'f{node}' for node in matched)})$"]
    return options


def figures(form, data):
    """{function: self}, {(caller, callee): inclusive}, without zeros."""
    selfs, arcs, function, callee, names = Counter(), Counter(), None, None, {}

    def name(text):
        number, _, word = re.fullmatch(r"(\(\d+\))?( ?)(.*)", text).groups()
        return names.setdefault(number, word) if number else word

    for line in lib.run(f"{form}2callgrind", "-q", input=data)[0].decode().splitlines():
        key, _, value = line.partition("=")
        if key == "fn":
            function = name(value)
        elif key == "cfn":
            callee = name(value)
        elif re.match(r"[0-9+*-]", line) and " " in line:
            (arcs if callee else selfs)[(function, callee) if callee else function] += int(line.split()[1])
            callee = None
    return {key: value for key, value in selfs.items() if value}, {key: value for key, value in arcs.items() if value}


@pytest.mark.parametrize("form", ["pstat", "callgrind"])
@pytest.mark.parametrize("seed", lib.some(range(150)))
def test_what_a_graph_determines_is_what_stacks_have(seed, form):
    rng = random.Random(seed)
    count, recursive = rng.randint(3, 9), rng.random() < 0.3
    stacks, verbs = random_stacks(rng, count, recursive), random_verbs(rng, count)
    graph = lib.run(f"collapsed2{form}", "-q", input=stacks)[0]
    cut, said = lib.run("proffilter", *verbs, "-t", form, input=graph)
    if UNDETERMINED in said.decode():
        return
    wanted, empty = lib.run("proffilter", *verbs, "-t", form, input=stacks)
    assert b"stacks estimated" not in said and (b"nothing is left" in said) == (b"nothing is left" in empty)
    if b"nothing is left" not in said:
        assert figures(form, cut) == figures(form, wanted)


def test_most_small_graphs_determine_it():
    rng, undetermined = random.Random(1), 0
    for _ in range(60):
        graph = lib.run("collapsed2pstat", "-q", input=random_stacks(rng, 6, False))[0]
        undetermined += UNDETERMINED in lib.run("proffilter", *random_verbs(rng, 6), "-o", "/dev/null", input=graph)[1].decode()
    assert 0 < undetermined < 20


def key(name):
    return ("m.py", 1, name)


def row(calls, own, inclusive, **callers):
    """A row of a pstat file; callers: name=(calls, self, inclusive)."""
    return calls, calls, own, inclusive, {key(name): (arc[0], arc[0], arc[1], arc[2]) for name, arc in callers.items()}


# main calls load twice and draw; load calls parse ten times; parse and draw call len
GRAPH = {
    key("main"): row(1, 1.0, 100.0),
    key("load"): row(2, 4.0, 60.0, main=(2, 4.0, 60.0)),
    key("parse"): row(10, 50.0, 56.0, load=(10, 50.0, 56.0)),
    key("draw"): row(3, 30.0, 39.0, main=(3, 30.0, 39.0)),
    key("len"): row(50, 15.0, 15.0, parse=(20, 6.0, 6.0), draw=(30, 9.0, 9.0)),
}


def cut(*options):
    out, said = lib.run("proffilter", *options, "-t", "pstat", input=marshal.dumps(GRAPH))
    assert said == b""
    return {name: ((calls, own, inclusive), {caller[2]: arc for caller, arc in callers.items()})
            for (_, _, name), (calls, _, own, inclusive, callers) in marshal.loads(out).items()}


def test_calls_stay():
    assert cut("--show-from", "parse") == {"parse": ((10, 50.0, 56.0), {}), "len": ((20, 6.0, 6.0), {"parse": (20, 20, 6.0, 6.0)})}
    kept = cut("--focus", "parse")
    assert set(kept) == {"main", "load", "parse", "len"}
    assert kept["main"][0] == (1, 0, 56.0) and kept["load"] == ((2, 0, 56.0), {"main": (2, 2, 0, 56.0)})
    left = cut("--ignore", "parse")
    assert left["main"][0] == (1, 1.0, 44.0) and left["load"][0] == (2, 4.0, 4.0)
    assert left["len"] == ((30, 9.0, 9.0), {"draw": (30, 30, 9.0, 9.0)}) and "parse" not in left
    hidden = cut("--hide", "load")
    assert hidden["main"][0] == (1, 5.0, 100.0) and hidden["parse"][1] == {"main": (10, 10, 50.0, 56.0)}
    assert cut("--hide", "len")["parse"][0] == (10, 56.0, 56.0)
    ends = cut("--prune-from", "parse")
    assert ends["parse"][0] == (10, 56.0, 56.0) and ends["len"][0] == (30, 9.0, 9.0)


def test_a_path_between_two_functions():
    path = cut("--focus", "parse", "--show-from", "load", "--prune-from", "parse")
    assert {name: figures for name, (figures, _) in path.items()} == {"load": (2, 0, 56.0), "parse": (10, 56.0, 56.0)}


def test_verbs_after_cutting_work_on_the_graph():
    """rename comes first, root and scale later; none of them needs stacks."""
    graph = cut("--rename", "s/^parse$/scan/", "--show-from", "scan", "--root", "top", "--scale", "1/2")
    assert graph["scan"] == ((10, 25.0, 28.0), {"top": (1, 1, 25.0, 28.0)}) and graph["len"][0] == (20, 3.0, 3.0)


def test_what_is_not_determined_names_a_function():
    graph = dict(GRAPH)
    graph[key("load")] = row(2, 4.0, 60.0, main=(1, 2.0, 30.0), draw=(1, 2.0, 30.0))
    data = marshal.dumps(graph)
    out, said = lib.run("proffilter", "--focus", "parse", "-t", "collapsed", input=data)
    assert said.startswith(b"proffilter: warning: a call graph does not say which part of load this leaves: stacks are estimated")
    assert out
    assert lib.run("proffilter", "--strict", "--focus", "parse", input=data, status=2)[0] == b""


LEAF_WITH_MORE = b"events: e\nfn=a\n0 5\ncfn=x\ncalls=1 0\n0 5\n\nfn=b\ncfn=x\ncalls=1 0\n0 5\n"


@pytest.mark.parametrize("verb, left", [("--ignore", {"a": 5}), ("--focus", {}), ("--hide", {"a": 5})])
def test_what_no_function_took_itself_is_not_given_to_one(verb, left):
    """x calls nothing and took nothing itself; what the calls to it hold is unattributed, and no self value of anybody."""
    graph, said = lib.run("proffilter", verb, "^b$" if verb != "--hide" else "^x$", "-t", "callgrind", input=LEAF_WITH_MORE)
    assert {name: value for name, value in figures("callgrind", graph)[0].items() if not name.startswith("[unattributed]")} == left
    assert UNDETERMINED in said.decode()


def test_a_leaf_of_one_caller_leaves_it_what_it_took(tmp_path):
    graph = lib.run("proffilter", "--hide", "^x$", "-t", "callgrind", input=b"events: e\nfn=a\n0 5\ncfn=x\ncalls=1 0\n0 9\n\nfn=x\n0 2\n")[0]
    assert figures("callgrind", graph)[0] == {"a": 7}

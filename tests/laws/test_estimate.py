"""stacks_from_graph against arithmetic of our own on small random graphs."""
import random

import pytest

import lib


def callgrind(selfs, arcs):
    """A callgrind file: selfs[node], arcs[(caller, callee)] = inclusive."""
    lines = ["events: Ir"]
    for node, value in enumerate(selfs):
        lines += [f"fn=f{node}", f"1 {value}"]
        for (caller, callee), weight in sorted(arcs.items()):
            if caller == node:
                lines += [f"cfn=f{callee}", "calls=1 1", f"1 {weight}"]
    return "\n".join(lines).encode() + b"\n"


def collapsed(data, *options):
    out, _ = lib.run("callgrind2collapsed", "-q", *options, input=data)
    return {tuple(line.rsplit(b" ", 1)[0].decode().split(";")): int(line.rsplit(b" ", 1)[1])
            for line in out.splitlines()}


def components(count, arcs):
    """Sets of nodes that reach each other, by brute force."""
    reach = {n: {n} for n in range(count)}
    for _ in range(count):
        for caller, callee in arcs:
            for near in reach.values():
                if caller in near:
                    near.add(callee)
    return [frozenset(m for m in range(count) if m in reach[n] and n in reach[m]) for n in range(count)]


def parts_and_roots(selfs, arcs):
    """p(callee | caller) and root(callee): the rule, spelled out."""
    count = len(selfs)
    arcs = {pair: weight for pair, weight in arcs.items() if pair[0] != pair[1]}
    incoming = [sum(w for (_, to), w in arcs.items() if to == n) for n in range(count)]
    member_of = components(count, arcs)
    root = [0.0] * count
    for whole in set(member_of):
        cover = sum(selfs[n] for n in whole)
        cover += sum(w for (f, t), w in arcs.items() if f in whole and t not in whole)
        entering = sum(w for (f, t), w in arcs.items() if f not in whole and t in whole)
        heaviest = max(sorted(whole), key=lambda n: incoming[n] + selfs[n])
        rest = cover - entering
        if rest > 0:
            root[heaviest] = rest / (incoming[heaviest] + rest)
    part = {(f, t): (1 - root[t]) * w / incoming[t] for (f, t), w in arcs.items()}
    return part, root


def contexts(part, root):
    """Every path without a repeated function, with its share, by iteration."""
    callees = {}
    for (caller, callee), p in part.items():
        callees.setdefault(caller, []).append((callee, p))
    paths = []

    def walk(path):
        paths.append(path)
        for callee, _ in callees.get(path[-1], []):
            if callee not in path:
                walk(path + (callee,))

    for node, share in enumerate(root):
        if share > 0:
            walk((node,))
    shares = dict.fromkeys(paths, 0.0)
    for _ in range(4000):
        new = {path: (root[path[0]] if len(path) == 1 else
                      shares[path[:-1]] * part[path[-2:]]) for path in paths}
        for path in paths:
            for callee, p in callees.get(path[-1], []):
                if callee in path:
                    new[path[:path.index(callee) + 1]] += shares[path] * p
        change = max((abs(new[path] - shares[path]) for path in paths), default=0)
        shares = new
        if change < 1e-13:
            break
    return shares


def random_graph(seed):
    rng = random.Random(seed)
    count = rng.randint(2, 6)
    selfs = [rng.randint(0, 10**9) for _ in range(count)]
    arcs = {}
    for _ in range(rng.randint(1, 10)):
        pair = rng.randrange(count), rng.randrange(count)
        arcs[pair] = rng.randint(1, 3 * 10**9)
    return selfs, arcs


@pytest.mark.parametrize("seed", range(80))
def test_shares_are_those_of_the_rule(seed):
    selfs, arcs = random_graph(seed)
    got = collapsed(callgrind(selfs, arcs))
    want = contexts(*parts_and_roots(selfs, arcs))
    for path, share in want.items():
        value = share * selfs[path[-1]]
        seen = got.pop(tuple(f"f{n}" for n in path), 0)
        assert abs(seen - value) <= 2 + 1e-6 * selfs[path[-1]], (path, seen, value)
    assert sum(got.values()) <= 1e-6 * sum(selfs), f"contexts that the rule does not know: {got}"


@pytest.mark.parametrize("seed", range(80))
@pytest.mark.parametrize("contexts_most", [1, 3, 1000000])
def test_every_function_keeps_its_self_total(seed, contexts_most):
    selfs, arcs = random_graph(seed)
    got = collapsed(callgrind(selfs, arcs), "--contexts", contexts_most)
    for node, value in enumerate(selfs):
        assert sum(v for path, v in got.items() if path[-1] == f"f{node}") == value


def test_the_worked_example():
    arcs = {(0, 1): 30, (0, 2): 70, (1, 3): 5, (2, 3): 15}
    assert collapsed(callgrind([0, 25, 55, 20], arcs)) == {
        ("f0", "f1"): 25, ("f0", "f2"): 55, ("f0", "f1", "f3"): 5, ("f0", "f2", "f3"): 15}


def test_limits_leave_the_rest_unplaced():
    arcs = {(0, 1): 30, (0, 2): 70, (1, 3): 5, (2, 3): 15}
    got = collapsed(callgrind([0, 25, 55, 20], arcs), "--contexts", 2)
    assert got == {("f0", "f2"): 55, ("[unplaced]", "f1"): 25, ("[unplaced]", "f3"): 20}


def test_a_tree_is_no_estimate():
    data = callgrind([1, 2, 3], {(0, 1): 5, (1, 2): 3})
    out, said = lib.run("callgrind2collapsed", input=data)
    assert out == b"f0 1\nf0;f1 2\nf0;f1;f2 3\n" and said == b""


def test_an_estimate_is_one_line_and_strict_refuses_it():
    data = callgrind([0, 25, 55, 20], {(0, 1): 30, (0, 2): 70, (1, 3): 5, (2, 3): 15})
    _, said = lib.run("callgrind2collapsed", input=data)
    assert said == (b"callgrind2collapsed: warning: contexts estimated from a call graph "
                    b"(1 function has several callers)\n")
    out, _ = lib.run("callgrind2collapsed", "--strict", input=data, status=2)
    assert out == b""

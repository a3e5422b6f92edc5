"""Stacks at random and what their functions have, counted here: for formats that are only written."""
import collections
import random

NAMES = "abcdefgh"


def stacks(seed, count=30):
    rng = random.Random(seed)
    return {tuple(rng.choice(NAMES) for _ in range(rng.randint(1, 6))): rng.randint(1, 99) for _ in range(count)}


def folded(counts):
    return "".join(";".join(stack) + f" {n}\n" for stack, n in counts.items()).encode()


def self_values(counts):
    found = collections.Counter()
    for stack, n in counts.items():
        found[stack[-1]] += n
    return found


def inclusive_values(counts):
    found = collections.Counter()
    for stack, n in counts.items():
        for name in set(stack):
            found[name] += n
    return found


def arcs(counts):
    """What went from caller to callee: an arc counts a stack once."""
    found = collections.Counter()
    for stack, n in counts.items():
        for pair in set(zip(stack, stack[1:])):
            found[pair] += n
    return found


def contexts(counts):
    """{stack below total: (inclusive, self)}"""
    values = collections.defaultdict(lambda: [0, 0])
    for stack, n in counts.items():
        for depth in range(len(stack) + 1):
            values[("total", *stack[:depth])][0] += n
        values[("total", *stack)][1] += n
    return {stack: tuple(pair) for stack, pair in values.items()}


def heaviest(values, by, most):
    """The names of the first so many by value, equal ones by name."""
    return sorted(values, key=lambda name: (-by[name], name))[:most]

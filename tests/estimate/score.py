#!/usr/bin/env python3
"""score.py [--dir DIR]... [--json] COMMAND...: how near estimated stacks come to the true ones.

Runs COMMAND FILE.pstat.gz for every program of samples/truth, or of each DIR, and compares the stacks that it
prints with those of FILE.collapsed.gz. All figures are in per cent, and 0 is perfect. What a user reads off a
graph of functions, against what is recorded:

 fn, fnw    inclusive values of functions: sum of all errors / sum of all; the worst of those with 5 % of the time
 arc, arcw  the same for pairs of caller and callee

What a user reads off a flame graph, against the true stacks; a time that stands at the wrong place counts once:

 tv         whole stacks
 tvc        the same when a function that calls itself is one frame
 tvf        the same when every recursion is folded into the frame that it came back to
 anc        who is above: 1 - Jaccard similarity of the sets of callers, recursion and order aside

And n: how many stacks were drawn for each true one."""
import argparse
import gzip
import json
import marshal
import os
import pathlib
import shlex
import subprocess
import sys

from true_tree import frame, inclusive_of, read_stacks

TRUTH = pathlib.Path(__file__).resolve().parents[2] / "samples/truth"
COLUMNS = ["tv", "tvc", "tvf", "fn", "fnw", "arc", "arcw", "anc"]
LARGE = 0.05      # the share of all time from which on a function or an arc can be the worst
MATCHED_MOST = 60  # sets of callers of one function that are compared each with each


class Program:
    """A program of the corpus: its profile and its true stacks."""

    def __init__(self, profile):
        self.profile = profile
        self.name = profile.name.removesuffix(".pstat.gz")
        self.stacks = read_stacks(unpacked(profile.with_name(f"{self.name}.collapsed.gz")).decode())
        self.rows = {frame(function): row for function, row in marshal.loads(unpacked(profile)).items()}

    def self_totals(self):
        """What the profile records, in nanoseconds."""
        return {function: nanoseconds(row[2]) for function, row in self.rows.items()}

    def inclusive(self):
        """({function: inclusive}, {(caller, callee): inclusive}) as recorded."""
        return ({function: nanoseconds(row[3]) for function, row in self.rows.items()},
                {(frame(caller), function): nanoseconds(arc[3])
                 for function, row in self.rows.items() for caller, arc in row[4].items()})


def unpacked(path):
    return gzip.decompress(path.read_bytes())


def nanoseconds(seconds):
    return round(seconds * 1e9)


def programs(folders=(TRUTH,)):
    return [Program(profile) for folder in folders for profile in sorted(pathlib.Path(folder).glob("*.pstat.gz"))]


# --- graphs ---

def errors(drawn, recorded, total):
    """(the sum of all errors over the sum of what is recorded, the worst error of a large one)"""
    wrong = {key: abs(drawn.get(key, 0) - value) for key, value in recorded.items()}
    worst = max((wrong[key] / value for key, value in recorded.items() if value >= LARGE * total), default=0)
    return sum(wrong.values()) / max(1, sum(recorded.values())), worst


# --- stacks ---

def as_it_is(path):
    return path


def fold_repeats(path):
    """f;f;g -> f;g"""
    return tuple(name for at, name in enumerate(path) if at == 0 or name != path[at - 1])


def fold_recursion(path):
    """f;g;h;g;k -> f;g;k"""
    folded, depth = [], {}
    for name in path:
        if name in depth:
            for dropped in folded[depth[name] + 1:]:
                del depth[dropped]
            del folded[depth[name] + 1:]
        else:
            depth[name] = len(folded)
            folded.append(name)
    return tuple(folded)


def misplaced(drawn, true, fold):
    """Half the sum of all differences over the sum of all time: what has to move to make one the other."""
    difference = {}
    for stacks, sign in ((drawn, 1), (true, -1)):
        for path, value in stacks.items():
            path = fold(path)
            difference[path] = difference.get(path, 0) + sign * value
    return sum(map(abs, difference.values())) / 2 / sum(true.values())


def by_leaf(stacks):
    """{function: {set of the frames of its stacks: value}}"""
    found = {}
    for path, value in stacks.items():
        sets = found.setdefault(path[-1], {})
        names = frozenset(path)
        sets[names] = sets.get(names, 0) + value
    return found


def similarity(drawn, true):
    """Jaccard similarity of the sets of callers: drawn ones paired with true ones for each function, weighed by
    time. Equal sets are paired first, then the largest ones, the most similar first."""
    drawn, got = by_leaf(drawn), 0.0
    for leaf, true_sets in by_leaf(true).items():
        drawn_sets = drawn.get(leaf, {})
        same = {names: min(value, drawn_sets[names]) for names, value in true_sets.items() if names in drawn_sets}
        got += sum(same.values())
        left, right = (largest({names: value - same.get(names, 0) for names, value in sets.items()})
                       for sets in (drawn_sets, true_sets))
        alike = sorted(((len(a & b) / len(a | b), a, b) for a in left for b in right), key=lambda pair: -pair[0])
        for share, a, b in alike:
            moved = min(left[a], right[b])
            left[a] -= moved
            right[b] -= moved
            got += moved * share
    return got / sum(true.values())


def largest(sets):
    kept = sorted((names for names in sets if sets[names]), key=lambda names: -sets[names])[:MATCHED_MOST]
    return {names: sets[names] for names in kept}


# --- all of it ---

def measure(program, drawn):
    """The figures of one program, as shares of 1, for these stacks."""
    true, total = program.stacks, sum(program.stacks.values())
    functions, arcs = inclusive_of(drawn)
    recorded_functions, recorded_arcs = program.inclusive()
    fn, fnw = errors(functions, recorded_functions, total)
    arc, arcw = errors(arcs, recorded_arcs, total)
    return {"tv": misplaced(drawn, true, as_it_is), "tvc": misplaced(drawn, true, fold_repeats),
            "tvf": misplaced(drawn, true, fold_recursion), "fn": fn, "fnw": fnw, "arc": arc, "arcw": arcw,
            "anc": 1 - similarity(drawn, true), "n": len(drawn) / len(true)}


def estimate(command, program, env=None):
    """The stacks that a command, a list of words, prints for a program."""
    done = subprocess.run([*map(str, command), str(program.profile)], capture_output=True, env=env, timeout=300)
    assert done.returncode == 0, f"{program.name}: status {done.returncode}: {done.stderr.decode('utf-8', 'replace')}"
    return read_stacks(done.stdout.decode())


def mean(scores):
    """{column: mean} of {program: figures}."""
    return {column: sum(figures[column] for figures in scores.values()) / len(scores) for column in COLUMNS}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", action="append", help="a folder of pairs; default: samples/truth")
    parser.add_argument("--json", action="store_true", help="print {program: {column: per cent}}")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    options = parser.parse_args()
    command = options.command
    if len(command) == 1:  # all of it quoted as one word
        command = shlex.split(command[0])
    scores = {program.name: measure(program, estimate(command, program)) for program in programs(options.dir or [TRUTH])}
    if options.json:
        json.dump({name: {column: round(100 * figures[column], 3) for column in COLUMNS} for name, figures in scores.items()},
                  sys.stdout, indent=1)
        return
    worst = {column: max(figures[column] for figures in scores.values()) for column in COLUMNS}
    width = max(map(len, scores)) + 1
    print(" " * width + "".join(f"{column:>7}" for column in [*COLUMNS, "n"]))
    for name, figures in [*scores.items(), ("mean", mean(scores)), ("worst", worst)]:
        ratio = f"{figures['n']:7.2f}" if "n" in figures else ""
        print(f"{name:{width}}" + "".join(f"{100 * figures[column]:7.1f}" for column in COLUMNS) + ratio)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # head has seen enough
        os._exit(1)

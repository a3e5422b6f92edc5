"""Cost must grow with the work: every pair over four sizes a decade apart, and the worst cases.

The work is what is read or, where that grows more, what is read and written: a picture
stays small. The exponent is that of a power law through the last two sizes: 1 is in
proportion, 2 is quadratic.
"""
import math
from dataclasses import dataclass

from inputs import OUT, generate, lib
from measuring import Command, Failed, run

STEEPEST = 1.35
SHORTEST = 0.05  # seconds: below, a busy machine says nothing
LEAST = 8         # MB: what a program takes with no work at all

# format: (kind of generate.c, count at full size, suffix)
SOURCES = {
    "pstat": ("pstat", 200_000, "pstat"),
    "callgrind": ("callgrind", 60_000, "callgrind"),
    "collapsed": ("collapsed-tree", 240_000, "collapsed"),
    "speedscope": ("speedscope-sampled", 650_000, "speedscope.json"),
}

# kind: (what it is, its format, count at full size)
WORST = {
    "wide": ("a node with 10^6 children", "collapsed", 1_000_000),
    "threads": ("10^6 threads", "speedscope", 1_000_000),
    "callers": ("a function with 10^6 callers", "callgrind", 1_000_000),
    "diamonds": ("60 diamonds in a row, then more", "callgrind", 6_000),
    "deep": ("a stack 10^6 deep", "collapsed", 1_000_000),
    "name": ("a name of 16 MB", "collapsed", 16_000_000),
}


@dataclass
class Point:
    read: int       # bytes
    written: int
    user: float     # seconds
    memory: float   # MB


class Study:
    """One program over growing inputs."""

    def __init__(self, name, program):
        self.name, self.program = name, program
        self.points = []
        self.failed = ""

    def add(self, source):
        out = OUT / "growth"
        command = Command([lib.BIN / self.program, "-q", "-o", out, source])
        OUT.mkdir(exist_ok=True)
        run(command)
        if command.costs[0].user < 1:
            run(command)
        cost = min(command.costs, key=lambda cost: cost.user)
        self.points.append(Point(source.stat().st_size, out.stat().st_size, cost.user, cost.memory))
        out.unlink()

    def exponent(self, figure, floor):
        """Between the last two sizes; 0 where both are below the floor."""
        if len(self.points) < 2:
            return 0
        small, large = self.points[-2:]
        work = max(large.read / small.read, (large.read + large.written) / (small.read + small.written))
        low, high = (max(getattr(point, figure), floor) for point in (small, large))
        return math.log(high / low) / math.log(work)

    def time_exponent(self):
        return self.exponent("user", SHORTEST)

    def memory_exponent(self):
        return self.exponent("memory", LEAST)

    def wrong(self):
        if self.failed:
            return self.failed
        steep = [what for what, exponent in (("time", self.time_exponent()), ("memory", self.memory_exponent()))
                 if exponent > STEEPEST]
        return f"{' and '.join(steep)} grow faster than the work" if steep else ""


def study(name, program, sources, say):
    found = Study(name, program)
    try:
        for source in sources:
            found.add(source)
    except Failed as failed:
        found.failed = str(failed)
    say(f"{name}, {program}: time {found.time_exponent():.2f}, memory {found.memory_exponent():.2f}"
        + (f": {found.wrong()}" if found.wrong() else ""))
    return found


def sizes(count, scale, decades):
    return [max(2, round(count * scale / 10 ** (decades - 1 - i))) for i in range(decades)]


def sources_of(reader, scale):
    if reader != "flamegraph":
        kind, count, suffix = SOURCES[reader]
        return [generate(kind, n, suffix)[0] for n in sizes(count, scale, 4)]
    pictures = []
    for source in sources_of("collapsed", scale):
        pictures.append(source.with_suffix(".svg"))
        if not pictures[-1].exists():
            run(Command([lib.BIN / "collapsed2flamegraph", "-q", "--max-frames", "0", "--minwidth", "0", "-o", pictures[-1],
                         source]))
    return pictures


def pairs(scale, say):
    """Every reader with every writer."""
    return [study("growth", f"{reader}2{writer}", sources_of(reader, scale), say)
            for reader in lib.READERS for writer in lib.WRITERS]


def worst(scale, say):
    found = []
    for kind, (what, form, count) in WORST.items():
        if kind == "diamonds":
            counts = [60, 600, 6_000]  # it is hard when it is small
        else:
            counts = sizes(count, scale, 3)
        sources = [generate(kind, n, form)[0] for n in counts]
        found += [study(what, f"{form}2{writer}", sources, say) for writer in lib.WRITERS]
    return found

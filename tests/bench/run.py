"""make bench: ours and the peers in turn, growth, worst cases; writes build/bench/report.md.

    run.py [--scale N] [--runs N] [--patience SECONDS] [--only NAME]... [--no-slow]

Status 1 if totals differ, something failed or something grows faster than its work; a
target that is not reached is a word in the report.
"""
import argparse
import sys

import growth
import report
from inputs import OUT, Inputs
from measuring import Failed, in_turn
from rows import ROWS, missing

CLOSE = 1e-6  # peers round to their own units
TICK = 1e-3   # seconds: what user time counts in
STUDIES = {"growth": growth.pairs, "worst": growth.worst}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Result:
    """A row that was run: what both took, and what is wrong with it."""

    def __init__(self, row):
        self.row = row
        self.ours = self.theirs = None
        self.wrong = ""

    def ratio(self):
        """How many times as fast as the peer."""
        our, their = (max(getattr(side.median(), self.row.figure), TICK) for side in (self.ours, self.theirs))
        return their / our

    def part(self):
        """What part of the peer's memory."""
        return self.ours.median().memory / self.theirs.median().memory

    def missed(self):
        """The targets that were not reached, in words."""
        row, found = self.row, []
        if row.faster and self.ratio() < row.faster:
            found.append("time")
        if (row.memory and self.part() > row.memory) or (row.megabytes and self.ours.median().memory > row.megabytes):
            found.append("memory")
        return found


def differing(row, inputs):
    """What is wrong with the totals; empty: nothing."""
    our_total, their_total = row.totals()
    expected = row.expected(inputs) if row.expected else their_total
    if expected is not None and our_total != expected and (row.expected or abs(our_total / expected - 1) > CLOSE):
        return f"ours has a total of {our_total}, not {expected}"
    if their_total is not None and abs(their_total / our_total - 1) > CLOSE:
        return f"the peer has a total of {their_total}, ours {our_total}"
    return ""


def run_row(row, inputs, options):
    result = Result(row)
    try:
        result.ours, result.theirs = row.sides(inputs)
        in_turn([result.ours, result.theirs], options.runs, options.patience)
        result.wrong = differing(row, inputs)
    except Failed as failed:
        result.wrong = str(failed)
    for path in OUT.glob(f"{row.name}.*"):
        path.unlink()
    return result


def line(result):
    if result.wrong:
        return f"{result.row.name}: {result.wrong}"
    our, their, figure = result.ours.median(), result.theirs.median(), result.row.figure
    return (f"{result.row.name}: {result.ratio():.3g} times as fast ({figure} {getattr(our, figure):.3f} s, "
            f"{getattr(their, figure):.3f} s), {our.memory:.0f} of {their.memory:.0f} MB"
            + "".join(f", misses its {what}" for what in result.missed()))


def reason_to_skip(row, options):
    gone = missing(row)
    if options.no_slow and row.slow:
        return "slow peers are left out"
    return f"{', '.join(gone)} not installed, see build/bench/install.log" if gone else ""


def run_rows(options, inputs):
    results, skipped = [], []
    for row in ROWS:
        if options.only and row.name not in options.only:
            continue
        reason = reason_to_skip(row, options)
        if reason:
            skipped.append(f"{row.name}: {reason}")
            say(f"skipped: {skipped[-1]}")
        else:
            results.append(run_row(row, inputs, options))
            say(line(results[-1]))
    return results, skipped


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1, help="part of the full sizes (default 1)")
    parser.add_argument("--runs", type=int, default=5, help="how often each side is run (default 5)")
    parser.add_argument("--patience", type=float, default=300, metavar="SECONDS",
                        help="one side of a row is not run again after this long in all (default 300)")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="this row alone (repeatable); growth and worst are the two studies")
    parser.add_argument("--no-slow", action="store_true", help="leave out peers that take long")
    options = parser.parse_args()
    unknown = set(options.only or []) - {row.name for row in ROWS} - set(STUDIES)
    if unknown:
        parser.error(f"no row {', '.join(sorted(unknown))}; there are {', '.join([row.name for row in ROWS] + list(STUDIES))}")
    return options


def main():
    options = arguments()
    inputs = Inputs(options.scale)
    results, skipped = run_rows(options, inputs)
    studies = [study for name, run in STUDIES.items() if not options.only or name in options.only
               for study in run(options.scale, say)]
    path = report.write(options, results, skipped, studies)
    say(f"wrote {path}")
    bad = [result for result in results if result.wrong] + [study for study in studies if study.wrong()]
    return 1 if bad else 0


sys.exit(main())

"""One case: inputs of a grammar, a command with options at random, and what must hold of what comes out."""
import csv
import functools
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
from fractions import Fraction

import counted
import model as models
import spelled
from running import Failure, Runner

READERS = sorted(spelled.GRAMMARS)
WRITERS = sorted({*counted.READERS, "dot", "openmetrics"})
ONE_VALUE = {"collapsed", "pstat", "grafana", "nodegraph"}  # formats that hold one value type
OLD = b"what was there before\n"


@functools.cache
def options_of(programs, program):
    """The rows of --list-options: (group, short, long, argument, kind)."""
    text = subprocess.run([pathlib.Path(programs) / program, "--list-options"], capture_output=True, text=True, check=True).stdout
    return [row[:5] for row in (line.split("\t") for line in text.splitlines()[1:]) if len(row) == 6]


# never drawn: what ends a run at once, and what the case itself says
OWN = {"help", "version", "list-limits", "list-formats", "list-features", "list-options", "output", "from", "to", "as", "against", "quiet", "files-from",
       "null", "nameattr", "list", "counts", "input-unit", "value", "thread", "kcachegrind", "run-script", "outfile", "infile", "color"}
# what comes out is another profile, or another spelling of it, by functions or in all
RENAMES = {"strip-dirs", "anonymize", "frames", "threads", "max-rows", "max-nodes"}
CHANGES = {"unit", "no-idle", "base", "lenient", "time", "no-unattributed", "scale"}
TEXTS = ["", "x", "f1", "f", ".", "f[0-9]", "(", "a.c", "0", "1", "-1", "0.5", "1%", "50", "1e9", "99999999999999999999", "self > 5%", "f1:f2", "0:1s", "s/f/g/",
         "s/(f)/\\1\\1/", "demangle", "kernel", "<b>", "#fff", "red", "url(x)", "\x1b[31m", "::error::x", "=1", "key=x", "key=1:2", "1/3", "10px", "\udcff"]
LIMITS = ["nesting", "name", "line", "functions", "stacks", "threads", "values", "cells", "labels", "unpacked", "written", "lists", "seconds"]


class Case:
    def __init__(self, rng, programs, sanitized):
        self.rng, self.run, self.bin, self.text = rng, Runner(programs, sanitized), programs, ""
        self.inputs, self.refused = [], 0

    # --- inputs ---

    def input(self, name="in", kind=None, format=None):
        """Writes a file and remembers it: (path, format, truth or None, options to read it with, kind)."""
        rng = self.rng
        format = format or rng.choice(READERS)
        kind = kind or rng.choices(["plain", "odd", "broken"], [4, 5, 3])[0]
        data, truth, reading = spelled.spell(rng, format, rng.choice(["plain", "odd"]) if kind == "broken" else kind)
        size = len(data)
        if kind == "broken":
            data, truth = spelled.damage(rng, data), None
        if rng.random() < 0.2:
            data = spelled.wrap(rng, data)
            if kind == "broken" and rng.random() < 0.5:
                data = spelled.damage(rng, data)
        pathlib.Path(name).write_bytes(data)
        self.run.unpacked = max(self.run.unpacked, size)
        if kind == "plain" and format == "collapsed" and rng.random() < 0.5:
            reading = []
        return name, format, truth, reading, kind

    def options(self, program, most=3):
        """Some of a program's own options, as they are listed, and the names of them."""
        rng, words, names = self.rng, [], set()
        rows = [row for row in options_of(self.bin, program) if row[2] not in OWN and row[2] not in names]
        for _ in range(rng.choice([0, 0, 1, 1, 2, most])):
            _, short, name, argument, kind = rng.choice(rows)
            if kind == "flag":
                words.append(f"-{short}" if short and rng.random() < 0.3 else f"--{name}")
            else:
                words.append(f"--{name}={self.argument(name, argument, kind)}")
            names.add(name)
        return words, names

    def argument(self, name, argument, kind):
        rng = self.rng
        if argument == "NAME=N":
            return f"{rng.choice(LIMITS)}={rng.choice([0, 1, 2, 10, 1000, 10 ** 6, 10 ** 9])}"
        if kind == "choice" or (rng.random() < 0.8 and "|" in argument):
            return rng.choice(argument.split("|"))
        if kind == "count" or argument in ("N", "PIXELS"):
            return str(rng.choice([0, 1, 2, 3, 10, 40, 1000, 10 ** 6, 10 ** 18, -1]))
        if kind == "share":
            return rng.choice(["0", "0.001", "0.01", "0.5", "1", "5%", "-1", "2"])
        return rng.choice(TEXTS)

    # --- what must hold of any run ---

    def refusal(self, program, out, said, quiet):
        """One line that names something, without a byte that a terminal or a log obeys."""
        self.refused += 1
        lines = said.split(b"\n")
        self.that(lines.pop() == b"" and lines, "no whole line of why")
        self.that(not quiet or len(lines) == 1, f"{len(lines)} lines of why: {said}")
        self.that(all(line.startswith(program.encode() + b": ") for line in lines), f"who says so? {said}")
        self.that(len(lines[-1]) > len(program) + 12, f"nothing is named: {said}")

    def said(self, said):
        wrong = counted.obeyed(said)
        self.that(wrong is None, f"standard error has {wrong}")

    def that(self, true, otherwise):
        if not true:
            raise Failure(otherwise)

    def into_file(self, program, words, stdin=None, statuses=(0, 2), name="out"):
        """Runs it with -o; the file is a new one, or the one that was there. Returns (status, what is in it)."""
        before = set(os.listdir("."))
        old = self.rng.random() < 0.5
        if old:
            pathlib.Path(name).write_bytes(OLD)
        else:  # what an earlier run of the case wrote
            pathlib.Path(name).unlink(missing_ok=True)
        status, out, said = self.run([program, *words, "-o", name], stdin, statuses)
        self.said(said)
        self.that(out == b"", f"standard output has {out[:200]}")
        there = set(os.listdir(".")) - before - {name}
        self.that(not there, f"left beside it: {there}")
        written = pathlib.Path(name).read_bytes() if os.path.exists(name) else None
        if status != 0:
            self.refusal(program, out, said, "-q" in words)
            self.that(written == (OLD if old else None), "refused, and written to")
            if old:
                os.unlink(name)
            return status, None
        if "-q" in words:
            self.that(said == b"", f"quiet, but said {said}")
        self.that(written is not None and (written != OLD or not old), "done, and not written")
        return status, written

    # --- conservation ---

    def count(self, format, data, truth, changed):
        """What an independent reader finds in the output is what the generator put into the input."""
        if format == "dot":
            self.that(data.startswith(b"digraph ") and data.endswith(b"}\n"), "no graph")
            return
        if format == "openmetrics":  # names are shown, not kept
            self.that(data.endswith(b"# EOF\n") and counted.obeyed(data) is None, "no metrics")
            return
        if data == b"" and format == "collapsed" and truth is not None:
            values = {}
        else:
            try:
                values = counted.READERS[format](data).values
            except (AssertionError, ValueError, KeyError, IndexError, TypeError, SyntaxError) as trouble:
                raise Failure(f"the output is no {format}: {trouble!r}") from trouble
        if truth is None or changed & CHANGES:
            return
        wanted = list(zip(truth.units, truth.selves))
        values = list(values.values())
        for at, (unit, selves) in enumerate(wanted):
            sums = values[at] if at < len(values) else {}
            if at >= len(values) and at and format in ONE_VALUE:
                break  # holds one
            scale = Fraction(10 ** 9) if format == "pstat" and unit == "nanoseconds" else Fraction(1)
            total = sum(sums.values(), Fraction(0)) * scale
            expected = sum(selves.values(), Fraction(0))
            self.that(self.near(format, total, expected), f"total of value type {at + 1} is {float(total)!r}, {total - expected} too much")
            if truth.named and not changed:
                sums = plain_names(sums)
                for name in sorted({*selves, *sums}):
                    a, b = sums.get(name, Fraction(0)) * scale, selves.get(name, Fraction(0))
                    self.that(self.near(format, a, b), f"self of {name} in value type {at + 1} is {float(a)!r}, expected {float(b)!r}")

    @staticmethod
    def near(format, a, b):
        """To the unit; a pstat file's numbers are floating point, whose sums are the reader's."""
        return a == b or (format == "pstat" and abs(a - b) <= max(1, abs(b)) / (1 << 44))

    def against(self, path, format, reading, out, writer):
        """The project's own comparison of the two files."""
        if writer not in READERS or not os.path.getsize(out):  # nothing, as collapsed stacks have it
            return
        status, said_out, said = self.run(["profcheck", "-q", *reading, "--against", out, path], statuses=(0, 1, 2))
        if status == 2 and b"does not fit in 64 bits" in said:
            return  # what has no total that can be shown cannot be compared
        self.that(status == 0, f"profcheck --against: status {status}: {(said_out + said)[:500].decode('utf-8', 'replace')}")

    def totals_of_profcheck(self, path, format, reading, truth):
        """What profcheck says the totals are."""
        status, out, said = self.run(["profcheck", "-q", "--json", "-f", format, *reading, path], statuses=(0, 2))
        if status == 2 or truth is None:
            return
        told = [Fraction(row["self_total"]) for row in json.loads(out, parse_float=Fraction, parse_int=Fraction)["value_types"]]
        for told_total, value in zip(told, range(len(truth.units))):
            self.that(told_total == truth.total(value), f"profcheck says {told_total} in value type {value + 1}, expected {truth.total(value)}")

    # --- kinds of cases ---

    def convert(self):
        rng = self.rng
        path, format, truth, reading, kind = self.input()
        writer = rng.choice(WRITERS)
        program = f"{format}2{writer}"
        chosen, names = self.options(program)
        words = [*reading, *chosen]
        if rng.random() < 0.6 and "verbose" not in names:
            words.append("-q")
        if truth and rng.random() < 0.15:
            value = rng.randrange(len(truth.units))
            words.append(f"--value={value + 1}")
            truth = truth.only(value)
            names.add("value")
        if rng.random() < 0.25:
            words = ["-f", format, "-t", writer, *words]
            program = "profconv"
        stdin = path if rng.random() < 0.3 else None
        source = [] if stdin and rng.random() < 0.5 else ["-"] if stdin else [path]
        status, out = self.into_file(program, [*words, *source], stdin)
        if status == 2:
            self.that(kind != "plain" or chosen or self.may_refuse(truth, writer), "refuses what everybody reads")
            return
        if not chosen or rng.random() < 0.3:
            again = self.into_file(program, [*words, *source], stdin, name="again")
            self.that(again == (status, out), "other bytes the second time")
        if "limit" in names or "skip-bad-lines" in names and kind == "broken":
            names = names | {"scale"}
        self.count(writer, out, truth, names & (RENAMES | CHANGES))
        same = not names & {*RENAMES, *CHANGES, "value"}
        if same:
            self.against(path, format, ["-f", format, *reading] + ["--lenient"] * ("--lenient" in words) + ["--skip-bad-lines"] * ("--skip-bad-lines" in words), "out", writer)
        if truth and same and format == "speedscope" and rng.random() < 0.2:
            self.threads(path, reading, truth)
        if truth and same and writer in READERS and rng.random() < 0.3:
            self.and_on(writer, truth)

    def threads(self, path, reading, truth):
        """All threads, one by one, are the whole."""
        _, out, _ = self.run(["profcheck", "-q", "--json", "-f", "speedscope", *reading, path])
        sums, threads = [Fraction(0)] * len(truth.units), len(json.loads(out)["threads"]) if out else 0
        if not out or threads > 20:
            return
        for number in range(threads):
            status, out = self.into_file("speedscope2speedscope", ["-q", f"--thread={number + 1}", path], name="thread")
            if status == 2:
                return
            values = list(counted.speedscope(out).values.values())
            sums = [total + (sum(values[at].values(), Fraction(0)) if at < len(values) else 0) for at, total in enumerate(sums)]
        expected = [truth.total(at) for at in range(len(sums))]
        self.that(sums == expected, f"threads are {sums} together, expected {expected}")

    def and_on(self, first, truth):
        """What came out is an input like others: the same numbers come out of the next conversion."""
        second = self.rng.choice(WRITERS)
        if first == "pprof" and len(truth.units) > 1 and not any(truth.selves[0].values()):
            return  # another value type is shown, with a word
        if first == "collapsed":
            truth = truth if len(truth.units) == 2 and truth.names is None and all(u == "none" for u in truth.units) else truth.only(0)
            truth = models.Truth(["none"] * len(truth.units), truth.selves, truth.named)  # units are lost
        elif first == "pstat":
            truth = truth.only(0)
        status, out = self.into_file(f"{first}2{second}", ["-q", "out"], name="next")
        if status == 0:
            self.count(second, out, truth, set())

    @staticmethod
    def may_refuse(truth, writer):
        """Where even a plain profile has a value that the format cannot hold."""
        return truth is None

    def check(self):
        rng = self.rng
        path, format, truth, reading, kind = self.input()
        words, names = self.options("profcheck")
        if rng.random() < 0.3:
            words += ["--against", rng.choice([path, "missing", self.input("other")[0]])]
        statuses = (0, 1, 2) if names & {"strict"} or "--against" in words else (0, 2)
        status, out, said = self.run(["profcheck", "-f", format, *reading, *words, path], statuses=statuses)
        self.said(said)
        self.report("json" if "json" in names else "text", out, status)
        if status == 2:
            self.refusal("profcheck", out, said, False)
        self.totals_of_profcheck(path, format, reading, truth)

    def report(self, format, out, status):
        """A report that parses, without a byte that is obeyed."""
        wrong = counted.obeyed(out, b"\n\t" if format in ("tsv", "json") else b"\n")
        self.that(wrong is None, f"the report has {wrong}")
        if status == 2:
            self.that(out == b"", f"refused, and reported {out[:300]}")
            return
        try:
            text = out.decode("utf-8")
            if format == "json":
                json.loads(text) if text else None
            elif format == "ndjson":
                [json.loads(line) for line in text.splitlines()]
            elif format in ("csv", "tsv"):
                rows = list(csv.reader(io.StringIO(text, newline=""), strict=True)) if format == "csv" else [line.split("\t") for line in text.split("\n")[:-1]]
                self.that(len({len(row) for row in rows}) <= 1, "rows of different lengths")
                cells = [cell for row in rows for cell in row]
                self.that(not any(re.match(r"[=@]|[-+](?![\d.])", cell) for cell in cells), "a cell is a formula")
            elif format == "openmetrics":
                self.that(text.endswith("# EOF\n"), "no end")
        except (ValueError, csv.Error) as trouble:
            raise Failure(f"the report is no {format}: {trouble}") from trouble

    def format_of(self, words):
        return next((word.partition("=")[2] for word in reversed(words) if word.startswith("--format=")), "text")

    def top(self):
        path, format, truth, reading, _ = self.input()
        words, names = self.options("proftop", 4)
        status, out, said = self.run(["proftop", "-f", format, *reading, *words, path])
        self.said(said)
        self.report(self.format_of(words), out, status)
        if status == 2:
            self.refusal("proftop", out, said, False)
        status, out, said = self.run(["proftop", "-q", "-f", format, *reading, "--format=json", "-n", "0", path])
        if status == 0 and truth:
            rows = [row for row in json.loads(out, parse_float=Fraction, parse_int=Fraction)]
            total = sum((Fraction(row["self"] or 0) for row in rows), Fraction(0))
            self.that(total == truth.total(0), f"proftop's rows are {total} together, expected {truth.total(0)}")
        if status == 0 and truth and min(self.numbers(truth), default=0) >= 0:
            self.tree(["proftop", "-q", "-f", format, *reading, "--tree", "--format=json", "-n", "0", path], truth)

    def tree(self, words, truth):
        """The self values of all contexts are the total; where nothing stands below another, so are inclusive ones of the first level."""
        status, out, said = self.run(words)
        if status == 2:
            return
        rows = json.loads(out, parse_float=Fraction, parse_int=Fraction)
        own = sum((Fraction(row["self"]) for row in rows if counted.surrogates(row["function"]) not in counted.OURS), Fraction(0))
        self.that(own == truth.total(0), f"contexts are {own} together, expected {truth.total(0)}")
        whole, roots = sum((Fraction(row["self"]) for row in rows), Fraction(0)), sum((Fraction(row["inclusive"]) for row in rows if row["depth"] == 1), Fraction(0))
        self.that(whole == roots, f"roots are {roots} together, what is in them {whole}")

    def diff(self):
        rng = self.rng
        a, format, truth_a, reading, _ = self.input("a")
        b, _, truth_b, reading_b, _ = self.input("b", format=format if reading or rng.random() < 0.8 else None)
        if reading_b != reading:
            return
        words, names = self.options("profdiff", 4)
        if rng.random() < 0.5:
            words.append("--format=" + rng.choice("text tsv csv json ndjson markdown junit github".split()))
        if rng.random() < 0.3:
            words += ["--fail-if", rng.choice(["self > 5%", "total > 5%", "calls > 1 and self > 1ms", "share > 1%", "x", "inclusive > 10% in a.c"])]
            names.add("fail-if")
        if rng.random() < 0.2:
            words += ["-t", rng.choice(WRITERS)]
        status, out, said = self.run(["profdiff", *reading, *words, a, b], statuses=(0, 1, 2) if "fail-if" in names else (0, 2))
        self.said(said)
        if "-t" not in words:
            self.report(self.format_of(words), out if self.format_of(words) != "github" else b"", status)
        if status == 2:
            self.refusal("profdiff", out, said, False)
        status, out, said = self.run(["profdiff", "-q", *reading, "--compare", "values", "--kind", "counts", "--format=json", a, b])
        if status == 0 and truth_a and truth_b:
            told = json.loads(out, parse_float=Fraction, parse_int=Fraction)
            pair = [Fraction(told["total_base"]), Fraction(told["total_new"])]
            if truth_a.units[0] == truth_b.units[0] and format in ("collapsed", "pstat", "flamegraph"):
                self.that(pair == [truth_a.total(0), truth_b.total(0)], f"profdiff says {pair}, expected {[truth_a.total(0), truth_b.total(0)]}")

    def merge(self):
        rng = self.rng
        format = rng.choice(READERS)
        made = [self.input(f"in{i}", format=format) for i in range(rng.choice([1, 2, 2, 3]))]
        reading = made[0][3]
        if any(one[3] != reading for one in made):
            return
        words, names = self.options("profmerge", 2)
        writer = rng.choice(WRITERS)
        words = ["-f", format, "-t", writer, *reading, *words]
        paths = [one[0] for one in made]
        if rng.random() < 0.2:
            pathlib.Path("list").write_text("\n".join(paths) + "\n")
            status, out = self.into_file("profmerge", [*words, "--files-from", "list"])
        else:
            status, out = self.into_file("profmerge", [*words, *paths])
        if status == 2:
            return
        rng.shuffle(paths)
        again = self.into_file("profmerge", [*words, *paths], name="again")
        self.that(again == (0, out), "other bytes in another order")
        truths = [one[2] for one in made]
        if all(truths) and format in ("collapsed", "pstat", "flamegraph") and "limit" not in names:
            whole = truths[0]
            for truth in truths[1:]:
                whole = models.Truth(whole.units, [{name: a.get(name, 0) + b.get(name, 0) for name in {*a, *b}} for a, b in zip(whole.selves, truth.selves)],
                                     whole.named and truth.named)
            self.count(writer, out, whole, names & (RENAMES | CHANGES))

    def filter(self):
        rng = self.rng
        path, format, truth, reading, _ = self.input()
        words, names = self.options("proffilter", 4)
        writer = rng.choice(WRITERS)
        # with --strict nothing may be left
        status, out = self.into_file("proffilter", ["-f", format, "-t", writer, *reading, *words, path], statuses=(0, 1, 2) if "strict" in names else (0, 2))
        if status == 0:
            self.count(writer, out, None, set())
        if not truth:
            return
        target = "callgrind" if min(self.numbers(truth), default=0) >= 0 else "speedscope"
        common = ["proffilter", "-q", "-f", format, "-t", target, *reading]
        if rng.random() < 0.5:
            self.divided(common, path, target, truth)
        else:
            self.regrouped(common, path, target, truth)

    def divided(self, common, path, target, truth):
        """What one option keeps and the other drops is the whole."""
        text, parts = self.rng.choice(["f1", "f", "^f0$", "f[0-4]", "a", "x", "."]), []
        for option in ("--focus", "--ignore"):
            status, out = self.into_file(common[0], [*common[1:], option, text, path], name=option[2:])
            if status == 2:
                return
            parts.append(counted.READERS[target](out).values)
        for at in range(len(truth.units)):
            both = sum((sum(list(part.values())[at].values(), Fraction(0)) for part in parts if at < len(part)), Fraction(0))
            self.that(both == truth.total(at), f"--focus and --ignore are {both} together, expected {truth.total(at)}")

    def regrouped(self, common, path, target, truth):
        """Other frames, or fewer of them, with the same total; or all of it times a number."""
        words, factor = self.rng.choice([
            (["--granularity", "file"], 1), (["--granularity", "module"], 1), (["--granularity", "function"], 1), (["--flatten-recursion"], 1),
            (["--root", "top"], 1), (["--rename", "s/f/g/"], 1), (["--rename", "addresses"], 1), (["--prune-from", "^f2$"], 1),
            (["--trim", "10"], 1), (["--scale", "3"], 3)])
        status, out = self.into_file(common[0], [*common[1:], *words, path])
        if status == 2:
            return
        found = list(counted.READERS[target](out).values.values())
        for at in range(len(truth.units)):
            total = sum(found[at].values(), Fraction(0)) if at < len(found) else Fraction(0)
            self.that(total == factor * truth.total(at), f"{words} leaves {total} of value type {at + 1}, expected {factor * truth.total(at)}")

    @staticmethod
    def numbers(truth):
        return [number for selves in truth.selves for number in selves.values()]

    KINDS = {"convert": 50, "check": 9, "top": 10, "diff": 11, "merge": 10, "filter": 10}

    def go(self):
        kind = self.rng.choices(list(self.KINDS), list(self.KINDS.values()))[0]
        getattr(self, kind)()
        return kind


def plain_names(sums):
    """Without what a writer puts behind a name to tell two functions apart: f3, f3:12, f3 (a.c:12)."""
    found = {}
    for name, number in sums.items():
        plain = re.match(rb"f\d+(?=$|[ :])", name)
        name = plain[0] if plain else name
        found[name] = found.get(name, Fraction(0)) + number
    return found


def in_folder(folder, rng, programs, sanitized):
    """Runs a case in a folder of its own; what it left there is gone before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.chdir(folder)
    return Case(rng, programs, sanitized)

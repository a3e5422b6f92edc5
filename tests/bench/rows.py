"""The rows of the table: a piece of work, ours, the peer, where it must stand, how the totals are read."""
import csv
import json
import re
import shutil
import subprocess
from dataclasses import dataclass

from inputs import HERE, HOME, OUT, SMALLEST, lib
from measuring import PATH, Command, Failed

PYTHON = shutil.which("/usr/bin/python3") or "python3"


@dataclass
class Row:
    name: str
    work: str
    peer: str             # who it is, as the report calls it
    sides: object         # makes (ours, the peer's) Command, from the Inputs
    totals: object        # reads (ours, the peer's or None) after the runs
    expected: object = None  # the total that generate.c knows, from the Inputs; None: the two must agree
    needs: tuple = ()     # programs and packages without which the peer cannot run
    faster: float = 0     # at least this many times as fast; 0: no target
    figure: str = "user"  # what is compared: user or wall
    memory: float = 0     # at most this part of the peer's
    megabytes: float = 0  # at most so many
    slow: bool = False    # the peer takes its time: left out by --no-slow


def find(need):
    """A program, a package of npm, or a module of Debian's Python (-mNAME)."""
    if need.startswith("-m"):
        return subprocess.run([PYTHON, "-c", f"import {need[2:]}"], capture_output=True).returncode == 0
    return (HOME / "node_modules" / need).is_dir() or shutil.which(need, path=PATH)


def missing(row):
    return [need.removeprefix("-m") for need in row.needs if not find(need)]


# --- both sides ---

def ours(row, program, source, suffix, **options):
    words = [lib.BIN / program, "-q", "-o", OUT / f"{row}.ours.{suffix}"]
    return Command([*words, *(source if isinstance(source, list) else [source])], **options)


def theirs(row, *words, suffix="out", **options):
    """A peer that writes to its standard output."""
    program = shutil.which(words[0], path=PATH) or words[0]
    return Command([program, *words[1:]], out=OUT / f"{row}.theirs.{suffix}", **options)


def their_file(row, suffix):
    return OUT / f"{row}.theirs.{suffix}"


# --- totals ---

def total_of(path):
    """The self total of the first value type, as profcheck says it."""
    done = subprocess.run([lib.BIN / "profcheck", "--json", path], capture_output=True)
    if done.returncode:
        raise Failed(f"profcheck: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)["value_types"][0]["self_total"]


def both(row, suffix):
    """Both wrote a profile that we can read."""
    return total_of(OUT / f"{row}.ours.{suffix}"), total_of(their_file(row, suffix))


def lines_total(path):
    """The numbers at the ends of lines."""
    with open(path, "rb") as lines:
        return sum(int(line.rsplit(b" ", 1)[1]) for line in lines)


def imported_total(row):
    """speedscope's importer says it of each profile."""
    group = json.loads(their_file(row, "out").read_bytes())
    units = {"nanoseconds": 1, "microseconds": 1e3, "milliseconds": 1e6, "seconds": 1e9, "none": 1}
    return sum(profile["total"] * units[profile["unit"]] for file in group.values() for profile in file["profiles"])


def annotated_total(row):
    text = their_file(row, "out").read_text(errors="replace")
    found = re.search(r"^ *([\d,]+).*PROGRAM TOTALS", text, re.M)
    if not found:
        raise Failed("callgrind_annotate says no total")
    return int(found[1].replace(",", ""))


# --- the table: one function a peer, one row a use of it ---

STARTS = 20  # runs of ours for one figure, where it takes a few milliseconds


def against_pyprof2calltree(name, work, source, start=False, **target):
    def sides(inputs):
        words = ["pyprof2calltree", "-i", source(inputs), "-o", their_file(name, "callgrind")]
        return ours(name, "pstat2callgrind", source(inputs), "callgrind", repeat=STARTS if start else 1), Command(words)
    return Row(name, work, "pyprof2calltree", sides, lambda: both(name, "callgrind"), needs=("pyprof2calltree",), **target)


def against_inferno(name, work, source, start=False, **target):
    def sides(inputs):
        return (ours(name, "collapsed2flamegraph", source(inputs), "svg", repeat=STARTS if start else 1),
                theirs(name, "inferno-flamegraph", source(inputs), suffix="svg"))
    return Row(name, work, "inferno-flamegraph", sides, lambda: both(name, "svg"), needs=("inferno-flamegraph",), **target)


def against_collapse_perf(name, **target):
    """Its option -n 1, since it would use all processors."""
    def sides(inputs):
        source = inputs.path(name)
        return (ours(name, "perf2collapsed", source, "collapsed"), theirs(name, "inferno-collapse-perf", "-n", "1", source))
    return Row(name, f"perf script, 200 MB, {name.removeprefix('perf-')} stacks -> collapsed", "inferno-collapse-perf", sides,
               lambda: (lines_total(OUT / f"{name}.ours.collapsed"), lines_total(their_file(name, "out"))),
               needs=("inferno-collapse-perf",), **target)


def against_speedscope(name, work, source, start=False, **target):
    def sides(inputs):
        script = lib.ROOT / "tests/interop/speedscope_import.js"
        return (ours(name, "speedscope2collapsed", source(inputs), "collapsed", repeat=STARTS if start else 1),
                theirs(name, "node", "--max-old-space-size=8192", script, source(inputs)))
    return Row(name, work, "speedscope's importer", sides,
               lambda: (lines_total(OUT / f"{name}.ours.collapsed"), imported_total(name)),
               needs=("node", "speedscope", "jsdom"), **target)


def against_annotate(name, work, source, start=False, **target):
    def sides(inputs):
        return (ours(name, "callgrind2callgrind", source(inputs), "callgrind", repeat=STARTS if start else 1),
                theirs(name, "callgrind_annotate", source(inputs)))
    return Row(name, work, "callgrind_annotate", sides,
               lambda: (total_of(OUT / f"{name}.ours.callgrind"), annotated_total(name)),
               needs=("callgrind_annotate",), **target)


def against_kcachegrind(name, work, source, **target):
    def sides(inputs):
        words = ["xvfb-run", "-a", "dbus-run-session", "--", HERE / "kcachegrind_load", source(inputs), HOME / "cost"]
        return ours(name, "callgrind2collapsed", source(inputs), "collapsed"), Command(words, reports=True)
    return Row(name, work, "KCachegrind, until its window shows it", sides,
               lambda: (lines_total(OUT / f"{name}.ours.collapsed"), None),
               needs=("kcachegrind", "xvfb-run", "xauth", "dbus-run-session", "xdotool"), **target)


def against_scan(name, work, source, **target):
    def sides(inputs):
        return (ours(name, "speedscope2collapsed", source(inputs), "collapsed"),
                theirs(name, HOME / "scan", source(inputs)))
    return Row(name, work, "a scan for numbers", sides,
               lambda: (lines_total(OUT / f"{name}.ours.collapsed"), None), **target)


def against_zcat(source, pair, **target):
    """Both write to /dev/null, or a disk would be compared with none; one more run is for the total."""
    name = f"gzip-{source}"
    kept = OUT / f"{name}.ours.{pair.split('2')[1]}"
    words = [lib.BIN / pair, "-q"]

    def sides(inputs):
        words[2:] = [inputs.packed(source)]
        return Command(words), Command(["zcat", *words[2:]])

    def totals():
        subprocess.run([*words, "-o", kept], check=True)
        return total_of(kept), None
    return Row(name, f"{pair.replace('2', ' -> ')}, {source} gzipped", "zcat", sides, totals,
               expected=lambda inputs: inputs.total(source), figure="wall", **target)


def against_python(name, work, source, **target):
    def sides(inputs):
        files = sorted(source(inputs).glob("*.pstat"))
        program = "profmerge" if (lib.BIN / "profmerge").exists() else "pstat2pstat"
        return (ours(name, program, files, "pstat"),
                Command([PYTHON, HERE / "merge_pstats.py", their_file(name, "pstat"), *files]))
    return Row(name, work, "a Python process that loads and adds", sides, lambda: both(name, "pstat"), **target)


def against_json_load(name, work, source, pair="explain2collapsed", **target):
    """Nothing is made of what it loads: so long takes any program in Python at least."""
    def sides(inputs):
        return (ours(name, pair, source(inputs), "collapsed"),
                Command([PYTHON, "-c", "import json, sys; json.load(open(sys.argv[1]))", source(inputs)]))
    return Row(name, work, "Python's json.load", sides, lambda: (lines_total(OUT / f"{name}.ours.collapsed"), None), **target)


def against_flameprof(name, work, source):
    def sides(inputs):
        return (ours(name, "pstat2flamegraph", source, "svg", repeat=STARTS),
                theirs(name, "flameprof", source, suffix="svg"))
    return Row(name, work, "flameprof", sides, lambda: both(name, "svg"), needs=("flameprof",))


def against_gprof2dot(name, work, source, pair, form):
    """It prints percentages: there is no total to compare."""
    suffix = pair.split("2")[1]

    def sides(inputs):
        return (ours(name, pair, source(inputs), suffix),
                theirs(name, "gprof2dot", "-f", form, source(inputs), suffix="dot"))
    return Row(name, work, "gprof2dot", sides, lambda: (total_of(OUT / f"{name}.ours.{suffix}"), None), needs=("gprof2dot",))


def against_yappi(name, work, source):
    def sides(inputs):
        saved = OUT / f"{name}.ystat"
        script = [PYTHON, HERE / "yappi_save.py"]
        subprocess.run([*script, "prepare", source(inputs), saved], check=True)
        return (ours(name, "pstat2callgrind", source(inputs), "callgrind"),
                Command([*script, "convert", saved, their_file(name, "callgrind")]))
    return Row(name, work, "yappi, from its own file", sides, lambda: both(name, "callgrind"), needs=("-myappi",))


def against_pprof(name, work):
    def sides(inputs):
        words = ["go", "tool", "pprof", "-callgrind", "-nodefraction=0", "-edgefraction=0",
                 f"-output={their_file(name, 'callgrind')}", inputs.path("pprof-tree")]
        return ours(name, "collapsed2callgrind", inputs.path("collapsed-tree"), "callgrind"), Command(words)
    return Row(name, work, "go tool pprof, from its own file", sides, lambda: both(name, "callgrind"), needs=("go",))


def against_pprofs(name, work, source, report, program, suffix, totals=None, options=(), **target):
    """Both from the same file or files, the first value type; pprof's reports without its limits."""
    def sides(inputs):
        path = inputs.path(source) if isinstance(source, str) else source
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        one = ours(name, program, files, suffix, repeat=STARTS if target.get("start") else 1)
        one.words[2:2] = options
        words = ["go", "tool", "pprof", "-symbolize=none", "-sample_index=0", f"-{report}", "-nodefraction=0", "-edgefraction=0",
                 "-nodecount=1000000"]
        return one, Command([*words, f"-output={their_file(name, report)}", *files])
    row = {"faster": 6, "memory": 1 / 5, **target}
    row.pop("start", None)
    return Row(name, work, "go tool pprof", sides, totals or (lambda: both_pprofs(name, suffix, report)), needs=("go",),
               expected=(lambda inputs: inputs.total(source)) if isinstance(source, str) else None, **row)


def both_pprofs(row, suffix, report):
    return total_of(OUT / f"{row}.ours.{suffix}"), total_of(their_file(row, report))


TOP = ["--format", "csv", "--limit", "0"]


def top_totals(name):
    with open(OUT / f"{name}.ours.top", newline="") as rows:
        return sum(int(row["self"]) for row in csv.DictReader(rows)), their_top_total(name)


def their_top_total(name):
    found = re.search(r"of (\d+) total", their_file(name, "top").read_text())
    if not found:
        raise Failed("go tool pprof says no total")
    return int(found[1])


def against_json(name, work, peer, script, **target):
    """Python's json alone, without any trees."""
    def sides(inputs):
        path = inputs.path("spans-100")
        return ours(name, "traces2collapsed", path, "collapsed"), theirs(name, PYTHON, "-c", f"import json, sys; {script}", path)
    return Row(name, work, peer, sides, lambda: (lines_total(OUT / f"{name}.ours.collapsed"), None),
               expected=lambda inputs: inputs.total("spans-100"), **target)


def input_named(name):
    return {"source": lambda inputs: inputs.path(name), "expected": lambda inputs: inputs.total(name)}


def sample_of(form):
    return {"source": lambda inputs: SMALLEST[form], "start": True, "figure": "wall"}


def start_work(pair):
    return f"a small {pair.replace('2', ' -> ')}, whole process"


def against_loading(name, work, program, suffix, totals, **target):
    """Readers of browsers' profiles load all of their JSON; nothing is made of it here."""
    def sides(inputs):
        source = inputs.path(name)
        return ours(name, program, source, suffix), Command([PYTHON, "-c", "import json, sys; json.load(open(sys.argv[1]))", source])
    return Row(name, work, "Python's json.load", sides, lambda: (totals(OUT / f"{name}.ours.{suffix}"), None),
               expected=lambda inputs: inputs.total(name), **target)


ROWS = [
    against_pyprof2calltree("pstat", "pstat -> callgrind, 200 k functions", faster=60, memory=1 / 4, slow=True,
                            **input_named("pstat")),
    against_pyprof2calltree("start-pstat", start_work("pstat2callgrind"), faster=40, **sample_of("pstat")),
    against_inferno("collapsed-wide", "collapsed -> flamegraph, 125 MB", faster=2.5, memory=1 / 2,
                    **input_named("collapsed-wide")),
    against_inferno("collapsed-tree", "collapsed -> flamegraph, 97 MB, 240 k stacks", **input_named("collapsed-tree")),
    against_speedscope("speedscope-100", "speedscope -> collapsed, 100 MB sampled", faster=40, megabytes=64, slow=True,
                       **input_named("speedscope-100")),
    against_scan("speedscope-500", "speedscope -> collapsed, 500 MB", faster=1 / 2.5, **input_named("speedscope-500")),
    against_speedscope("evented-200", "speedscope -> collapsed, 200 MB evented", slow=True, **input_named("evented-200")),
    against_annotate("callgrind", "callgrind -> callgrind, 200 MB", faster=60, memory=1 / 10, slow=True,
                     **input_named("callgrind")),
    against_kcachegrind("callgrind-collapsed", "callgrind -> collapsed, 200 MB", faster=15, slow=True,
                        **input_named("callgrind")),
    against_zcat("collapsed-wide", "collapsed2flamegraph", faster=1 / 1.5),
    against_zcat("collapsed-tree", "collapsed2flamegraph", faster=1 / 1.5),
    against_zcat("speedscope-100", "speedscope2collapsed", faster=1 / 1.5),
    against_zcat("speedscope-500", "speedscope2collapsed", faster=1 / 1.5),
    against_zcat("evented-200", "speedscope2collapsed", faster=1 / 1.5),
    against_zcat("pstat", "pstat2callgrind", faster=1 / 1.5),
    against_zcat("callgrind", "callgrind2callgrind", faster=1 / 1.5),
    against_python("merge", "merge of 10,000 small pstats", faster=20, **input_named("merge")),
    against_collapse_perf("perf-deep", faster=2, megabytes=20),
    against_collapse_perf("perf-short", faster=2, megabytes=20),
    against_json_load("explain", "plan of 20,000 partitions, 10 MB -> collapsed", faster=1, memory=1, **input_named("explain")),
    against_loading("cpuprofile", "cpuprofile -> flamegraph, 95 MB, 8 M samples", "cpuprofile2flamegraph", "svg", total_of,
                    faster=1.5, megabytes=145),
    against_loading("firefox", "firefox -> collapsed, 100 MB, 5 M samples", "firefox2collapsed", "collapsed", lines_total,
                    faster=1.5, megabytes=145),
    against_json_load("trace", "trace -> collapsed, 100 MB of nested events", pair="chrometrace2collapsed", faster=1, memory=1 / 4,
                      **input_named("trace-100")),
    against_inferno("start-collapsed", start_work("collapsed2flamegraph"), **sample_of("collapsed")),
    against_speedscope("start-speedscope", start_work("speedscope2collapsed"), **sample_of("speedscope")),
    against_annotate("start-callgrind", start_work("callgrind2callgrind"), **sample_of("callgrind")),
    against_pprof("pprof", "240 k stacks -> callgrind"),
    against_pprofs("pprof-top", "pprof, 240 k stacks: top", "pprof-tree", "top", "proftop", "top", lambda: top_totals("pprof-top"),
                   TOP),
    against_pprofs("pprof-pprof", "pprof -> pprof, 240 k stacks", "pprof-tree", "proto", "pprof2pprof", "pb"),
    against_pprofs("pprof-callgrind", "pprof -> callgrind, 240 k stacks", "pprof-tree", "callgrind", "pprof2callgrind", "callgrind"),
    against_pprofs("service-top", "pprof, 835 k deep samples: top", "pprof-service", "top", "proftop", "top",
                   lambda: top_totals("service-top"), [*TOP, "--value", "samples"], faster=60, slow=True),
    against_pprofs("service-pprof", "pprof -> pprof, 835 k deep samples", "pprof-service", "proto", "pprof2pprof", "pb"),
    against_pprofs("service-callgrind", "pprof -> callgrind, 100 k deep samples", "pprof-service-100", "callgrind", "pprof2callgrind",
                   "callgrind", options=["--value", "samples"], faster=60, memory=1 / 10, slow=True),
    against_pprofs("pprof-merge", "merge of 1,000 pprof files", "pprof-merge", "proto", "profmerge", "pb"),
    against_pprofs("start-pprof", "a small pprof -> flamegraph against its top, whole process", SMALLEST["pprof"], "top",
                   "pprof2flamegraph", "svg", lambda: (total_of(OUT / "start-pprof.ours.svg"), their_top_total("start-pprof")),
                   ["--value", "1"], start=True, figure="wall", faster=10, memory=1 / 10),
    against_json("spans", "traces -> collapsed, 100 MB of OTLP/JSON", "json.loads line by line",
                 "[None for line in open(sys.argv[1]) if not json.loads(line)]", faster=3),
    against_json("spans-kept", "traces -> collapsed, 100 MB of OTLP/JSON", "json.loads of all lines, kept",
                 "kept = [json.loads(line) for line in open(sys.argv[1])]", memory=1 / 10),
    against_yappi("yappi", "pstat -> callgrind, 2,000 functions", lambda inputs: inputs.path("pstat-2000")),
    against_flameprof("flameprof", "pstat -> flamegraph, 219 functions", lib.SAMPLES / "pstat/cprofile-py3.12-text.pstat"),
    against_gprof2dot("gprof2dot-pstat", "pstat -> callgrind, 2,000 functions",
                      lambda inputs: inputs.path("pstat-2000"), "pstat2callgrind", "pstats"),
    against_gprof2dot("gprof2dot-callgrind", "callgrind -> callgrind, 2,000 functions",
                      lambda inputs: inputs.path("callgrind-2000"), "callgrind2callgrind", "callgrind"),
]

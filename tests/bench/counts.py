"""make bench-count: how many instructions small conversions take, as callgrind counts them.

    counts.py [--update]

Compares with counts.tsv and fails where one grew by more than 3 %, unless the compiler or
a library is another one than the counts were made with.
"""
import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from inputs import HERE, generate, lib

TABLE = HERE / "counts.tsv"
MOST = 0.03

# name: the program and its input, a sample's path or (kind of generate.c, count, suffix)
CASES = {
    "pstat2callgrind": "pstat/cprofile-py3.12-text.pstat",
    "pstat2collapsed": "pstat/cprofile-py3.12-text.pstat",
    "pstat2pstat": "pstat/marshal-v0.pstat",
    "callgrind2callgrind": "callgrind/valgrind-complete.callgrind",
    "callgrind2pstat": "callgrind/valgrind-main-cpp.callgrind",
    "callgrind2collapsed": "callgrind/valgrind-main-cpp.callgrind",
    "collapsed2collapsed": "collapsed/austin3-full.collapsed",
    "collapsed2flamegraph": "collapsed/pyspy-native.collapsed",
    "collapsed2pstat": "collapsed/pyspy-subprocesses.collapsed",
    "collapsed2callgrind": "collapsed/pyspy.collapsed.gz",
    "speedscope2collapsed": "speedscope/pyspy-subprocesses.speedscope.json",
    "speedscope2speedscope": "speedscope/pyinstrument-timeline.speedscope.json",
    "flamegraph2collapsed": "flamegraph/inferno.svg",
    "cpuprofile2flamegraph": "cpuprofile/node26.cpuprofile",
    "cpuprofile2cpuprofile": "cpuprofile/bun.cpuprofile",
    "firefox2firefox": "firefox/v48.json",
    "pstat2callgrind, 1,000 functions": ("pstat", 1_000, "pstat"),
    "callgrind2callgrind, 100 functions": ("callgrind", 100, "callgrind"),
    "collapsed2flamegraph, 2,000 stacks": ("collapsed-wide", 2_000, "collapsed"),
    "collapsed2collapsed, 2,000 stacks of a tree": ("collapsed-tree", 2_000, "collapsed"),
    "speedscope2collapsed, 3,000 samples": ("speedscope-sampled", 3_000, "speedscope.json"),
    "pprof2callgrind": "pprof/go-cpu.pb.gz",
    "pprof2collapsed, 2,000 stacks": ("pprof", 2_000, "pb"),
    "pprof2otlp, 2,000 stacks": ("pprof", 2_000, "pb"),
    "otlp2collapsed": "otlp/ebpf.otlp.pb",
    "perf2collapsed": "perf/frame-pointers.perf",
    "perf2collapsed, 500 samples": ("perf-short", 500, "perf"),
    "explain2collapsed": "explain/parallel-18.txt",
    "explain2collapsed, 500 partitions": ("explain", 500, "json"),
    "chrometrace2collapsed": "chrometrace/pyspy-0.4.3.trace.json.gz",
    "chrometrace2collapsed, 3,000 events": ("trace", 3_000, "json"),
    "speedscope2collapsed, 10,000 events": ("speedscope-evented", 10_000, "speedscope.json"),
}


def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout.splitlines() or ["unknown"])[0]


def linked():
    """The versions of the libraries that the counted conversions run through, as their headers tell."""
    headers = "#include <zlib.h>\n#include <libxml/xmlversion.h>\n"
    flags = subprocess.run(["xml2-config", "--cflags"], capture_output=True, text=True).stdout.split()
    made = subprocess.run([*os.environ.get("CC", "cc").split(), *flags, "-E", "-dM", "-"], input=headers, capture_output=True, text=True)
    found = re.findall(r'^#define (ZLIB|LIBXML_DOTTED)_VERSION "(.*)"', made.stdout, re.M)
    return " ".join(f"{name.split('_')[0].lower()} {version}" for name, version in sorted(found))


def features():
    """Of the processor: the C library picks its loops by them."""
    try:
        with open("/proc/cpuinfo") as text:
            flags = re.search(r"^flags\s*:(.*)", text.read(), re.M)
    except OSError:
        flags = None
    known = set(flags[1].split()) if flags else set()
    return " ".join([platform.machine(), *sorted(known & {"avx2", "erms", "fsrm"})])


def setting():
    """What the counts depend on besides our code."""
    compiler = os.environ.get("CC", "cc").split()
    return {
        "compiler": re.sub(r"^\S+ ", "", first_line(*compiler, "--version")),
        "flags": os.environ.get("CFLAGS", ""),
        "libc": os.confstr("CS_GNU_LIBC_VERSION") if "CS_GNU_LIBC_VERSION" in os.confstr_names else platform.libc_ver()[1],
        "libraries": linked(),
        "valgrind": first_line("valgrind", "--version"),
        "processor": features(),
    }


def source_of(case):
    """A path from the root: its length is in the counts."""
    if isinstance(case, str):
        return os.path.join("samples", case)
    return os.path.relpath(generate(*case)[0], lib.ROOT)


def count(name):
    """Runs in a bare environment, in one place in memory: the same figure each time."""
    program = name.split(",")[0]
    words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", os.path.relpath(lib.BIN / program, lib.ROOT), "-q",
             source_of(CASES[name])]
    done = subprocess.run(words, cwd=lib.ROOT, capture_output=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
    found = re.search(rb"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"bench-count: {name}: {done.stderr.decode(errors='replace')[-500:]}")
    return int(found[1])


def measure():
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(CASES, pool.map(count, CASES)))


def write(counts):
    head = [f"# {key}: {value}\n" for key, value in setting().items()]
    TABLE.write_text("".join([*head, "name\tinstructions\n", *(f"{name}\t{n}\n" for name, n in counts.items())]))


def read():
    """(the setting that they were made in, name -> instructions)"""
    lines = TABLE.read_text().splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    rows = [line.split("\t") for line in lines if "\t" in line][1:]
    return head, {name: int(n) for name, n in rows}


def compare(known, counts):
    """Says what changed; the number of those that grew."""
    grown = 0
    for name, n in counts.items():
        change = n / known[name] - 1 if name in known else 1
        if abs(change) > MOST:
            grown += change > 0
            was = f"{known[name]:,} instructions" if name in known else "not counted"
            print(f"{name}: {n:,} instructions, was {was} ({change:+.1%})")
    for name in known.keys() - counts.keys():
        print(f"{name}: counted before, not now")
    if grown:
        print(f"bench-count: {grown} grew; if that is meant: make bench-count UPDATE=1")
    else:
        print(f"{len(counts)} conversions within {MOST:.0%} of counts.tsv, or below")
    return grown


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write counts.tsv anew")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        print("bench-count: no valgrind, nothing is counted")
        return 0
    if options.update:
        write(measure())
        return 0
    here, (there, known) = setting(), read()
    other = [f"{key} {here[key]}, not {there.get(key)}" for key in here if here[key] != there.get(key)]
    if other:
        print(f"bench-count: nothing is compared, the counts were made elsewhere: {'; '.join(other)}")
        return 0
    return 1 if compare(known, measure()) else 0


sys.exit(main())

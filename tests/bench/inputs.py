"""The inputs: made by build/bench/generate, kept in build/bench/inputs, packed where wanted."""
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import lib  # noqa: E402

HERE = Path(__file__).resolve().parent
HOME = lib.BUILD / "bench"
FOLDER = HOME / "inputs"
OUT = HOME / "out"

# name: (kind of generate.c, its count at full size, suffix)
KINDS = {
    "collapsed-wide": ("collapsed-wide", 1_000_000, "collapsed"),          # 125 MB, 14 M contexts
    "collapsed-tree": ("collapsed-tree", 240_000, "collapsed"),            # 97 MB
    "pprof-tree": ("pprof", 240_000, "pb"),                                # the same stacks
    "pprof-service": ("pprof-service", 835_000, "pb"),                     # 84 MB, deep stacks and labels
    "pprof-service-100": ("pprof-service", 100_000, "pb"),
    "pprof-merge": ("pprof-merge", 1_000, ""),                             # a folder of 1,000 files
    "speedscope-100": ("speedscope-sampled", 650_000, "speedscope.json"),  # 100 MB, 20 k distinct stacks
    "speedscope-500": ("speedscope-sampled", 3_250_000, "speedscope.json"),
    "evented-200": ("speedscope-evented", 5_100_000, "speedscope.json"),   # 200 MB
    "pstat": ("pstat", 200_000, "pstat"),                                  # a million arcs, 55 MB
    "pstat-2000": ("pstat", 2_000, "pstat"),
    "callgrind": ("callgrind", 60_000, "callgrind"),                       # 1.28 M calls, 200 MB
    "callgrind-2000": ("callgrind", 2_000, "callgrind"),
    "explain": ("explain", 20_000, "json"),                                # 10 MB
    "perf-deep": ("perf-deep", 47_000, "perf"),                            # 200 MB
    "perf-short": ("perf-short", 417_000, "perf"),                         # 200 MB
    "trace-100": ("trace", 770_000, "json"),                               # 100 MB
    "spans-100": ("spans", 590, "jsonl"),                                  # 100 MB of OTLP/JSON
    "cpuprofile": ("cpuprofile", 8_000_000, "cpuprofile"),                 # 95 MB
    "firefox": ("firefox", 5_000_000, "firefox.json"),                     # 100 MB
    "merge": ("merge", 10_000, ""),                                        # a folder of files
}

# the smallest real file of each format in which a peer sees the same total
SMALLEST = {
    "pstat": lib.SAMPLES / "pstat/pytest-benchmark-test_fib.prof",
    "pprof": lib.SAMPLES / "pprof/go-mutex.pb.gz",
    "callgrind": lib.SAMPLES / "callgrind/valgrind-threads.callgrind-02",
    "collapsed": lib.SAMPLES / "collapsed/perf.collapsed",
    "speedscope": lib.SAMPLES / "speedscope/pyspy-gil.speedscope.json",
}


def generate(kind, count, suffix):
    """The file, and its total self value as generate.c knows it."""
    path = FOLDER / (f"{kind}-{count}.{suffix}" if suffix else f"{kind}-{count}")
    total = FOLDER / f"{kind}-{count}.total"
    if not total.exists():
        (FOLDER if suffix else path).mkdir(parents=True, exist_ok=True)
        maker = [HOME / "generate", kind]
        if kind == "spans":
            maker = [sys.executable, HERE / "generate_spans.py"]
        if kind in ("cpuprofile", "firefox"):
            maker = [sys.executable, HERE / "generate_js.py", kind]
        done = subprocess.run([*maker, str(count), path], capture_output=True, text=True, check=True)
        total.write_text(done.stdout)
    return path, int(total.read_text())


class Inputs:
    """By name, at a scale; made when first asked for."""

    def __init__(self, scale):
        self.scale = scale

    def count(self, name):
        return max(2, round(KINDS[name][1] * self.scale))

    def make(self, name):
        kind, _, suffix = KINDS[name]
        return generate(kind, self.count(name), suffix)

    def path(self, name):
        return self.make(name)[0]

    def total(self, name):
        return self.make(name)[1]

    def packed(self, name):
        path = self.path(name)
        target = path.with_name(path.name + ".gz")
        if not target.exists():
            subprocess.run(["gzip", "-knf", path], check=True)
        return target

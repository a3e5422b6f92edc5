"""Random profiles of every language, with their sums in Python; and what a run of a program took."""
import json
import marshal
import random
import subprocess
import sys

import lib

NAMES = ["main", "parse", "<lambda>", "read file", "draw", "f"]
FILES = ["", "x.py", "y/x.py", "z/y.py"]


def random_collapsed(rng, most=15):
    lines = {}
    for _ in range(rng.randint(1, most)):
        frames = []
        for _ in range(rng.randint(1, 6)):
            name, file, line = rng.choice(NAMES), rng.choice(FILES), rng.randint(0, 4)
            frames.append(name if not file else f"{name} ({file}:{line})" if line else f"{name} ({file})")
        lines[";".join(frames)] = rng.choice([0, rng.randint(1, 50), 10**12 + rng.randint(0, 9)])
    return "".join(f"{stack} {count}\n" for stack, count in lines.items()).encode()


def random_speedscope(rng):
    """Two threads, two value types with decimals, one of them in one of four units."""
    frames = [{"name": n, "file": f, "line": rng.randint(1, 5)} if f else {"name": n} for n in NAMES for f in FILES]
    profiles = []
    for thread in rng.sample(["main", "worker 1", "worker 2"], 2):
        for unit in (rng.choice(["seconds", "milliseconds"]), "none"):
            count = rng.randint(0, 8)
            profiles.append({"type": "sampled", "name": thread, "unit": unit, "startValue": 0, "endValue": 0,
                             "samples": [rng.sample(range(len(frames)), rng.randint(0, 5)) for _ in range(count)],
                             "weights": [rng.randint(0, 99) / rng.choice([1, 10, 1000]) for _ in range(count)]})
    return json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "name": rng.choice(["a", "b"]),
                       "shared": {"frames": frames}, "profiles": profiles}).encode()


def random_pstat(rng):
    """As cProfile writes it; some callers without a value, some functions that nobody counted."""
    keys = [(file or "~", rng.randint(1, 9) if file else 0, name) for file in FILES for name in rng.sample(NAMES, 3)]
    rows = {}
    for key in keys:
        calls = rng.choice([-1, rng.randint(1, 9)])
        callers = {}
        for caller in rng.sample(keys, rng.randint(0, 3)):
            if caller != key:
                callers[caller] = (rng.randint(1, 5), 1, rng.randint(0, 10**6) / 1e6, rng.randint(10**6, 10**7) / 1e6)
        own = rng.randint(0, 10**7) / 1e6
        rows[key] = (calls, calls, own, own + rng.randint(0, 10**7) / 1e6, callers)
    return marshal.dumps(rows, 2)


def random_callgrind(rng, creator="callgrind-3.19.0"):
    """Two events, lines, call sites, inlined files, recursion, a part for each of two threads."""
    out = [f"# callgrind format\nversion: 1\ncreator: {creator}\ncmd: ./a.out\n"]
    for thread in (1, 2):
        out.append(f"\nthread: {thread}\ndesc: Trigger: end\ndesc: Timerange: {rng.randint(1, 9)}\npositions: line\nevents: Ir Dr\n")
        for i in range(rng.randint(1, 5)):
            out.append(f"\nob=/lib/l{i % 2}.so\nfl=src/{i % 3}.c\nfn=f{i}\n{rng.randint(1, 20)} {rng.randint(0, 99)} {rng.randint(0, 9)}\n")
            if rng.random() < 0.5:
                out.append(f"fi=inl.h\n{rng.randint(1, 5)} {rng.randint(1, 9)}\nfe=src/{i % 3}.c\n")
            for _ in range(rng.randint(0, 2)):
                callee = rng.randint(0, 5)
                out.append(f"cob=/lib/l{callee % 2}.so\ncfi=src/{callee % 3}.c\ncfn=f{callee}\ncalls={rng.randint(1, 9)} 3\n"
                           f"{rng.randint(1, 20)} {rng.randint(0, 99)} {rng.randint(0, 9)}\n")
    return "".join(out).encode()


RANDOM = {"collapsed": random_collapsed, "speedscope": random_speedscope, "pstat": random_pstat, "callgrind": random_callgrind}


def write(folder, kind, seed, count):
    """Files of random profiles; a flame graph is made of folded stacks."""
    rng, files = random.Random(seed), []
    for i in range(count):
        files.append(folder / f"{kind}{i}")
        data = RANDOM.get(kind, random_collapsed)(rng)
        if kind == "flamegraph":
            data = lib.run("collapsed2flamegraph", input=data)[0]
        files[-1].write_bytes(data)
    return files


# a process begins with the peak of the one that made it, which shall be a small one
PEAK = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""


def peak(program, *args, input=b""):
    """The most memory that a run had, in KiB."""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", PEAK, str(lib.BIN / program), *map(str, args)], input=input,
                          stdout=subprocess.PIPE, env=lib.ENV, check=True)
    return int(done.stdout)

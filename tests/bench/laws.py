"""make bench-laws: on the bench's inputs too, every conversion keeps every function's self totals.

    laws.py [--scale N]

Each input into each format that is read again; profcheck compares, and says of the input
what generate.c knows of it. Status 1 if anything differs.
"""
import argparse
import json
import os
import subprocess
import sys
import time

from inputs import KINDS, OUT, Inputs, lib

# the larger file of a kind shows nothing that the smaller does not
LEFT_OUT = {"pprof-tree", "pprof-service", "pprof-service-100", "pprof-merge", "speedscope-500", "merge"}


def run(*command):
    done = subprocess.run([lib.BIN / command[0], *map(str, command[1:])], capture_output=True, text=True, env=lib.ENV)
    return done.returncode, (done.stdout + done.stderr).strip()


def law_holds(name, source, total, writer):
    """Nothing, or what is wrong."""
    target = OUT / f"laws.{writer}"
    status, said = run("profconv", "-q", "-t", writer, "-o", target, source)
    if status:
        return f"status {status}: {said}"
    status, said = run("profcheck", "-q", "-f", writer, "--against", source, target)
    if status or said:
        return said[:300]
    found = json.loads(run("profcheck", "--json", "-f", writer, target)[1])
    if abs(found["value_types"][0]["self_total"] - total) > found["unattributed"]:
        return f"a total of {found['value_types'][0]['self_total']}, not {total}"
    again = OUT / f"laws-again.{writer}"
    run("profconv", "-q", "-t", writer, "-o", again, source)
    same = again.read_bytes() == target.read_bytes()
    again.unlink()
    target.unlink()
    return "" if same else "two runs have two results"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1, help="part of the full sizes (default 1)")
    inputs = Inputs(parser.parse_args().scale)
    OUT.mkdir(parents=True, exist_ok=True)
    kept = broken = 0
    for name in KINDS:
        if name in LEFT_OUT:
            continue
        source, total = inputs.make(name)
        for writer in (name for name in lib.READERS if name in lib.WRITERS):
            start = time.monotonic()
            wrong = law_holds(name, source, total, writer)
            broken += bool(wrong)
            kept += not wrong
            print(f"{name} to {writer}: {wrong or 'kept'} ({os.path.getsize(source) >> 20} MB, {time.monotonic() - start:.1f} s)",
                  flush=True)
    print(f"{kept} passed, {broken} failed")
    sys.exit(broken > 0)


if __name__ == "__main__":
    main()

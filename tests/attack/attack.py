#!/usr/bin/env python3
"""attack - generated profiles and options against all programs

    tests/attack/attack.py BUILD [-n CASES] [-s SEED] [-c CASE] [-j PROCESSES]

Case I of seed S is always the same. Each has inputs of a grammar (plain, odd or broken; their totals are known, as they
are added up without a bound), commands, and what must hold: see cases.py. A failure leaves BUILD/attack/SEED-CASE with its
inputs and a script `again`; -c CASE makes that one anew. Ends with "N passed, N failed".
"""
import argparse
import collections
import multiprocessing
import os
import pathlib
import random
import shutil
import sys
import time
import traceback

import cases
import running

HEAD = "#!/bin/sh\n# runs what the case ran, in this folder; its inputs are beside it\nPATH={}:$PATH\n"


def one(job):
    """Runs a case; gives back its number, its kind, how many runs it took and what did not hold."""
    build, seed, number, sanitized = job
    folder = build / "attack" / f"work-{os.getpid()}" / "case"
    case = cases.in_folder(folder, random.Random(f"{seed}:{number}"), str(build / "bin"), sanitized)
    kind, wrong = "", None
    try:
        kind = case.go()
    except running.Failure as failure:
        wrong = str(failure)
    except Exception:  # of the checks themselves: the case is worth looking at
        wrong = traceback.format_exc()
    if wrong:
        kept = build / "attack" / f"{seed}-{number}"
        (folder / "again").write_text(HEAD.format(case.run.programs) + "\n".join(case.run.commands) + "\n", errors="surrogateescape")
        (folder / "again").chmod(0o755)
        (folder / "why").write_text(wrong + "\n", errors="backslashreplace")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder, kept)
        wrong += "\n    " + "".join(case.run.commands[-1:]).encode("ascii", "backslashreplace").decode()
    return number, kind, case.run.runs, case.refused, wrong


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    words.add_argument("-n", type=int, default=2000, metavar="CASES")
    words.add_argument("-s", default="", metavar="SEED")
    words.add_argument("-c", type=int, metavar="CASE")
    words.add_argument("-j", type=int, default=os.cpu_count(), metavar="PROCESSES")
    words.add_argument("-x", action="store_true", help="end with the first failure")
    words = words.parse_args()
    seed = words.s or str(random.SystemRandom().randrange(10 ** 6))
    sys.setrecursionlimit(50_000)  # generators go as deep as stacks do
    sanitized = b"__asan_init" in (words.build / "bin/profconv").read_bytes()
    numbers = range(words.n) if words.c is None else [words.c]
    print(f"attack: seed {seed}, {len(numbers)} cases" + (", sanitized" if sanitized else ""), flush=True)
    runs = refused = failed = done = 0
    kinds, started = collections.Counter(), time.monotonic()
    with multiprocessing.Pool(words.j, running.limit_this_process, [sanitized], maxtasksperchild=50) as pool:
        jobs = ((words.build, seed, number, sanitized) for number in numbers)
        for number, kind, its_runs, its_refused, wrong in pool.imap_unordered(one, jobs, 20 if len(numbers) > 100 and not words.x else 1):
            runs, refused, done = runs + its_runs, refused + its_refused, done + 1
            kinds[kind] += 1
            if wrong:
                failed += 1
                print(f"FAILED case {number}: {wrong}\n    {words.build}/attack/{seed}-{number}/again", flush=True)
            if wrong and words.x:
                break
    for left in (words.build / "attack").glob("work-*"):
        shutil.rmtree(left, ignore_errors=True)
    print(f"attack: {runs} runs, {refused} of them refused, " + ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()) if kind))
    if failed:
        print(f"attack: again: make attack SEED={seed} CASE=NUMBER")
    print(f"attack: {time.monotonic() - started:.0f} s")
    print(f"{done - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

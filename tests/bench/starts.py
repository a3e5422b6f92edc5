#!/usr/bin/python3
"""How long a small conversion takes, in two builds, side by side in one run.

    starts.py FOLDER [FOLDER] [--runs 300]     folders of programs: the build before, the build now

User and system time of each program on a sample of 29 KB, medians of so many starts in turn,
and how they compare with pstat2callgrind of the first folder.
"""
import argparse
import os
import pathlib
import statistics

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLE = str(ROOT / "samples/pstat/cprofile-py3.11-text.pstat")
PICTURE = str(ROOT / "samples/flamegraph/pyspy.svg")
COMMANDS = [["pstat2callgrind", SAMPLE], ["profconv", "-t", "callgrind", SAMPLE], ["proffilter", SAMPLE], ["proftop", SAMPLE],
            ["flamegraph2collapsed", PICTURE]]


def once(command):
    quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
    _, status, used = os.wait4(child, 0)
    assert status == 0, command
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--runs", type=int, default=300)
    options = parser.parse_args()
    commands = [[f"{folder}/{name}", *words] for folder in options.folders for name, *words in COMMANDS]
    times = [[] for _ in commands]
    for _ in range(options.runs):
        for command, found in zip(commands, times):
            found.append(once(command))
    base = statistics.median(times[0])
    for command, found in zip(commands, times):
        print(f"{statistics.median(found) * 1e3:6.3f} ms  {statistics.median(found) / base:5.2f}  {command[0]}")


main()

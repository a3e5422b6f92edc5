"""Prints a pstat file's rows as JSON, for Python 2 too.

[[file, line, name], [primitive calls, calls], [own seconds, cumulative], [[caller, calls, seconds or null]]]
"""
import json
import pstats
import sys


def text(name):
    return name if isinstance(name, str) else None  # profile.py keeps a code object as a name


def place(key):
    return [text(key[0]), key[1], text(key[2])]


def main(path):
    rows = []
    for key, row in pstats.Stats(path).stats.items():
        if len(key) != 3:  # Python 3.15's mark of a sampled profile
            continue
        callers = []
        for caller, part in row[4].items():
            counted = isinstance(part, int)
            callers.append([place(caller), part if counted else max(part[:2]), None if counted else part[3]])
        rows.append([place(key), sorted(row[:2]), row[2:4], callers])
    print(json.dumps(rows))


main(sys.argv[1])

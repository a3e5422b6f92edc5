"""Opens pstat files with a client; prints a JSON object: file -> what went wrong, or its figures.

    python open_pstats.py pstats|snakeviz|tuna|flameprof FILE...

Runs in Python 2.7 to 3.x, in that of the client.
"""
from __future__ import print_function

import json
import pstats
import sys
import traceback


INTEGERS = (int, type(2 ** 64))  # Python 2's long is a type of its own: lines that nobody knew
MADE_UP = {("~", 0, "[root]"), ("~", 0, "[empty]")}  # nobody called these


class Nowhere(object):
    def __init__(self):
        self.size = 0

    def write(self, text):
        self.size += len(text)

    def flush(self):
        pass


def open_pstats(path):
    shown = Nowhere()
    stats = pstats.Stats(path, stream=shown)
    calls = stats.total_calls
    made_up = len(MADE_UP.intersection(stats.stats))
    figures = [calls - made_up, stats.prim_calls - made_up, stats.total_tt]
    stats.sort_stats("cumulative").print_stats()
    stats.print_callers()
    stats.print_callees()
    assert shown.size > 200
    for source, line, name in stats.stats:
        assert type(source) is str and type(line) in INTEGERS and type(name) is str
    stats.add(path)
    assert stats.total_calls == 2 * calls
    stats.strip_dirs().sort_stats("time", "name").print_stats()
    return figures


def open_snakeviz(path):
    from snakeviz.stats import json_stats, table_rows
    stats = pstats.Stats(path)
    return [len(table_rows(stats)), len(json_stats(stats))]


def open_tuna(path):
    from tuna.main import read, render
    tree = read(path)
    assert tree["text"]
    return len(render(tree, path))


def open_flameprof(path):
    import flameprof
    out = Nowhere()
    flameprof.render(pstats.Stats(path).stats, out)
    assert out.size > 500
    return out.size


def main(client, *paths):
    found = {}
    for path in paths:
        try:
            found[path] = globals()["open_" + client](path)
        except Exception:
            found[path] = traceback.format_exc().splitlines()[-1]
    print(json.dumps(found))


main(*sys.argv[1:])

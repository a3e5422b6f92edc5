"""yappi's own conversion: loads a file of its own, saves callgrind.

    yappi_save.py prepare PSTAT YSTAT       the same profile as a file of yappi's
    yappi_save.py convert YSTAT CALLGRIND
"""
import marshal
import sys

import yappi


def child(stats, index, callee, figures):
    calls, primitive, self_time, inclusive = figures
    file, line, name = callee
    full_name = f"{file}:{line} {name}"
    return yappi.YChildFuncStat((index[callee], calls, primitive, inclusive, self_time, inclusive / calls, False,
                                 full_name, file, line, name))


def prepare(source, target):
    with open(source, "rb") as file:
        stats = marshal.load(file)
    index = {function: i for i, function in enumerate(stats)}
    all_stats = yappi.YFuncStats()
    all_stats._clock_type = "cpu"
    rows = {}
    for function, (primitive, calls, self_time, inclusive, _) in stats.items():
        file, line, name = function
        rows[function] = yappi.YFuncStat((name, file, line, calls, primitive, False, inclusive, self_time, index[function],
                                          yappi.YChildFuncStats(), 0, "main", 0, None, inclusive / calls,
                                          f"{file}:{line} {name}"))
        all_stats.append(rows[function])
    for function, (*_, callers) in stats.items():
        for caller, figures in callers.items():
            rows[caller].children.append(child(stats, index, function, figures))
    all_stats.save(target, type="ystat")


def convert(source, target):
    yappi.YFuncStats([source]).save(target, type="callgrind")


{"prepare": prepare, "convert": convert}[sys.argv[1]](*sys.argv[2:])

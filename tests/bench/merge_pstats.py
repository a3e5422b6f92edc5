"""What a merge takes in Python: marshal.load each file, add; writes one pstat.

    merge_pstats.py OUT FILE...
"""
import marshal
import sys


def add(all_stats, stats):
    for function, (cc, nc, tt, ct, callers) in stats.items():
        if function not in all_stats:
            all_stats[function] = (cc, nc, tt, ct, callers)
            continue
        old_cc, old_nc, old_tt, old_ct, merged = all_stats[function]
        for caller, figures in callers.items():
            known = merged.get(caller)
            merged[caller] = tuple(map(sum, zip(known, figures))) if known else figures
        all_stats[function] = (old_cc + cc, old_nc + nc, old_tt + tt, old_ct + ct, merged)


def main(out, files):
    all_stats = {}
    for name in files:
        with open(name, "rb") as file:
            add(all_stats, marshal.load(file))
    with open(out, "wb") as file:
        marshal.dump(all_stats, file)


main(sys.argv[1], sys.argv[2:])

"""Makes profiles in other ways than -m cProfile does; Python 2.7 and 3.

    python profile_tool.py hotshot OUT WORK         hotshot (Python 2 only), through Stats.dump_stats
    python profile_tool.py merge OUT IN1 IN2        pstats.Stats(IN1, IN2).dump_stats
    python profile_tool.py marshal VERSION OUT IN   the same data at a marshal version
    python profile_tool.py enable OUT               cProfile switched on and off inside a function
    python profile_tool.py subcalls OUT             the same without sub-calls and built-ins
    python profile_tool.py yappi FORMAT OUT         yappi on asyncio_app.py, wall clock
"""

import marshal
import os
import pstats
import sys

import workload


def hotshot(out, work):
    from hotshot import Profile, stats

    profile = Profile(out + ".log")
    profile.runcall(getattr(workload, work))
    profile.close()
    stats.load(out + ".log").dump_stats(out)
    os.remove(out + ".log")


def merge(out, *sources):
    pstats.Stats(*sources).dump_stats(out)


def remarshal(version, out, source):
    with open(source, "rb") as stream:
        data = marshal.load(stream)
    with open(out, "wb") as stream:
        marshal.dump(data, stream, int(version))


def enable(out, **options):
    import cProfile

    profile = cProfile.Profile(**options)
    profile.enable()
    workload.recursion()
    profile.disable()
    profile.dump_stats(out)


def subcalls(out):
    enable(out, subcalls=False, builtins=False)


def coroutines(form, out):
    import asyncio
    import yappi
    import asyncio_app

    yappi.set_clock_type("wall")
    yappi.start()
    asyncio.run(asyncio_app.main(3))
    yappi.stop()
    yappi.get_func_stats().save(out, type=form)


if __name__ == "__main__":
    dict(globals(), marshal=remarshal, yappi=coroutines)[sys.argv[1]](*sys.argv[2:])

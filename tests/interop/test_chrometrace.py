"""Trace events that we write in the application of speedscope: the same self times, function by function."""
import collections
import json

import pytest

import clients
import lib
from clients import needs

# where a call ends when the next one of its name begins, the application takes the second one as inside of the first, and
# then loses their callers: pyinstrument's sample is not among these
needs_importer = needs("node", "speedscope", "jsdom")
SAMPLES = ["chrometrace/clang19.time-trace.json.gz", "chrometrace/pyspy-0.4.3.trace.json.gz", "chrometrace/hermes0.12.trace.json",
           "collapsed/pyspy.collapsed", "speedscope/pyspy-threads-idle.speedscope.json", "speedscope/austin-wall.speedscope.json",
           "pstat/cprofile-py3.11-text.pstat", "callgrind/valgrind-main.callgrind", "cpuprofile/node26.cpuprofile"]


def own_times(path):
    """By name, in microseconds, or in the unit of what is no time; without idle time."""
    found = collections.Counter()
    for row in json.loads(lib.run("proftop", "-q", "--format", "json", "-n", "0", path)[0]):
        found[row["function"]] += row["self"] / (1000 if row["unit"] == "ns" else 1)
    return {name: value for name, value in found.items() if value and name not in ("[idle]", "(idle)")}


def application_times(profiles):
    """The importer adds arguments to names: 'f {"filename":"a.py","line":1}'."""
    found = collections.Counter()
    for profile in profiles:
        assert profile["unit"] == "microseconds"
        for name, own in profile["own"].items():
            found[name.split(' {"', 1)[0]] += own
    return {name: value for name, value in found.items() if value and name not in ("[idle]", "(idle)")}


@needs_importer
def test_self_times(tmp_path):
    targets = {}
    for sample in SAMPLES:
        targets[sample] = tmp_path / (sample.replace("/", "-") + ".trace.json")
        assert clients.convert(lib.SAMPLES / sample, "chrometrace", targets[sample])
    found = clients.node("speedscope_import.js", *targets.values())
    for sample, target in targets.items():
        assert application_times(found[str(target)]["profiles"]) == pytest.approx(own_times(target), rel=1e-6, abs=0.01), sample

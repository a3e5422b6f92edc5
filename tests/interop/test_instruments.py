"""Reports of sample and tables of xctrace, read by inferno too, which gives own samples to leaves alone and knows no tags."""
import collections

import lib
from clients import needs, output


def leaves(lines):
    found = collections.Counter()
    for line in lines:
        stack, value = line.rsplit(" ", 1)
        found[stack.split(";")[-1].split("`")[-1].split("(")[0]] += int(value)
    return found


@needs("inferno-collapse-sample", "inferno-collapse-xctrace")
def test_leaves():
    path = lib.SAMPLES / "instruments/load.sample.txt"
    theirs = leaves(output("inferno-collapse-sample", path).decode().splitlines())
    ours = leaves(lib.run("instruments2collapsed", "-q", "--frames", "name", path)[0].decode().splitlines())
    # it hides functions that wait
    assert {name: ours[name] for name in theirs} == theirs and ours.keys() - theirs.keys() == {"__psynch_cvwait", "work::Grid<unsigned int>::operator"}
    path = lib.SAMPLES / "instruments/time-profile.xctrace.xml"
    theirs = dict(line.rsplit(" ", 1) for line in output("inferno-collapse-xctrace", path).decode().splitlines())
    ours = dict(line.rsplit(" ", 1) for line in lib.run("instruments2collapsed", "-q", "--frames", "name", path)[0].decode().splitlines())
    assert ours == {**theirs, "start;main": "2"} and theirs["start;main"] == "1"

"""V8's profiles in the programs that show them: files that we write have the same self times there."""
import collections

import clients
import lib

# stacks that end in different functions, so that no reader joins what another does not
STACKS = b"main;parse;read 1200\nmain;parse 300\nmain;draw;layout 700\nmain;draw;layout;measure 45\nmain 5\nother;wait 9000\n"


def written(tmp_path):
    """A file of ours, one of V8 as we write it, and that one itself."""
    (tmp_path / "stacks").write_bytes(STACKS)
    ours, again = tmp_path / "ours.cpuprofile", tmp_path / "again.cpuprofile"
    lib.run("collapsed2cpuprofile", "-q", "-o", ours, tmp_path / "stacks")
    lib.run("cpuprofile2cpuprofile", "-q", "-o", again, lib.SAMPLES / "cpuprofile/node26.cpuprofile")
    return ours, again, lib.SAMPLES / "cpuprofile/node26.cpuprofile"


def own(path):
    """Microseconds by function."""
    sums = collections.Counter()
    for line in lib.run("cpuprofile2collapsed", "-q", "--frames", "name", "--unit", "ns", path)[0].decode().splitlines():
        stack, value = line.rsplit(" ", 1)
        sums[stack.rsplit(";", 1)[-1]] += int(value) / (1 if path.name == "ours.cpuprofile" else 1000)
    return sums


def functions(found):
    """Those without a name by the name that speedscope gives them, "(anonymous app.js:1)", together."""
    sums = collections.Counter()
    for name, value in found.items():
        sums["(anonymous)" if name.startswith("(anonymous ") else name or "(anonymous)"] += value
    return {name: round(value, 6) for name, value in sums.items()}


@clients.needs("node", "@paulirish/trace_engine")
def test_devtools_has_the_same_self_times(tmp_path):
    files = written(tmp_path)
    found = clients.node("devtools_model.mjs", clients.HOME / "node_modules", *files)
    ours, again, original = (found[str(path)] for path in files)
    assert functions(again) == functions(original) and len(again) > 25
    want = own(files[0])
    del want["wait"]  # the last sample, to which DevTools and speedscope give lengths of their own
    assert {name: round(ours[name] * 1000, 6) for name in want} == want


@clients.needs("node", "speedscope", "jsdom")
def test_speedscope_has_the_same_self_times(tmp_path):
    files = written(tmp_path)
    found = clients.node("speedscope_self.js", *files)
    ours, again, original = (found[str(path)] for path in files)
    assert ours["unit"] == "microseconds"
    assert functions(again["functions"]) == functions(original["functions"]) and len(again["functions"]) > 25
    want = own(files[0])
    del want["wait"]
    assert {name: ours["functions"][name] for name in want} == want

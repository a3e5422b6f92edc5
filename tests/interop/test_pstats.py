"""pstat, as the programs that read it see it: Python's pstats and the viewers."""
import pstats
import re

import pytest

import clients
import lib
from clients import needs
from flamegraphs import boxes

PYTHONS = clients.pythons()


VENV = clients.HOME / "venv/bin/python"

# flameprof divides by the total, and by the time of a thread that has none in the original too
UNOPENED = {"flameprof": {"callgrind/valgrind-nothing-collected.callgrind", "callgrind/valgrind-threads.callgrind-01",
                          "pstat/cprofile-threads.pstat"}}


def failures(found):
    return {path: said for path, said in found.items() if isinstance(said, str)}


def opened(python, client, files):
    """What the client found in each file; it opens all but those that are known."""
    files = [path for name, path in files.items() if name not in UNOPENED.get(client, ())]
    found = clients.report(python, clients.HERE / "open_pstats.py", client, *files)
    assert len(found) == len(files)
    assert failures(found) == {}
    return found


@pytest.mark.parametrize("version", PYTHONS)
def test_pstats_of_every_python(version, outputs):
    for path, (calls, primitive, seconds) in opened(PYTHONS[version], "pstats", outputs("pstat")).items():
        ours = clients.check(path)
        # where nobody counted calls there is a 1 for pstats, which ours tells from a counted one
        uncounted = calls - ours["calls"]
        assert 0 <= uncounted <= ours["functions"] and primitive - ours["primitive_calls"] == uncounted, path
        for total in ours["value_types"]:
            unit = 1e-9 if total["unit"] == "nanoseconds" else 1  # one of what is no time counts as a second
            assert seconds == pytest.approx(total["self_total"] * unit, rel=1e-9, abs=1e-9)


@needs("snakeviz")
def test_snakeviz(outputs):
    for rows, nodes in opened(VENV, "snakeviz", outputs("pstat")).values():
        assert rows >= nodes >= 1


@needs("tuna")
def test_tuna(outputs):
    opened(VENV, "tuna", outputs("pstat"))


@needs("flameprof")
def test_flameprof(outputs):
    opened(VENV, "flameprof", outputs("pstat"))


@needs("gprof2dot", "dot")
def test_gprof2dot(outputs):
    for path in outputs("pstat").values():
        graph = clients.output("gprof2dot", "-f", "pstats", path)
        assert b"<svg" in clients.output("dot", "-Tsvg", input=graph)


@needs("pyprof2calltree")
def test_pyprof2calltree(outputs, tmp_path):
    for path in outputs("pstat").values():
        clients.output("pyprof2calltree", "-i", path, "-o", tmp_path / "out")
        assert b"\ncalls=" in (tmp_path / "out").read_bytes()


@needs("snakeviz", "tuna", "flameprof")
@pytest.mark.parametrize("client", ["pstats", "snakeviz", "tuna", "flameprof"])
def test_a_damaged_file_is_seen(client, outputs, tmp_path):
    damaged = tmp_path / "damaged.pstat"
    damaged.write_bytes(outputs("pstat")["collapsed/pyspy.collapsed"].read_bytes()[:-40])
    found = clients.report(VENV, clients.HERE / "open_pstats.py", client, damaged)
    assert failures(found)


# --- the same top functions as the flame graph ---

PLACE = re.compile(r"\(([^()]*):\d+\)$")


def function(key):
    """A key of pstats as a flame graph writes it, but for the line."""
    source, _, name = key
    return name if source == "~" else f"{name} ({source})"


def inclusive(picture):
    """Each function's width in a flame graph, in value units."""
    sums = {}
    for box in boxes(picture):
        functions = [PLACE.sub(r"(\1)", frame) for frame in box.stack]
        if functions and functions[-1] not in functions[:-1]:
            sums[functions[-1]] = sums.get(functions[-1], 0) + box.width
    return sums


@pytest.mark.parametrize("sample", [s for s in lib.samples("speedscope") if "pyspy" in s.name and ".gz" not in s.name],
                         ids=lambda s: s.name)
def test_cumulative_time_names_the_top_functions_of_the_flame_graph(sample, outputs):
    widths = inclusive(outputs("flamegraph", "--no-script", "--minwidth", "0")[sample.name])
    stats = pstats.Stats(str(outputs("pstat")[sample.name]))
    rows = {function(key): row for key, row in stats.stats.items()}
    assert len(rows) == len(stats.stats), "two lines of one function"
    top = [function(key) for key in stats.sort_stats("cumtime").fcn_list if key[2] != "[root]"][:10]
    widest = sorted(widths.values(), reverse=True)[:10]
    assert [widths[name] for name in top] == widest
    assert [round(rows[name][3] * 1e9) for name in top] == widest

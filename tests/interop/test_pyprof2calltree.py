"""pstat to callgrind, beside what pyprof2calltree makes of the same file."""
import json
import marshal

import pytest

import clients
import lib
from callgrind_reader import Graph
from clients import needs

SAMPLES = [s for s in lib.samples("pstat") if ".gz" not in s.name]
# Python 2's strings, the int callers of hotshot and profile.py, other Pythons' code objects, 3.15's mark
UNREAD = [s for s in SAMPLES if any(m in s.name for m in ("2.7", "py27", "profile-py3", "py311-profile", "sampled"))
          and "cprofile-py3" not in s.name]
# pyinstrument counts recursion twice, and pyprof2calltree with it
READ = [s for s in SAMPLES if s not in UNREAD and "pyinstrument" not in s.name]


def close(one, other, within):
    assert one.keys() == other.keys()
    far = {key: (one[key], other[key]) for key in one if abs(one[key] - other[key]) > within}
    assert far == {}


def ours(path, tmp_path):
    target = tmp_path / "ours.callgrind"
    lib.run("pstat2callgrind", "-q", path, "-o", target)
    graph = Graph(target)
    assert graph.summary == sum(graph.own.values())
    graph.leave_out(("???", "[root]", 0))  # the caller of what only calls itself
    return graph


def theirs(path, tmp_path):
    """What pyprof2calltree writes, or None where it crashes."""
    target = tmp_path / "theirs.callgrind"
    done = clients.call("pyprof2calltree", "-i", path, "-o", target)
    return Graph(target) if done.returncode == 0 else None


@needs("pyprof2calltree")
@pytest.mark.parametrize("sample", READ, ids=lambda s: s.name)
def test_the_same_figures(sample, tmp_path):
    graph, other = ours(sample.path, tmp_path), theirs(sample.path, tmp_path)
    close(graph.own, other.own, 1)  # it truncates, we round
    close(graph.inside, other.inside, 1)
    assert graph.calls == {arc: max(1, n) for arc, n in other.calls.items()}  # threads, pyinstrument: no calls
    arcs = len(graph.inside)
    close(graph.inclusive(), other.inclusive(), 1 + arcs)


@needs("pyprof2calltree")
@pytest.mark.parametrize("sample", UNREAD, ids=lambda s: s.name)
def test_it_crashes_where_we_do_not(sample, tmp_path):
    assert theirs(sample.path, tmp_path) is None
    assert sum(ours(sample.path, tmp_path).own.values()) > 0


def rows(path):
    """The rows of a pstat file as the first Python sees them that can read it."""
    for python in clients.pythons().values():
        done = clients.call(python, clients.HERE / "show_pstats.py", path)
        if done.returncode == 0:
            return json.loads(done.stdout)
    pytest.skip("no Python here reads the file")


def place(key):
    """A function's key as our callgrind files spell it."""
    file, line, name = key
    return file or "???", name, line


@pytest.mark.parametrize("sample", [s for s in UNREAD if "sampled" not in s.name], ids=lambda s: s.name)
def test_the_figures_of_the_file_where_it_crashes(sample, tmp_path):
    """Own times, counts, inclusive times; what profile.py names by a code object is left out."""
    graph, own, inclusive, calls = ours(sample.path, tmp_path), {}, {}, {}
    for key, (primitive, count), (seconds, cumulative), callers in rows(sample.path):
        if key[2] is None or key[0] == "profile":
            continue
        own[place(key)] = round(seconds * 1e9)
        if primitive == count and callers and sum(times for _, times, _ in callers) == count:  # not recursive
            inclusive[place(key)] = round(cumulative * 1e9)
        for caller, times, _ in callers:
            if caller[2] is not None and caller[0] != "profile":
                calls[place(caller), place(key)] = times
    close({function: graph.own[function] for function in own}, own, 1)
    assert {arc: graph.calls[arc] for arc in calls} == calls
    close({function: graph.inclusive()[function] for function in inclusive}, inclusive, 1 + len(calls))


@needs("pyprof2calltree")
def test_a_caller_that_is_not_there(tmp_path):
    main, work = ("a.py", 1, "main"), ("a.py", 5, "work")
    dangling = tmp_path / "dangling.pstat"
    dangling.write_bytes(marshal.dumps({
        main: (1, 1, 0.25, 1.0, {}),
        work: (3, 3, 1.0, 1.0, {main: (2, 2, 0.75, 0.75), ("gone.py", 9, "gone"): (1, 1, 0.25, 0.25)})}))
    assert theirs(dangling, tmp_path) is None
    graph = ours(dangling, tmp_path)
    assert graph.own == {("a.py", "main", 1): 250_000_000, ("a.py", "work", 5): 1_000_000_000,
                         ("gone.py", "gone", 9): 0}
    assert graph.calls == {(("a.py", "main", 1), ("a.py", "work", 5)): 2,
                           (("gone.py", "gone", 9), ("a.py", "work", 5)): 1}
    assert sorted(graph.inside.values()) == [250_000_000, 750_000_000]


def test_another_figure_is_seen(tmp_path):
    graph = ours(lib.SAMPLES / "pstat/cprofile-py3.11-recursion.pstat", tmp_path)
    text = (tmp_path / "ours.callgrind").read_text()
    cost = next(line for line in text.splitlines() if line.startswith("+56 "))
    (tmp_path / "changed").write_text(text.replace(cost, cost + "0"))
    with pytest.raises(AssertionError):
        close(graph.own, Graph(tmp_path / "changed").own, 1)

"""Trace events: an independent reader's figures of real files, and trees whose stacks are known by construction."""
import collections
import json
import os
import pathlib
import random

import pytest

import lib

HERE = pathlib.Path(__file__).parent
# of begins, ends and complete events alone, by a script of its own
ORACLE = json.loads((HERE / "oracle.json").read_text())
GOLDEN = HERE / "golden"
SAMPLES = lib.SAMPLES / "chrometrace"


def folded(*args, data=None):
    """The stacks, and what is said."""
    out, said = lib.run("chrometrace2collapsed", "--unit", "ns", *args, input=data)
    return dict((stack, int(count)) for stack, count in (line.rsplit(" ", 1) for line in out.decode().splitlines())), said.decode()


def warning(text):
    return f"chrometrace2collapsed: warning: standard input: {text}\n"


def event(name, phase, ts, dur=None, thread=1, **more):
    return {"name": name, "ph": phase, "ts": ts, **({} if dur is None else {"dur": dur}), "pid": 1, "tid": thread, **more}


def array(*events):
    return json.dumps(events).encode()


def calls(*args, data=None):
    """Calls and self times in nanoseconds by function."""
    rows = json.loads(lib.run("proftop", "-f", "chrometrace", "--format", "json", "-n", "0", *args, input=data)[0])
    return {row["function"]: (row["calls"], row["self"]) for row in rows}


# --- real files ---

@pytest.mark.parametrize("path", [path for path, file in ORACLE.items() if (lib.ROOT / path).exists()])
def test_oracle(path):
    """Threads, by pid and tid, with their totals, and the self times of functions."""
    if "clang" in path:  # headers, which the oracle leaves out, take from those around them: see below
        return
    found = collections.defaultdict(collections.Counter)
    for stack, value in folded("-q", "--threads", "--source", "events", lib.ROOT / path)[0].items():
        thread, *_, leaf = stack.split(";")
        found[thread][leaf.rsplit(" (", 1)[0] if "pyspy" in path else leaf] += value
    want = collections.defaultdict(collections.Counter)
    for key, thread in ORACLE[path]["threads"].items():
        title = thread["thread"] or "thread " + key.split(":")[1]
        want[title]["total"] += thread["total_ns"]
        want[title].update(thread["self_ns"])
    assert want.keys() == found.keys()
    for title, figures in want.items():
        assert found[title].total() == figures.pop("total")
        # the oracle lists the first functions of each thread: where two have one title, those that both list, or one lists all
        for thread in ORACLE[path]["threads"].values():
            if thread["thread"] == title and sum(thread["self_ns"].values()) < thread["total_ns"]:
                figures = {name: value for name, value in figures.items() if name in thread["self_ns"]}
        assert len(figures) > 0
        assert {name: found[title][name] for name in figures} == figures


def test_llvm_headers_are_on_the_stack():
    """Frontend has 309.697 ms of its own without them, most of which is of headers."""
    stacks, said = folded(SAMPLES / "clang19.time-trace.json.gz")
    assert sum(stacks.values()) == 831_392_000
    own = collections.Counter()
    for stack, value in stacks.items():
        own[stack.rsplit(";", 1)[-1]] += value
    assert own["Frontend"] == 12_681_000
    assert sum(value for name, value in own.items() if name.startswith("InstantiateClass ")) == 106_838_000
    inclusive = collections.Counter()
    for stack, value in stacks.items():
        for name in {name for name in stack.split(";") if name.startswith("Source ")}:
            inclusive[name] += value
    # the durations of the pairs: string is included once, and includes what is below it
    assert inclusive["Source /usr/include/wchar.h"] == 8_823_000
    assert not any("Total " in stack for stack in stacks)
    assert "10 events that outlast their caller were cut at its end" in said


def test_sums_of_llvm_are_said():
    said = lib.run("profcheck", "-v", SAMPLES / "clang19.time-trace.json.gz")[1].decode()
    assert '132 sums of other events ("Total ...") were left out' in said


def test_llvm_clock():
    checked = json.loads(lib.run("profcheck", "--json", SAMPLES / "clang19.time-trace.json.gz")[0])
    assert checked["start_nanoseconds"] == 1795767380091321000


def test_places():
    """VizTracer's line is the def's, py-spy's the one that ran."""
    out = lib.run("chrometrace2speedscope", "-q", GOLDEN / "viztracer.in")[0]
    frames = {frame["name"]: frame for frame in json.loads(out)["shared"]["frames"]}
    assert frames["Shop.names"] == {"name": "Shop.names", "file": "/srv/e/work/prog/viz.py", "line": 5, "functionLine": True}
    assert frames["builtins.sum"] == {"name": "builtins.sum"}
    out = lib.run("chrometrace2speedscope", "-q", SAMPLES / "pyspy-0.4.3.trace.json.gz")[0]
    lines = {frame["line"] for frame in json.loads(out)["shared"]["frames"] if frame["name"] == "Shop.names" and "functionLine" not in frame}
    assert lines == {6}


def test_calls_and_processes():
    """Every event is a call, also one that takes no time; a process has its name by its number."""
    assert calls("-q", GOLDEN / "viztracer.in")["Shop.names"][0] == 6
    out = lib.run("chrometrace2callgrind", "-q", GOLDEN / "viztracer.in")[0].decode()
    assert "MainProcess" in lib.run("chrometrace2speedscope", GOLDEN / "viztracer.in")[0].decode()
    assert "work er: 1" in out


# --- CPU profiles among the events ---

def test_chromium_profiles():
    """Pieces of another thread belong to the profile of their process and id; the first two processes have one of the same id."""
    path = GOLDEN / "chromium156.in"
    profiles = ORACLE["tests/formats/chrometrace/golden/chromium156.in"]["cpu_profiles"]
    stacks, said = folded("--threads", "--frames", "name", path)
    assert said == f"chrometrace2collapsed: warning: {path}: 555 events left out beside CPU profiles (--source events reads them instead)\n"
    for title, key in (("CrRendererMain", "2233:0x1 (tid 2233)"), ("DedicatedWorker thread", "2233:0x2 (tid 2278)")):
        own, inclusive = collections.Counter(), collections.Counter()
        for stack, value in stacks.items():
            thread, *frames = stack.split(";")
            if thread == title:
                own[frames[-1]] += value
                for name in set(frames):
                    inclusive[name] += value
        want = profiles[key]
        assert own.total() == want["total"] * 1000
        assert {name: own[name] for name in want["self"]} == {name: value * 1000 for name, value in want["self"].items()}
        want["inclusive"].pop("(root)")
        assert {name: inclusive[name] for name in want["inclusive"]} == {name: value * 1000 for name, value in want["inclusive"].items()}
    assert folded("--source", "cpu", "--threads", "--frames", "name", path) == (stacks, "")
    checked = json.loads(lib.run("profcheck", "--json", "--source", "cpu", path)[0])
    assert checked["warnings"] == [] and checked["value_types"][0]["self_total"] == 1_029_826_000


def test_hermes():
    """A sample lasts until the next one; all samples of a function are of one, with the line where it begins."""
    path = SAMPLES / "hermes0.12.trace.json"
    stacks, said = folded("--frames", "name", path)
    assert said == "" and sum(stacks.values()) == 692_565_000
    own = collections.Counter()
    for stack, value in stacks.items():
        own[stack.rsplit(";", 1)[-1]] += value
    assert own == {"spin": 462_937_000, "fib": 157_954_000, "[GC Young Gen]": 71_674_000}
    frames = json.loads(lib.run("chrometrace2speedscope", path)[0])["shared"]["frames"]
    assert {"name": "fib", "file": "hermes.js", "line": 2, "col": 41, "functionLine": 2} in frames
    assert calls(path)["fib"][1] == 157_954_000


def piece(samples, deltas, nodes=(), id="0x1", pid=1, tid=9, **data):
    return {"name": "ProfileChunk", "ph": "P", "ts": 0, "pid": pid, "tid": tid, "id": id,
            "args": {"data": {"cpuProfile": {"nodes": list(nodes), "samples": samples}, "timeDeltas": deltas, **data}}}


def node(id, name, parent=None, **frame):
    return {"id": id, "callFrame": {"functionName": name, **frame}, **({} if parent is None else {"parent": parent})}


def profile(start=0, id="0x1", pid=1, tid=1):
    return {"name": "Profile", "ph": "P", "ts": 0, "pid": pid, "tid": tid, "id": id, "args": {"data": {"startTime": start}}}


NODES = [node(1, "(root)"), node(2, "f", 1, url="a.js", lineNumber=4, columnNumber=0), node(3, "", 2)]


def test_pieces():
    """By process and id, lines of samples, deltas below 0, an end, a profile without a piece."""
    rows = [profile(100), profile(100, pid=2), profile(100, id="0x2", tid=7), piece([2, 3], [10, 5], NODES), piece([2], [5]),
            piece([2, 2], [1, 2], NODES, pid=2)]
    assert folded("--threads", data=array(*rows))[0] == {"thread 1;f (a.js:5)": 7000, "thread 1;f (a.js:5);(anonymous)": 5000}
    assert folded(data=array(profile(0), piece([2, 3, 2], [10, 5, -3], NODES)))[0] == {"f (a.js:5)": 5000, "f (a.js:5);(anonymous)": 0}
    assert folded(data=array(profile(0), piece([2, 2], [10, 5], NODES, lines=[6, 7], endTime=20)))[0] == {"f (a.js:6)": 5000, "f (a.js:7)": 5000}
    assert folded(data=array(profile(0), piece([4], [10], [node(4, "g", 3)], endTime=11)))[1] == \
        warning("1 nodes whose caller is in no piece are at the root")


def test_sources():
    rows = array(event("a", "X", 1, 4), profile(0), piece([2, 2], [10, 5], NODES))
    assert folded("--source", "events", data=rows) == ({"a": 4000}, "")
    assert folded("--source", "cpu", data=rows) == ({"f (a.js:5)": 5000}, "")
    assert "1 events left out" in lib.run("chrometrace2collapsed", "--strict", input=rows, status=2)[1].decode()
    assert folded("--source", "cpu", data=array(event("a", "X", 1, 4)))[0] == {}
    # of events that are not read, not what they lack
    odd = array(event("a", "X", 1), event("r", "b", 1, id=1, cat="c"), event("r", "e", 9, id=1, cat="c"), profile(0), piece([2, 2], [10, 5], NODES))
    assert folded(data=odd)[1] == warning("2 events left out beside CPU profiles (--source events reads them instead)")
    assert folded("--source", "cpu", data=odd)[1] == ""


# --- trees whose stacks are known ---

class Tree:
    """Random calls of one thread: the intervals, outer ones first, and what they add up to."""

    def __init__(self, seed, ties):
        self.random, self.ties = random.Random(seed), ties
        self.events, self.stacks = [], collections.Counter()
        self.grow(0, 10_000, "")

    def grow(self, start, end, above):
        """Calls behind each other, with gaps; with ties, often one that fills its caller."""
        at = start
        while at < end - 1 and len(self.events) < 400:
            stop = min(end, at + self.random.choice([1, 7, 60, 900, end - start]))
            if self.ties and at == start and self.random.random() < 0.3:
                stop = end
            if not self.ties and (at, stop) == (start, end):
                stop -= 1
            name = self.random.choice("abcdefgh")
            self.events.append((at, stop, name))
            stack = f"{above};{name}".lstrip(";")
            before = sum(self.stacks.values())
            if above.count(";") < 12:
                self.grow(at, stop, stack)
            self.stacks[stack] += (stop - at - (sum(self.stacks.values()) - before))
            at = stop + self.random.choice([0, 0, 3])

    def complete(self):
        return [event(name, "X", start, end - start) for start, end, name in self.events]

    def as_they_end(self):
        """Children first, as LLVM and VizTracer write them."""
        order = sorted(range(len(self.events)), key=lambda i: (self.events[i][1], self.events[i][0], i))
        # of what ends together the inner one comes first
        order.sort(key=lambda i: (self.events[i][1], -self.events[i][0], -i))
        return [self.complete()[i] for i in order]

    def pairs(self):
        out, open_ = [], []
        for start, end, name in [*self.events, (10**9, 0, "")]:
            while open_ and open_[-1][0] <= start and not (open_[-1][0] == start and end <= open_[-1][0] and start < end):
                stop, of = open_.pop()
                out.append(event(of, "E", stop))
            if name:
                out.append(event(name, "B", start))
                open_.append((end, name))
        return out

    def want(self):
        return {stack: value * 1000 for stack, value in self.stacks.items() if value}


@pytest.mark.parametrize("ties", [False, True])
def test_orders(ties):
    """Parents first, children first, begins and ends: one tree. Without ties, in any order."""
    for seed in range(4):
        tree = Tree(seed, ties)
        shuffled = tree.complete()
        random.Random(seed).shuffle(shuffled)
        for events in [tree.complete(), tree.as_they_end(), tree.pairs()] + ([] if ties else [shuffled]):
            stacks, said = folded(data=array(*events))
            assert said == "" and {stack: value for stack, value in stacks.items() if value} == tree.want()


def test_threads_are_apart():
    """The same events in three threads by turns, of which one has pairs."""
    tree = Tree(3, False)
    rows = [row | {"tid": thread} for many in zip(tree.complete(), tree.as_they_end()) for thread, row in enumerate(many, 1)]
    rows += [row | {"tid": 3} for row in tree.pairs()]
    stacks, said = folded("--threads", data=array(*rows))
    assert said == ""
    for thread in (1, 2, 3):
        title = f"thread {thread};"
        assert {s[len(title):]: v for s, v in stacks.items() if s.startswith(title) and v} == tree.want()


# --- what is odd ---

def test_ties_go_by_the_habit_of_the_file():
    """Of two events of one time the earlier is the parent, unless children come first elsewhere."""
    tie = [event("x", "X", 0, 9), event("y", "X", 0, 9)]
    assert folded(data=array(*tie))[0] == {"x": 0, "x;y": 9000}
    parents = [event("p", "X", 20, 9), event("c", "X", 21, 2)]
    assert "x;y" in folded(data=array(*tie, *parents))[0]
    assert folded(data=array(*tie, *reversed(parents)))[0] == {"y": 0, "y;x": 9000, "p": 7000, "p;c": 2000}


def test_no_time_is_a_call():
    """Events that take no time are calls; complete ones of one moment are not inside of each other."""
    data = array(event("a", "X", 0, 9), event("z", "X", 4, 0), event("z", "X", 4, 0))
    assert folded(data=data)[0] == {"a": 9000, "a;z": 0}
    assert calls(data=data)["z"] == (2, 0)
    data = array(event("a", "B", 5), event("b", "B", 5), event("b", "E", 5), event("a", "E", 5))
    assert folded(data=data)[0] == {"a": 0, "a;b": 0}


@pytest.mark.parametrize("events, stacks, said", [
    ([event("a", "B", 1), event("b", "B", 2), event("a", "E", 9)], {"a": 1000, "a;b": 7000},
     "1 events without an end last until the end of their thread"),
    ([event("a", "E", 1), event("b", "X", 2, 3)], {"b": 3000}, "1 ends without a begin were passed over"),
    ([event("a", "X", 0, 10), event("b", "X", 5, 10)], {"a": 5000, "a;b": 5000},
     "1 events that outlast their caller were cut at its end"),
    ([event("a", "X", 0, 10), event("b", "B", 2), event("b", "E", 4), event("c", "B", 5)], {"a": 3000, "a;b": 2000, "a;c": 5000},
     "1 events without an end last until the end of their thread"),
    ([event("a", "X", 3)], {"a": 0}, "1 complete events without a duration were taken as 0"),
    ([event("a", "X", 3, 1), event("r", "b", 1, id=1, cat="c"), event("r", "e", 9, id=1, cat="c")], {"a": 1000},
     "2 asynchronous events, which are on no stack, were left out"),
], ids=lambda x: x if isinstance(x, str) else "")
def test_repairs(events, stacks, said):
    """Each is said, and refused by --strict."""
    assert folded(data=array(*events)) == (stacks, warning(said))
    assert said in lib.run("chrometrace2collapsed", "--strict", input=array(*events), status=2)[1].decode()


def test_headers_in_any_order():
    """LLVM's pairs, as they are written, and sorted by time; one without an end is left out."""
    pairs = [event("Source", phase, ts, cat="Source", id=0, **({"args": {"detail": name}} if phase == "b" else {}))
             for phase, ts, name in [("b", 2, "in.h"), ("e", 4, ""), ("b", 1, "out.h"), ("e", 8, "")]]
    want = {"F": 3000, "F;Source out.h": 5000, "F;Source out.h;Source in.h": 2000}
    for order in (pairs, sorted(pairs, key=lambda row: row["ts"])):
        assert folded(data=array(*order, event("F", "X", 0, 10))) == (want, "")
    assert "1 asynchronous" in folded(data=array(pairs[0], event("F", "X", 0, 10)))[1]


def test_containers():
    """An array without an end, one with {} behind its last comma, an object with keys on both sides, numbers in quotes, an empty list."""
    one = json.dumps(event("a", "X", 1, 5))
    assert folded(data=f"[{one}\n".encode()) == folded(data=f"[{one},\n".encode()) == ({"a": 5000}, warning("the events end without their ']'"))
    assert folded(data=f"[{one},{{}}]".encode()) == ({"a": 5000}, "")
    assert folded(data=f'{{"x":[{{}}],"traceEvents":[{one}],"y":{{"ph":1}}}}'.encode()) == ({"a": 5000}, "")
    quoted = b'{"traceEvents":[{"name":"z","ph":"X","ts":"5","dur":"3.25","pid":"1","tid":"2"}]}'
    assert folded("--threads", data=quoted) == ({"thread 2;z": 3250}, "")
    assert folded(data=b"[]")[0] == {}


def test_lenient():
    """The whole events before a cut; without the option it is refused with its byte."""
    whole = json.dumps({"traceEvents": [event("a", "X", 1, 5, args={"x": ["\"]}", {}]}), event("b", "X", 7, 2)]}).encode()
    first = whole.index(b', {"name": "b"')
    for cut in range(first + 2, whole.rindex(b"]") - 1, 3):
        stacks, said = folded("--lenient", data=whole[:cut])
        assert stacks == {"a": 5000} and "the events end without their ']'" in said
        assert ": byte " in lib.run("chrometrace2collapsed", input=whole[:cut], status=2)[1].decode()
    assert folded("--lenient", data=whole) == ({"a": 5000, "b": 2000}, "")


def test_threads():
    """Numbers of 64 bits, ids that are texts, names behind the events, and by process and thread."""
    rows = [event("a", "X", 1, 1, thread=139839346722496), event("b", "X", 1, 1, thread="io"), event("c", "X", 1, 1, thread=-1),
            event("d", "X", 1, 1, thread=7), event("e", "X", 1, 1, thread=7) | {"pid": 2},
            event("thread_name", "M", 0, thread=7, args={"name": "late"})]
    assert folded("--threads", data=array(*rows))[0] == {"thread 139839346722496;a": 1000, "io;b": 1000, "-1;c": 1000,
                                                          "late;d": 1000, "thread 7;e": 1000}


def test_functions():
    """A detail belongs to the name, a line to a file; other arguments are not looked at."""
    rows = [event("f", "X", 0, 1, args={"detail": "int"}), event("f", "X", 1, 1, args={"detail": "long"}), event("f", "X", 2, 1, args={"line": 5}),
            event("f", "X", 3, 1, args={"filename": "a.c", "line": 5}), event("f", "X", 4, 1, args={"x": 7, "detail": 7, "file": None}),
            event("f (a.c:9)", "X", 5, 1, cat="other"), {"ph": "X", "ts": 6, "dur": 1}]
    assert folded(data=array(*rows))[0] == {"f int": 1000, "f long": 1000, "f": 2000, "f (a.c:5)": 1000, "f (a.c:9)": 1000, "(unnamed)": 1000}


def test_instants_are_said():
    rows = array(event("a", "X", 1, 1), event("i", "I", 1), event("i", "i", 1), event("c", "C", 2), event("s", "s", 1), event("f", "f", 1))
    assert folded(data=rows) == ({"a": 1000}, "")
    assert "5 events that take no time (instants, flows, counters) were left out" in folded("-v", data=rows)[1]


def test_call_events():
    """Enter and leave are kept for formats that have them."""
    data = array(event("a", "X", 1, 8), event("b", "X", 3, 2))
    profile, = json.loads(lib.run("chrometrace2speedscope", input=data)[0])["profiles"]
    assert profile["type"] == "evented" and profile["unit"] == "microseconds"
    assert [(e["type"], e["frame"], e["at"]) for e in profile["events"]] == [("O", 0, 1), ("O", 1, 3), ("C", 1, 5), ("C", 0, 9)]


def test_several_files(tmp_path):
    """One thread in two files: its second time line is only summed."""
    for i in range(2):
        (tmp_path / f"{i}.json").write_bytes(array(event("a", "X", 1, 8)))
    out, said = lib.run("chrometrace2collapsed", "--unit", "ns", tmp_path / "0.json", tmp_path / "1.json")
    assert (out, said) == (b"a 16000\n", b"")
    assert calls(tmp_path / "0.json", tmp_path / "1.json")["a"] == (2, 16000)


@pytest.mark.parametrize("one", [b'{"name":"a","ph":"B","ts":1}', b'{"name":"a","ph":"X","ts":%d,"dur":90000000}', b'{"name":"a","ph":"X","ts":-%d,"dur":90000000}'],
                         ids=["begins", "overlaps", "backwards"])
def test_depth(one, tmp_path):
    """Everything inside of everything: neither recursion nor a square of the time."""
    count = 30_000 if lib.SANITIZED else 300_000
    path = tmp_path / "deep.trace"
    path.write_bytes(b"[" + b",".join(one % i if b"%" in one else one for i in range(count)) + b"]")
    checked = json.loads(lib.run("profcheck", "--json", path)[0])
    assert checked["depth"] == count


def test_frames_that_differ_in_their_system_names_alone():
    """40,000 of them took 5 s: each was compared with all before it."""
    events = [{**event("f", "X", i, 1), "args": {"system": f"s{i}", "kind": "native"}} for i in range(40_000)]
    before = os.times().children_user
    out, _ = lib.run("profcheck", "--json", "-", input=json.dumps({"profpipe": {"version": 1}, "traceEvents": events}).encode())
    assert json.loads(out)["functions"] == 40_000
    assert os.times().children_user - before < 2

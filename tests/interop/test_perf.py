"""perf script, read by inferno-collapse-perf too: the same stacks and values, but for what inferno is known to change."""
import collections
import json
import re
import subprocess

import pytest

import lib
from clients import needs, output

GOLDEN = lib.ROOT / "tests/formats/perf/golden"
SAMPLES = lib.SAMPLES / "perf"
needs_inferno = needs("inferno-collapse-perf")


def cut(name):
    """Without what follows a parenthesis, of which inferno keeps those in templates, and without quotes."""
    mark = re.search(r"(_\[[kj]\])?$", name)[0]
    return re.sub(r"\((?!anonymous namespace\)).*", "", name[:len(name) - len(mark)]).translate({34: None, 39: None}) + mark


def theirs(path, *options):
    data, found = output("zcat", "-f", path), collections.Counter()
    for line in output("inferno-collapse-perf", "-q", "-n", "1", *options, input=data).decode().splitlines():
        stack, value = line.rsplit(" ", 1)
        found[";".join(map(cut, stack.split(";")))] += int(value)
    return found


def tidied(frame):
    """inferno names an unknown function by its object."""
    name, _, place = re.fullmatch(r"(.*?)( \((/.*|\[.*)\))?", frame).groups()
    mark = re.search(r"(_\[[kj]\])?$", name)[0]
    name = name[:len(name) - len(mark)]
    if re.fullmatch(r"0x[0-9a-f]+", name):
        return f"[unknown <{name[2:]}>]"
    if place and (found := re.fullmatch(r".*\+0x([0-9a-f]+)", name)):
        return f"[{place.rsplit('/', 1)[-1]} <{found[1]}>]"
    if name == "[unknown]":
        return f"[{place.rsplit('/', 1)[-1]}]{mark}" if place else "[unknown]"
    return cut(name + mark)


def ours(path, *options):
    found = collections.Counter()
    for line in lib.run("perf2collapsed", "-q", *options, path)[0].decode().splitlines():
        stack, value = line.rsplit(" ", 1)
        root, *frames = stack.split(";")
        # it takes the 7 of "pool 1: [io] 7 26783" for the thread
        root = re.sub(r"^(pool_1:_\[io\])_7(-[^/]*)?(/.*)?", lambda m: m[1] + (m[2] and "-?" or "") + (m[3] and "/7" or ""), root.replace(" ", "_"))
        found[";".join([root, *map(tidied, frames)])] += int(value)
    return found


@needs_inferno
@pytest.mark.parametrize("path, value", [
    (SAMPLES / "frame-pointers.perf", "cpu-clock"), (SAMPLES / "flat.perf", "cpu-clock"), (GOLDEN / "dwarf-inline.in", "cpu-clock"),
    (GOLDEN / "pid-cpu.in", "cpu-clock")], ids=lambda x: getattr(x, "name", x))
def test_stacks_and_values(path, value):
    assert ours(path, "--comm", "--value", value) == theirs(path)
    assert ours(path, "--comm", "--value", value, "--kernel", "--jit") == theirs(path, "--all")
    assert ours(path, "--comm", "--value", value, "--addrs") == theirs(path, "--addrs")
    for option in "--pid", "--tid":
        assert ours(path, option, "--value", value) == theirs(path, option)


@needs_inferno
@pytest.mark.parametrize("event, value", [("page-faults", "samples"), ("context-switches", "context-switches")])
def test_one_of_several_events(event, value):
    """Of the longest name alone inferno sees the periods, which stand in a padded column; of names with ":u" nothing."""
    assert ours(GOLDEN / "multi.in", "--comm", "--event-filter", event, "--value", value) == theirs(GOLDEN / "multi.in", "--event-filter", event)


# --- perf itself, where it is allowed to record ---

@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    folder = tmp_path_factory.mktemp("perf")
    done = subprocess.run(["perf", "record", "-q", "-o", folder / "perf.data", "-e", "cpu-clock,page-faults", "-g", "--sample-cpu", "-F", "499", lib.BIN / "profcheck",
                               GOLDEN / "multi.in", *sorted(lib.SAMPLES.glob("collapsed/*"))[:40]], capture_output=True)
    if done.returncode:
        pytest.skip("perf may not record here")
    return folder / "perf.data"


@needs("perf")
@pytest.mark.parametrize("fields", [
    [], ["-F", "+pid,+cpu"], ["--ns"], ["--reltime"], ["--header"], ["--show-task-events", "--show-mmap-events"], ["-G"], ["-F", "+srcline"],
    ["-F", "comm,tid,period,event,ip,sym"], ["-F", "tid,time,period,event,ip,sym,dso"], ["-F", "comm,pid,tid,cpu,time,period,event,ip,sym,dso,symoff"]],
    ids=" ".join)
def test_what_perf_prints(recording, fields):
    """The sums of each event are those of `perf script -F event,period`, whatever is printed beside it."""
    want = collections.Counter()
    for line in output("perf", "script", "-i", recording, "-F", "event,period").decode().splitlines():
        period, event = line.split()
        want[event.rstrip(":").removesuffix(":")] += int(period)
    text = output("perf", "script", "-i", recording, *fields)
    found = json.loads(lib.run("profcheck", "--json", "-f", "perf", "-", input=text)[0])
    found = {value["name"]: value["self_total"] for value in found["value_types"]}
    assert found.pop("samples") > 0 and found == want

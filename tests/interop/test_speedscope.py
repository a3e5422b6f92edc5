"""speedscope files in the application of speedscope: its importer, and its page in a browser."""
import itertools
import json
import math
import re

import pytest

import clients
import lib
from clients import check, needs

needs_importer = needs("node", "speedscope", "jsdom")
needs_page = needs("node", "speedscope", "playwright-core", "chromium", "identify")

SCALE = {"seconds": 1e9, "milliseconds": 1e6, "microseconds": 1e3}


def imported(*files):
    """The profiles that the application finds in each file."""
    found = clients.node("speedscope_import.js", *files)
    return [found[str(path)] for path in files]


def totals(profiles):
    """What the profiles weigh together, a sum a unit; times in nanoseconds."""
    sums = {}
    for profile in profiles:
        unit = "nanoseconds" if profile["unit"] in SCALE else profile["unit"]
        sums[unit] = sums.get(unit, 0) + profile["total"] * SCALE.get(profile["unit"], 1)
    return {unit: total for unit, total in sums.items() if total}


def expected(sample):
    """Own values, and the inclusive time that nobody owns, by profcheck."""
    seen = check(sample.path)
    sums = {}
    for kind in seen["value_types"]:
        sums[kind["unit"]] = sums.get(kind["unit"], 0) + kind["self_total"]
    first = next((kind["unit"] for kind in seen["value_types"]), None)
    if seen["unattributed"]:
        sums[first] += seen["unattributed"]
    return {unit: total for unit, total in sums.items() if total}


def spans(sample):
    """Pyinstrument's files run on after the last sample: the application itself says how long."""
    return "pyinstrument" in sample.name and sample.format == "speedscope"


@pytest.fixture(scope="module")
def applications(outputs):
    """What the application finds in our files: by sample."""
    files = outputs("speedscope")
    return dict(zip(files, imported(*files.values())))


@needs_importer
@pytest.mark.parametrize("source", lib.READERS)
def test_every_file_is_imported_whole(source, applications):
    wrong = {}
    for sample in lib.samples(source):
        found = applications[sample.name]
        if "error" in found or any(not math.isfinite(p["total"]) for p in found["profiles"]):
            wrong[sample.name] = found
        elif "memory" not in sample.name and "full" not in sample.name:  # differences go out as two profiles
            total = totals(imported(sample.path)[0]["profiles"]) if spans(sample) else expected(sample)
            if totals(found["profiles"]) != pytest.approx(total, rel=1e-8):
                wrong[sample.name] = totals(found["profiles"]), total
    assert wrong == {}


def valgrinds_totals(path):
    """The sums of valgrind's own `totals:` lines, an event each; its `summary:` counts what was not collected too."""
    sums = [list(map(int, line.split()[1:])) for line in path.read_text().splitlines()
            if re.match(r"totals: \d", line)]
    return [sum(column) for column in itertools.zip_longest(*sums, fillvalue=0)]


@needs_importer
@pytest.mark.parametrize("sample", [s for s in lib.samples("callgrind") if s.name.startswith("callgrind/valgrind")
                                    and valgrinds_totals(s.path)], ids=lambda s: s.name)
def test_callgrind_gives_a_profile_an_event(sample, applications):
    sums = {}
    for profile in applications[sample.name]["profiles"]:
        event = re.search(r" \((\w+)|$", profile["name"])[1]
        sums[event] = sums.get(event, 0) + profile["total"]
    assert list(sums.values()) == [total for total in valgrinds_totals(sample.path) if total] or sums == {None: 0}


@needs_importer
def test_a_damaged_file_is_seen(outputs, tmp_path):
    """The checks above can say no: the importer on half a file and on one without an end."""
    data = outputs("speedscope")["collapsed/pyspy.collapsed"].read_bytes()
    half, endless = tmp_path / "half.speedscope.json", tmp_path / "endless.speedscope.json"
    half.write_bytes(data[: len(data) // 2])
    top = json.loads(data)
    del top["profiles"][0]["endValue"]
    endless.write_text(json.dumps(top))
    one, other = imported(half, endless)
    assert "error" in one
    assert other["profiles"][0]["total"] is None  # JSON's NaN


# A script with imports: `builtins.exec` is called by the import system too, so that the
# application finds no root in what pyprof2calltree writes.
IMPORTS = "pstat/cprofile-py3.11-recursion.pstat"


def through_pyprof2calltree(tmp_path):
    target = tmp_path / "callgrind.out.imports"
    clients.output("pyprof2calltree", "-i", lib.SAMPLES / IMPORTS, "-o", target)
    return target


@needs_importer
@needs("pyprof2calltree")
def test_whole_where_the_way_through_pyprof2calltree_is_blank(outputs, tmp_path):
    ours, theirs = imported(outputs("speedscope")[IMPORTS], through_pyprof2calltree(tmp_path))
    total = totals(ours["profiles"])["nanoseconds"]
    assert total == pytest.approx(1_865_427)
    assert sum(p["total"] for p in theirs["profiles"]) < total / 1000  # the profiler's own call is all it shows
    assert ours["profiles"][0]["frames"] > 100


@needs_page
@needs("pyprof2calltree")
def test_the_page_shows_a_full_graph(outputs, tmp_path):
    picture, blank = clients.HOME / "speedscope.png", clients.HOME / "speedscope-pyprof2calltree.png"
    ours, theirs = clients.browse([
        {"file": outputs("speedscope")[IMPORTS], "picture": picture, "speedscope": True},
        {"file": through_pyprof2calltree(tmp_path), "picture": blank, "speedscope": True}])
    assert ours["errors"] == []
    assert "Left Heavy" in ours["text"] and "Left Heavy" in theirs.get("text", "")
    assert clients.colours(picture) > 4 * clients.colours(blank)

"""The flame graph's page: the line of time, and ranges of it."""
import collections
import json

import pytest

import clients
from clients import needs
from test_flamegraph_page import prefixes, same_widths, use

pytestmark = needs("node", "playwright-core", "chromium")

# by thread: stacks and how many milliseconds they lasted
THREADS = {"main": [("main a", 10), ("main b x", 20), ("main a", 30), ("main", 40)], "other": [("run", 5), ("run b", 65), ("main a", 30)]}


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("timed")
    names = sorted({name for samples in THREADS.values() for stack, _ in samples for name in stack.split()})
    profiles = [{"type": "sampled", "name": name, "unit": "milliseconds", "startValue": 0, "endValue": 100,
                 "samples": [[names.index(frame) for frame in stack.split()] for stack, _ in samples], "weights": [weight for _, weight in samples]}
                for name, samples in THREADS.items()]
    source, target = folder / "run.speedscope.json", folder / "run.svg"
    source.write_text(json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json",
                                  "shared": {"frames": [{"name": name} for name in names]}, "profiles": profiles}))
    assert clients.convert(source, "flamegraph", target)
    return target


def between(first, last, threads=THREADS):
    """Stacks with the milliseconds that they have in the range, each thread from 0 on."""
    found = collections.Counter()
    for samples in (THREADS[name] for name in threads):
        at = 0
        for stack, weight in samples:
            found[tuple(stack.split())] += max(0, min(at + weight, last) - max(at, first))
            at += weight
    return {stack: value for stack, value in found.items() if value}


def test_a_range_of_time(timed):
    """Flame, table and totals are of the range alone; samples that reach out of it count in part."""
    drag = """(() => { const line = document.querySelector('.fg-time'), box = line.getBoundingClientRect();
        line.setPointerCapture = () => {};
        const send = (type, share) => line.dispatchEvent(new PointerEvent(type, {clientX: box.left + share * box.width, clientY: box.top + 5, pointerId: 1}));
        send('pointerdown', 0.25); send('pointermove', 0.4); send('pointermove', 0.7); send('pointerup', 0.7); })()"""
    click = drag.replace("send('pointermove', 0.4); send('pointermove', 0.7); send('pointerup', 0.7)", "send('pointerup', 0.25)")
    (seen,) = use({"file": timed, "steps": [
        ["look"], ["ask", drag], ["look"], ["ask", "document.querySelector('#heading').textContent"], ["button", "Table"], ["look"], ["back"],
        ["open", "#range=0-50000000&thread=1"], ["look"], ["button", "Time"], ["look"], ["open", "#range=25000000-70000000"], ["look"], ["ask", click], ["look"]]})
    whole, _, part, heading, table, of_other, in_time, linked, _, again = seen
    same_widths(whole, prefixes(between(0, 100).items()), 200)
    chosen = between(25, 70)
    same_widths(part, prefixes(chosen.items()), 90)
    assert "time: 90 ms in the chosen time" in heading and part["address"] == "#range=25000000-70000000"
    own = collections.Counter()
    for stack, value in chosen.items():
        own[stack[-1]] += value
    assert {row[-1]: row[0].split(" ms ")[0] for row in table["table"][1:]} == {
        name: str(own[name]) if own[name] else "0 ns 0%" for name in {name for stack in chosen for name in stack}}
    same_widths(of_other, prefixes(between(0, 50, ["other"]).items()), 50)
    assert in_time["view"] == "Time" and [name["label"].split(" (")[0] for name in in_time["frames"]].count("run") == 1
    same_widths(linked, prefixes(chosen.items()), 90)
    assert again["address"] == "" or "range" not in again["address"]
    same_widths(again, prefixes(between(0, 100).items()), 200)


def test_keys_move_the_range(timed):
    (seen,) = use({"file": timed, "steps": [["ask", "document.querySelector('.fg-time').focus()"], ["press", "+"], ["look"], ["press", "ArrowRight"], ["look"],
                                            ["press", "-"], ["look"], ["press", "+"], ["press", "Escape"], ["look"]]})
    assert [look["address"] for look in seen[1:]] == ["#range=25000000-75000000", "#range=37500000-87500000", "", ""]


@pytest.mark.parametrize("address", ["#range=5-1", "#range=-1-5", "#range=a-b", "#range=1e9-2e9", "#range=0-999999999999999999"])
def test_odd_ranges(timed, address):
    (seen,) = use({"file": timed, "address": address, "steps": [["look"]]})
    same_widths(seen[0], prefixes(between(0, 100).items()), 200)


def test_without_time_there_is_no_line(timed, tmp_path):
    target = tmp_path / "sums.svg"
    assert clients.convert(timed, "flamegraph", target, "--no-time")
    (seen,) = use({"file": target, "steps": [["look"], ["ask", "document.querySelectorAll('.fg-time').length"], ["ask", "document.querySelector('.fg-views').textContent"]]})
    assert seen[1:] == [0, "FlameIcicleCallersSandwichTable"]
    same_widths(seen[0], prefixes(between(0, 100).items()), 200)

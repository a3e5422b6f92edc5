"""Metrics of functions, read by a grammar of our own and by Debian's parser where there is one."""
import collections
import json
import marshal
import re
import subprocess

import pytest

import lib
from formats import stacks_by_hand

SAMPLE = re.compile(r'(\w+)\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (\S+)')
PSTAT = {("/a/m.py", 1, "main"): (1, 1, 1.0, 10.0, {}),
         ("/a/m.py", 5, "f"): (1200, 1200, 8.25, 9.0, {("/a/m.py", 1, "main"): (1200, 1200, 8.25, 9.0)}),
         ("~", 0, "g"): (3, 3, .75, .75, {("/a/m.py", 5, "f"): (3, 3, .75, .75)})}


def metrics(*options, program="collapsed2openmetrics", **how):
    """{family: {labels: number}}, after the rules of both text formats have been looked at."""
    text = lib.run(program, "-q", *options, **how)[0].decode()
    assert text.endswith("# EOF\n") and "\r" not in text and "\n\n" not in text
    found, order = collections.defaultdict(dict), []
    for line in text.splitlines()[:-1]:
        if line.startswith("#"):
            _, word, name, rest = line.split(" ", 3)
            order.append((word, name))
            assert word != "UNIT" or name.endswith("_" + rest)
            continue
        name, labels, number = SAMPLE.fullmatch(line).groups()
        assert order[-1][1] == name, "a family in two places"
        key = tuple(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels))
        assert key not in found[name], "a series twice"
        found[name][key] = number
    for name, series in found.items():
        words = [word for word, of in order if of == name]
        assert words in (["HELP", "TYPE"], ["HELP", "TYPE", "UNIT"])
        assert len({tuple(label for label, _ in key) for key in series}) == 1 or "unit" in str(series), "other labels"
    return found


def by_function(family):
    return {dict(key)["function"]: float(number) for key, number in family.items()}


@pytest.mark.parametrize("seed", range(3))
def test_values(seed):
    counts = stacks_by_hand.stacks(seed)
    found = metrics(input=stacks_by_hand.folded(counts))
    every = dict.fromkeys(stacks_by_hand.inclusive_values(counts), 0)
    assert by_function(found["profpipe_self"]) == every | stacks_by_hand.self_values(counts)
    assert by_function(found["profpipe_inclusive"]) == stacks_by_hand.inclusive_values(counts)
    assert list(found["profpipe_profile"].values()) == [str(sum(counts.values()))]
    assert "profpipe_calls" not in found


@pytest.mark.parametrize("most", [1, 3])
def test_others_keep_the_sum(most):
    counts = stacks_by_hand.stacks(5)
    own = stacks_by_hand.self_values(counts)
    found = metrics("--max-rows", most, input=stacks_by_hand.folded(counts))
    shown = stacks_by_hand.heaviest(stacks_by_hand.inclusive_values(counts), own, most)
    assert by_function(found["profpipe_self"]) == {name: own[name] for name in shown} | {
        "(other)": sum(counts.values()) - sum(own[name] for name in shown)}
    assert list(by_function(found["profpipe_inclusive"])) == shown


def test_a_function_of_that_name_is_one_of_the_others():
    found = metrics("--max-rows", 1, input=b"a 5\n(other) 3\nb 1\n")
    assert by_function(found["profpipe_self"]) == {"a": 5, "(other)": 4}


def test_times_calls_and_labels():
    found = metrics("--label", "profile=a\"b\\\n", "--label", "job=x", program="pstat2openmetrics", input=marshal.dumps(PSTAT))
    given = (("profile", 'a\\"b\\\\\\\\x0a'), ("job", "x"))
    at = {"main": ("/a/m.py", "1"), "f": ("/a/m.py", "5"), "g": ("", "0")}
    place = {name: (("function", name), ("file", file), ("line", line)) for name, (file, line) in at.items()}
    time = (("value_type", "time"),)
    assert found["profpipe_self_seconds"] == {place[n] + time + given: v for n, v in (("f", "8.25"), ("main", "1"), ("g", "0.75"))}
    assert found["profpipe_inclusive_seconds"] == {place[n] + time + given: v for n, v in (("f", "9"), ("main", "10"), ("g", "0.75"))}
    assert found["profpipe_profile_seconds"] == {time + given: "10"}
    assert found["profpipe_calls"] == {place[n] + given: v for n, v in (("f", "1200"), ("main", "1"), ("g", "3"))}


def test_value_types_share_families_by_unit():
    frames = [{"name": "f"}]
    profiles = [{"type": "sampled", "name": name, "unit": unit, "startValue": 0, "endValue": 6, "samples": [[0]], "weights": [weight]}
                for name, unit, weight in (("cpu", "seconds", 2), ("wall", "milliseconds", 6), ("space", "bytes", 5))]
    found = metrics(program="speedscope2openmetrics", input=json.dumps(
        {"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": frames}, "profiles": profiles}).encode())
    assert {name: sorted(series.values()) for name, series in found.items() if "_self" in name} == {
        "profpipe_self_seconds": ["2.006"], "profpipe_self_bytes": ["5"]} or {
        name: sorted(series.values()) for name, series in found.items() if "_self" in name} == {
        "profpipe_self_seconds": ["0.006", "2"], "profpipe_self_bytes": ["5"]}


@pytest.mark.parametrize("label, said", [
    ("profile", "expected KEY=VALUE"), ("a-b=c", "expected a key"), ("=x", "expected a key"), ("1a=x", "expected a key"),
    ("__name__=x", "expected a key"), ("function=x", "there already"), ("job=y", "there already")])
@pytest.mark.parametrize("program", ["collapsed2openmetrics", "collapsed2ndjson"])
def test_labels_that_are_refused(program, label, said):
    out, err = lib.run(program, "--label", "job=x", "--label", label, input=b"a 1\n", status=2)
    assert not out and b"option --label: " in err and said.encode() in err


def test_what_is_left_out_is_said():
    _, said = lib.run("collapsed2openmetrics", "-v", "--max-rows", "1", input=b"a 1\nb 2\nc 3\n")
    assert b"2 of 3 functions are together in (other), see --max-rows" in said
    assert lib.run("collapsed2openmetrics", "--strict", "--max-rows", "1", input=b"a 1\nb 2\n", status=2)[0] == b""


def test_proftop_writes_the_same(tmp_path):
    data = marshal.dumps(PSTAT)
    for format in ("openmetrics", "ndjson"):
        ours = lib.run("proftop", "-q", "--format", format, "-n", "2", "--sort", "calls", "--label", "a=b", input=data)[0]
        assert ours == lib.run(f"pstat2{format}", "-q", "--max-rows", "2", "--rows-by", "calls", "--label", "a=b", input=data)[0]
        assert b"(other)" in ours
    for words in (["--format", "json"], ["--format", "ndjson", "--lines"], []):
        assert b"option --label: only" in lib.run("proftop", "--label", "a=b", *words, input=data, status=2)[1]


def test_promtool_takes_it():
    if subprocess.run(["sh", "-c", "command -v promtool"], capture_output=True).returncode:
        pytest.skip("no promtool")
    for name in ("pstat", "collapsed"):
        text = lib.run("profconv", "-q", "-t", "openmetrics", lib.smallest(name).path)[0]
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()


def test_metrics_are_not_taken_for_stacks(tmp_path):
    (tmp_path / "x.prom").write_bytes(metrics_text := lib.run("collapsed2openmetrics", input=b"a;b 1\n")[0])
    for data in (metrics_text, metrics_text[metrics_text.index(b"# TYPE"):]):
        _, said = lib.run("profcheck", input=data, status=2)
        assert b"byte 0: expected a profile, got metrics for Prometheus: openmetrics is written, not read" in said

"""Labels, times, mappings, kinds of frames and the recording: kept, merged, chosen, shown, and told where they are lost."""
import csv
import io
import itertools
import json
import random
import re
from collections import Counter

import pytest

import lib
from labelled import content, random_file, random_profile

SEEDS = range(12)
SENTENCES = {
    "labels": "the labels of samples",
    "times": "when each sample was taken",
    "mappings": "where objects were in memory, and their build ids",
    "kinds": "the kinds of frames (kernel, interpreted, ...)",
    "inlined": "which frames are inlined",
    "systems": "the system's (mangled) names of functions",
    "recording": "the period, start, duration and default value type",
    "addresses": "instruction addresses",
}


def convert(data, to, *options, reader="speedscope"):
    return lib.run("profconv", "-q", "-f", reader, "-t", to, *options, input=data)[0]


def extra(data):
    return json.loads(data).get("profpipe", {})


# --- kept ---

@pytest.mark.parametrize("seed", SEEDS)
def test_speedscope_keeps_all_of_it(seed):
    data = random_file(seed)
    once = convert(data, "speedscope")
    assert content(once, timed=True) == content(data, timed=True)
    assert extra(once)["recording"] == extra(data)["recording"] and extra(once)["mappings"] == extra(data)["mappings"]
    assert convert(once, "speedscope") == once


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("chart", [False, True])
def test_a_flame_graph_keeps_all_of_it(seed, chart):
    data = random_file(seed, values=False)
    picture = convert(data, "flamegraph", *(["--flamechart"] if chart else []))
    back = convert(picture, "speedscope", reader="flamegraph")
    assert content(back, timed=chart) == content(data, timed=chart)
    assert extra(back)["recording"] == extra(data)["recording"] and extra(back)["mappings"] == extra(data)["mappings"]
    again = convert(picture, "flamegraph", *(["--flamechart"] if chart else []), reader="flamegraph")
    assert again.replace(b'"source":"flamegraph"', b'"source":"speedscope"').replace(b"from flamegraph ", b"from speedscope ") == picture


@pytest.mark.parametrize("seed", SEEDS)
def test_callgrind_keeps_what_is_not_of_samples(seed):
    data = random_file(seed)
    graph = convert(data, "callgrind")
    again = convert(graph, "callgrind", reader="callgrind")
    assert sorted(line for line in again.splitlines() if line.startswith(b"# profpipe: ")) == sorted(
        line for line in graph.splitlines() if line.startswith(b"# profpipe: "))
    back = extra(convert(graph, "speedscope", reader="callgrind"))
    assert back["recording"] == extra(data)["recording"] and back["mappings"] == extra(data)["mappings"]


def test_callgrind_keeps_system_names_and_addresses():
    file, _ = random_profile(3)
    frames = [{"name": "f", "file": "a.c", "system": "_Z1f", "address": "0x10"}, {"name": "g", "file": "a.c", "address": "0x20"}]
    file["shared"]["frames"] = frames
    file["profiles"] = [{"type": "sampled", "name": "t", "unit": "none", "startValue": 0, "endValue": 3, "samples": [[0, 1], [0]], "weights": [1, 2]}]
    graph = convert(json.dumps(file).encode(), "callgrind").decode()
    assert '# profpipe: system ["_Z1f","f","a.c"]\n' in graph
    assert re.search(r"^0x10 \S+ 0 2$|^0x10 \S+ 2$", graph, re.M) and "positions: instr line" in graph or "positions: instr" in graph
    back = json.loads(convert(graph.encode(), "speedscope", reader="callgrind"))
    assert {frame["name"]: frame.get("system") for frame in back["shared"]["frames"]} == {"f": "_Z1f", "g": None}


def test_functions_that_only_their_system_names_tell_apart_are_one_in_callgrind():
    file, _ = random_profile(3)
    file["shared"]["frames"] = [{"name": "f", "file": "a.c", "system": "_Z1fi"}, {"name": "f", "file": "a.c", "system": "_Z1fc"}]
    file["profiles"] = [{"type": "sampled", "name": "t", "unit": "none", "startValue": 0, "endValue": 3, "samples": [[0], [1]], "weights": [1, 2]}]
    out, said = lib.run("speedscope2callgrind", "-v", input=json.dumps(file).encode())
    assert b"profpipe: system" not in out and SENTENCES["systems"].encode() in said
    assert out.count(b"fn=") == 1


# --- totals ---

@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("to", [f for f in lib.WRITERS if f in lib.READERS])
def test_self_totals_come_out(seed, to, tmp_path):
    source = tmp_path / "a.speedscope.json"
    source.write_bytes(random_file(seed, values=seed % 2 == 1))
    lib.run("profconv", "-q", "-t", to, "-o", tmp_path / "b", source)
    assert lib.run("profcheck", "--against", source, tmp_path / "b")[0] == b""


# --- losses ---

@pytest.mark.parametrize("to, lost", [
    ("collapsed", set(SENTENCES)), ("pstat", set(SENTENCES)), ("speedscope", set()), ("flamegraph", set()),
    ("callgrind", {"labels", "times", "kinds", "inlined"}),
])
def test_each_loss_is_said(to, lost, tmp_path):
    file, _ = random_profile(1)
    file["shared"]["frames"][0].update(system="_Z", kind="gc", inlined=True, address="0x1")
    for i, frame in enumerate(file["shared"]["frames"]):
        frame["name"] = f"f{i}"
    file["profiles"] = file["profiles"][:1]
    file["profiles"][0].update(samples=[[0, 1]], weights=[1])
    file["profiles"][0]["profpipe"].update(labels=[1], times=[5])
    data = json.dumps(file).encode()
    said = lib.run(f"speedscope2{to}", "-v", "-o", tmp_path / "out", input=data)[1].decode()
    for name, sentence in SENTENCES.items():
        assert (f"{to} does not keep {sentence}" in said) == (name in lost), name
    if lost:
        assert lib.run(f"speedscope2{to}", "--strict", "-o", tmp_path / "strict", input=data, status=2)[1].startswith(f"speedscope2{to}: --strict: ".encode())
    said = lib.run(f"speedscope2{to}", "-v", "-o", tmp_path / "out", input=b'{"shared":{"frames":[{"name":"f"}]},"profiles":[{"type":"sampled",'
                  b'"name":"t","unit":"none","startValue":0,"endValue":1,"samples":[[0]],"weights":[1]}]}')[1].decode()
    assert not any(sentence in said for sentence in SENTENCES.values())


# --- profmerge ---

@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("to", ["speedscope", "callgrind", "flamegraph", "collapsed"])
def test_a_merge_gives_the_same_bytes_in_any_order_and_sharding(seed, to, tmp_path):
    rng = random.Random(seed)
    files = [tmp_path / f"{i}.speedscope.json" for i in range(4)]
    for i, file in enumerate(files):
        file.write_bytes(random_file(100 * seed + i))
    whole = lib.run("profmerge", "-q", "-t", to, *files)[0]
    for _ in range(3):
        order = rng.sample(files, len(files))
        assert lib.run("profmerge", "-q", "-t", to, *order)[0] == whole
        if to == "callgrind":
            continue  # calls are numbers of samples, which speedscope's files do not count
        parts = []
        for i, part in enumerate((order[:1], order[1:])):
            parts.append(tmp_path / f"part{i}.{to}")
            lib.run("profmerge", "-q", "-t", "speedscope", "-o", parts[-1], *part)
        assert lib.run("profmerge", "-q", "-f", "speedscope", "-t", to, *rng.sample(parts, 2))[0] == whole


@pytest.mark.parametrize("seed", SEEDS)
def test_a_merge_sums_what_is_equal(seed, tmp_path):
    files = [tmp_path / f"{i}.speedscope.json" for i in range(3)]
    want, start, duration = Counter(), [], 0
    for i, file in enumerate(files):
        data = random_file(100 * seed + i)
        file.write_bytes(data)
        for key, value in content(data).items():
            want[key] += value
        start.append(extra(data)["recording"]["start"])
        duration += extra(data)["recording"]["duration"]
    out = lib.run("profmerge", "-q", "-t", "speedscope", *files)[0]
    assert content(out) == want
    assert extra(out)["recording"]["start"] == min(start) and extra(out)["recording"]["duration"] == duration


def test_what_files_do_not_agree_on_is_not_known_of_their_merge(tmp_path):
    def file(name, recording):
        path = tmp_path / f"{name}.speedscope.json"
        data = json.loads(random_file(1))
        data["profpipe"]["recording"] = recording
        path.write_text(json.dumps(data))
        return path

    same = {"default": "cpu", "period": 5, "of": ["cpu", "nanoseconds"]}
    a, b = file("a", same), file("b", {**same, "default": "samples", "period": 6})
    assert extra(lib.run("profmerge", "-t", "speedscope", a, a)[0])["recording"] == same
    assert "recording" not in extra(lib.run("profmerge", "-t", "speedscope", a, b)[0])
    assert "recording" not in extra(lib.run("profmerge", "-t", "speedscope", a, b, a)[0])
    assert "recording" not in extra(lib.run("profmerge", "-t", "speedscope", a, file("c", {}))[0])


# --- proffilter ---

def filtered(data, *options, **how):
    out, said = lib.run("proffilter", "-q", "-t", "speedscope", *options, input=data, **how)
    return content(out)


def chosen(data, keep):
    return {key: value for key, value in content(data).items() if keep(key[3])}


FITS = [
    ("user=an", lambda labels: any(l[0] == "user" and isinstance(l[1], str) and "an" in l[1] for l in labels)),
    ("user=^$", lambda labels: any(l[:2] == ("user", "") for l in labels)),
    ("ann", lambda labels: any(isinstance(l[1], str) and "ann" in f"{l[0]}:{l[1]}" for l in labels)),
    ("^user:b", lambda labels: any(isinstance(l[1], str) and f"{l[0]}:{l[1]}".startswith("user:b") for l in labels)),
    ("0", lambda labels: any(l[1] == 0 and not isinstance(l[1], str) for l in labels)),
    ("bytes=1:", lambda labels: any(l[0] == "bytes" and not isinstance(l[1], str) and l[1] >= 1 for l in labels)),
    ("bytes=:0", lambda labels: any(l[0] == "bytes" and not isinstance(l[1], str) and l[1] <= 0 for l in labels)),
    ("bytes=-5:2048", lambda labels: any(l[0] == "bytes" and not isinstance(l[1], str) and -5 <= l[1] <= 2048 for l in labels)),
    ("bytes=1kb:4kb", lambda labels: any(l[0] == "bytes" and not isinstance(l[1], str) and l[2:] in ((), ("bytes",)) and 1024 <= l[1] <= 4096
                                         for l in labels)),
    ("4us:6us", lambda labels: any(not isinstance(l[1], str) and l[2:] == ("nanoseconds",) and 4000 <= l[1] <= 6000 for l in labels)),
    ("5things:", lambda labels: any(not isinstance(l[1], str) and l[2:] == ("things",) and l[1] >= 5 for l in labels)),
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("condition, fits", FITS, ids=[text for text, _ in FITS])
def test_tag_focus_and_ignore(seed, condition, fits):
    data = random_file(seed)
    assert filtered(data, "--tag-focus", condition) == chosen(data, fits)
    assert filtered(data, "--tag-ignore", condition) == chosen(data, lambda labels: not fits(labels))


def test_several_conditions():
    data = random_file(2)
    user = lambda labels: any(l[0] == "user" for l in labels)
    more = lambda labels: any(l[0] == "bytes" for l in labels)
    assert filtered(data, "--tag-focus", "^user:", "--tag-focus", "^bytes:") == chosen(
        data, lambda labels: all(any(l[0] == k and isinstance(l[1], str) for l in labels) for k in ("user", "bytes")))
    assert filtered(data, "--tag-focus", "user=", "--tag-ignore", "bytes=") == chosen(
        data, lambda labels: any(l[0] == "user" and isinstance(l[1], str) for l in labels)
        and not any(l[0] == "bytes" and isinstance(l[1], str) for l in labels))
    assert user([("user", "x")]) and more([("bytes", 1)])


@pytest.mark.parametrize("seed", range(4))
def test_tag_show_and_hide(seed):
    data = random_file(seed)
    for option, keeps in (("--tag-show", lambda key: "e" in key), ("--tag-hide", lambda key: "e" not in key)):
        want = Counter()
        for (thread, value, stack, labels, time), weight in content(data).items():
            want[thread, value, stack, tuple(l for l in labels if keeps(l[0])), time] += weight
        assert filtered(data, option, "e") == want


def shown_number(number, unit):
    units = {"bytes": (1024, ["B", "kB", "MB", "GB", "TB"]), "nanoseconds": (1000, ["ns", "us", "ms", "s"])}
    if unit not in units or abs(number) >= 2**63 - 1:
        return f"{number} {unit}" if unit else str(number)
    step, names = units[unit]
    i = 0
    while number and i < len(names) - 1 and number % step == 0:
        number //= step
        i += 1
    return f"{number}{names[i]}"


def tag_text(labels, key, order):
    mine = [l for l in order if l in labels and l[0] == key]
    return ",".join(l[1] if isinstance(l[1], str) else shown_number(l[1], l[2] if len(l) > 2 else "") for l in mine) or "<unknown>"


def label_order(data):
    """By key, texts before numbers."""
    labels = {tuple(l) for s in extra(data)["labelSets"] for l in s}
    return sorted(labels, key=lambda l: (l[0].encode(), not isinstance(l[1], str), l[1].encode() if isinstance(l[1], str) else l[1], l[2:]))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("leaf", [False, True])
def test_tag_root_and_leaf(seed, leaf):
    data = random_file(seed)
    order = label_order(data)
    want = Counter()
    for (thread, value, stack, labels, time), weight in content(data).items():
        tags = tuple((("name", tag_text(labels, key, order)),) for key in ("user", "bytes"))
        want[thread, value, stack + tags if leaf else tags + stack, labels, time] += weight
    assert filtered(data, "--tag-leaf" if leaf else "--tag-root", "user,bytes") == want
    assert sum(want.values()) == sum(content(data).values())


def test_thread_and_process_are_keys_where_no_label_is():
    data = random_file(1)
    threads = {stack[0][0][1] for _, _, stack, _, _ in filtered(data, "--tag-root", "thread")}
    assert threads == {key[0] for key in content(data)}
    assert {stack[0][0][1] for _, _, stack, _, _ in filtered(data, "--tag-root", "process")} <= {"10", "11"}
    assert {key[0] for key in filtered(data, "--tag-focus", "thread=1$")} == {"t1"}
    assert {key[0] for key in filtered(data, "--tag-ignore", "process=11")} == {"t0"}
    collapsed = lib.run("proffilter", "--tag-root", "thread", "-t", "collapsed", input=b"a;b 3\n")[0]
    assert collapsed == b"thread 1;a;b 3\n"


@pytest.mark.parametrize("option, text, said", [
    ("--tag-focus", "user=(", "--tag-focus: '(': byte 1: missing closing parenthesis"),
    ("--tag-show", "[", "--tag-show: '[': byte 1: missing terminating ] for character class"),
])
def test_a_bad_condition(option, text, said):
    assert lib.run("proffilter", option, text, input=b"a 1\n", status=2)[1].decode() == f"proffilter: {said}\n"


@pytest.mark.parametrize("option, text", [("--tag-focus", "user=zzz"), ("--tag-focus", "9999999999999999999999"), ("--tag-ignore", "nope=1"),
                                          ("--tag-hide", "zzz"), ("--tag-root", "zzz")])
def test_what_matches_nothing_is_said(option, text):
    said = lib.run("proffilter", "-t", "speedscope", option, text, input=random_file(1))[1].decode()
    assert said.startswith(f"proffilter: warning: {option} '{text}'") and said.count("\n") == 1
    assert "matched nothing" in said or "no sample has such a label" in said


@pytest.mark.parametrize("kinds", ["kernel", "jit,gc", "inlined", "native,inlined"])
def test_hide_kind(kinds):
    for seed in range(4):
        data = random_file(seed)
        hidden = lambda frame: dict(frame).get("kind") in kinds.split(",") or "inlined" in kinds.split(",") and dict(frame).get("inlined")
        want = Counter()
        for (thread, value, stack, labels, time), weight in content(data).items():
            left = tuple(frame for frame in stack if not hidden(frame))
            if left or not stack:
                want[thread, value, left, labels, time] += weight
        assert filtered(data, "--hide-kind", kinds) == want


def test_a_kind_that_is_none():
    said = lib.run("proffilter", "--hide-kind", "kernel,green", input=b"a 1\n", status=2)[1]
    assert said == b"proffilter: --hide-kind: expected kernel, native, interpreted, jit, gc, idle or inlined, got 'green'\n"
    assert lib.run("proffilter", "--hide-kind", "gc", input=b"a 1\n") == (b"a 1\n", b"proffilter: warning: --hide-kind 'gc' matched nothing\n")


@pytest.mark.parametrize("window, keeps", [("2us:5us", lambda t: 2000 <= t < 5000), (":3000ns", lambda t: t < 3000), ("0.000004:", lambda t: t >= 4000)])
def test_time_is_that_of_the_samples(window, keeps):
    for seed in range(4):
        data = random_file(seed)
        want = {key: value for key, value in content(data, timed=True).items() if key[4] is not None and keeps(key[4])}
        out = lib.run("proffilter", "-q", "-t", "speedscope", "--time", window, input=data)[0]
        assert content(out, timed=True) == want


def test_the_kind_of_a_frame_has_a_colour():
    def colours(kind):
        file = {"shared": {"frames": [{"name": "a.b", "file": "x.java", **({"kind": kind} if kind else {})}]}, "profiles": [
            {"type": "sampled", "name": "t", "unit": "none", "startValue": 0, "endValue": 1, "samples": [[0]], "weights": [1]}]}
        out = lib.run("speedscope2flamegraph", "--colors", "java", input=json.dumps(file).encode())[0].decode()
        return re.search(r'"colors":"(.*?)"', out)[1], re.search(r'class="(\w)[^"]*"><title>a\.b', out) and re.search(r'class="(\w)[^"]*"><title>a\.b', out)[1]
    assert len({colours(kind)[0] for kind in ("kernel", "native", "gc", None)}) == 4
    assert colours("jit") == colours(None) == colours("interpreted")


def test_a_filter_of_functions_leaves_labels():
    data = random_file(3)
    want = {key for key in content(data) if any(dict(frame)["name"] == "f1" for frame in key[2])}
    assert set(filtered(data, "--focus", "^f1$")) == want


def test_functions_that_are_renamed_to_one_name_are_one_function():
    file, _ = random_profile(3)
    file["shared"]["frames"] = [{"name": "f<int>", "system": "_Z1fi"}, {"name": "f<char>", "system": "_Z1fc"}]
    file["profiles"] = [{"type": "sampled", "name": "t", "unit": "none", "startValue": 0, "endValue": 3, "samples": [[0], [1]], "weights": [1, 2]}]
    out = lib.run("proffilter", "--rename", "templates", "-t", "speedscope", input=json.dumps(file).encode())[0]
    assert json.loads(out)["shared"]["frames"] == [{"name": "f"}]


# --- proftop --by, profcheck, profdiff ---

@pytest.mark.parametrize("seed", range(6))
def test_by_label(seed):
    data = random_file(seed, values=False)
    order = label_order(data)
    want = Counter()
    for (_, _, _, labels, _), weight in content(data).items():
        want[tag_text(labels, "user", order)] += weight
    rows = list(csv.DictReader(io.StringIO(lib.run("proftop", "-q", "--by", "user", "--format", "csv", input=data)[0].decode())))
    assert {row["label"].removeprefix("'"): int(row["self"]) for row in rows} == want


def test_by_a_label_that_is_not_there():
    assert lib.run("proftop", "--by", "zzz", input=random_file(1), status=2)[1] == b"proftop: --by: no sample has a label 'zzz'\n"
    assert b"only one of them" in lib.run("proftop", "--by", "user", "--tree", input=random_file(1), status=2)[1]


def by_user(folder, name, **weights):
    """A sample of each user: its weight."""
    users = list(weights)
    file = folder / f"{name}.speedscope.json"
    file.write_text(json.dumps({"profpipe": {"labelSets": [[["user", user]] for user in users]}, "shared": {"frames": [{"name": "f"}]},
                                "profiles": [{"type": "sampled", "name": "", "unit": "none", "startValue": 0, "endValue": 1,
                                              "profpipe": {"labels": list(range(1, len(users) + 1))},
                                              "samples": [[0]] * len(users), "weights": list(weights.values())}]}))
    return file


def test_a_difference_by_label(tmp_path):
    """A row for each value of the label, in all reports, rules and profiles."""
    base, new = by_user(tmp_path, "base", ann=5000, bob=3000), by_user(tmp_path, "new", ann=5000, bob=4000, eve=900)
    rows = list(csv.DictReader(io.StringIO(lib.run("profdiff", "-q", "--all", "--by", "user", "--format", "csv", base, new)[0].decode())))
    assert {row["function"]: (row["self_base"], row["self_new"]) for row in rows} == {
        "ann": ("5000", "5000"), "bob": ("3000", "4000"), "eve": ("0", "900")}
    for form in ("text", "markdown", "json", "ndjson", "csv", "tsv", "junit", "github"):
        out, said = lib.run("profdiff", "--by", "user", "--kind", "counts", "--fail-if", "self > 10%", "--format", form, base, new, status=1)
        assert b"regression: self > 10%: bob" in said and b"regression: self > 10%: eve" in said and b": ann" not in said
        assert b"bob" in out, form
    lines = lib.run("profdiff", "-q", "--by", "user", "-t", "collapsed", base, new)[0].decode().splitlines()
    assert sorted(lines) == ["ann 5000 5000", "bob 3000 4000", "eve 0 900"]
    assert lib.run("profdiff", "--by", "zzz", base, new, status=2)[1] == f"profdiff: {base}: no sample has a label 'zzz'\n".encode()
    graph = lib.SAMPLES / "pstat/cprofile-packages.pstat"
    assert lib.run("profdiff", "--by", "user", base, graph, status=2)[1] == f"profdiff: {graph}: no sample has a label 'user'\n".encode()


def test_the_default_value_type_is_what_a_target_of_one_gets():
    data = random_file(2)
    total = sum(v for k, v in content(data).items() if k[1] == "samples")
    lines = lib.run("profconv", "-q", "-t", "collapsed", input=data)[0].decode().splitlines()
    assert sum(int(line.rsplit(" ", 1)[1]) for line in lines) == total
    assert lib.run("proftop", "-q", input=data)[0].startswith(b"samples: ")
    assert lib.run("proftop", "-q", "--value", "cpu", input=data)[0].startswith(b"cpu: ")


@pytest.mark.parametrize("seed", range(4))
def test_profcheck_shows_them(seed):
    data = random_file(seed)
    file, rows = random_profile(seed)
    shown = json.loads(lib.run("profcheck", "--json", input=data)[0])
    frames = {f for row in rows for f in row["stack"]}
    assert shown["mappings"] == file["profpipe"]["mappings"]
    assert shown["default_value_type"] == "samples" and shown["duration_nanoseconds"] == file["profpipe"]["recording"]["duration"]
    assert shown["period"] == {"value": file["profpipe"]["recording"]["period"], "name": "cpu", "unit": "nanoseconds"}
    assert len(frames) <= len(file["shared"]["frames"])
    assert shown["inlined_frames"] == sum("inlined" in frame for frame in file["shared"]["frames"])
    assert sum(shown["frame_kinds"].values()) == sum("kind" in frame for frame in file["shared"]["frames"])
    by_key = Counter(key for row in rows for key in {l[0] for l in row["labels"]})
    assert {row["key"]: row["samples"] for row in shown.get("labels", []) if row["samples"]} == by_key
    text = lib.run("profcheck", input=data)[0].decode()
    assert f"\nmappings       {len(file['profpipe']['mappings'])}\n" in text and "\nstart          2025-11-27T14:00:0" in text


def test_profcheck_says_nothing_of_what_is_not_there():
    text = lib.run("profcheck", input=b"a;b 3\n")[0].decode()
    shown = json.loads(lib.run("profcheck", "--json", input=b"a;b 3\n")[0])
    assert "labels" not in text and "mappings" not in text and "start" not in text
    assert not {"labels", "mappings", "period", "frame_kinds", "sample_times"} & set(shown)


def test_profdiff_adds_up_samples_that_differ_in_labels(tmp_path):
    labelled = tmp_path / "a.speedscope.json"
    labelled.write_bytes(random_file(5, values=False))
    plain = tmp_path / "b.speedscope.json"
    lib.run("proffilter", "--tag-hide", ".", "-o", plain, labelled)
    assert "labelSets" not in extra(plain.read_bytes())
    assert lib.run("profcheck", "--against", labelled, plain)[0] == b""
    rows = json.loads(lib.run("profdiff", "-q", "--format", "json", labelled, plain)[0])
    both = tmp_path / "c.speedscope.json"
    both.write_bytes(random_file(5))
    assert lib.run("profdiff", both, both)[0].startswith(b"total samples ")
    assert all(row.get("delta", 0) == 0 for row in (rows if isinstance(rows, list) else rows["rows"]))


def test_anonymize_leaves_none_of_it():
    out = lib.run("profconv", "--anonymize", "-t", "speedscope", input=random_file(2))[0]
    assert not set(extra(out)) & {"labelSets", "mappings", "recording"} and b"_Z" not in out and b"address" not in out
    assert sum(content(out).values()) == sum(content(random_file(2)).values())


def test_strip_dirs_strips_mappings_too():
    out = lib.run("profconv", "--strip-dirs", "-t", "speedscope", input=random_file(2))[0]
    assert all("/" not in mapping["object"] for mapping in extra(out)["mappings"])


def test_pairs_of_all():
    """The sentences are the library's own."""
    listed = set(lib.feature_sentences().values() if isinstance(lib.feature_sentences(), dict) else lib.feature_sentences())
    assert set(SENTENCES.values()) <= listed or not listed
    assert len(set(itertools.chain(SENTENCES.values()))) == len(SENTENCES)

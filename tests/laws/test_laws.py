"""The seven laws over the whole table of formats and samples.

1 conservation  2 same language, same content  3 stack languages round-trip
4 no invention  5 determinism  6 loss is spoken  7 (bad input: tests/formats, tests/cli)
"""
import collections
import functools
import json
import marshal
import random
import re
import subprocess
from decimal import Decimal

import pytest

import lib

STACKS = set(lib.both_ways("stacks", "files"))
# what a target must refuse, by a message that says so
REFUSED = {("collapsed/austin3-memory.collapsed", "cpuprofile"): b"negative",
           ("collapsed/austin3-full.collapsed", "callgrind"): b"negative",
           ("collapsed/austin3-memory.collapsed", "callgrind"): b"negative",
           ("collapsed/austin3-memory.collapsed", "flamegraph"): b"negative",
           ("collapsed/austin3-memory.collapsed", "html"): b"negative",
           ("collapsed/austin3-memory.collapsed", "grafana"): b"negative"}


def check(path, *options):
    out, _ = lib.run("profcheck", "--json", *options, path)
    return json.loads(out, parse_float=Decimal)


def pairs(writers):
    """Of formats with many samples each comes with every third writer, and each writer with every third of them."""
    many = {name for name in lib.READERS if len(lib.samples(name)) > 20}
    return [pytest.param(sample, to, id=f"{sample.name}-{to}") for i, sample in enumerate(lib.samples()) for j, to in enumerate(writers)
            if sample.format not in many or (i + j) % 3 == 0]


def convert(sample, to, tmp_path, *options):
    """The sample as another format, or None where the target refuses it."""
    target = tmp_path / f"out.{to}"
    refusal = REFUSED.get((sample.name, to))
    _, said = lib.run("profconv", "-q", "-t", to, "-o", target, *options, sample.path, status=2 if refusal else 0)
    if refusal:
        assert refusal in said and not target.exists()
        return None
    return target


# --- 1: conservation ---

@pytest.mark.parametrize("sample, to", lib.some(pairs([f for f in lib.WRITERS if f in lib.READERS]), 2))
def test_self_totals_come_out(sample, to, tmp_path):
    target = convert(sample, to, tmp_path)
    if target is None or target.stat().st_size == 0:  # no samples: an empty file of stacks
        assert target is None or not any(t["self_total"] for t in check(sample.path)["value_types"])
        return
    if "files" in lib.features()[to]:
        lib.run("profcheck", "--against", target, sample.path)
    else:
        expected = by_name(sample.path, check(sample.path).get("default_value_type") or "1")
        if "idle" not in lib.features()[to] and b"" in expected:
            expected[b"[idle]"] = expected.pop(b"")
        assert by_name(target) == expected


def by_name(path, value="1"):
    """The self totals of one value type by the functions' names alone, for formats that know no more of them."""
    sums = collections.Counter()
    stacks = lib.run("profconv", "-q", "-t", "collapsed", "--frames", "name", "--value", value, "--unit", "ns", "--no-unattributed", path)[0]
    for line in stacks.splitlines():
        stack, count = line.rsplit(b" ", 1)
        # a function without a name is ??? where the stack is only that, and idle time has no stack
        sums[stack and (stack.rsplit(b";", 1)[-1] or b"???")] += Decimal(count.decode())
    return {name: value for name, value in sums.items() if value}


@pytest.mark.parametrize("sample", lib.samples(*STACKS), ids=lambda s: s.name)
def test_inclusive_totals_of_stacks_come_out(sample, tmp_path):
    target = convert(sample, "pstat", tmp_path)
    lib.run("profcheck", "--inclusive", "--against", target, sample.path)


def test_a_changed_total_is_found(tmp_path):
    """The comparison that the tests above trust can say no."""
    sample = lib.SAMPLES / "collapsed/pyspy.collapsed"
    lines = sample.read_bytes().splitlines()
    head, count = lines[0].rsplit(b" ", 1)
    lines[0] = head + b" " + str(int(count) + 1).encode()
    other = tmp_path / "other.collapsed"
    other.write_bytes(b"\n".join(lines) + b"\n")
    out, _ = lib.run("profcheck", "--against", other, sample, status=1)
    assert b"1 self total differs" in out


@pytest.mark.parametrize("sample", lib.samples("callgrind"), ids=lambda s: s.name)
def test_speedscope_has_the_total_of_callgrind(sample, tmp_path):
    """One profile an event and thread; none without a start and an end."""
    target = convert(sample, "speedscope", tmp_path)
    profiles = json.loads(target.read_bytes(), parse_float=Decimal)["profiles"]
    totals = check(sample.path)
    for profile in profiles:
        weights = sum(map(Decimal, profile["weights"]))
        assert profile["endValue"] - profile["startValue"] >= weights
    whole = sum(sum(map(Decimal, p["weights"])) for p in profiles if p["unit"] == "none")
    extra = 0 if any(t["unit"] != "none" for t in totals["value_types"]) else totals["unattributed"]
    assert whole == sum(Decimal(t["self_total"]) for t in totals["value_types"] if t["unit"] == "none") + extra


# --- 2: the same language keeps everything ---

def stats(path):
    """A pstat file as Python sees it; times in nanoseconds; our root left out."""
    with open(path, "rb") as file:
        rows = marshal.load(file)
    root = ("~", 0, "[root]")

    def ns(x):
        return round(x * 1e9)

    def part(value):
        return (value, None) if isinstance(value, int) else (value[0], value[1], ns(value[2]), ns(value[3]))

    return {key: (sorted((cc, nc)), ns(tt), ns(ct), {c: part(v) for c, v in callers.items() if c != root})
            for key, (cc, nc, tt, ct, callers) in rows.items() if key != root}


def plain(path):
    """Loads in this Python, and has what pstat files of cProfile and yappi have."""
    try:
        with open(path, "rb") as file:
            rows = marshal.load(file)
    except Exception:  # Python 2's strings, other Pythons' code objects, gzip
        return False
    return all(len(row) == 5 and min(row[:2]) >= 0 and all(isinstance(v, tuple) for v in row[4].values())
               and all(isinstance(name, str) for name in key[::2]) for key, row in
               ((k, r) for k, r in rows.items() if isinstance(r, tuple)))


@pytest.mark.parametrize("sample", [s for s in lib.samples("pstat") if plain(s.path)], ids=lambda s: s.name)
def test_pstat_to_pstat(sample, tmp_path):
    assert stats(convert(sample, "pstat", tmp_path)) == stats(sample.path)


def content(path):
    """A speedscope file with its frames written out, equal ones being one."""
    opener = __import__("gzip").open if path.suffix == ".gz" else open
    with opener(path) as file:
        top = json.load(file, parse_float=Decimal)
    frames = [tuple(f.get(k) or None for k in ("name", "file", "line", "col")) for f in top["shared"]["frames"]]
    found = []
    for p in top["profiles"]:
        row = {key: p[key] for key in ("type", "name", "unit")}
        row["span"] = (Decimal(p["startValue"]), Decimal(p["endValue"]))
        if p["type"] == "sampled":
            row["samples"] = [tuple(frames[i] for i in stack) for stack in p["samples"]]
            row["weights"] = [Decimal(w) for w in p["weights"]]
        else:
            row["events"] = [(e["type"], frames[e["frame"]], Decimal(e["at"])) for e in p["events"]]
        found.append(row)
    return found


def nanoseconds(rows):
    """Times are kept to the nanosecond."""
    scale = {"seconds": 9, "milliseconds": 6, "microseconds": 3}
    for row in rows:
        digits = Decimal(10) ** -scale.get(row["unit"], 0)
        row["span"] = tuple(x.quantize(digits) for x in row["span"])
        if "weights" in row:
            row["weights"] = [w.quantize(digits) for w in row["weights"]]
        else:
            row["events"] = [(kind, frame, at.quantize(digits)) for kind, frame, at in row["events"]]
    return rows


@pytest.mark.parametrize("sample", lib.samples("speedscope"), ids=lambda s: s.name)
def test_speedscope_to_speedscope(sample, tmp_path):
    assert nanoseconds(content(convert(sample, "speedscope", tmp_path))) == nanoseconds(content(sample.path))


def table(path):
    """What callgrind_annotate prints, but for the file's name and creator."""
    done = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", "--tree=both", str(path)],
                          capture_output=True, check=True)
    return sorted(line for line in done.stdout.splitlines() if not line.startswith((b"Profile data file",
                                                                                   b"Profiled target")))


# callgrind_annotate itself misreads these: no summary and calls=0 (pprof), two runs in one
# file (xdebug), files and functions defined before they are used (yappi), several summaries (parts-combined)
MISREAD = ("pprof", "xdebug-append", "yappi", "parts-combined")
ANNOTATED = [s for s in lib.samples("callgrind") if not any(m in s.name for m in MISREAD)
             and not s.name.endswith(".gz") and "every-bb" not in s.name]


@pytest.mark.parametrize("sample", ANNOTATED, ids=lambda s: s.name)
def test_callgrind_to_callgrind_for_its_own_reader(sample, tmp_path):
    assert table(convert(sample, "callgrind", tmp_path)) == table(sample.path)


@pytest.mark.parametrize("sample", [s for s in lib.samples() if s.path.stat().st_size < 100000], ids=lambda s: s.name)
def test_callgrind_annotate_reads_a_hundred_per_cent(sample, tmp_path):
    """Of all threads and parts: the total that it shows is the sum of what it shows of functions."""
    kinds, threads = (check(sample.path)[what] for what in ("value_types", "threads"))
    if len(threads) < 2 or not kinds or any(kind["self_total"] <= 0 for kind in kinds):
        return
    lines = table(convert(sample, "callgrind", tmp_path))
    total, = (re.match(rb"[^(]*", line)[0] for line in lines if b"PROGRAM TOTALS" in line)
    first = int(total.split()[0].replace(b",", b""))
    own = [re.match(rb" *([\d,]+) \([\d. ]+%\) .* \*  ", line) for line in lines if b"  *  " in line]
    assert sum(int(match[1].replace(b",", b"")) for match in own if match) == first


@pytest.mark.parametrize("sample", lib.samples("callgrind"), ids=lambda s: s.name)
def test_callgrind_to_callgrind_keeps_the_figures(sample, tmp_path):
    came, went = check(convert(sample, "callgrind", tmp_path)), check(sample.path)
    came.pop("warnings"), went.pop("warnings")  # a recorded summary that two runs made untrue is gone
    assert came == went


# --- 3: collapsed -> a language of stacks -> collapsed ---

def collapsed(program, data):
    out, _ = lib.run(program, "-q", input=data)
    return out


def merged(data):
    """What the lines of folded stacks say: comments off, summed."""
    sums = {}
    for line in data.splitlines():
        if line.startswith(b"# ") or not line.strip():
            continue
        stack, count = line.rstrip().rsplit(b" ", 1)
        sums[stack] = sums.get(stack, 0) + int(count)
    return sums


@pytest.mark.parametrize("sample", lib.samples("collapsed"), ids=lambda s: s.name)
@pytest.mark.parametrize("to", sorted(STACKS - {"collapsed"}))
def test_collapsed_round_trips(sample, to):
    if (sample.name, to) in REFUSED or "value-types" in lost_features(told(sample, to)):
        return
    data = sample.path.read_bytes()
    if "value-types" not in lib.features()[to] and any(several in sample.name for several in ("differential", "austin3-full")):
        return
    straight = collapsed("collapsed2collapsed", data)
    assert collapsed(f"{to}2collapsed", collapsed(f"collapsed2{to}", data)) == straight
    assert straight.splitlines() == sorted(straight.splitlines(), key=lambda line: line.rsplit(b" ", 1)[0])
    if not any(several in sample.name for several in (".gz", "differential", "austin3-full")):  # one count a line
        assert merged(straight) == merged(data)


def hostile_names(seed):
    """Names of any bytes but those that folded stacks cannot spell."""
    rng = random.Random(seed)
    pieces = [b"\x00", b"\xff", b"\xed\xb2\x80", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xc3\xa9", b'"', b"\\", b"(", b")",
              b" (a.py:3)", b" (a.py:03)", b" (int)", b"{", b"\t", b"\x7f", b"\xe2\x80\xa8", b"\xef\xbf\xbf", b"<s>", b"a", b" b"]
    while True:
        name = b"".join(rng.choice(pieces) if rng.random() < 0.7 else bytes([rng.randrange(256)])
                        for _ in range(rng.randint(1, 6)))
        name = name.translate(None, b";\n\r").strip(b" \t")
        if name:
            yield name


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("to", sorted(STACKS - {"collapsed"}))
def test_collapsed_round_trips_whatever_the_names_hold(seed, to):
    names, rng = hostile_names(seed), random.Random(seed)
    stacks = {b";".join(next(names) for _ in range(rng.randint(1, 5))): rng.choice([1, 7, 2**53 + 1, 10**15])
              for _ in range(60)}
    data = b"".join(b"%s %d\n" % pair for pair in sorted(stacks.items()) if not pair[0].startswith(b"# "))
    assert collapsed("collapsed2collapsed", data) == data
    assert collapsed(f"{to}2collapsed", collapsed(f"collapsed2{to}", data)) == data


@pytest.mark.parametrize("to", sorted(STACKS - {"collapsed"}))
def test_every_byte_in_a_name_round_trips(to):
    names = [bytes([b]) for b in range(256) if b not in b";\n\r \t"]
    names += [b"x%cy" % b for b in range(256) if b not in b";\n\r"]
    data = b"".join(b"main;%s 1\n" % name for name in sorted(names))
    assert collapsed(f"{to}2collapsed", collapsed(f"collapsed2{to}", data)) == data


COUNTED = b"# folded stacks, one count a line\n"


@pytest.mark.parametrize("data, comment", [
    (b"main;f 2 5\n", True), (b"f 2 5\n", True), (b"f\t-2.5 5\n", True), (b" 2 5\n", True), (b"f 1 2 5\n", True),
    (b"f 2 5\ng;h 7 5\n", True), (b"f 2 5\ng;h 5\n", False), (b"f 2;g 5\n", False), (b"2 5\n", False),
    (b"f %s 2 5\n" % (b"x" * 70000), True), (b"f %s 5\n" % (b"x" * 70000), False),
    (b"".join(b"f %05d 5\n" % i for i in range(8000)) + b"g 5\n", True),
    (b"".join(b"f %05d 5\n" % i for i in range(8000)) + b"f 50000 5\n", True),
    (b"".join(b"f %05d 5\n" % i for i in range(4000)) + b"g 5\n", False)], ids=lambda given: str(given)[:20])
def test_a_number_at_the_end_of_names_is_no_count(data, comment):
    """Though all lines that a reader looks at have two, it reads what was written."""
    written = lib.run("collapsed2collapsed", "--counts", "1", input=data)[0]
    assert written == (COUNTED if comment else b"") + data
    assert lib.run("collapsed2collapsed", input=written)[0] == written
    assert lib.run("collapsed2collapsed", input=written.replace(b"\n", b"\r\n"))[0] == written


def test_two_counts_have_no_comment():
    data = b"f 2 5\ng 3 1 2\n"
    assert collapsed("collapsed2collapsed", data) == data


@pytest.mark.parametrize("name, written", [(b"#", b"#_"), (b"# f", b"#_f"), (b"#f", b"#f"), (b"# f 2", b"#_f 2")])
def test_a_name_like_a_comment_is_in_folded_stacks(tmp_path, name, written):
    graph, stacks = tmp_path / "graph", tmp_path / "stacks"
    graph.write_bytes(b"events: Ir\nfn=%s\n1 5\nfn=main\n1 2\n" % name)
    lib.run("callgrind2collapsed", "-q", "-o", stacks, graph)
    assert stacks.read_bytes() == b"%s 5\nmain 2\n" % written
    lib.run("profcheck", "--against", graph, stacks)


@pytest.mark.parametrize("file, line", [("a.c", 3), ("a.c", 0), ("a", 3), ("a", 0)])
def test_a_function_without_a_name_has_a_file(tmp_path, file, line):
    frame = {"name": "", "file": file, **({"line": line} if line else {})}
    data = json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [frame]}, "profiles": [
        {"type": "sampled", "name": "", "unit": "none", "startValue": 0, "endValue": 5, "samples": [[0]], "weights": [5]}]}).encode()
    source = tmp_path / "source"
    source.write_bytes(data)
    for to in lib.both_ways("files"):
        went = tmp_path / to
        lib.run(f"speedscope2{to}", "-q", "-o", went, source)
        lib.run("profcheck", "--against", source, went)
    assert (tmp_path / "collapsed").read_bytes() == b" (%s%s) 5\n" % (file.encode(), b":%d" % line if line else b"")


@pytest.mark.parametrize("idle", [False, True])
@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_a_stack_without_a_name_is_not_idle(tmp_path, name, idle):
    data = json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [{"name": name}, {"name": "f"}]},
                       "profiles": [{"type": "sampled", "name": "", "unit": "none", "startValue": 0, "endValue": 9,
                                     "samples": [[0], [1, 0, 1], *[[]] * idle], "weights": [5, 2, *[2] * idle]}]}).encode()
    source, went = tmp_path / "source", tmp_path / "collapsed"
    source.write_bytes(data)
    lib.run("speedscope2collapsed", "-q", "-o", went, source)
    assert went.read_bytes() == b" 2\n" * idle + b"??? 5\nf;%s;f 2\n" % name.encode()
    lib.run("profcheck", "--against", source, went)


@pytest.mark.parametrize("cost, event, written", [(b"241.2", b"Time_(10ns)_(ns)", b"2412"), (b"241", b"Time_(10ns)", b"241")])
def test_times_finer_than_their_event_says(cost, event, written):
    """xdebug's unit is kept where it is fine enough."""
    data = b"creator: xdebug 3\nevents: Time_(10ns)\n\nfl=a.php\nfn=f\n3 %s\n" % cost
    out = lib.run("callgrind2callgrind", "-q", input=data)[0]
    assert b"events: %s\nsummary: %s\n" % (event, written) in out and out.endswith(b"3 %s\n\n" % written)
    assert lib.run("callgrind2collapsed", "-q", input=out)[0] == lib.run("callgrind2collapsed", "-q", input=data)[0]


def test_a_line_in_a_name_is_a_line(tmp_path):
    """It is one elsewhere: in files and names that end like those with a line."""
    source = tmp_path / "source"
    source.write_bytes(b"events: Ir\nfn=f (a.c:3)\n1 5\nfn=g (a.c:3:4)\n1 6\nfl=b(c\nfn=h\n3 7\nfl=e:3\nfn=j\n0 8\n")
    for to in lib.both_ways("files"):
        went = tmp_path / to
        lib.run(f"callgrind2{to}", "-q", "-o", went, source)
        lib.run("profcheck", "--against", source, went)
        lib.run("profcheck", "--against", went, source)
    assert (tmp_path / "collapsed").read_bytes() == b"f (a.c:3) 5\ng (a.c:3:4) 6\nh (b(c) 7\nj (e:3) 8\n"


def test_frames_below_a_process_and_a_thread_are_as_written():
    """Only austin's own are austin's: "a:b:3" is a name elsewhere."""
    graph = b"events: Ir\nfn=P1\n1 0\ncfn=T1\ncalls=1 1\n1 5\nfn=T1\n1 0\ncfn=%s\ncalls=1 1\n1 5\nfn=%s\n1 5\n"
    for name, head in ((b"a:b:3", b"# folded stacks, frames are not austin's\n"), (b"a:b", b"")):
        data = lib.run("callgrind2collapsed", "-q", input=graph % (name, name))[0]
        assert data == head + b"P1;T1;%s 5\n" % name
        assert collapsed("collapsed2collapsed", data) == data


def test_austins_frames_beside_others_are_written_as_the_others(tmp_path):
    """A reader could not know both."""
    austin, other = tmp_path / "austin", tmp_path / "other"
    austin.write_bytes(b"P1;T1;a.py:f:3 5\n")
    other.write_bytes(b"main (b.py:1) 2\n")
    assert lib.run("profmerge", "-q", austin)[0] == austin.read_bytes()
    data = lib.run("profmerge", "-q", austin, other)[0]
    assert data == b"# folded stacks, frames are not austin's\nP1;T1;f (a.py:3) 5\nmain (b.py:1) 2\n"
    assert collapsed("collapsed2collapsed", data) == data


# --- 4: no invention ---

@pytest.mark.parametrize("to", ["pstat", "callgrind"])
def test_calls_that_nobody_counted_are_samples(to, tmp_path):
    sample = lib.samples("speedscope")[0]
    target = convert(sample, to, tmp_path)
    out, _ = lib.run("profcheck", target)
    assert b"nobody counted calls" in out


# --- 5: determinism ---

# what readers and writers do is seen by a sanitizer in test_self_totals_come_out, of all formats that are read again
@pytest.mark.parametrize("sample, to", lib.some(pairs(lib.WRITERS), 7))
def test_same_input_same_bytes(sample, to, tmp_path):
    """Elsewhere, at another time, in a sandbox too."""
    one = convert(sample, to, tmp_path)
    if one is None:
        return
    first = one.read_bytes()
    other = {"TZ": "Asia/Tokyo", "LC_ALL": "de_DE.UTF-8", "HOME": "/", "MALLOC_PERTURB_": "165", **lib.IN_SANDBOX}
    lib.run("profconv", "--sandbox", "-q", "-t", to, "-o", one, sample.path, env=other, cwd=tmp_path)
    assert one.read_bytes() == first


# --- 6: loss is spoken ---

def told(sample, to):
    _, said = lib.run("profconv", "-v", "-t", to, "-o", "/dev/null", sample.path,
                      status=2 if (sample.name, to) in REFUSED else 0)
    return said


def check_strict(sample, to, said, tmp_path):
    """--strict refuses what -v tells."""
    spoken = any(word in said for word in (b"does not keep", b"estimated", b"were rounded", b"cannot spell",
                                            b"left out", b"compared with", b"together in (other)", b"in rows (other)", b"above 2^53"))
    target = tmp_path / "out"
    lib.run("profconv", "--strict", "-t", to, "-o", target, sample.path, status=2 if spoken else 0)
    assert target.exists() != spoken


@pytest.mark.parametrize("sample", [s for s in lib.samples() if s.format in lib.WRITERS], ids=lambda s: s.name)
def test_the_same_language_loses_nothing(sample):
    said = told(sample, sample.format)
    for loss in (b"cannot spell", b"estimated"):
        assert loss not in said
    kept = lib.features()[sample.format]
    # a reader of bare counts may learn their unit, and more, from header lines that others wrote
    assert lost_features(said) <= {"units", "metadata"} - kept


def lost_features(said):
    """Those that a loss report names."""
    return {name for name, sentence in lib.feature_sentences().items() if b"does not keep " + sentence.encode() + b"\n" in said}


@functools.lru_cache(4)
def held(path):
    return set(json.loads(lib.run("profcheck", "--json", path)[0])["features"])


@pytest.mark.parametrize("sample, to", lib.some(pairs(lib.WRITERS)))
def test_losses_are_told_and_strict_refuses_them(sample, to, tmp_path):
    """What a format keeps of some profiles alone may go unnamed: then it is in the file."""
    if (sample.name, to) in REFUSED:
        return
    there, said = held(sample.path), told(sample, to)
    check_strict(sample, to, said, tmp_path)
    lost, expected = lost_features(said), there - lib.features()[to]
    # what profcheck looks at has no order, and so neither of these
    in_order = {"sample-times", "call-events"} if "order" in lib.features()[to] else set()
    # stacks that are made of a call graph have no places
    assert lost - expected - in_order <= ({"lines", "addresses"} & there if "stacks" not in there else set())
    if expected - lost and to in lib.READERS:
        assert expected - lost <= held.__wrapped__(convert(sample, to, tmp_path))


def test_a_bare_count_is_the_first_value_type(tmp_path):
    """Whatever its name: "samples" is what a count is called of which nobody said what it counts."""
    def weighed(unit, weight):
        return {"type": "sampled", "name": "main", "unit": unit, "startValue": 0, "endValue": weight, "samples": [[0]], "weights": [weight]}
    both, folded = tmp_path / "both.speedscope.json", tmp_path / "folded.collapsed"
    both.write_text(json.dumps({"shared": {"frames": [{"name": "f"}]}, "profiles": [weighed("seconds", 3), weighed("none", 5)]}))
    lib.run("speedscope2collapsed", "-q", "-o", folded, both)
    assert folded.read_text() == "f 3000000000\n"
    lib.run("profcheck", "--against", both, folded)
    lib.run("profcheck", "--against", folded, both)
    folded.write_text("f 5\n")
    lib.run("profcheck", "--against", both, folded, status=1)


BY_LINE, ADDRESSES = b"values by line", b"instruction addresses"


@pytest.mark.parametrize("to", ["pstat", "collapsed", "speedscope", "flamegraph"])
@pytest.mark.parametrize("costs, lost", [
    ("fn=f\n3 5\n4 6\n", {BY_LINE}),
    ("fn=f [a.c]:3\n3 5\n3 6\n", set()),           # the line is the function's own
    ("fn=f [a.c]:3\n3 5\n+6 6\n", {BY_LINE}),
    ("fn=f [a.c]:9\n9 5\n3 6\n9 6\n", {BY_LINE}),
    ("positions: instr line\nfn=f [a.c]:3\n0 3 5\n+32 3 6\n", {ADDRESSES}),
    ("positions: instr line\nfn=f [a.c]:3\n0x20 3 5\n+0 4 6\n", {ADDRESSES, BY_LINE}),
])
def test_lines_and_addresses_are_not_lost_in_silence(costs, lost, to):
    """Most such formats are read without lines, a function's costs in one row."""
    # lines at the end of a file are read one by one, so it goes on
    data = b"creator: profpipe\nevents: Ir\nfl=a.c\n" + costs.encode() + b"#" * 100 + b"\n"
    said = lib.run(f"callgrind2{to}", "-v", input=data)[1]
    assert {word for word in (BY_LINE, ADDRESSES) if word in said} == lost
    lib.run(f"callgrind2{to}", "--strict", input=data, status=2 if lost else 0)


# --- 1 again, by arithmetic of our own ---

@pytest.mark.parametrize("seed", range(20))
def test_inclusive_counts_a_function_once_a_stack(seed):
    rng = random.Random(seed)
    stacks = {tuple(rng.choice("abcd") for _ in range(rng.randint(1, 7))): rng.randint(1, 99) for _ in range(20)}
    data = "".join(f"{';'.join(stack)} {count}\n" for stack, count in stacks.items()).encode()
    rows = marshal.loads(lib.run("collapsed2pstat", "-q", input=data)[0])
    for (_, _, name), (_, _, own, inclusive, callers) in rows.items():
        if name == "[root]":
            continue
        assert inclusive == sum(n for stack, n in stacks.items() if name in stack)
        assert own == sum(n for stack, n in stacks.items() if stack[-1] == name)
        for (_, _, caller), value in callers.items():
            if caller != "[root]":
                assert value[3] == sum(n for stack, n in stacks.items() if (caller, name) in zip(stack, stack[1:]))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("to", ["pstat", "callgrind"])
def test_names_come_through_graphs(seed, to):
    """Stacks of one frame are functions that nobody calls: nothing of them is lost."""
    names, held = hostile_names(seed), set()
    while len(held) < 50:
        name = next(names)
        if to == "pstat" or not any(c in name for c in b"\x00\r\n"):
            held.add(name)
    data = b"".join(b"%s 3\n" % name for name in sorted(held) if not name.startswith(b"# "))
    came, went = collapsed(f"{to}2collapsed", collapsed(f"collapsed2{to}", data)), collapsed("collapsed2collapsed", data)
    if to == "callgrind":  # the line is that of a cost, not of the function
        came, went = (lines.replace(b" (a.py:3) 3", b" (a.py) 3") for lines in (came, went))
    assert sorted(came.splitlines()) == sorted(went.splitlines())


@pytest.mark.parametrize("version", range(5))
def test_numbers_are_the_same_however_they_are_spelled(version):
    """Whole seconds may be integers, below zero too, or references to some; -1 calls are none counted."""
    def spelled(number):
        a, b = ("m.py", 1, "a"), ("m.py", 2, "b")
        shared = number(-2)
        return marshal.dumps({a: (-1, -1, shared, number(70000), {}), b: (3, -1, number(5), number(7), {a: (3, 3, shared, number(7))})},
                             version)
    out = lib.run("pstat2pstat", "-q", input=spelled(int))[0]
    assert out == lib.run("pstat2pstat", "-q", input=spelled(float))[0]
    rows = {name: row for (_, _, name), row in marshal.loads(out).items()}
    assert rows["a"][2:4] == (-2.0, 70000.0) and rows["b"][1:4] == (3, 5.0, 7.0)
    assert rows["b"][4]["m.py", 1, "a"][1:] == (3, -2.0, 7.0)


def test_functions_of_one_name_stay_apart():
    """In KCachegrind, to which a file is its last name: the line tells only if the files do not agree in it too."""
    rows = {(file, line, name): (1, 1, seconds, seconds, {}) for seconds, (file, line, name) in enumerate(
        [("a/x.py", 3, "f"), ("b/x.py", 3, "f"), ("a/x.py", 5, "g"), ("b/x.py", 6, "g"), ("y.py", 7, "g")], 1)}
    out = lib.run("pstat2callgrind", input=marshal.dumps(rows))[0]
    names = re.findall(rb"fn=\(\d+\) (.*)\n\S+ (\d)", out)
    assert sorted(names) == [(b"f [a/x.py]:3", b"1"), (b"f [b/x.py]:3", b"2"), (b"g", b"5"), (b"g:5", b"3"), (b"g:6", b"4")]
    assert {key: row[2] for key, row in marshal.loads(lib.run("callgrind2pstat", "-q", input=out)[0]).items() if key[2] != "[root]"} == \
        {key: row[2] for key, row in rows.items()}


@pytest.mark.parametrize("file", ["", "~", "???", " ", "\0", "a.py", " a.py"])
def test_a_name_that_ends_like_a_suffix_comes_back(file):
    rows = {(file, 2, "f [x]"): (1, 1, 1.0, 1.0, {}), (file, 3, "g:4"): (1, 1, 2.0, 2.0, {})}
    again = lib.run("callgrind2pstat", "-q", input=lib.run("pstat2callgrind", "-q", input=marshal.dumps(rows))[0])[0]
    names = {(name, line, row[2]) for (_, line, name), row in marshal.loads(again).items() if name != "[root]"}
    assert names == {("f [x]", 2, 1.0), ("g:4", 3, 2.0)}


@pytest.mark.parametrize("files, apart", [(("a.py", "b.py"), True), (("a.py", "a.py"), False)])
def test_names_that_are_written_alike_are_apart_or_have_no_notes(files, apart):
    """A line holds no NUL: it becomes a blank. Notes at the end name functions as the rows do."""
    rows = {(files[0], 2, "f\0g"): (2, 1, 1.0, 3.0, {}), (files[1], 2, "f g"): (4, 3, 2.0, 5.0, {})}
    out = lib.run("pstat2callgrind", input=marshal.dumps(rows))[0]
    assert (b"# profpipe: totals" in out) == apart
    again = marshal.loads(lib.run("callgrind2pstat", "-q", input=out)[0])
    assert sorted(row[1:4] for key, row in again.items() if key[2] == "f g") == \
        ([(2, 1.0, 3.0), (4, 2.0, 5.0)] if apart else [(1, 3.0, 3.0)])


def test_values_that_become_nothing_are_told():
    """Below half a nanosecond nothing is left, however many there are."""
    data = json.dumps({"shared": {"frames": [{"name": "a"}, {"name": "b"}]}, "profiles": [
        {"type": "sampled", "name": "t", "unit": "seconds", "startValue": 0, "endValue": 1e-6, "samples": [[0]] * 1000 + [[1]],
         "weights": [4e-10] * 1000 + [1e-6]}]}).encode()
    for program in "speedscope2collapsed", "proftop", "speedscope2callgrind":
        said = lib.run(program, input=data)[1]
        assert said == f"{program}: warning: 1000 values are too small for a nanosecond or 9 decimals and became 0\n".encode()
        assert b"became 0" in lib.run(program, "--strict", input=data, status=2)[1]
    assert b"1000 of them were too small and became 0" in lib.run("profcheck", input=data)[0]


def test_arcs_without_values_share_their_callee(tmp_path):
    """profile.py counts calls only: c's 40 seconds, called once by a and three times by b."""
    rows = {("m.py", 1, "a"): (1, 1, 1.0, 11.0, {}), ("m.py", 2, "b"): (1, 1, 2.0, 32.0, {}),
            ("m.py", 3, "c"): (4, 4, 40.0, 40.0, {("m.py", 1, "a"): 1, ("m.py", 2, "b"): 3})}
    out, said = lib.run("pstat2callgrind", input=marshal.dumps(rows))
    assert b"cfn=(2) c\ncalls=1 +2\n* 10000000000\n" in out
    assert b"cfn=(2)\ncalls=3 +1\n* 30000000000\n" in out
    assert said.count(b"\n") == 1 and b"estimated" in said and b"\ndesc: Estimated: inclusive" in out
    lib.run("pstat2callgrind", "--strict", input=marshal.dumps(rows), status=2)

"""profmerge: sums are right, and the same bytes come from any order, sharding and tree, in every format."""
import hashlib
import itertools
import json
import os
import pathlib
import pty
import random
import re
import shutil
import subprocess
import time
from collections import Counter
from decimal import Decimal

import pytest

import lib
import profiles

FORMATS = [name for name in lib.WRITERS if name in lib.READERS]


def merge(*files, to=None, out=None, options=()):
    """The merge's bytes, which are written to `out` too."""
    options = [*options, *(["-t", to] if to else [])]
    data = lib.run("profmerge", "-q", *options, *files)[0]
    if out:
        out.write_bytes(data)
    return data


def counts(data):
    sums = Counter()
    for line in data.decode().splitlines():
        stack, count = line.rsplit(" ", 1)
        sums[stack] += Decimal(count)
    return sums


def check(file):
    return json.loads(lib.run("profcheck", "--json", file)[0], parse_float=Decimal)


# --- sums ---

@pytest.mark.parametrize("seed", range(5))
def test_sums_of_folded_stacks(seed, tmp_path):
    files = profiles.write(tmp_path, "collapsed", seed, 6)
    assert counts(merge(*files)) == sum((counts(f.read_bytes()) for f in files), Counter())


def test_values_may_be_negative_cancel_and_have_decimals():
    out, _ = lib.run("profmerge", "-", input=b"a;b -5\na 2.5\na;b 5\na 0.5\nc -1\n")
    assert out == b"a 3\na;b 0\nc -1\n"


@pytest.mark.parametrize("kind", ["pstat", "callgrind", "speedscope"])
def test_totals_are_sums(kind, tmp_path):
    files = profiles.write(tmp_path, kind, 1, 5)
    merge(*files, out=tmp_path / "all")
    sums, calls = Counter(), 0
    for file in files:
        one = check(file)
        sums.update({v["name"]: Decimal(v["self_total"]) for v in one["value_types"]})
        calls += one["calls"]
    all_of_them = check(tmp_path / "all")
    assert {v["name"]: Decimal(v["self_total"]) for v in all_of_them["value_types"]} == sums
    if kind != "speedscope":
        assert all_of_them["calls"] == calls
    lib.run("profcheck", "--against", tmp_path / "all", *files)


def test_an_overflow_is_an_error(tmp_path):
    (tmp_path / "a").write_bytes(b"x 9223372036854775807\n")
    out, said = lib.run("profmerge", tmp_path / "a", "-", input=b"x 1\n", status=2)
    assert out == b"" and said.count(b"\n") == 1 and b"64 bits" in said


# --- canonical ---

def grow(files, folder, rng, to):
    """A random tree of merges, each through the format; its root."""
    files = list(files)
    for i in itertools.count():
        parts = [files.pop(rng.randrange(len(files))) for _ in range(min(rng.randint(1, 3), len(files)))]
        merge(*parts, to=to, out=folder / f"inner{i}")
        if not files:
            return folder / f"inner{i}"
        files.append(folder / f"inner{i}")


# from and through; a call graph through another language is an estimate, which has to come last
TREES = [(kind, to) for kind in FORMATS for to in FORMATS if kind == to or "stacks" in lib.features()[kind]]


@pytest.mark.parametrize("kind, to", TREES)
@pytest.mark.parametrize("seed", range(2))
def test_any_order_and_any_tree_give_the_same_bytes(kind, to, seed, tmp_path):
    rng = random.Random(seed)
    files = profiles.write(tmp_path, kind, seed, 6)
    value = ["--value", "time"] if kind == "speedscope" and "value-types" not in lib.features()[to] else []
    if value:  # what holds one value type gets it first
        files = [f for f in files if merge(f, to="speedscope", options=value, out=f.with_suffix(".time"))]
        files = [f.with_suffix(".time") for f in files]
    flat = merge(*files, to=to)
    for _ in range(2):
        rng.shuffle(files)
        assert merge(*files, to=to) == flat
        if value and "units" not in lib.features()[to]:
            continue  # bare counts: what they count is not in the file
        assert grow(files, tmp_path, rng, to).read_bytes() == flat


@pytest.mark.parametrize("to", FORMATS)
def test_a_merge_of_one_is_canonical_too(to, tmp_path):
    file, = profiles.write(tmp_path, to, 3, 1)
    once = merge(file, out=tmp_path / "once")
    assert merge(tmp_path / "once") == once
    shuffled = tmp_path / "shuffled"
    if to == "collapsed":
        shuffled.write_bytes(b"\n".join(reversed(file.read_bytes().splitlines())) + b"\n")
        assert merge(shuffled) == once


def test_dialects_of_callgrind_mix_in_any_tree(tmp_path):
    """Other creators count recursion in another way: what comes of them does not depend on who came first."""
    rng, files = random.Random(1), []
    for i, creator in enumerate(["callgrind-3.19.0", "callgrind-3.20.0", "yappi", "pyprof2calltree", "profpipe", "callgrind-3.19.0"]):
        files.append(tmp_path / f"{i}")
        files[-1].write_bytes(profiles.random_callgrind(rng, creator))
    for some in itertools.combinations(files, 3):
        flat = merge(*some)
        for one, other, last in itertools.permutations(some):
            merge(one, other, out=tmp_path / "inner")
            assert merge(last, tmp_path / "inner", to="callgrind") == flat
    creators = [re.search(rb"^creator: (.*)", merge(files[i], files[j]), re.M)[1] for i, j in ((0, 5), (0, 1), (0, 2), (4, 0))]
    assert creators == [b"callgrind-3.19.0; profpipe", b"several; profpipe", b"profpipe", b"profpipe"]


def test_a_recursion_without_a_caller_stays_one(tmp_path):
    """KCachegrind wants a caller for it, which is written; it is no function when read again."""
    files = []
    for i in range(3):
        files.append(tmp_path / f"{i}")
        files[-1].write_text(f"version: 1\ncreator: yappi\nevents: Ticks\nfl=a.py\nfn=f\n3 {i + 1}\ncfn=f\ncalls={i + 2} 3\n3 {i}\n")
    flat = merge(*files)
    assert flat.count(b"[root]") == 1
    merge(*files[:2], out=tmp_path / "inner")
    assert merge(tmp_path / "inner", files[2]) == flat


def test_value_types_come_in_an_order_of_their_own(tmp_path):
    """Not in the first file's: a target that holds one gets the same one of any."""
    def both(name, units):
        (tmp_path / name).write_text(json.dumps({
            "$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [{"name": "f"}]},
            "profiles": [{"type": "sampled", "name": "", "unit": unit, "startValue": 0, "endValue": 1, "samples": [[0]], "weights": [1]}
                         for unit in units]}))
        return tmp_path / name
    one, other = both("one", ["none", "seconds"]), both("other", ["seconds", "none"])
    for files in ([one, other], [other, one]):
        assert merge(*files, to="collapsed") == b"f 2000000000\n"
        assert [v["name"] for v in json.loads(merge(*files))["profpipe"]["values"]] == ["time", "samples"]
    cache = lib.SAMPLES / "callgrind/valgrind-cache-branch.callgrind"
    events = re.search(rb"^events: (.*)", cache.read_bytes(), re.M)[0]
    assert events in merge(cache, cache)


def test_values_have_no_more_decimals_than_they_need(tmp_path):
    (tmp_path / "a").write_bytes(b"f 1.5\n")
    (tmp_path / "b").write_bytes(b"f 0.25\n")
    assert b"events: samples\n" in merge(tmp_path / "a", tmp_path / "a", to="callgrind")
    assert b"events: samples_(1e-2)\n" in merge(tmp_path / "a", tmp_path / "b", to="callgrind")


def test_header_lines_that_all_have_stay(tmp_path):
    files = profiles.write(tmp_path, "callgrind", 5, 3)
    out = merge(*files)
    assert b"cmd: ./a.out\n" in out and out.count(b"desc: Trigger: end\n") == 2
    other = files[0].read_bytes().replace(b"./a.out", b"./b.out")
    (tmp_path / "other").write_bytes(other)
    assert b"cmd:" not in merge(*files, tmp_path / "other")


@pytest.mark.parametrize("units", itertools.permutations(["s", "ms", "us"]))
def test_units_are_converted(units, tmp_path):
    value = {"s": "0.5", "ms": "500", "us": "500000"}
    words = {"s": "seconds", "ms": "milliseconds", "us": "microseconds"}
    for unit in units:
        (tmp_path / unit).write_text(json.dumps({
            "$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [{"name": "f"}]},
            "profiles": [{"type": "sampled", "name": "", "unit": words[unit], "startValue": 0, "endValue": 1,
                          "samples": [[0]], "weights": [float(value[unit])]}]}))
    top = json.loads(merge(*(tmp_path / unit for unit in units)))
    assert top["profiles"][0]["unit"] == "seconds" and top["profiles"][0]["weights"] == [1.5]
    assert merge(*(tmp_path / unit for unit in units), to="collapsed") == b"f 1500000000\n"


def test_order_in_time_is_given_up(tmp_path):
    files = profiles.write(tmp_path, "speedscope", 7, 2)
    for p in json.loads(merge(*files))["profiles"]:
        assert p["type"] == "sampled" and len(set(map(tuple, p["samples"]))) == len(p["samples"])


def test_a_graph_and_stacks(tmp_path):
    """The target's half counts; a call graph of the sum is exact."""
    (tmp_path / "time.json").write_bytes(lib.run("collapsed2speedscope", "--input-unit", "ms", input=b"main;f 5\n")[0])
    graph, = profiles.write(tmp_path, "pstat", 1, 1)
    both = [tmp_path / "time.json", graph]
    assert merge(*both, to="callgrind") == merge(*reversed(both), to="callgrind")
    assert merge(*both, to="speedscope") == merge(*reversed(both), to="speedscope")
    said = lib.run("profmerge", "-t", "speedscope", *both)[1]
    assert b"estimated from a call graph" in said
    lib.run("profmerge", "-t", "callgrind", "-o", tmp_path / "all", *both)
    lib.run("profcheck", "--against", tmp_path / "all", *both)


# --- what does not go together ---

def test_disagreement_names_both(tmp_path):
    (tmp_path / "a").write_bytes(b"x 1\n")
    graph = lib.SAMPLES / "pstat/cprofile-packages.pstat"
    out, said = lib.run("profmerge", tmp_path / "a", graph, "-o", tmp_path / "out", status=2)
    assert said.decode() == (f"profmerge: {tmp_path}/a counts samples, {graph} counts time: "
                             "no sum of unlike values (--value selects one)\n")
    assert not (tmp_path / "out").exists()


def test_value_selects_what_both_have(tmp_path):
    one, = profiles.write(tmp_path, "speedscope", 1, 1)
    other = lib.SAMPLES / "pstat/cprofile-packages.pstat"
    assert b"not in all files: samples (--common" in lib.run("profmerge", one, other)[1]
    assert lib.run("profmerge", "-q", "--value", "time", "-t", "callgrind", one, other)[0]
    said = lib.run("profmerge", "--value", "Ir", one, other, status=2)[1]
    assert said.startswith(f"profmerge: {one}: no value type 'Ir'; there are: ".encode())


def counting(folder, **values):
    """A file with a sample of f, and of each value type."""
    file = folder / "-".join(values)
    file.write_text("version: 1\nevents: " + " ".join(values) + "\nfn=f\n1 " + " ".join(map(str, values.values())) + "\n")
    return file


def sums(*files, options=()):
    head = merge(*files, to="callgrind", options=options).decode()
    return dict(zip(re.search("^events: (.*)", head, re.M)[1].split(), map(int, re.search(r"^\+?1 (.*)", head, re.M)[1].split())))


def test_unlike_types_stay_beside_each_other(tmp_path):
    """Those of one name are added, in any order and tree; what no file connects has no sum."""
    files = [counting(tmp_path, Ir=1, Dr=20), counting(tmp_path, Dr=300, Bc=4000), counting(tmp_path, Bc=50000, Ir=6, Dw=7)]
    alone = counting(tmp_path, Foo=9)
    want = {"Ir": 7, "Dr": 320, "Bc": 54000, "Dw": 7}
    for order in itertools.permutations(files):
        assert sums(*order) == want
        assert merge(*order) == merge(*files)
        merge(*order[:2], out=tmp_path / "inner")
        assert merge(order[2], tmp_path / "inner") == merge(*files)
        said = lib.run("profmerge", *order, alone, status=2)[1].decode()
        assert said.count("\n") == 1 and "Foo" in said and "no sum of unlike values" in said
    said = lib.run("profmerge", *files[:2])[1].decode()
    assert said == "profmerge: warning: not in all files: Ir, Bc (--common leaves that out)\n"
    # the third has something of each of two that have nothing in common
    first, last, between = counting(tmp_path, Ir=1), counting(tmp_path, Bc=2), counting(tmp_path, Ir=4, Bc=8)
    for order in itertools.permutations([first, last, between]):
        assert sums(*order) == {"Ir": 5, "Bc": 10}


def test_common_types(tmp_path):
    files = [counting(tmp_path, Ir=1, Dr=20), counting(tmp_path, Dr=300, Bc=4000), counting(tmp_path, Bc=50000, Dr=6, Dw=7)]
    for order in itertools.permutations(files):
        assert sums(*order, options=["--common"]) == {"Dr": 326}
        merge(*order[:2], out=tmp_path / "inner", options=["--common"])
        assert merge(order[2], tmp_path / "inner", options=["--common"]) == merge(*files, options=["--common"])
    assert lib.run("profmerge", "--common", *files)[1] == b""
    assert sums(files[0], files[0], options=["--common"]) == {"Ir": 2, "Dr": 40}
    said = lib.run("profmerge", "--common", *files, counting(tmp_path, Foo=1), status=2)[1]
    assert said == b"profmerge: --common: no value type is in all files\n"


def test_one_bad_file_spoils_it(tmp_path):
    files = profiles.write(tmp_path, "collapsed", 1, 3)
    (tmp_path / "old").write_bytes(b"as it was")
    for bad in (tmp_path / "not there", lib.ROOT / "tests/formats/callgrind/bad/cut-in-name.in"):
        out, said = lib.run("profmerge", *files, bad, "-o", tmp_path / "old", status=2)
        assert said.count(b"\n") == 1 and str(bad).encode() in said and (tmp_path / "old").read_bytes() == b"as it was"


def test_empty_files_are_passed_over(tmp_path):
    files = profiles.write(tmp_path, "collapsed", 1, 3)
    (tmp_path / "empty").touch()
    out, said = lib.run("profmerge", tmp_path / "empty", *files)
    assert out == merge(*files) and said == f"profmerge: warning: {tmp_path}/empty: empty, passed over\n".encode()
    lib.run("profmerge", tmp_path / "empty", status=2)
    lib.run("profmerge", status=2)


# --- many files ---

def test_names_from_a_list(tmp_path):
    files = profiles.write(tmp_path, "collapsed", 2, 5)
    flat = merge(*files)
    odd = tmp_path / "two\nlines"
    files[0].rename(odd)
    lines = "".join(f"{f}\n" for f in files[1:])
    assert lib.run("profmerge", odd, "--files-from", "-", input=lines.encode())[0] == flat
    nul = "\0".join(map(str, [odd, *files[1:]])).encode()
    assert lib.run("profmerge", "-0", "--files-from", "-", input=nul)[0] == flat
    (tmp_path / "list").write_bytes(nul + b"\0")
    assert lib.run("profmerge", "-0", "--files-from", tmp_path / "list")[0] == flat
    for bad, data in (["--files-from", "-"], nul), (["--files-from", "-"], b""), (["--files-from", "-", "-"], b"x\n"):
        assert lib.run("profmerge", *bad, input=data, status=2)[1].count(b"\n") == 1


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """2,000 small profiles of 40 kinds, and the one that they are together."""
    folder = tmp_path_factory.mktemp("many")
    kinds = profiles.write(folder, "collapsed", 11, 40)
    (folder / "profiles").mkdir()
    for i in range(2000):
        os.link(kinds[i % 40], folder / f"profiles/{i:04}.collapsed")
    flat = lib.run("profmerge", "--files-from", "-", input=b"".join(b"%s\n" % bytes(f) for f in (folder / "profiles").iterdir()))[0]
    assert counts(flat) == Counter({s: 50 * n for s, n in sum((counts(k.read_bytes()) for k in kinds), Counter()).items()})
    return folder, hashlib.sha256(flat).hexdigest()


def test_2000_profiles_in_a_tree(many, tmp_path):
    folder, wanted = many
    files = sorted((folder / "profiles").iterdir())
    random.Random(3).shuffle(files)
    for i in range(20):
        merge(*files[100 * i:100 * i + 100], out=tmp_path / f"{i}.collapsed")
    assert hashlib.sha256(merge(*tmp_path.glob("*.collapsed"))).hexdigest() == wanted


@pytest.mark.skipif(not shutil.which("parallel"), reason="no GNU parallel")
def test_2000_profiles_by_parallel(many, tmp_path):
    """As man profpipe-scale has it: two hosts, which here are this one."""
    folder, wanted = many
    page = (lib.ROOT / "man/profpipe-scale.7").read_text().replace(r"\e", "\\")
    commands = re.findall(r"^\$ ((?:find|cat) profiles(?:.*\n)*?.*all\.collapsed)$", page, re.M)
    assert len(commands) == 2 and all("parallel" in c for c in commands), "the page has no such examples"
    shutil.copytree(folder / "profiles", tmp_path / "profiles", copy_function=os.link)
    (tmp_path / "parts").mkdir()
    for command in commands:
        (tmp_path / "all.collapsed").unlink(missing_ok=True)
        done = subprocess.run(["sh", "-c", re.sub(r"^\$ ", "", command, flags=re.M)], cwd=tmp_path, capture_output=True,
                              env={**lib.ENV, "PATH": f"{lib.BIN}:{os.environ['PATH']}"})
        assert done.returncode == 0, done.stderr
        assert hashlib.sha256((tmp_path / "all.collapsed").read_bytes()).hexdigest() == wanted


def test_memory_follows_what_is_distinct(many):
    """10,000 files of the stacks of 100 take hardly more than those."""
    folder, _ = many
    files = [bytes(f) for f in sorted((folder / "profiles").iterdir())]
    few = profiles.peak("profmerge", "--files-from", "-", input=b"\n".join(files[:100]))
    all_of_them = profiles.peak("profmerge", "--files-from", "-", input=b"\n".join(files * 5))
    if "san" not in str(lib.BUILD):
        assert all_of_them < few + 4096


def test_command_lines_that_differ_take_no_memory(tmp_path):
    """Labels that not all have are forgotten at once."""
    base = profiles.random_callgrind(random.Random(1))
    for i in range(300):
        (tmp_path / f"{i}").write_bytes(base.replace(b"./a.out", b"./a.out " + b"%d" % i * 20000))
    peaks = [profiles.peak("profmerge", *(tmp_path / f"{i}" for i in range(n))) for n in (3, 300)]
    if "san" not in str(lib.BUILD):
        assert peaks[1] < peaks[0] + 2048


def watch(folder, files, delay):
    """What a terminal sees: the last file is a pipe, whose writer comes late."""
    os.mkfifo(folder / "late")
    child, terminal = pty.fork()
    if child == 0:
        os.execv(lib.BIN / "profmerge", ["profmerge", "-o", str(folder / "out"), *map(str, files), str(folder / "late"), *map(str, files)])
    seen = b""
    with open(folder / "late", "wb") as late:
        time.sleep(delay)
        late.write(b"x 1\n")
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            break
        if not more:
            break
        seen += more
    assert os.waitpid(child, 0)[1] == 0
    return seen


@pytest.mark.parametrize("delay, shown", [(1.2, True), (0, False)])
def test_a_bar_for_work_over_a_second(delay, shown, tmp_path):
    seen = watch(tmp_path, profiles.write(tmp_path, "collapsed", 1, 4), delay)
    assert (b"merging [" in seen) == shown
    assert not shown or seen.endswith(b"\r\x1b[K")


def test_metadata_of_many_threads_takes_no_time_again_and_again(tmp_path):
    """Of 60,000 threads with a process each: profcheck asked all of them for each (6 s), profmerge looked through all of the sum's."""
    rows = [{"ph": "M", "name": "process_name", "pid": 1, "tid": 1, "args": {"name": "shop"}}]
    rows += [{"ph": "X", "name": "f", "ts": 1, "dur": 1, "pid": 1, "tid": i} for i in range(60_000)]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    before = os.times().children_user
    found = json.loads(lib.run("profcheck", "--json", "a.json", cwd=tmp_path)[0])
    assert len(found["threads"]) == 60_000
    lib.run("profmerge", "-q", "-t", "collapsed", "-o", "sum", "a.json", "a.json", cwd=tmp_path)
    assert (tmp_path / "sum").read_text() == f"f {2 * 60_000 * 1000}\n"
    assert os.times().children_user - before < (15 if lib.SANITIZED else 2)

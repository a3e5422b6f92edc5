"""Names that conversions add are kept apart from functions that are really called so."""
import csv
import io
import json
import marshal
import re

import pytest

import lib

NAMES = ["[root]", "[root 2]", "[unattributed]", "[unplaced]", "[awaited elsewhere]", "[unknown caller]", "[idle]", "[idle 2]", "[pruned]",
         "[trimmed]", "[empty]", "[missing]", "[beyond medians]", "[unknown]"]
# N: the name
PLACES = {"root": ["N;a 5"], "middle": ["m;N;a 5"], "leaf": ["m;N 5", "m 2"], "itself": ["N;N 5"], "inside": ["m;N;N;a 5", "m;a 1"],
          "alone": ["N 5", "b 3"], "idle caller": [" 2", "N;a 3", "b 1"], "idle callee": [" 2", "m;N 3"],
          "all": ["N;a 5", "m;N;a 3", "m;N 7", "N;N 11", "N 13", "m;N;N;b 17", "b 19"]}
BOTH_WAYS = [name for name in lib.READERS if name in lib.WRITERS]


# each name at all places at once, and at two of them alone, so that each place has a few names
NAMED = [(name, place) for number, name in enumerate(NAMES) for at, place in enumerate(PLACES) if place == "all" or (at - number) % 5 == 0]


def stacks(place, name):
    return "".join(line.replace("N", name) + "\n" for line in PLACES[place])


def written(data):
    return dict(line.rsplit(" ", 1) for line in data.decode().splitlines())


def self_of(data, name):
    """The stacks' self values of the function."""
    return sum(int(value) for stack, value in written(data).items() if stack.split(";")[-1] == name)


def rows(*args):
    out = lib.run("proftop", "-q", "-n", "0", "--format", "csv", *args)[0].decode()
    return {row["function"]: int(row["self"]) for row in csv.DictReader(io.StringIO(out))}


@pytest.mark.parametrize("name, place", NAMED)
def test_a_real_function_is_kept(name, place, tmp_path):
    text = stacks(place, name)
    source = tmp_path / "in.collapsed"
    source.write_text(text)
    plain = lib.run("collapsed2collapsed", "-q", source)[0]
    for to in lib.some(BOTH_WAYS):
        file = tmp_path / f"out.{to}"
        lib.run(f"collapsed2{to}", "-q", source, "-o", file)
        for words in [], ["--inclusive"]:
            for a, b in (source, file), (file, source):
                lib.run("profcheck", "-q", *words, "--against", a, b)
        back = lib.run(f"{to}2collapsed", "-q", file)[0]
        assert sum(map(int, written(back).values())) == sum(map(int, written(plain).values())), to
        assert self_of(back, name) == self_of(plain, name), to
        if "stacks" in lib.features()[to] or place in ("root", "middle", "leaf", "alone", "itself"):
            assert back == plain, to
        assert rows(file)[name] == self_of(plain, name), to


@pytest.mark.parametrize("to", ["collapsed", "callgrind", "pstat"])
@pytest.mark.parametrize("name", NAMES)
def test_one_that_is_gone_is_a_difference(name, to, tmp_path):
    base, new = tmp_path / f"base.{to}", tmp_path / f"new.{to}"
    lib.run(f"collapsed2{to}", "-q", "-o", base, input=f"m;{name} 5\nm 10\n".encode())
    lib.run(f"collapsed2{to}", "-q", "-o", new, input=b"m 10\n")
    for a, b in (base, new), (new, base):
        out = lib.run("profcheck", "-q", "--against", a, b, status=1)[0].decode()
        assert out.startswith(f"{name}: ")
    found = json.loads(lib.run("profdiff", "-q", "-n", "0", "--format", "json", base, new)[0])
    assert {row["function"]: (row["self_base"], row["self_new"]) for row in found["rows"]}[name] == (5, 0)
    assert (found["total_base"], found["total_new"]) == (15, 10)
    lib.run("profdiff", "-q", "--kind", "counts", "--fail-if", "self < -50%", base, new, status=1)


def test_an_estimate_names_its_frames_apart():
    """yappi's file: main has 0.5 s that are nobody's, and calls a function that is called as they are."""
    data = {("a.py", 1, "main"): (1, 1, 0.1, 1.0, {}), ("", 0, "[unattributed]"): (1, 1, 0.4, 0.4, {("a.py", 1, "main"): (1, 1, 0.4, 0.4)})}
    source = marshal.dumps(data)
    out = written(lib.run("pstat2collapsed", "-q", input=source)[0])
    assert out == {"main (a.py:1)": "100000000", "main (a.py:1);[unattributed]": "400000000", "main (a.py:1);[unattributed 2]": "500000000"}


def test_what_an_estimate_adds_is_no_difference(tmp_path):
    """With another value it is one."""
    data = {("a.py", 1, "main"): (1, 1, 0.1, 1.0, {}), ("a.py", 2, "f"): (1, 1, 0.4, 0.4, {("a.py", 1, "main"): (1, 1, 0.4, 0.4)})}
    graph, drawn = tmp_path / "in.pstat", tmp_path / "out.collapsed"
    graph.write_bytes(marshal.dumps(data))
    lib.run("pstat2collapsed", "-q", graph, "-o", drawn)
    lib.run("profcheck", "--against", graph, drawn)
    drawn.write_text(drawn.read_text().replace("500000000", "400000000"))
    out = lib.run("profcheck", "-q", "--against", graph, drawn, status=1)[0]
    assert b"[unattributed]: " in out


def test_a_root_is_named_in_a_note():
    """A reader drops what the note names and nothing else; a file of an older version has none."""
    new = lib.run("collapsed2callgrind", "-q", input=b"[root];a;a 5\n[root] 1\nx;x 3\n")[0]
    assert b"\n# profpipe: root [root 2]\n" in new and b"\nfn=[root 2]\n" in new
    assert lib.run("callgrind2collapsed", "-q", input=new)[0] == b"[root] 1\n[root];a;a 5\nx;x 3\n"
    assert lib.run("callgrind2callgrind", "-q", input=new)[0] == new
    old = lib.run("collapsed2callgrind", "-q", input=b"x;x 3\n")[0]
    assert b"\nfn=[root]\n" in old and b"# profpipe: root" not in old
    assert lib.run("callgrind2collapsed", "-q", input=old)[0] == b"x;x 3\n"


def test_idle_time_beside_a_function_of_that_name(tmp_path):
    """What calls or is called is a function, and stays without idle time."""
    for to in "collapsed", "speedscope", "flamegraph", "callgrind", "pstat":
        file = tmp_path / f"out.{to}"
        lib.run(f"collapsed2{to}", "-q", "-o", file, input=b"m;[idle] 5\nm 1\n 2\n")
        assert rows(file) == {"m": 1, "[idle]": 5, "[idle 2]": 2}, to
        assert rows("--no-idle", file) == {"m": 1, "[idle]": 5}, to
        assert json.loads(lib.run("profcheck", "--json", file)[0])["value_types"][0]["idle"] == 2, to


def test_what_is_pruned_or_trimmed_has_a_name_of_its_own():
    data = "".join(f"[pruned];f{i};g{i} {1000 - i}\n" for i in range(400)).encode()
    drawn = lib.run("collapsed2flamegraph", "-q", "--max-frames", "50", input=data)[0]
    back, said = lib.run("flamegraph2collapsed", input=drawn)
    assert b"theirs is under [pruned 2]" in said
    assert {stack.split(";")[0] for stack in written(back)} == {"[pruned]", "[pruned 2]"}
    assert sum(map(int, written(back).values())) == sum(map(int, written(data).values()))
    assert lib.run("proffilter", "--trim", "1", input=b"[trimmed];a 900\nb 1\n")[0] == b"[trimmed 2] 1\n[trimmed];a 900\n"


def test_own_names_are_not_redacted():
    out = lib.run("collapsed2callgrind", "-q", input=b"m;[idle] 5\n 2\n")[0]
    shown = lib.run("callgrind2collapsed", "-q", "--anonymize", input=out)[0]
    assert re.search(rb"(?m)^\[idle 2\] 2$", shown)

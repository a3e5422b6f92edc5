"""Flame graphs that others drew, against the profiles they drew them from; what pictures lack is said."""
import gzip
import json
import random
import resource
import subprocess

import pytest

import lib
from test_laws import collapsed, merged

MISSING = b"may be left out of the picture"


def stacks(path):
    """What is in a picture: stack -> count."""
    return merged(collapsed("flamegraph2collapsed", (lib.SAMPLES / path).read_bytes()))


def source(path, change=lambda stack: stack):
    """What a picture of these folded stacks can show: idle time and counts of 0 have no box."""
    want = {}
    for stack, count in merged((lib.SAMPLES / path).read_bytes()).items():
        if stack and count:
            want[change(stack)] = want.get(change(stack), 0) + count
    return want


def said(path, *options):
    return lib.run("flamegraph2collapsed", *options, lib.SAMPLES / path)[1].decode()


# --- the samples ---

def old_brackets(stack):
    """flamegraph.pl of 2014 has them instead."""
    return stack.replace(b"<", b"(").replace(b">", b")")


@pytest.mark.parametrize("picture, profile, change", [
    ("inferno.svg", "pyspy-nolineno", bytes),
    ("inferno-inverted.svg", "flameprof", bytes),
    ("inferno-flamechart.svg", "inferno-recursive", bytes),
    ("flamegraph-pl.svg", "pyspy-nolineno", old_brackets),
    ("flamegraph-pl-inverted.svg", "perf", bytes),
])
def test_a_picture_has_the_stacks_that_it_was_made_from(picture, profile, change):
    got = stacks(f"flamegraph/{picture}")
    got.pop(b"", None)
    want = source(f"collapsed/{profile}.collapsed", change)
    if "-inverted" in picture and "pl" in picture:  # --minwidth 2: what was narrower is its callers'
        for stack in sorted(set(want) - set(got), key=len, reverse=True):
            caller = stack.rpartition(b";")[0]
            want[caller] = want.get(caller, 0) + want.pop(stack)
    assert got == {stack: count for stack, count in want.items() if stack}


def test_a_difference_is_read_as_the_new_profile():
    lines = (lib.SAMPLES / "collapsed/differential.collapsed").read_bytes().splitlines()
    rows = (line.rsplit(b" ", 2) for line in lines)
    want = {stack or b"0": int(new) for stack, _, new in rows if int(new)}  # inferno takes " 0 1" for a frame "0"
    assert stacks("flamegraph/inferno-differential.svg") == want
    assert said("flamegraph/inferno-differential.svg") == (
        f"flamegraph2collapsed: warning: {lib.SAMPLES}/flamegraph/inferno-differential.svg: the picture of a "
        "difference: what it was compared with is not in it\n")


def test_what_was_pruned_counts_as_the_callers():
    """inferno-reverse: callers first, and nothing below 5 % is drawn."""
    got = stacks("flamegraph/inferno-reverse.svg")
    want = source("collapsed/pyspy-function.collapsed", lambda stack: b";".join(reversed(stack.split(b";"))))
    assert sum(got.values()) == sum(want.values())
    shown = {stack: sum(n for other, n in got.items() if other == stack or other.startswith(stack + b";"))
             for stack in got if stack}
    for stack, count in shown.items():
        assert count == sum(n for other, n in want.items() if other == stack or other.startswith(stack + b";"))
    assert "frames below 7 samples may be left out" in said("flamegraph/inferno-reverse.svg")


@pytest.mark.parametrize("name", ["inferno.svg", "inferno-inverted.svg", "inferno-flamechart.svg", "pyspy.svg",
                                  "pyspy-threads.svg", "flamegraph-pl.svg"])
def test_a_box_of_one_sample_tells_that_nothing_is_missing(name):
    assert said(f"flamegraph/{name}") == ""
    lib.run("flamegraph2speedscope", "--strict", lib.SAMPLES / f"flamegraph/{name}")


def test_flameprof_draws_what_its_pstat_has(tmp_path):
    """Its lower graph is of callers, and is not read; widths are times."""
    picture = lib.SAMPLES / "flamegraph/flameprof.svg"
    lib.run("flamegraph2pstat", "-q", picture, "-o", tmp_path / "out.pstat")
    rows = {}
    for path in (tmp_path / "out.pstat", lib.SAMPLES / "pstat/cprofile-enable.pstat"):
        out, _ = lib.run("pstat2collapsed", "-q", path)
        rows[path.name] = sum(int(line.rsplit(b" ", 1)[1]) for line in out.splitlines())
    assert abs(rows["out.pstat"] - rows["cprofile-enable.pstat"]) < 1e-4 * rows["cprofile-enable.pstat"]


def test_counts_tell_narrow_boxes_apart():
    """60,000 samples: what has one or two of them begins at the same tenth of a pixel."""
    rows = [("all", 60000, 10, 1180, 48), ("a", 1, 10, 0, 32), ("b", 2, 10, .1, 32), ("c", 59997, 10.1, 1179.9, 32),
            ("y", 2, 10, .1, 16), ("x", 1, 10, 0, 16)]
    text = "".join(f'<g><title>{name} ({n:,} samples, 1%)</title><rect x="{x:.1f}" y="{y}" width="{w:.1f}"/></g>'
                   for name, n, x, w, y in rows)
    assert collapsed("flamegraph2collapsed", f"<svg>{text}</svg>".encode()) == b"a;x 1\nb;y 2\nc 59997\n"


# --- what is said ---

@pytest.mark.parametrize("name, what", [("flameprof.svg", MISSING), ("inferno-reverse.svg", MISSING),
                                        ("inferno-differential.svg", b"compared with")])
def test_strict_refuses_what_is_missing(name, what):
    picture = lib.SAMPLES / "flamegraph" / name
    for program in ("flamegraph2collapsed", "flamegraph2pstat"):
        _, told = lib.run(program, picture)
        assert told.count(b"\n") == 1 and what in told
        assert lib.run(program, "-q", picture)[1] == b""
        out, told = lib.run(program, "--strict", "-q", picture, status=2)
        assert out == b"" and what in told and told.count(b"\n") == 1


def test_rounded_times_are_told():
    """flameprof writes the noise of floating point: 0.00030000000000000003 s."""
    data = (lib.ROOT / "tests/formats/flamegraph/golden/flameprof.in").read_bytes()
    assert b": 1 values were rounded to a nanosecond" in lib.run("flamegraph2pstat", "-v", input=data)[1]


def ours(**keys):
    """A file of ours by hand: what is written is not what this tests."""
    data = {"profpipe": 1, "source": "collapsed", "values": [{"name": "samples", "unit": "none", "counts": True}],
            "threads": [{"name": ""}], "strings": ["", "main", "a", "b"],
            "functions": [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], "frames": [0, 0, 0, 1, 0, 0, 2, 0, 0], **keys}
    text = json.dumps(data).replace(": ", ":", 1).replace("&", "&amp;").replace("<", "&lt;")
    return f'<svg xmlns="http://www.w3.org/2000/svg"><metadata id="profile">{text}</metadata></svg>\n'.encode()


def test_pruned_frames_of_ours_keep_their_functions():
    data = ours(nodes=[1, 2], rows=[[0, [2, 5]]], pruned={"frames": 2, "hidden": [[0, [1, 9]]],
                                                          "functions": [[0, [1, 3, 1, 6]]]})
    out, told = lib.run("flamegraph2collapsed", input=data)
    assert out == b"[pruned];a 3\n[pruned];b 6\nmain;a 5\n"
    assert told == (b"flamegraph2collapsed: warning: standard input: 2 frames were left out when it was drawn: "
                    b"what is theirs is under [pruned]\n")
    out, told = lib.run("flamegraph2collapsed", "--strict", "-q", input=data, status=2)
    assert out == b"" and b"2 frames were left out" in told


def test_files_are_added_up_and_each_may_lack_something(tmp_path):
    """Also where one counts in tenths and the other does not."""
    (tmp_path / "one.svg").write_bytes(ours(nodes=[1, 2], rows=[[0, [2, 5]]], pruned={"frames": 1, "functions": []}))
    tenths = [{"name": "samples", "unit": "none", "exponent": -1, "counts": True}]
    (tmp_path / "two.svg").write_bytes(ours(values=tenths, nodes=[1, 3], rows=[[0, [1, 7, 1, 10]]]))
    for names in (["one.svg", "two.svg"], ["two.svg", "one.svg"]):
        out, told = lib.run("flamegraph2collapsed", *(tmp_path / name for name in names))
        assert out == b"main 0.7\nmain;a 5\nmain;b 1\n" and told.count(b"\n") == 1


def test_the_estimate_is_kept():
    data = ours(estimated=True, nodes=[1], rows=[[0, [1, 5]]])
    again, _ = lib.run("flamegraph2flamegraph", input=data)
    assert b'"estimated":true' in again


# --- hostile and huge ---

def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


@pytest.mark.parametrize("declared", [
    "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(12)),
    '<!ENTITY % p0 "x">' + "".join(f'<!ENTITY % p{i} "{f"&#37;p{i - 1};" * 10}">' for i in range(1, 12)) + "%p11;",
    '<!ATTLIST rect x CDATA "' + "9" * 100000 + '">',
])
def test_nothing_expands(declared):
    data = (f'<!DOCTYPE svg [{declared}]>\n<svg a="&l11;"><title>&l11;</title>' + "<rect/>" * 100000 +
            "</svg>").encode()
    done = subprocess.run([str(lib.BIN / "flamegraph2collapsed")], input=data, env=lib.ENV, capture_output=True,
                          timeout=60, preexec_fn=limited)
    assert done.returncode == 2 and b"expected a document type without declarations" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_the_usual_document_type_is_not_fetched():
    """strace is not needed to see it: the address of the type leads nowhere, and nobody minds."""
    data = (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:9/no.dtd">\n'
            b'<svg><g><title>all (1 samples, 100%)</title><rect y="9" width="9"/></g></svg>')
    assert collapsed("flamegraph2collapsed", data) == b" 1\n"


def test_thirty_megabytes_of_data():
    """libxml2's nodes hold 10 MB of text; ours are not nodes."""
    functions = 350000
    strings = [""] + [f"function number {i} <of> many &" for i in range(functions)]
    data = ours(strings=strings, functions=[x for i in range(functions) for x in (i + 1, 0, 0, 0)],
                frames=[x for i in range(functions) for x in (i, 7, 0)], nodes=list(range(1, functions + 1)),
                rows=[[0, [x for i in range(functions) for x in (1, i)]]])
    assert len(data) > 30e6
    out, _ = lib.run("profcheck", "--json", "-", input=gzip.compress(data, 1))
    found = json.loads(out)
    assert found["functions"] == functions and found["depth"] == functions
    assert found["value_types"][0]["self_total"] == functions * (functions - 1) // 2


def test_a_tower_of_boxes():
    rows = "".join(f'<g><title>f{i} (1 samples, 100%)</title><rect y="{i}" fg:x="0" fg:w="1"/></g>\n'
                   for i in range(100000))
    out = collapsed("flamegraph2collapsed", f'<svg xmlns:fg="x">{rows}</svg>'.encode())
    assert out.count(b";") == 99999 and out.endswith(b";f0 1\n")


# --- pictures of our own making, as others draw them ---

def tree(rng, depth):
    """A random call tree: [name, value, callees]."""
    callees = [tree(rng, depth - 1) for _ in range(rng.randint(0, 4))] if depth else []
    names = rng.sample(["a", "b (x.py:3)", "c", "d (2 samples, 5%)", "e<T>"], len(callees))
    for node, name in zip(callees, sorted(names)):
        node[0] = name
    return ["all", sum(node[1] for node in callees) + rng.randint(0 if callees else 1, 40), callees]


def boxes(node, x=0, level=0):
    """(name, place, value, level) of all of a tree, self left of the callees."""
    found = [(node[0], x, node[1], level)]
    x += node[1] - sum(callee[1] for callee in node[2])
    for callee in node[2]:
        found += boxes(callee, x, level + 1)
        x += callee[1]
    return found


def selfs(node, path=()):
    """stack -> self value."""
    own = node[1] - sum(callee[1] for callee in node[2])
    found = {";".join(path).encode(): own} if own else {}
    for callee in node[2]:
        found.update(selfs(callee, path + (callee[0],)))
    return found


def escaped(name):
    return name.replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("dialect", ["exact", "pixels", "spoken"])
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("inverted", [False, True])
def test_any_order_of_boxes_gives_the_tree(dialect, seed, inverted):
    rng = random.Random(seed)
    whole = tree(rng, 5)
    found = boxes(whole)
    rng.shuffle(found)
    text = ['<svg xmlns:fg="http://github.com/jonhoo/inferno"><rect width="1200" height="500"/>']
    for name, x, value, level in found:
        title = f"{escaped(name)} ({value:,} samples, {100 * value / whole[1]:.2f}%)"
        left, right = (round(10 + 1180 * at / whole[1], 1) for at in (x, x + value))
        y = 20 + 16 * level if inverted else 500 - 16 * level
        rect = (f'<rect y="{y}" fg:x="{x}" fg:w="{value}"/>' if dialect == "exact" else
                f'<rect x="{left:.1f}" y="{y}" width="{right - left:.1f}" height="15.0"/>')
        text.append(f"<g onmouseover=\"s('{title}')\">{rect}</g>" if dialect == "spoken" else
                    f"<g><title>{title}</title>{rect}</g>")
    out = collapsed("flamegraph2collapsed", "\n".join([*text, "</svg>"]).encode())
    assert merged(out) == {stack: value for stack, value in selfs(whole).items()}

"""Profiles of before profile.proto: gperftools' words and texts, jemalloc's, Go's debug=1."""
import collections
import json
import math
import pathlib
import sys

import pytest

import lib

sys.path.append(str(pathlib.Path(__file__).parent))
from legacy_files import LINE, MAP, STACKS, THREADS, cpu, heap  # noqa: E402

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE / "golden"

def check(data):
    return json.loads(lib.run("profcheck", "-q", "--json", input=data)[0])


def totals(data):
    return {value["name"]: value["self_total"] for value in check(data)["value_types"]}


def collapsed(data, *args):
    """{stack: value}, by names alone."""
    lines = lib.run("pprof2collapsed", "-q", "--frames", "name", *args, input=data)[0].decode().splitlines()
    return {line.rsplit(" ", 1)[0]: int(line.rsplit(" ", 1)[1]) for line in lines}


# --- gperftools: words ---

# by names, leaf last
WANT = {"shop+0x1322;shop+0x12f4;shop+0x1237": 3, "shop+0x1322;shop+0x1300": 2}


@pytest.mark.parametrize("form", ["<I", ">I", "<Q", ">Q"])
def test_words_of_each_size_and_order(form):
    """The leaf is an address, the others are where calls return to: the byte before belongs to the call."""
    data = cpu(*STACKS, form=form)
    assert collapsed(data, "--value", "samples") == WANT
    assert totals(data) == {"samples": 5, "cpu": 5 * 10**7}
    assert check(data)["period"] == {"value": 10**7, "name": "cpu", "unit": "nanoseconds"}


def test_a_leaf_that_is_recorded_twice():
    assert collapsed(cpu((3, 0x401237, 0x401237, 0x401323)), "--value", "1") == {"shop+0x1322;shop+0x1237": 3}


def test_a_stack_without_addresses_is_idle():
    assert totals(cpu(*STACKS, (4,)))["samples"] == 9


def test_without_an_end_it_is_said():
    data = cpu(*STACKS, end=(), text="")
    out, said = lib.run("pprof2collapsed", "--value", "1", "-", input=data)
    assert said == (b"pprof2collapsed: warning: standard input: no mark at the end of the samples: some may be missing\n")
    assert b"0x401322;0x4012f4;0x401237 3" in out
    lib.run("pprof2collapsed", "--strict", "--value", "1", input=data, status=2)


def test_objects_as_in_go_tool_pprof():
    """Without symbols it has a node for each object; proffilter --rename addresses makes them."""
    for name, place, want in (("gperftools-cpu.prof", 1, {"libc.so.6": [61, 166], "shop": [102, 166], "[vdso]": [3, 3]}),
                              ("gperftools.heap", 2, {"libc.so.6": [4096, 97383936], "shop": [97379840, 97383936]})):
        objects = lib.run("proffilter", "-q", "--rename", "addresses", "-t", "collapsed", "--frames", "name", "--value", place,
                          lib.SAMPLES / "pprof" / name)[0].decode()
        flat, cum = collections.Counter(), collections.Counter()
        for line in objects.splitlines():
            stack, value = line.rsplit(" ", 1)[0], int(line.rsplit(" ", 1)[1])
            flat[stack.split(";")[-1]] += value
            cum.update({function: value for function in set(stack.split(";"))})
        assert {function: [flat[function], cum[function]] for function in cum} == want


# --- mappings ---

@pytest.mark.parametrize("text, want", [
    ("00401000-00402000 r-xp 00001000 00:00 1 /srv/the shop (deleted)\n", "the shop+0x1322"),
    ("0x400000-0x500000: /srv/shop (@200) 8c3fe2\n", "shop+0x1522"),
    ("build=/srv\n  00400000-00500000: $build/shop\n", "shop+0x1322"),
    ("I0301 12:00:00.1 7 shop.cc:42] 00400000-00500000: /srv/shop\n", "shop+0x1322"),
    ("00400000-00500000 rw-p 00000000 00:00 1 /srv/data\n", "0x401322"),
    ("00405000-00500000 r-xp 00005000 00:00 1 /srv/shop\n", "shop+0x1322"),  # lacks its beginning
    ("/anon_hugepage 1\n00400000-00500000: /srv/shop\n", "shop+0x1322"),
    ("", "0x401322"),
])
def test_lines_of_a_map(text, want):
    """A number of lines as /proc and as other tools write them."""
    found = collapsed(cpu((1, 0x401322), text=text), "--value", "1")
    assert found == {want: 1}


def test_a_mapping_in_two_parts_is_one():
    text = "00400000-00401000: /srv/shop\n00401000-00402000: /srv/shop\n7f00-8000: /lib/libc.so.6\n"
    mappings = check(cpu((1, 0x401322), text=text))["mappings"]
    assert [(one["object"], one["start"], one["limit"]) for one in mappings] == \
        [("/srv/shop", "0x400000", "0x402000"), ("/lib/libc.so.6", "0x7f00", "0x8000")]


def test_lines_that_are_no_mapping_are_told():
    _, said = lib.run("pprof2collapsed", "--value", "1", input=cpu(*STACKS, text="the map:\n00400000-00500000: /srv/shop\n"))
    assert said.endswith(b"1 lines of the memory map are no mappings and were left out\n")


# --- heaps ---

def test_every_allocation():
    found = heap(LINE)
    assert totals(found) == {"alloc_objects": 10, "alloc_space": 20000, "inuse_objects": 4, "inuse_space": 4000}
    assert collapsed(found) == {"shop+0x1322;shop+0x1237": 4000}
    assert check(found)["default_value_type"] == "inuse_space"
    out = lib.run("proffilter", "-q", "--tag-focus", "bytes=1000", "-t", "collapsed", "--value", "1", "-f", "pprof", input=found)[0]
    assert out.endswith(b" 10\n")


def test_nothing_but_what_is_in_use():
    for total, form in (("4: 4000 [ 0: 0]", "heapprofile"), ("4: 4000 [ 4: 4000]", "heap_v2/1"), ("1: 2 [3: 4]", "growthz"),
                        ("1: 2 [3: 4]", "fragmentationz")):
        assert totals(heap(LINE, form, total)) == {"objects": 4, "space": 4000}


WHOLE = "4: 4000 [ 10: 20000]"  # what LINE is


@pytest.mark.parametrize("form, rate", [("heap_v2/524288", 524288), ("heapz_v2/1024", 1024), ("heap/1048576", 524288), ("heap_v2/1", 0)])
def test_sampled_allocations_are_scaled(form, rate):
    """By how probable a block of the average size is in the sample."""
    def all_of(count, size):
        scale = 1 / (1 - math.exp(-size / count / rate)) if rate else 1
        return int(count * scale), int(size * scale)
    found = totals(heap(LINE, form))
    assert (found["inuse_objects"], found["inuse_space"]) == all_of(4, 4000)
    assert (found["alloc_objects"], found["alloc_space"]) == all_of(10, 20000)


def test_a_rate_that_is_unknown_is_told():
    _, said = lib.run("pprof2collapsed", input=heap(LINE, "heap_v2", WHOLE))
    assert said.endswith(b"no rate of sampling: values are those of the samples alone\n")


# --- jemalloc ---

def test_jemalloc_as_jeprof_has_it():
    """
    jeprof --text --show_bytes of it: --inuse_space 13789626 B in all, --alloc_space 27006092 B, --alloc_objects 5608;
    it adds up fractions and rounds.
    """
    found = totals((lib.SAMPLES / "pprof/jemalloc.heap").read_bytes())
    assert found == {"alloc_objects": 5607, "alloc_space": 27006091, "inuse_objects": 2869, "inuse_space": 13789625}


def jemalloc(*stacks, rate=1, header="  t1: 3: 30 [0: 0] loader\n"):
    text = "".join(f"@ 0x401238 0x{0x401323 + i:x}\n" + "".join(f"  {line}\n" for line in lines) for i, lines in enumerate(stacks))
    return f"heap_v2/{rate}\n  t*: 5: 50 [0: 0]\n{header}{text}{MAP}".encode()


def by_thread(data, value="inuse_space"):
    out = lib.run("pprof2collapsed", "-q", "--threads", "--frames", "name", "--value", value, input=data)[0].decode()
    found = collections.Counter()
    for line in out.splitlines():
        found[line.split(";")[0]] += int(line.rsplit(" ", 1)[1])
    return dict(found)


def test_jemalloc_without_what_was_freed():
    data = jemalloc(["t*: 5: 50 [0: 0]", "t1: 3: 30 [0: 0]", "t2: 2: 20 [0: 0]"])
    assert totals(data) == {"inuse_objects": 5, "inuse_space": 50}
    assert by_thread(data) == {"t1 loader": 30, "t2": 20}


def test_threads_share_what_their_stack_has():
    """Rounding, and bytes that jemalloc 5.3 writes for scaling: the total is right."""
    data = jemalloc(["t*: 99: 465697 [0: 0]", "t1: 35: 143372 [0: 0]", "t2: 64: 327414 [0: 0]"], rate=131072)
    total = int(465697 / (1 - math.exp(-465697 / 99 / 131072)))
    found = by_thread(data)
    assert sum(found.values()) == totals(data)["inuse_space"] == total and set(found) == {"t1 loader", "t2"}
    own = [int(size / (1 - math.exp(-size / count / 131072))) for count, size in ((35, 143372), (64, 327414))]
    assert abs(found["t1 loader"] - total * own[0] / sum(own)) < 1


def test_threads_that_are_not_listed():
    data = jemalloc(["t*: 5: 50 [0: 0]", "t1: 3: 30 [0: 0]"], ["t*: 7: 70 [0: 0]"])
    assert totals(data)["inuse_space"] == 120 and by_thread(data)["t1 loader"] == 30


def test_threads_with_more_than_there_is():
    data = jemalloc(["t*: 5: 50 [0: 0]", "t1: 3: 30 [0: 0]", "t2: 9: 900 [0: 0]"])
    assert totals(data) == {"inuse_objects": 5, "inuse_space": 50}
    _, said = lib.run("pprof2collapsed", input=data)
    assert said.endswith(b"in 1 stacks threads have more than all of them, and are not told apart\n")


# --- Go's texts ---

def test_a_goroutine_has_its_labels():
    found = check((GOLDEN / "go-goroutine-text.in").read_bytes())
    assert {label["key"] for label in found["labels"]} == {"route", "worker"}
    out = lib.run("proffilter", "-q", "--tag-focus", "route=^/orders\té$", "-t", "collapsed", GOLDEN / "go-goroutine-text.in")[0]
    assert out.endswith(b" 3\n") and out.count(b"\n") == 1


def test_frames_that_no_comment_names_have_those_of_other_samples():
    comment = "#\t0x4d9e64\tmain.item+0x24\t/srv/a b.go:16\n"
    data = f"heap profile: 1: 2 [1: 2] @ heap/2\n1: 2 [1: 2] @ 0x4d9e65\n1: 3 [1: 3] @ 0x4d9e65 0x10\n{comment}# Alloc = 3\n".encode()
    assert collapsed(data) == {"main.item": 2, "0xf;main.item": 3}
    assert b"main.item (/srv/a b.go:16)" in lib.run("pprof2collapsed", "-q", input=data)[0]


def test_inlined_and_recursive_frames():
    """An address that is there twice has its functions twice in the comments; twice as many are inlined ones."""
    names = ["inner", "outer"]
    comments = "".join(f"#\t0xf\tmain.{name}+0x1\tm.go:{line}\n" for _ in range(2) for line, name in enumerate(names, 1))
    data = f"goroutine profile: total 1\n1 @ 0x10 0x10 0x20\n{comments}".encode()
    assert collapsed(data) == {"0x1f;main.outer;main.inner;main.outer;main.inner": 1}


def test_cycles_are_nanoseconds():
    text = "--- mutex:\ncycles/second=2000000000\nsampling period=5\n{}1000 3 @ 0x10 0x20\n"
    assert totals(text.format("").encode()) == {"contentions": 15, "delay": 2500}
    found = check(text.format("ms since reset = 7\ndiscarded samples = 2\n").encode())
    assert found["duration_nanoseconds"] == 7 * 10**6 and found["default_value_type"] == "delay"
    assert totals(b"--- contentionz 1 ---\n1000 3 @ 0x10\n--- Memory map: ---\n0-1000: /a\n") == {"contentions": 3, "delay": 1000}
    _, said = lib.run("pprof2collapsed", input=b"--- contention:\n1000 3 @ 0x10 0x20\n")
    assert said.endswith(b"no cycles/second: cycles are taken for nanoseconds\n")


def test_threads():
    data = THREADS.encode()
    assert totals(data) == {"thread": 3}
    assert collapsed(data) == {"main;helper(arg *)": 2, "shop+0x1323;main;libc-2.15.so+0x1f;libc-2.15.so+0x10": 1}
    assert check(data)["threads"] == ["main", "a/b", "c"]


# --- symbols in front ---

@pytest.mark.parametrize("marker, profile", [("heap", heap(LINE)), ("growth", heap(LINE, "growthz")), ("profile", cpu((4000, 0x401237, 0x401323))),
                                             ("heap", b"heap_v2/1\n  t*: 1: 4000 [0: 0]\n@ 0x401238 0x401323\n  t*: 1: 4000 [0: 0]\n")])
def test_symbols_in_front(marker, profile):
    """A caller comes before what is inlined into it, and operator-- is a name."""
    names = "--- symbol\nbinary=/srv/shop\n0x0000000000401237 take--A::operator--(int)\n0x00401322 main<0000000000001155>\n---\n"
    data = f"{names}--- {marker}\n".encode() + profile
    value = "samples" if marker == "profile" else "space" if b"growth" in profile else "inuse_space"
    assert collapsed(data, "--value", value) == {"main;take;A::operator--(int)": 4000}


def test_a_copy_by_gperftools_has_no_period():
    """pprof --raw writes addresses of calls, a period of 1 and no end."""
    found = check((GOLDEN / "gperftools-symbolised.in").read_bytes())
    assert [value["name"] for value in found["value_types"]] == ["samples"] and "period" not in found


# --- which of them it is ---

def test_content_decides():
    for data in (cpu(*STACKS), heap(LINE), jemalloc(["t*: 5: 50 [0: 0]"]), THREADS.encode(), b"--- mutex:\ncycles/second=1\n1 1 @ 0x1\n",
                 b"# made by hand\n\nthreadcreate profile: total 1\n1 @ 0x1\n"):
        assert check(data)["format"] == "pprof"


def test_drop_frames_are_none():
    """pprof leaves functions of the allocator out of these; here only a file can ask for it."""
    _, said = lib.run("pprof2collapsed", input=heap(LINE, total=WHOLE))
    assert said == b""
    _, said = lib.run("proffilter", "--drop-frames", "-t", "pprof", lib.SAMPLES / "pprof/gperftools.heap", status=2)
    assert b"does not say which" in said


CUT = [
    (b"goroutine profile: total 30\n2 @ 0x1 0x2\n", b"stacks: the heading says 30, the rows 2"),
    (b"heap profile: 2: 100 [2: 200] @ heapprofile\n1: 50 [1: 50] @ 0x400100\n", b"objects in use: the heading says 2, the rows 1"),
    (b"heap profile: 2: 100 [2: 200] @ heapprofile\n2: 50 [2: 50] @ 0x400100\n", b"bytes in use: the heading says 100, the rows 50"),
    (b"heap profile: 2: 100 [3: 200] @ heapprofile\n2: 100 [2: 100] @ 0x400100\n", b"objects allocated: the heading says 3, the rows 2"),
    (b"heap profile: 2: 100 [3: 200] @ heapprofile\n2: 100 [3: 150] @ 0x400100\n", b"bytes allocated: the heading says 200, the rows 150"),
    (b"heap_v2/1024\n  t*: 5: 500 [0: 0]\n@ 0x400100\n  t*: 4: 500 [0: 0]\n", b"objects in use: the heading says 5, the rows 4"),
    (b"heap_v2/1024\n  t*: 4: 500 [9: 0]\n@ 0x400100\n  t*: 4: 500 [0: 0]\n", b"objects allocated: the heading says 9, the rows 0"),
]


@pytest.mark.parametrize("data, expected", CUT)
def test_rows_that_are_not_what_the_heading_says(data, expected):
    """A text that was cut has whole lines and less of them."""
    _, said = lib.run("pprof2collapsed", input=data)
    assert said == b"pprof2collapsed: warning: standard input: " + expected + b": some are missing, or too many\n"
    lib.run("pprof2collapsed", "--strict", input=data, status=2)

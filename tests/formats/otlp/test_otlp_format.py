"""OTLP profiles: an independent reader's figures of each sample, layouts told apart, what becomes of attributes."""
import collections
import json
import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import broken_files  # noqa: E402
import lib

HERE = pathlib.Path(__file__).parent
broken = broken_files.module("otlp")
# by Google's protobuf with the classes of each layout: sums, the heaviest functions of each profile
ORACLE = json.loads((HERE / "oracle.json").read_text())
LINES = "fileexporter-lines.otlp.jsonl"
ASYNC_42 = "asyncprofiler-4.2-layout1.7.otlp.pb"


def check(path=None, **more):
    return json.loads(lib.run("profcheck", "-q", "--json", *([path] if path else []), **more)[0])


def path_of(name):
    return HERE / "golden/fileexporter-lines.in" if name == LINES else lib.SAMPLES / "otlp" / name


def by_type(name):
    """Profiles of one value type are added up, as they are of one resource each."""
    found = {}
    for profile in ORACLE[name]["profiles"]:
        found.setdefault((profile["type"], profile["unit"]), []).append(profile)
    return found


@pytest.mark.parametrize("name", ORACLE)
def test_sums(name):
    found = check(path_of(name))
    assert [(t["name"], t["self_total"]) for t in found["value_types"]] == \
        [(type if (type, unit) != ("itimer", "ns") else "itimer (ns)", sum(one["sum"] for one in profiles))
         for (type, unit), profiles in by_type(name).items()]
    assert found["start_nanoseconds"] == min(one["time_unix_nano"] for one in ORACLE[name]["profiles"])


def plain(function):
    """An address of an object as we name it: "[shop] 0x4b0000" is shop+0xb0000."""
    return function.split("[")[1].split("]")[0] if function.startswith("[") and "] 0x" in function else function


@pytest.mark.parametrize("name", ORACLE)
def test_flat_and_cum(name):
    """A function counts once in a stack."""
    for place, profiles in enumerate(by_type(name).values()):
        out = lib.run("otlp2collapsed", "-q", "--value", place + 1, "--frames", "name", "--unit", "ns", path_of(name))[0]
        flat, cum = collections.Counter(), collections.Counter()
        for line in out.decode().splitlines():
            stack, value = line.rsplit(" ", 1)
            names = [frame.split("+0x")[0] for frame in stack.split(";")]
            flat[names[-1]] += int(value)
            for function in set(names):
                cum[function] += int(value)
        want_flat, want_cum = collections.Counter(), collections.Counter()
        for one in profiles:
            for row in {row["function"]: row for row in one["top_flat"] + one["top_cum"]}.values():
                want_flat[plain(row["function"])] += row["flat"]
                want_cum[plain(row["function"])] += row["cum"]
        for function in want_flat:
            assert flat[function] == want_flat[function], function
            # the oracle takes the ranges as they are: a leaf of the next sample is a root there
            assert cum[function] == want_cum[function] or name == ASYNC_42, function


def test_lengths_that_are_one_too_long():
    """async-profiler 4.2: every stack begins with a root of the program, none with a leaf of another."""
    path = lib.SAMPLES / "otlp" / ASYNC_42
    out, said = lib.run("otlp2collapsed", path)
    roots = {line.split(b";")[0] for line in out.splitlines()}
    assert roots <= {b"Shop.main", b"java/lang/Thread.run", b"clone3", b"start_thread", b"__GI___clone", b"__clone"}, roots
    assert said.count(b"\n") == 1 and b"one too long" in said
    lib.run("otlp2collapsed", "--strict", path, status=2)


@pytest.mark.parametrize("name, layout", [("layout-1.6", "1.6"), ("layout-1.7", "1.7"), ("layout-1.9", "1.9"), ("whole", "1.11")])
def test_a_layout_is_found_as_if_it_was_given(name, layout):
    data = broken.GOLDEN[name]
    found = lib.run("otlp2collapsed", "-q", input=data)[0]
    assert found and found == lib.run("otlp2collapsed", "-q", "--otlp-layout", layout, input=data)[0]


def test_an_undecidable_file_is_read_as_is_said():
    data = broken.FILES["undecidable"]
    for layout in ("1.9", "1.11"):
        assert lib.run("otlp2collapsed", "-q", "--otlp-layout", layout, input=data)[0].endswith(b" 1\n")
    _, said = lib.run("otlp2collapsed", input=data, status=2)
    assert b"--otlp-layout" in said


def test_attributes():
    """A thread's are its thread, others labels; links and resources too."""
    found = check(input=broken.WHOLE)
    assert found["threads"] == ["worker", "thread 2"]
    assert {label["key"] for label in found["labels"]} == {"service.name", "otel.scope.name", "otel.scope.version", "trace_id", "span_id"}
    assert found["frame_kinds"] == {"native": 1}
    out = lib.run("otlp2pprof", "-q", input=broken.WHOLE)[0]
    assert b"11" * 16 in out and b"22" * 8 in out and b"shop" in out


@pytest.mark.parametrize("value, text", [
    (broken.message(f1=b"a"), b"a"), (b"\x10\x01", b"true"), (b"\x21" + broken.times(0x3FF8000000000000), b"1.5"),
    (broken.message(f5=broken.message(f1=broken.message(f1=b"one"))), b"one"),
    (broken.message(f5=broken.message(f1=(b"\x10\1", broken.message(f1=b"b")))), b"[true,b]"),
    (broken.message(f6=broken.message(f1=broken.message(f1=b"k", f2=broken.message(f3=2)))), b"{k:2}"),
    (broken.message(f7=b"\x01\xff"), b"01ff"), (broken.message(f8=3), b"main")])
def test_values_of_attributes(value, text):
    out = lib.run("otlp2pprof", "-q", input=broken.export(attributes=(b"", broken.message(f1=9, f2=value), broken.ATTRIBUTES[2])))[0]
    assert broken.field(6, text) in out


def test_decimals():
    """As our writers spell them: whole numbers in a unit of their own."""
    data = broken.export(broken.profile(types=(broken.message(f1=9, f2=len(broken.STRINGS)),)), strings=[*broken.STRINGS, "10^-3 percent"])
    lines = lib.run("otlp2collapsed", "-q", input=data)[0].splitlines()
    assert sorted(line.rsplit(b" ", 1)[1] for line in lines) == [b"0.002", b"0.003", b"0.007"]


def test_an_array_is_a_label_for_each_element():
    value = broken.message(f5=broken.message(f1=(broken.message(f3=7), broken.message(f1=b"b"), broken.message(f8=3))))
    out = lib.run("otlp2pprof", "-q", input=broken.export(attributes=(b"", broken.message(f1=9, f2=value, f3=10), broken.ATTRIBUTES[2])))[0]
    texts = [b for number, b in broken.fields(out) if number == 6]
    cpu, unit = texts.index(b"cpu"), texts.index(b"nanoseconds")
    labels = [dict(broken.fields(b)) for number, b in broken.fields(next(b for number, b in broken.fields(out) if number == 2)) if number == 3]
    assert [l for l in labels if l[1] == cpu] == [{1: cpu, 2: texts.index(b"b")}, {1: cpu, 2: texts.index(b"main")},
                                                  {1: cpu, 3: 7, 4: unit}]


def test_times_without_values_count():
    data = broken.of(broken.message(f1=2, f5=broken.times(5, 6, 7)))
    assert lib.run("otlp2collapsed", "-q", input=data)[0] == b"main (main.c:3) 3\n"


def test_messages_of_a_framed_file_have_tables_of_their_own():
    other = broken.of(broken.message(f1=2, f4=[5]), strings=[*broken.STRINGS[:3], "other", *broken.STRINGS[4:]])
    out = lib.run("otlp2collapsed", "-q", input=broken.framed(other, broken.of(broken.message(f1=2, f4=[5])), b""))[0]
    assert out == b"main (main.c:3) 5\nother (main.c:3) 5\n"


def test_the_end_of_a_framed_file_is_not_needed_to_know_it():
    assert check(input=broken.framed(broken.WHOLE, broken.WHOLE))["format"] == "otlp"


def test_a_large_file_is_known_by_its_beginning():
    strings = [*broken.STRINGS, *(f"function {i}" for i in range(20000))]
    assert check(input=broken.export(strings=strings))["format"] == "otlp"
    assert check(input=broken.GOLDEN["reversed"])["format"] == "otlp"


@pytest.mark.parametrize("unit, scale", [("nanoseconds", 1), ("microseconds", 10**3), ("ms", 10**6), ("seconds", 10**9), ("By", 1),
                                         ("kilobytes", 1024), ("objects", 1)])
def test_units(unit, scale):
    """Times become nanoseconds and sizes bytes, whatever they were counted in."""
    data = broken.export(broken.profile(types=(broken.message(f1=9, f2=len(broken.STRINGS)),)), strings=[*broken.STRINGS, unit])
    plain = check(input=broken.export())["value_types"][0]["self_total"]
    found = check(input=data)["value_types"][0]
    assert (found["name"], found["self_total"]) == ("cpu", plain * scale)
    assert found["unit"] == ("bytes" if unit in ("By", "kilobytes") else "none" if unit == "objects" else "nanoseconds")


@pytest.mark.parametrize("names", [("ebpf.otlp.pb", "ebpf.otlp.pb"), ("ebpf.otlp.pb", "asyncprofiler-4.6.otlp.pb"),
                                   ("asyncprofiler-4.6.otlp.pb", "pdata-block.otlp.pb", "ebpf.otlp.pb")])
def test_messages_behind_each_other(names):
    """Each has a dictionary of its own, in front (pdata) or behind; protobuf itself would take them for one."""
    paths, sums = [lib.SAMPLES / "otlp" / name for name in names], collections.Counter()
    for path in paths:
        sums.update({row["name"]: row["self_total"] for row in check(path)["value_types"]})
    out, said = lib.run("profcheck", "--json", input=b"".join(path.read_bytes() for path in paths))
    assert {row["name"]: row["self_total"] for row in json.loads(out)["value_types"]} == sums
    assert said == b"profcheck: warning: standard input: %d messages follow each other and are added up\n" % len(names)


def test_messages_whose_dictionaries_stand_on_different_sides():
    ours = lib.run("collapsed2otlp", input=b"a;b 5\n")[0]
    pdata = (lib.SAMPLES / "otlp/ebpf.otlp.pb").read_bytes()
    _, said = lib.run("profcheck", "-f", "otlp", input=ours + pdata + ours, status=2)
    assert b": expected " in said and said.count(b"\n") == 1

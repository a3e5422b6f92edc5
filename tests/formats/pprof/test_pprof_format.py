"""pprof: the figures of `go tool pprof -top` for each sample, two files in one, what goes into comments."""
import collections
import gzip
import json
import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import broken_files  # noqa: E402
import lib

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE / "golden"
broken = broken_files.module("pprof")
# by go tool pprof 1.26.8: types and sums, the heaviest functions by flat and by cum, each with both figures
ORACLE = json.loads((HERE / "oracle.json").read_text())


def path_of(name):
    sample = lib.SAMPLES / "pprof" / name
    return sample if sample.exists() else GOLDEN / (name.split(".")[0].replace("-symbolized", "") + ".in")


def check(path):
    return json.loads(lib.run("profcheck", "-q", "--json", path)[0])


@pytest.mark.parametrize("name", ORACLE)
def test_what_the_file_holds(name):
    said, found = ORACLE[name], check(path_of(name))
    assert [(t["name"], t["self_total"]) for t in found["value_types"]] == [(t["type"], t["sum"]) for t in said["types"]]
    assert {label["key"] for label in found.get("labels", [])} == set(said["label_keys"])


@pytest.mark.parametrize("name, place", [(name, place) for name in ORACLE for place in range(len(ORACLE[name]["types"]))])
def test_flat_and_cum(name, place):
    """A function counts once in a stack, and the innermost inlined one is at work."""
    said = ORACLE[name]["types"][place]
    drop = ["--drop-frames"] if name.startswith("gperftools") else []
    cut = lib.run("proffilter", "-q", *drop, "-t", "pprof", path_of(name))[0]
    # pprof's rows are names, whatever the file
    stacks = lib.run("pprof2collapsed", "-q", "--value", place + 1, "--frames", "name", "--unit", "ns", input=cut)[0].decode()
    flat, cum = collections.Counter(), collections.Counter()
    for line in stacks.splitlines():
        stack, value = line.rsplit(" ", 1)
        names = [name.replace("???", "") or "<unknown>" for name in stack.split(";")]
        flat[names[-1]] += int(value)
        cum.update({function: int(value) for function in set(names)})
    for function, figures in {**said["flat"], **said["cum"]}.items():
        if function.startswith("[") and function.endswith("]"):
            continue  # pprof's one node for all of an object that has no symbols
        assert [flat[function], cum[function]] == figures, function


def test_two_files_in_one():
    one = broken.profile()
    for data in (one + one, gzip.compress(one) + gzip.compress(one), broken.WHOLE + one):
        out, said = lib.run("pprof2collapsed", input=data)
        assert said.decode() == "pprof2collapsed: warning: standard input: 2 profiles follow each other and are added up\n"
        assert out == lib.run("pprof2collapsed", "--value", "1", "-", input=one)[0].replace(b" 7", b" 14").replace(b" 5", b" 10")


@pytest.mark.parametrize("order", [(1, 2, 4, 5, 6, 3), (2, 1, 6, 5, 4, 3), (6, 5, 4, 3, 2, 1), (9, 1, 12, 4, 5, 2, 3, 6), (3, 6, 2, 4, 1, 5)])
def test_fields_in_any_order(order):
    """Also of two files: each has what comes before its strings and behind them."""
    fields = {}
    rest = broken.WHOLE
    while rest:
        number, end = rest[0] >> 3, 1
        if rest[0] & 7 == 2:
            end = 2 + rest[1]
        else:
            while rest[end] & 128:
                end += 1
            end += 1
        fields[number] = fields.get(number, b"") + rest[:end]
        rest = rest[end:]
    one = b"".join(fields[number] for number in order)
    want = lib.run("pprof2collapsed", input=broken.WHOLE)[0]
    assert lib.run("pprof2collapsed", input=one)[0] == want
    if order[-1] in (1, 3, 5) and order[0] != 6:  # a table behind the strings may belong to either
        return
    two = lib.run("pprof2collapsed", "-q", input=one + one)[0]
    assert two == want.replace(b" 7", b" 14").replace(b" 5", b" 10")


def test_strings_among_other_fields():
    """One file still, whatever comes behind which string."""
    strings = [broken.field(6, text.encode()) for text in broken.STRINGS]
    data = strings[0] + broken.profile(strings=[])
    mixed = b"".join([broken.field(1, broken.TYPE), *strings[:3], broken.field(2, broken.SAMPLE), *strings[3:5],
                      broken.field(2, broken.LABELLED), *strings[5:], *(broken.field(4, one) for one in broken.LOCATIONS),
                      *(broken.field(5, one) for one in broken.FUNCTIONS), broken.field(3, broken.MAPPING)])
    assert data and lib.run("pprof2collapsed", input=mixed) == lib.run("pprof2collapsed", input=broken.profile())


def test_drop_frames_are_told_and_applied():
    file = GOLDEN / "tiny-drop.in"
    _, said = lib.run("pprof2collapsed", file)
    assert said.startswith(f"pprof2collapsed: warning: {file}: the file asks pprof to leave out frames that match 'rec'".encode()), said
    assert lib.run("proffilter", "-q", "--drop-frames", "-t", "collapsed", file)[0].splitlines()[0] == b"main (m.c:10) 14"
    out, said = lib.run("proffilter", "--drop-frames", GOLDEN / "tiny-a.in", status=2)
    assert b"does not say which" in said


def test_threads_and_header_lines_come_back(tmp_path):
    source = lib.SAMPLES / "collapsed/austin3-threads.collapsed"
    lib.run("profconv", "-q", "-t", "pprof", "-o", tmp_path / "a.pb", source)
    assert check(tmp_path / "a.pb")["threads"] == check(source)["threads"]
    source = lib.SAMPLES / "callgrind/valgrind-main.callgrind"
    lib.run("profconv", "-q", "-t", "pprof", "-o", tmp_path / "b.pb", source)
    assert check(tmp_path / "b.pb").get("metadata") == check(source).get("metadata")


def test_labels_with_the_keys_of_threads():
    """A label "thread" of the profile stays one beside threads of its own."""
    labels = broken.message(f1=6, f2=7)
    one = broken.profile(samples=(broken.message(f1=[1], f2=[5], f3=labels),),
                         strings=[*broken.STRINGS[:6], "thread", *broken.STRINGS[7:]])
    two = lib.run("pprof2pprof", "-q", input=one)[0]
    assert check_bytes(two)["labels"] == check_bytes(one)["labels"]
    speedscope = lib.run("pprof2speedscope", "-q", input=one)[0].replace(b'"name":"thread 1"', b'"name":"worker"')
    back = lib.run("speedscope2pprof", "-q", input=speedscope)[0]
    assert check_bytes(back)["labels"] == check_bytes(one)["labels"]


def check_bytes(data):
    return json.loads(lib.run("profcheck", "-q", "--json", input=data)[0])


def test_units(tmp_path):
    """Times keep their unit, decimals get one of their own, other units their names."""
    for unit, value, total in (("microseconds", 7, 12000), ("seconds", 7, 12 * 10**9), ("kilobytes", 7, 12 * 1024), ("objects", 7, 12)):
        data = broken.profile(types=(broken.message(f1=1, f2=10),), strings=[*broken.STRINGS, unit])
        assert check_bytes(data)["value_types"][0]["self_total"] == total
        again = lib.run("pprof2pprof", "-q", input=data)[0]
        assert check_bytes(again)["value_types"] == check_bytes(data)["value_types"]
        if unit != "kilobytes":
            assert unit.encode() in again
    decimals = lib.run("collapsed2pprof", "-q", input=b"a;b 1.5\na 2\n")[0]
    assert b"10^-1 count" in decimals
    assert lib.run("pprof2collapsed", "-q", input=decimals)[0] == b"a 2\na;b 1.5\n"


def test_a_function_without_a_name():
    data = broken.profile(functions=(broken.message(f1=1), broken.FUNCTIONS[1]))
    want = lib.run("pprof2collapsed", "-q", "--frames", "name", input=data)[0]
    assert want == b"??? 5\n;;leaf 7\n"
    assert lib.run("pprof2collapsed", "-q", "--frames", "name", input=lib.run("pprof2pprof", "-q", input=data)[0])[0] == want


@pytest.mark.parametrize("default", [{}, {"f14": 10}])
def test_a_default_that_is_all_zero_is_not_shown(default):
    """ddtrace's last of 19 value types; without a default the last one is it."""
    data = broken.profile(types=(broken.TYPE, broken.message(f1=10, f2=2)), strings=[*broken.STRINGS, "gpu"],
                          samples=(broken.message(f1=[2, 1], f2=[7, 0]),), **default)
    for program in ("pprof2collapsed", "proftop", "pprof2pstat"):
        _, said = lib.run(program, input=data)
        assert b"warning: value type 'gpu', the file's default, is all zero: 'samples' is shown (--value chooses)" in said


def test_inclusive_values_below_zero_come_out(tmp_path):
    """A difference of go tool pprof has functions whose callees took less."""
    target = tmp_path / "out.pstat"
    lib.run("pprof2pstat", "-q", "-o", target, GOLDEN / "go-diff.in")
    lib.run("profcheck", "-q", "--inclusive", "--against", target, GOLDEN / "go-diff.in")


def test_one_value_is_compared_with_the_one_that_was_shown(tmp_path):
    """Where the default is all zero, another is written where there is room for one."""
    data = broken.profile(types=(broken.TYPE, broken.message(f1=10, f2=11)), strings=[*broken.STRINGS, "gpu", "nanoseconds"],
                          samples=(broken.message(f1=[2, 1], f2=[0, 7]),), f14=1)
    for suffix in "pstat", "collapsed":
        lib.run(f"pprof2{suffix}", "-q", "-o", tmp_path / f"out.{suffix}", input=data)
        lib.run("profcheck", "-q", "--against", tmp_path / f"out.{suffix}", "-", input=data)


UNKNOWN = [broken.field(99, 7), broken.field(99, b"x"), b"\x99\x06" + bytes(8), b"\x9d\x06" + bytes(4)]


@pytest.mark.parametrize("unknown", UNKNOWN, ids=["number", "bytes", "fixed64", "fixed32"])
def test_fields_of_newer_versions_are_passed_over(unknown):
    """In each message, of each type."""
    def file(more):
        label, line = broken.message(f1=6, f2=7) + more, broken.message(f1=1, f2=4) + more
        return more + broken.message(
            f1=broken.TYPE + more, f2=broken.LABELLED + broken.field(3, label) + more, f3=broken.MAPPING + more,
            f4=tuple(location + broken.field(4, line) + more for location in broken.LOCATIONS),
            f5=tuple(function + more for function in broken.FUNCTIONS), f6=tuple(text.encode() for text in broken.STRINGS))
    for program in "pprof2pprof", "pprof2callgrind":
        assert lib.run(program, input=file(unknown))[0] == lib.run(program, input=file(b""))[0] != b""


@pytest.mark.parametrize("text", [b"x 88", b"`x`;`x` 8339\n", b"`x`;`x` 8339\n`x` 7758\n", b"P1 88"])
def test_text_that_looks_like_fields(text):
    """Numbers alone are no message of pprof or OTLP: 'x 88' would be fields 15 and 7."""
    assert lib.run("profcheck", input=text)[0].startswith(b"format         collapsed\n")


def test_many_strings_come_first():
    """More of them than are looked at to find the format."""
    texts = [text.encode() for text in broken.STRINGS] + [b"s%d" % i for i in range(100_000)]
    rest = broken.message(f1=broken.TYPE, f2=broken.LABELLED, f3=broken.MAPPING, f4=broken.LOCATIONS, f5=broken.FUNCTIONS)
    assert b"format         pprof\n" in lib.run("profcheck", input=broken.message(f6=tuple(texts)) + rest)[0]


def test_a_file_without_value_types_is_empty(tmp_path):
    data, target = broken.message(f6=(b"", b"x")), tmp_path / "out.callgrind"
    lib.run("pprof2callgrind", "-q", "-o", target, input=data)
    lib.run("profcheck", "-q", "--against", target, "-", input=data)
    target.write_text("events: Ir\nfn=a\n1 5\n")
    assert lib.run("profcheck", "-q", "--against", target, "-", input=data, status=2)[1] == b"profcheck: the profiles have no value type in common\n"


@pytest.mark.parametrize("options", [[], ["--anonymize"], ["--thread", "1"], ["--anonymize", "--thread", "1"]])
def test_a_sum_that_does_not_fit_is_never_written(options):
    """Samples that differ in labels alone become one where these are lost."""
    labelled = [broken.message(f1=[1], f2=[2**63 - 1], f3=broken.message(f1=6, f2=text)) for text in (7, 8)]
    for program in "pprof2collapsed", "pprof2pstat":
        _, said = lib.run(program, *options, input=broken.profile(samples=labelled), status=2)
        assert said.endswith(b": a total of value type 'samples' does not fit in 64 bits\n")


def test_as_julia_writes_it(tmp_path):
    """PProf.jl: named .pb.gz and not packed, no mapping, a line's function for each frame; the last type is how deep stacks are."""
    data = broken.profile(types=(broken.message(f1=10, f2=2), broken.message(f1=11, f2=2)), mappings=(), strings=[*broken.STRINGS, "events", "stack_depth"],
                          samples=(broken.message(f1=[2, 1], f2=[3, 6]),), locations=(broken.message(f1=1, f4=broken.message(f1=1, f2=3)),
                                                                                      broken.message(f1=2, f4=broken.message(f1=2, f2=9))))
    (tmp_path / "profile.pb.gz").write_bytes(data)
    assert [(row["name"], row["self_total"]) for row in check(tmp_path / "profile.pb.gz")["value_types"]] == [("events", 3), ("stack_depth", 6)]
    for value, total in (["--value", "events"], 3), ([], 6):
        assert lib.run("pprof2collapsed", "-q", *value, "--frames", "name", tmp_path / "profile.pb.gz")[0] == b"main;leaf %d\n" % total

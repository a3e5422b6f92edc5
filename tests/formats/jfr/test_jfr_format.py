"""Flight Recorder files: against an independent reader's sums, and chunks made of every kind of token."""
import json
import pathlib
import struct
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import broken_files  # noqa: E402
import lib  # noqa: E402

HERE = pathlib.Path(__file__).parent
jfr = broken_files.module("jfr")
ORACLE = json.loads((HERE / "oracle.json").read_text())


def folded(*words, data):
    out, said = lib.run("jfr2collapsed", *words, input=data)
    return {stack: int(value) for stack, value in (line.rsplit(" ", 1) for line in out.decode().splitlines())}, said.decode()


def value_types(data, *words):
    found = json.loads(lib.run("profcheck", "--json", *words, "-", input=data)[0])
    return {row["name"]: (row["self_total"], row["unit"]) for row in found["value_types"]}


@pytest.mark.parametrize("file", ORACLE)
def test_leaves_and_threads_are_the_oracles(file):
    want = ORACLE[file]["chunks"][0]
    leaves, = want["leaf"].values()
    threads, = want["samples_by_thread"].values()
    period = 5_000_000 if "async" in file else 1
    found, _ = folded("-q", "--threads", data=(lib.SAMPLES / "jfr" / file).read_bytes())
    by_thread, by_leaf = dict.fromkeys(threads, 0), {}
    for stack, value in found.items():
        by_thread[stack.split(";")[0]] += value
        leaf = stack.split(";")[-1]
        by_leaf[leaf] = by_leaf.get(leaf, 0) + value
    assert by_thread == {name: count * period for name, count in threads.items()}
    for leaf, count in leaves.items():
        place = next((one for one in ("libc.so.6", "libjvm.so") if leaf.startswith(one + ".")), None)
        name = f"{leaf[len(place) + 1:]} ({place})" if place else leaf.replace("/", ".")
        assert by_leaf[name] == count * period, leaf


def test_a_chunk_by_hand():
    """Constants and settings stand behind the samples; a truncated stack has lost its root end."""
    want = {"shop.Shop.main;shop.Shop.price": 20_000_000, "[truncated];shop.Shop.price;write (libc.so.6)": 10_000_000}
    assert folded("-q", data=jfr.WHOLE)[0] == want
    assert folded("-q", "--signatures", data=jfr.WHOLE)[0] == {stack.replace("price", "price()V").replace("main", "main()V"): value
                                                               for stack, value in want.items()}
    _, said = folded("-v", data=jfr.WHOLE)
    assert "3 samples in 1 chunks" in said and "the root ends of 1 stacks were not recorded" in said
    frames = json.loads(lib.run("jfr2speedscope", "-q", input=jfr.WHOLE)[0])["shared"]["frames"]
    assert {tuple(frame.get(key) for key in ("name", "line", "kind", "inlined")) for frame in frames} == {
        ("shop.Shop.main", 3, "jit", None), ("shop.Shop.price", 7, "jit", True), ("shop.Shop.price", 8, "interpreted", None),
        ("write", None, "native", None), ("[truncated]", None, None, None)}


def test_samples_are_in_order_of_time():
    """By their ticks since the chunk's: 1000 of them to the microsecond."""
    data = jfr.chunk(*jfr.SAMPLES, jfr.CONSTANTS, rate=1_000_000)
    profiles = json.loads(lib.run("jfr2speedscope", "-q", input=data)[0])["profiles"]
    assert {one["name"]: one["profpipe"]["times"] for one in profiles} == {"C2": [2_000_000], "worker": [1_000_000, 1_500_000]}


def test_each_kind_of_event_is_a_value():
    """Ticks are half a nanosecond; weights are bytes; without a period a sample counts itself."""
    data = jfr.chunk(jfr.CONSTANTS, *jfr.SAMPLES, jfr.event(jfr.PARK, jfr.numbers(2000, 500, 1, 1)),
                     jfr.event(jfr.ALLOCATION, jfr.numbers(2000, 1, 1, 4096)), rate=2 * 10 ** 9)
    assert value_types(data) == {"ExecutionSample": (3, "none"), "ThreadPark": (250, "nanoseconds"), "ObjectAllocationSample": (4096, "bytes")}
    assert folded("-q", "--value", "ObjectAllocationSample", data=data)[0]["shop.Shop.main;shop.Shop.price"] == 4096
    assert folded("-q", data=data)[0]["shop.Shop.main;shop.Shop.price"] == 2, "samples are the default, wherever they stand"


@pytest.mark.parametrize("settings, period", [
    ([("period", "20 ms")], 20_000_000), ([("period", "7 us")], 7000), ([("period", "1 s")], 10 ** 9), ([("period", "everyChunk")], 0),
    ([("interval", "5000000"), ("event", "ctimer")], 5_000_000), ([("interval", "5000000"), ("event", "cycles")], 0),
    ([("event", "cpu"), ("interval", "1000")], 1000), ([("enabled", "true")], 0),
    ([("period", "20ms")], 20_000_000), ([("period", "2 m")], 120 * 10 ** 9), ([("period", "1 h")], 3600 * 10 ** 9), ([("period", "2d")], 172_800 * 10 ** 9),
    ([("period", "-5 ms")], 0), ([("period", "ms")], 0)])
def test_periods(settings, period):
    rows = [jfr.event(jfr.SETTING, jfr.number(jfr.SAMPLE) + jfr.text(name) + jfr.text(value)) for name, value in settings]
    found, _ = folded("-q", data=jfr.chunk(*rows, jfr.CONSTANTS, *jfr.SAMPLES))
    assert found["shop.Shop.main;shop.Shop.price"] == 2 * (period or 1)


def test_chunks_have_numbers_of_their_own():
    """The second one calls other types, and other constants, by the first one's numbers."""
    swap = {jfr.SYMBOL: jfr.CLASS, jfr.CLASS: jfr.SYMBOL}
    types = {name: (swap.get(of, of), {field: (swap.get(kind, kind), *more) for field, (kind, *more) in fields.items()})
             for name, (of, fields) in jfr.TYPES.items()}
    pools = {swap.get(kind, kind): constants for kind, constants in jfr.POOLS.items()}
    pools[swap[jfr.SYMBOL]] = {**jfr.POOLS[jfr.SYMBOL], 2: jfr.text("cost")}
    second = jfr.chunk(*jfr.SAMPLES, jfr.checkpoint(pools), jfr.SETTING_10_MS, types=types)
    for data in jfr.WHOLE + second, second + jfr.WHOLE:
        found, said = folded("-v", data=data)
        assert found["shop.Shop.main;shop.Shop.price"] == found["shop.Shop.main;shop.Shop.cost"] == 20_000_000
        assert "6 samples in 2 chunks" in said


def test_what_is_cut_is_left_out_when_asked():
    cut = jfr.WHOLE + jfr.WHOLE[:-1]
    found, said = folded("--lenient", data=cut)
    assert found == folded("-q", data=jfr.WHOLE)[0]
    assert "chunk 2 is cut, and left out" in said
    assert "--lenient" in lib.run("jfr2collapsed", input=cut, status=2)[1].decode()
    lib.run("jfr2collapsed", "--strict", "--lenient", input=cut, status=2)


@pytest.mark.parametrize("name, bytes", [
    ("héllo", b"\3" + jfr.number(6) + "héllo".encode()), ("h\u00e9", b"\5" + jfr.number(2) + b"h\xe9"),
    ("\U0001f600", b"\4" + jfr.numbers(2, 0xd83d, 0xde00)), ("\ufffdx", b"\4" + jfr.numbers(2, 0xd83d, ord("x"))),
    ("\ufffd", b"\3\1\xff"), ("pooled", b"\2\5"), ("", b"\2\6"), ("", b"\1")])
def test_texts(name, bytes):
    pools = {**jfr.POOLS, jfr.STRING: {5: jfr.text("pooled")}, jfr.THREAD: {1: jfr.text("os") + jfr.number(9) + bytes}}
    found, _ = folded("-q", "--threads", data=jfr.chunk(jfr.checkpoint(pools), jfr.sample(2000)))
    assert list(found) == [f"{name or 'os'};shop.Shop.main;shop.Shop.price"]


def test_without_a_thread_or_a_stack():
    assert folded("-q", data=jfr.chunk(jfr.CONSTANTS, jfr.sample(5, 0, 0), jfr.sample(5, 7, 7)))[0] == {"[unknown]": 2}


@pytest.mark.parametrize("name, plain", [("Demo$$Lambda$79+0x00007fe24c007a08.1763344271", "Demo$$Lambda"), ("Demo$$Lambda$1.0x00007ff080000a08", "Demo$$Lambda"),
                                         ("java/lang/invoke/LambdaForm$MH/0x00007f1", "java.lang.invoke.LambdaForm$MH"), ("a/B", "a.B")])
def test_hidden_classes(name, plain):
    pools = {**jfr.POOLS, jfr.SYMBOL: {**jfr.POOLS[jfr.SYMBOL], 1: jfr.text(name)}}
    data = jfr.chunk(jfr.checkpoint(pools), jfr.sample(5))
    assert list(folded("-q", "--strip-hidden", data=data)[0]) == [f"{plain}.main;{plain}.price"]
    if plain != "a.B":
        assert "0x0" in list(folded("-q", data=data)[0])[0]


def test_fields_that_we_do_not_know_are_passed_over():
    types = {**jfr.TYPES, "float": (90, {}), "double": (91, {}), "jdk.Pair": (92, {"x": (90,), "y": (91, False, True)}),
             "jdk.ExecutionSample": (jfr.SAMPLE, {"more": (92, False, True), "big": (91,), **jfr.TYPES["jdk.ExecutionSample"][1], "last": (90,)})}
    pair = struct.pack(">f", 1.5) + jfr.number(2) + struct.pack(">dd", 1, 2)
    event = jfr.event(jfr.SAMPLE, jfr.number(2) + pair * 2 + struct.pack(">d", 3) + jfr.numbers(2000, 1, 1) + struct.pack(">f", 4))
    assert folded("-q", data=jfr.chunk(jfr.CONSTANTS, event, types=types))[0] == {"shop.Shop.main;shop.Shop.price": 1}


def test_native_code_without_a_method():
    pools = {**jfr.POOLS, jfr.KIND: dict.fromkeys(range(4), jfr.text("C++"))}
    pools[jfr.STACK] = {1: b"\0" + jfr.frames((99, 0, 0), (3, 0, 3))}
    assert list(folded("-q", data=jfr.chunk(jfr.checkpoint(pools), jfr.sample(5)))[0]) == ["write (libc.so.6);[unknown]"]


def test_long_texts_that_many_constants_name():
    """Each would be a name of its own, or be read again for each setting: 4 GB, and minutes, of files of 1 MB."""
    long, many = "a" * 50_000, range(1000)
    names = {1: jfr.text(long), **{1000 + i: jfr.text(f"m{i}") for i in many}}
    pools = {**jfr.POOLS, jfr.SYMBOL: names, jfr.CLASS: {1: jfr.number(1)}, jfr.METHOD: {i: jfr.numbers(1, 1000 + i, 1) for i in many},
             jfr.STACK: {1: b"\0" + jfr.frames(*((i, 1, 1) for i in many))}}
    settings = [jfr.event(jfr.SETTING, jfr.number(jfr.SAMPLE) + b"\2\1\2\1")] * 1000
    for data in jfr.chunk(jfr.checkpoint(pools), jfr.sample(5)), jfr.chunk(*settings, jfr.checkpoint({jfr.STRING: {1: jfr.text(long)}})):
        assert b"expected names of at most 64 bytes for each byte of the chunk" in lib.run("jfr2collapsed", input=data, status=2)[1]


def test_values_without_bytes_are_counted_over_chunks():
    types = {"long": jfr.TYPES["long"], "nothing": (90, {}), "jdk.ThreadSleep": (91, {"x": (90, False, True)})}
    data = jfr.chunk(jfr.event(91, jfr.number(1 << 19)), types=types) * 3
    assert b"chunk 3: expected a value of the type that the chunk says" in lib.run("jfr2collapsed", input=data, status=2)[1]

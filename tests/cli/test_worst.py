"""Files made to be slow: some megabytes of each format, within seconds of processor time (ulimit -t).

Whatever costs the square of its size takes minutes here. Deep, wide and tangled graphs are
in test_deep.py.
"""
import gzip
import json
import marshal
import resource
import struct
import subprocess
import sys

import pytest

import lib

sys.path.append(str(lib.ROOT / "tests/formats"))
import broken_files  # noqa: E402

jfr = broken_files.module("jfr")
SECONDS = 20


def u32(n):
    return struct.pack("<I", n)


# --- pstat ---

def key(name, line=1, file="f.py"):
    return marshal.dumps((file, line, name), 2)


ROW = b"(\5\0\0\0i\1\0\0\0i\1\0\0\0" + (b"g" + struct.pack("<d", 1e-6)) * 2
ARC = marshal.dumps((1, 1, 1e-6, 1e-6), 2)


def one_caller_again_and_again():
    return b"{" + key("callee") + ROW + b"{" + (key("caller") + ARC) * 100_000 + b"00"


def one_key_by_reference():
    name = b"\xa9\3" + marshal.dumps("f.py", 2) + marshal.dumps(1, 2) + marshal.dumps("f", 2)
    return b"{" + name + ROW + b"{" + (b"r" + u32(0) + ARC) * 250_000 + b"00"


def rows_of_one_key():
    return b"{" + (key("again") + ROW + b"{0") * 100_000 + b"0"


def long_names_with_one_beginning():
    return marshal.dumps({("f" * 2000, 1, "n" * 2000 + str(i)): (1, 1, 1e-6, 1e-6, {}) for i in range(2000)}, 2)


def many_lines_of_one_name():
    return marshal.dumps({("f.py", i, "f"): (1, 1, 1e-6, 1e-6, {}) for i in range(200_000)}, 2)


def long_numbers():
    digits = b"l" + u32(200_000) + b"\1\0" * 200_000
    return b"{" + b"".join(b"(\3\0\0\0" + marshal.dumps("f", 2) + digits + marshal.dumps("n", 2) for _ in range(10))


def kept_objects():
    """Each may be referred to, none is."""
    return b"{" + b"".join(b"\xa9\3\xfa\4f.py\xe9\1\0\0\0\xfa\7f%06d" % i + ROW + b"{0" for i in range(100_000)) + b"0"


# --- callgrind ---

HEAD = b"events: Ir\n"


def sparse_ids():
    return HEAD + b"".join(b"fn=(%d) f%d\n1 1\n" % ((i * 2654435761) % 4294967291 + 1, i) for i in range(200_000))


def one_id_defined_again():
    return HEAD + b"".join(b"fn=(1) f%d\n1 1\n" % i for i in range(200_000))


def lines_that_descend():
    return HEAD + b"fn=f\n" + b"".join(b"%d 1\n" % (500_000 - i) for i in range(500_000))


def lines_to_and_fro():
    return HEAD + b"fn=f\n" + b"1 1\n900000 1\n" * 200_000


def two_functions_in_turn():
    return HEAD + b"".join(b"fn=(1)%s\n%d 1\nfn=(2)%s\n%d 1\n" % (b"" if i else b" a", i % 9973, b"" if i else b" b", i % 7919)
                           for i in range(200_000))


def many_parts():
    return b"".join(b"part: %d\n" % (i + 1) + HEAD + b"fn=f%d\n1 1\n\n" % i for i in range(50_000))


def many_threads():
    return b"".join(b"thread: %d\n" % (i + 1) + HEAD + b"fn=f\n1 1\n\n" for i in range(50_000))


def many_jumps():
    return HEAD + b"fn=f\n" + b"".join(b"jump=1 %d\n%d 0\n" % (i % 5003, i % 7001) for i in range(200_000))


def inlined_files_in_turn():
    return HEAD + b"fl=a\nfn=f\n" + b"".join(b"fi=i%d\n%d 1\nfe=a\n1 1\n" % (i % 50_000, i) for i in range(100_000))


def many_descriptions():
    return b"version: 1\n" + b"".join(b"desc: key %d: value\n" % i for i in range(200_000)) + HEAD + b"fn=f\n1 1\n"


def one_call_site():
    return HEAD + b"fn=a\n" + b"cfn=b\ncalls=1 1\n1 1\n" * 200_000 + b"fn=b\n1 1\n"


def many_callees_of_one_name():
    return HEAD + b"fn=a\n" + b"".join(b"cob=o%d\ncfn=b\ncalls=1 1\n1 1\n" % i for i in range(100_000)) + b"fn=b\n1 1\n"


# --- collapsed ---

def a_long_beginning_in_common():
    frames = b";".join(b"f%d" % i for i in range(20_000))
    return b"".join(frames + b";g%d 1\n" % i for i in range(80))


def deep_and_shallow_in_turn():
    deep = b";".join(b"f%d" % i for i in range(50_000))
    return (deep + b" 1\na 1\n") * 15


def one_frame_on_itself():
    return b";".join([b"f"] * 1_000_000) + b" 1\n"


def all_at_the_root():
    return b"".join(b"f%d 1\n" % i for i in range(400_000))


def everybody_at_two_depths():
    return b"".join(b"a%d;b 1\nb;a%d 1\n" % (i, i) for i in range(150_000))


def a_name_of_semicolons():
    return b";" * 1_000_000 + b" 1\n"


def names_like_ours():
    """What is added has the first number that is free."""
    return b" 7\n" + b"".join(b"[idle%s];[root%s] 1\n" % ((b" %d" % i if i > 1 else b"",) * 2) for i in range(1, 60_000))


def many_counts():
    return b"f 1\n" * 1_000_000


# --- speedscope ---

def speedscope(profiles, frames=({"name": "f"},)):
    return json.dumps({"shared": {"frames": list(frames)}, "profiles": profiles}).encode()


def sampled(samples, name="t"):
    return {"type": "sampled", "name": name, "unit": "none", "startValue": 0, "endValue": len(samples),
            "samples": samples, "weights": [1] * len(samples)}


def many_profiles():
    return speedscope([sampled([[0]], f"t{i}") for i in range(30_000)])


def profiles_of_one_name():
    return speedscope([sampled([[0]])] * 30_000)


def equal_frames():
    return speedscope([sampled([[i] for i in range(0, 100_000, 1000)])], [{"name": "f"}] * 100_000)


def a_sample_of_a_million():
    return speedscope([sampled([[0] * 1_000_000, [0] * 500_000])])


def open_and_close_far_down():
    depth, turns = 20_000, 100_000
    events = [{"type": "O", "frame": 0, "at": 0} for _ in range(depth)]
    events += [{"type": kind, "frame": 0, "at": 1 + i} for i in range(turns) for kind in ("O", "C")]
    events += [{"type": "C", "frame": 0, "at": turns + 1} for _ in range(depth)]
    return speedscope([{"type": "evented", "name": "t", "unit": "none", "startValue": 0, "endValue": turns + 1, "events": events}])


def frames_behind_profiles():
    samples = [[i % 1000, (i * 7) % 1000] for i in range(100_000)]
    return json.dumps({"profiles": [sampled(samples)], "shared": {"frames": [{"name": f"f{i}"} for i in range(1000)]}}).encode()


def escapes():
    return speedscope([sampled([[0]])], [{"name": "\u0000\ud800" * 300_000}])


def long_decimals():
    return speedscope([sampled([[0]])]).replace(b'"weights": [1]', b'"weights": [1.' + b"0" * 4000 + b"]").replace(
        b'"name": "t"', b'"other": [' + b",".join([b"0." + b"1" * 4000] * 1000) + b'], "name": "t"')


def many_brackets():
    return speedscope([sampled([[0]])]).replace(b'"shared"', b'"other": [' + b"[]," * 1_000_000 + b'0], "shared"', 1)


# --- flame graphs ---

SVG = b'<?xml version="1.0"?>\n<svg xmlns:fg="http://github.com/jonhoo/inferno">\n%s</svg>\n'


def box(name, y, x, width, total=100):
    return b'<g><title>%s (%d samples, 1%%)</title><rect y="%d" fg:x="%d" fg:w="%d"/></g>\n' % (name, width, y, x, width)


def many_siblings():
    n = 60_000
    return SVG % (box(b"all", 16, 0, n) + b"".join(box(b"f%d" % i, 0, i, 1) for i in range(n)))


def a_tower():
    n = 30_000
    return SVG % b"".join(box(b"f%d" % i, (n - i) * 16, 0, 5) for i in range(n))


def boxes_in_one_place():
    return SVG % (box(b"all", 16, 0, 5) + box(b"f", 0, 0, 0) * 50_000 + box(b"g", 0, 0, 5))


def many_attributes():
    attributes = b" ".join(b'a%d="1"' % i for i in range(20_000))
    return SVG % (b"<g %s></g>" % attributes + box(b"f", 0, 0, 5))


def comments():
    return SVG % (b"<!-- c -->" * 300_000 + box(b"f", 0, 0, 5))


def characters_by_number():
    return SVG % box(b"&#65;" * 500_000, 0, 0, 5)


def text_in_pieces():
    return SVG % box(b"a<![CDATA[b]]>" * 100_000, 0, 0, 5)


# --- what was before pprof's protocol buffer ---

def threads_of_a_deep_stack():
    shares = b"".join(b"t%d: 1: 100 [0: 0]\n" % i for i in range(5000))
    return b"heap_v2/524288\n  t*: 1: 1 [0: 0]\n@" + b" 0x1" * 20_000 + b"\n  t*: 5000: 500000 [0: 0]\n" + shares


def threads_in_one_place():
    head = b"--- Thread 7f (name: a/%d) stack: ---\n"
    return b"--- threadz 1 ---\n" + head % 1 + b" 0x1" * 20_000 + b"\n" + b"".join(head % i + b"[same as previous thread]\n" for i in range(5000))


def comments_of_a_deep_stack():
    comments = b"".join(b"#\t0x%x\tf+0x1\ta.go:1\n" % (100 + i) for i in range(200_000))
    return b"goroutine profile: total 1\n1 @" + b" 0x10 0x20" * 20_000 + b"\n" + comments


def a_map_downward():
    """Each part begins below the one before, lacks its beginning, and is looked for there."""
    count = 50_000
    stacks = b"".join(b"1 @ 0x%x\n" % (16 * i + 3) for i in range(count))
    parts = b"".join(b"%x-%x: /a%d (@%x)\n" % (16 * (count - i), 16 * (count - i) + 8, i, i) for i in range(count))
    return b"goroutine profile: total 1\n" + stacks + b"--- Memory map: ---\n" + parts


def names_in_a_map():
    names = b"".join(b"a" * 50 + b"%d=x\n" % i for i in range(16))
    return b"goroutine profile: total 1\n1 @ 0x1\n--- Memory map: ---\n" + names + (b"$" + b"a" * 49) * 200_000 + b"\n"


# --- wrapped ---

def many_members():
    return gzip.compress(b"") * 200_000 + gzip.compress(b"main;f 1\n")


def padded():
    return gzip.compress(b"main;f 1\n") + b"\0" * 10_000_000


def empty_lines():
    return gzip.compress(b"\n" * 500_000_000 + b"main;f 1\n", 9)


# --- sentry ---

def sentry(samples, version="1", frames=({"function": "f"},), stacks=((0,),), **more):
    return json.dumps({"version": version, "profile": {"frames": list(frames), "stacks": list(stacks), "samples": samples}, **more}).encode() + b"\n"


def sentry_spans(spans, end):
    """Numbers for ids; the transaction is 1."""
    rows = [{"trace_id": "a", "span_id": f"{id:x}", "parent_span_id": f"{parent:x}", "start_timestamp": start, "timestamp": stop, "op": "o"}
            for id, parent, start, stop in spans]
    return json.dumps({"type": "transaction", "transaction": "/", "start_timestamp": 0, "timestamp": end,
                       "contexts": {"trace": {"trace_id": "a", "span_id": "1"}}, "spans": rows}).encode()


def elapsed(time, thread=1):
    return {"stack_id": 0, "thread_id": thread, "elapsed_since_start_ns": time}


def items_of_many_types():
    return b"{}\n" + b"".join(b'{"type":"t%d"}\nx\n' % i for i in range(200_000)) + sentry([elapsed(0), elapsed(5)])


def threads_of_chunks_before_profiles():
    chunk = sentry([{"stack_id": 0, "thread_id": i, "timestamp": 1} for i in range(50_000)], "2", profiler_id="p")
    return chunk + sentry([elapsed(0), elapsed(5)]) * 20_000


def samples_backwards():
    return sentry([elapsed(i) for i in range(200_000, 0, -1)])


def samples_of_a_deep_stack():
    return sentry([elapsed(i) for i in range(10_000)], stacks=[[0] * 10_000])


def a_wide_trace():
    return sentry_spans([(i, 1, i / 1000, 200 - i / 1000) for i in range(2, 50_000)], 1000)


def a_chain_of_spans():
    return sentry_spans([(i, i - 1, i / 1000, 200 - i / 1000) for i in range(2, 3_000)], 1000)


def circles_of_spans():
    return sentry_spans([(i, i + 1 if i % 1000 else i - 999, 1, 2) for i in range(2, 50_000)], 10)


# --- perf ---

PERF_FRAME = b"\t 26e2 run+0x1 (/srv/load)\n"


def comms_of_colons_and_times():
    lines = [b"a: 1 " * 100_000, b"1.000000:x " * 100_000, b" " * 1_000_000 + b"1 c:", b"1.0." * 250_000, b"[1] " * 250_000]
    return b"".join(line + b" 7 2.000000: c: \n" + PERF_FRAME + b"\n" for line in lines)


def lines_of_ten_megabytes():
    return b"a 7 2.000000: c: " + b"ffffffff " * 1_000_000 + b"\n\t 1 f (" + b" (" * 5_000_000 + b")\n\t 2 g" + b"+0x1 (x" * 1_000_000 + b"\n\n"


def a_perf_stack_of_a_million():
    return b"a 7 2.000000: c: \n" + PERF_FRAME * 1_000_000 + b"\n" + b"a 7 2.000000: c: \n" + PERF_FRAME * 999_999 + b"\n"


def inlined_in_two_objects():
    return b"".join(b"a 7 2.000000: c: \n" + b"\t 1 f (inlined)\n" * 1000 + b"\t 1 g (/%d)\n\n" % (i % 2) for i in range(1000))


def events_of_a_million_names():
    return b"".join(b"a 7 2.000000: c%d: \n" % i for i in range(1_000_000))


def threads_of_a_million_names():
    return b"".join(b"a%d 7 2.000000: c: \n" % i for i in range(300_000))


# --- instruments ---

def levels_to_and_fro():
    deep = b"".join(b"    " + b"  " * i + b"9 f\n" for i in range(1500))
    return b"Call graph:\n" + deep + b"    9 T\n" + deep + b"Total number in stack\n"


def functions_of_brackets():
    return b"Call graph:\n    9 T\n" + b"      9 " + b"  (in " * 1_000_000 + b"  [0x" * 1_000_000 + b"\nTotal number in stack\n"


def references_to_one_backtrace():
    frames = b"".join(b"<frame id='%d' name='f%d'/>" % (i, i % 7) for i in range(2, 10_000))
    return b"<trace-query-result><row><backtrace id='1'>" + frames + b"</backtrace></row>" + b"<row><backtrace ref='1'/></row>" * 5_000 + b"</trace-query-result>"


# --- dtrace ---

def keys_in_front():
    return b"\n              a`f\n   1\n" + b" key\n" * 500_000 + b"              a`f\n   1\n" + b" 7\n" * 500_000


def lines_of_many_words():
    return b"  1 2" + b" 3" * 2_000_000 + b"\n              a`f" + b" +0x1" * 1_000_000 + b"`" * 1_000_000 + b"\n   1\n"


def an_aggregated_stack_of_a_million():
    return b"              a`f+0x1\n" * 1_000_000 + b"   1\n"


# --- bpftrace ---

def keys_of_commas():
    return b"@[" + b", " * 2_000_000 + b"a" * 2_000_000 + b"]: 1\n" + b"@[" + b"]: " * 1_000_000 + b"1\n@[" + b"]:" * 1_000_000 + b"\n    f\n]: 1\n"


def a_map_stack_of_a_million():
    return b"@[\n" + b"    main+48\n" * 1_000_000 + b", a]: 1\n"


def maps_of_many_names():
    return b"".join(b"@m%d[\n    main+48\n]: 1\n" % i for i in range(250)) + b"@m1[\n    main+48\n]: 1\n" * 100_000


# --- trace events ---

def trace(*events):
    return b"[" + b",".join(events) + b"]"


def many_begins():
    return trace(*[b'{"name":"a","ph":"B","ts":1}'] * 5_000)


def events_at_one_time():
    return trace(*[b'{"name":"a","ph":"X","ts":1,"dur":%d}' % (i % 7) for i in range(5_000)])


def overlaps_everywhere():
    return trace(*[b'{"name":"a","ph":"X","ts":%d,"dur":900000}' % i for i in range(5_000)])


def a_thread_for_each_event():
    return trace(*[b'{"name":"a","ph":"X","ts":1,"tid":%d}' % i for i in range(50_000)])


def headers_that_do_not_end():
    begins = [b'{"name":"S","cat":"S","ph":"b","ts":%d}' % i for i in range(50_000)]
    return trace(*begins, *[b'{"name":"T","cat":"T","ph":"e","ts":1}'] * 50_000)


# --- cpuprofile ---

def v8(nodes, samples, deltas):
    """Nodes by id, name and ids of children."""
    return json.dumps({"nodes": [{"id": id, "callFrame": {"functionName": name}, "children": children} for id, name, children in nodes],
                       "startTime": 0, "endTime": 10**9, "samples": samples, "timeDeltas": deltas}).encode()


def a_chain_from_its_end():
    """Each child stands before its parent."""
    return v8([(i, f"f{i % 3}", [i + 1] if i < 300_000 else []) for i in range(300_000, 0, -1)], [300_000, 1], [1, 1])


def times_going_back():
    return v8([(1, "f", []), (2, "g", [])], [1, 2] * 500_000, [10**8] + [-1] * 999_999)


def samples_at_one_time():
    return v8([(i, "f", []) for i in range(1, 1000)], [i % 999 + 1 for i in range(1_000_000)], [0] * 1_000_000)


def nodes_far_apart():
    return v8([(i * 40_000, "f", []) for i in range(1, 100_000)], [i * 40_000 for i in range(1, 100_000)], [1] * 99_999)


def circles_of_nodes():
    return v8([(i, "f", [i + 1 if i % 1000 else i - 999]) for i in range(1, 200_001)], [], [])


# --- firefox ---

def firefox(frames, prefixes, samples, times):
    return json.dumps({"meta": {"preprocessedProfileVersion": 48}, "threads": [
        {"samples": {"stack": samples, "time": times}, "stackTable": {"frame": frames, "prefix": prefixes}, "frameTable": {"func": [0, 1]},
         "funcTable": {"name": [0, 1]}, "stringArray": ["f", "g"]}]}).encode()


def one_stack_of_many_frames():
    return firefox([i % 2 for i in range(500_000)], [None, *range(499_999)], [499_999] * 10, list(range(10)))


def times_of_firefox_going_back():
    return firefox([0, 1], [None, None], [i % 2 for i in range(500_000)], list(range(500_000, 0, -1)))


# --- Flight Recorder ---

def jfr_texts_of_one_key():
    """And types that all are texts."""
    types = {**jfr.TYPES, **{f"t{i}": (1000 + i, {"name": (jfr.STRING,)}) for i in range(2_000)}}
    return jfr.chunk(jfr.CONSTANTS, *(jfr.checkpoint({jfr.STRING: {1: jfr.text("x")}}) for _ in range(20_000)), jfr.sample(1), types=types)


def jfr_stack_of_a_million():
    return jfr.chunk(jfr.CONSTANTS, jfr.checkpoint({jfr.STACK: {9: b"\0" + jfr.number(1_000_000) + jfr.numbers(1, 7, 0) * 1_000_000}}), jfr.sample(1, 1, 9))


def jfr_small_chunks():
    return jfr.WHOLE * 3000


def jfr_long_texts_without_bytes():
    """Methods of one class whose name is long."""
    pools = {**jfr.POOLS, jfr.SYMBOL: {**jfr.POOLS[jfr.SYMBOL], 1: jfr.text("x/" * 5000)}, jfr.METHOD: {i: jfr.numbers(1, 2, 4) for i in range(5000)},
             jfr.STACK: {1: b"\0" + jfr.frames(*((i, 7, 0) for i in range(5000)))}}
    return jfr.chunk(jfr.checkpoint(pools), jfr.sample(1))


CASES = [
    ("pstat", [one_caller_again_and_again, one_key_by_reference, rows_of_one_key, long_names_with_one_beginning,
               many_lines_of_one_name, long_numbers, kept_objects]),
    ("callgrind", [sparse_ids, one_id_defined_again, lines_that_descend, lines_to_and_fro, two_functions_in_turn, many_parts,
                   many_threads, many_jumps, inlined_files_in_turn, many_descriptions, one_call_site, many_callees_of_one_name]),
    ("collapsed", [a_long_beginning_in_common, deep_and_shallow_in_turn, one_frame_on_itself, all_at_the_root,
                   everybody_at_two_depths, a_name_of_semicolons, names_like_ours, many_counts, many_members, padded, empty_lines]),
    ("speedscope", [many_profiles, profiles_of_one_name, equal_frames, a_sample_of_a_million, open_and_close_far_down,
                    frames_behind_profiles, escapes, long_decimals, many_brackets]),
    ("pprof", [threads_of_a_deep_stack, threads_in_one_place, comments_of_a_deep_stack, a_map_downward, names_in_a_map]),
    ("sentry", [items_of_many_types, threads_of_chunks_before_profiles, samples_backwards, samples_of_a_deep_stack, a_wide_trace,
                a_chain_of_spans, circles_of_spans]),
    ("perf", [comms_of_colons_and_times, lines_of_ten_megabytes, a_perf_stack_of_a_million, inlined_in_two_objects,
              events_of_a_million_names, threads_of_a_million_names]),
    ("instruments", [levels_to_and_fro, functions_of_brackets, references_to_one_backtrace]),
    ("dtrace", [keys_in_front, lines_of_many_words, an_aggregated_stack_of_a_million]),
    ("bpftrace", [keys_of_commas, a_map_stack_of_a_million, maps_of_many_names]),
    ("jfr", [jfr_texts_of_one_key, jfr_stack_of_a_million, jfr_small_chunks, jfr_long_texts_without_bytes]),
    ("chrometrace", [many_begins, events_at_one_time, overlaps_everywhere, a_thread_for_each_event, headers_that_do_not_end]),
    ("cpuprofile", [a_chain_from_its_end, times_going_back, samples_at_one_time, nodes_far_apart, circles_of_nodes]),
    ("firefox", [one_stack_of_many_frames, times_of_firefox_going_back]),
    ("flamegraph", [many_siblings, a_tower, boxes_in_one_place, many_attributes, comments, characters_by_number, text_in_pieces]),
]
REFUSED = {one_caller_again_and_again, one_key_by_reference, rows_of_one_key, long_numbers, many_attributes, boxes_in_one_place, long_decimals, circles_of_nodes, jfr_long_texts_without_bytes,
           events_of_a_million_names}


def within():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.parametrize("reader, make", [(reader, make) for reader, makes in CASES for make in makes],
                         ids=lambda x: x if isinstance(x, str) else x.__name__)
def test_worst(reader, make, tmp_path):
    path = tmp_path / "in"
    path.write_bytes(make())
    for writer in ("callgrind",) if lib.SANITIZED else ("collapsed", "callgrind", "flamegraph"):
        done = subprocess.run([lib.BIN / f"{reader}2{writer}", "-q", "-o", tmp_path / "out", path], capture_output=True,
                              env=lib.ENV, preexec_fn=None if lib.SANITIZED else within, timeout=600)
        assert done.returncode == 0 or (done.returncode == 2 and make in REFUSED and done.stderr.count(b"\n") == 1), done.stderr
        if done.returncode == 0 and writer == "callgrind":
            assert lib.run("profcheck", "-f", reader, "--against", tmp_path / "out", path)[0] == b""


@pytest.mark.skipif(lib.SANITIZED, reason="sanitized programs take their time")
@pytest.mark.parametrize("places", ["{0} ({0}.py:{0})", "r (/{0}/x.py:1)", "r ({0}:{0})", "r (/a/{0}/b/{0}/x.py:2)"], ids=range(4))
def test_functions_of_one_name_elsewhere(places, tmp_path):
    """Which file of one side is which of the other takes no comparison of each with each."""
    for side, first in ("a", 0), ("b", 60_000):
        (tmp_path / side).write_text("".join(f"{places.format(first + i)} 1\n" for i in range(60_000)))
    done = subprocess.run([lib.BIN / "profdiff", "-q", "-n", "5", tmp_path / "a", tmp_path / "b"], capture_output=True, env=lib.ENV, preexec_fn=within)
    assert done.returncode == 0 and b"more functions" in done.stdout


@pytest.mark.skipif(lib.SANITIZED, reason="sanitized programs take their time")
def test_methods_and_functions_of_one_name(tmp_path):
    """Files are looked at by their last component, whose ends may be alike for long."""
    for side, name, count in ("a", "C{0}.m", 1000), ("b", "m", 40_000):
        (tmp_path / side).write_text("".join(f"{name.format(i)} ({side}{i}{'x' * 600}.py) 1\n" for i in range(count)))
    done = subprocess.run([lib.BIN / "profdiff", "-q", "-n", "5", tmp_path / "a", tmp_path / "b"], capture_output=True, env=lib.ENV, preexec_fn=within)
    assert done.returncode == 0 and b"more functions" in done.stdout


@pytest.mark.skipif(lib.SANITIZED, reason="sanitized programs take their time")
def test_a_tree_of_one_deep_stack(tmp_path):
    depth = 500_000
    (tmp_path / "in").write_text(";".join(["a"] * depth) + " 1\n")
    with open(tmp_path / "out", "wb") as out:
        subprocess.run([lib.BIN / "proftop", "--tree", "-n", "0", tmp_path / "in"], stdout=out, env=lib.ENV, preexec_fn=within, check=True)
    with open(tmp_path / "out", "rb") as out:
        assert sum(line.endswith(b" a\n") for line in out) == depth

"""Memory in proportion: files made to take much of it, against the factors that man profpipe-limits promises.

Each line or element is as short as its format allows and unlike the others, so that each makes
rows in as many tables as can be: a name, a function, a frame, a stack, a sample.
"""
import functools
import gzip
import json
import re
import struct
import sys

import pytest

import lib
from protobuf_fields import field, varint
from tools import profiles

sys.path.append(str(lib.ROOT / "tests/formats"))
import broken_files  # noqa: E402

pytestmark = pytest.mark.skipif("san" in str(lib.BUILD), reason="sanitizers take memory of their own")

jfr = broken_files.module("jfr")
CONSTANT = 16 << 20  # a program, its libraries and its buffers
SIZES = 100_000, 265_000  # at the second one most tables of the first have just been doubled

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def short(i):
    """The shortest names that differ."""
    name = DIGITS[i % 36]
    while i := i // 36:
        name = DIGITS[i % 36] + name
    return name


def many(n, form):
    return "".join(form(short(i), i) for i in range(n)).encode()


# --- callgrind ---

EVENTS = b"events: " + b" ".join(b"e%d" % i for i in range(256)) + b"\n"


def one_value_of_256_types(n):
    return EVENTS + b"fn=f\n" + b"+1 1\n" * n


def a_quarter_of_256_types(n):
    return EVENTS + b"fn=f\n" + (b"+1" + b" 1" * 64 + b"\n") * (n // 26)


def three_of_nine_types(n):
    return b"events: a b c d e f g h i\nfn=f\n" + b"+1 1 1 1\n" * (n // 2)


def inclusive_of_256_types(n):
    return EVENTS + b"fn=f\n" + many(n // 5, lambda name, i: f"cfn={name}\ncalls=1 1\n1 1\n")


def lines(n):
    return b"events: a\nfn=f\n" + b"+1\n" * n


def functions(n):
    return b"events: a\n" + many(n // 3, lambda name, i: f"fn=({i}) {name}\n1 1\n")


def arcs(n):
    return b"events: a\nfn=f\n" + many(n // 4, lambda name, i: f"cfn={name}\ncalls=1 1\n1 1\n")


def jumps(n):
    return b"events: a\nfn=f\n1 1\n" + many(n // 3, lambda name, i: f"jump=1 {i}\n{i}\n")


def parts(n):
    return b"version: 1\n" + many(n // 8, lambda name, i: f"part: {i + 1}\nevents: a\nfn=f\n1 1\n")


def metadata(n):
    return b"version: 1\nevents: a\n" + many(n // 3, lambda name, i: f"desc: {name}: b\n") + b"fn=f\n1 1\n"


# --- collapsed ---

def stacks(n):
    return many(n, lambda name, i: f"{name} 1\n")


def stacks_of_two(n):
    return many(n, lambda name, i: f"{short(i % 26)};{short(i // 26)} 1\n")


def one_deep_stack(n):
    return b";".join([b"a"] * (n * 5 // 2)) + b" 1\n"


# --- speedscope ---

def speedscope(frames, *made):
    schema = "https://www.speedscope.app/file-format-schema.json"
    return json.dumps({"$schema": schema, "shared": {"frames": frames}, "profiles": made}, separators=(",", ":")).encode()


def sampled(samples, name="", unit="none"):
    return {"type": "sampled", "name": name, "unit": unit, "startValue": 0, "endValue": len(samples), "samples": samples,
            "weights": [1] * len(samples)}


def frames_of(n):
    return [{"name": short(i)} for i in range(n)]


def frames(n):
    return speedscope(frames_of(n // 3), sampled([[0]]))


def frames_in_samples(n):
    return speedscope(frames_of(n // 4), sampled([[i] for i in range(n // 4)]))


def samples(n):
    return speedscope(frames_of(1), sampled([[0]] * (n * 5 // 6)))


def samples_of_six_units(n):
    units = "none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"
    return speedscope(frames_of(1), *(sampled([[0]] * (n // 8), f"{unit} {i}", unit) for i, unit in enumerate(units)))


def one_deep_sample(n):
    return speedscope(frames_of(1), sampled([[0] * (n * 5 // 2)]))


def events(n):
    opened = [{"type": kind, "frame": 0, "at": at} for at in range(n // 16) for kind in "OC"]
    return speedscope(frames_of(1), {"type": "evented", "name": "", "unit": "none", "startValue": 0, "endValue": n, "events": opened})


def threads(n):
    return speedscope(frames_of(1), *(sampled([[0]], short(i)) for i in range(n // 22)))


# --- pstat ---

COUNT = b"i\1\0\0\0"


def keys(n):
    """Keys and rows of references to one number."""
    head = b"{)\3\xfa\0\xe9\0\0\0\0z\1-)\5\xe9\1\0\0\0" + b"r\2\0\0\0" * 3 + b"{0"
    return head + b"".join(b")\3r\0\0\0\0r\1\0\0\0z" + bytes([len(name)]) + name + b")\5" + b"r\2\0\0\0" * 4 + b"{0"
                           for name in (short(i).encode() for i in range(n // 9))) + b"0"


def callers(n):
    """Keys are tuples that are named again as callers."""
    rows = []
    for i in range(n // 14):
        name = short(i).encode()
        rows.append(b"\xa9\3z\0" + COUNT + b"z" + bytes([len(name)]) + name + b")\5" + COUNT * 2 + b"f\0010f\0010{")
        rows += [b"r" + struct.pack("<i", j) + b")\4" + COUNT * 2 + b"f\0010f\0010" for j in range(max(0, i - 2), i)]
        rows.append(b"0")
    return b"{" + b"".join(rows) + b"0"


# --- pprof ---

def pprof(count, *rest):
    """`count` functions, each with a location, and what else there is."""
    made = [field(1, field(1, 1) + field(2, 1)), *rest]
    made += [field(5, field(1, i + 1) + field(2, i + 2)) + field(4, field(1, i + 1) + field(4, field(1, i + 1))) for i in range(count)]
    return b"".join(made + [field(6, text) for text in [b"", b"a"] + [short(i).encode() for i in range(count)]])


def sample(*numbers):
    return field(2, field(1, b"".join(map(varint, numbers))) + field(2, b"\1"))


def locations(n):
    return pprof(n // 8, *(sample(i + 1) for i in range(n // 8)))


def samples_of_two(n):
    return pprof(600, *(sample(i % 600 + 1, i // 600 + 1) for i in range(n)))


def one_deep_list(n):
    return pprof(1, sample(*[1] * (n * 5 // 2)))


def one_long_location(n):
    """As many frames as a stack may have: of one location with many lines."""
    return pprof(1, field(4, field(1, 2) + field(4, field(1, 1)) * 19), sample(*[2] * (n // 4)), field(20, b"\0" * n))


# --- before pprof's protocol buffer: addresses have neither tables nor names ---

def words(*values):
    return struct.pack(f"<{len(values)}I", *values)


def addresses(count):
    """None like another, in no order."""
    return [(i * 2654435761 + 1) % 2**32 for i in range(count)]


def addresses_of_one_stack(n):
    found = addresses(n // 4)
    stacks = [found[at:at + 60000] for at in range(0, len(found), 60000)]
    return words(0, 3, 0, 1, 0) + b"".join(words(1, len(stack), *stack) for stack in stacks) + words(0, 1, 0)


def addresses_of_stacks(n):
    return words(0, 3, 0, 1, 0) + b"".join(words(1, 1, address) for address in addresses(n // 12)) + words(0, 1, 0)


def counted_addresses(n):
    return ("goroutine profile: total 1\n1 @" + "".join(f" 0x{i:x}" for i in range(n // 6)) + "\n").encode()


def labels_of_stacks(n):
    return ("goroutine profile: total 1\n" + "".join(f'1 @\n# labels: {{"a":"{short(i)}"}}\n' for i in range(n // 22))).encode()


def threads_of_stacks(n):
    return ("heap_v2/1\n  t*: 1: 1 [0: 0]\n@ 0x1\n  t*: 1: 1 [0: 0]\n" + "".join(f"t{i}:0:0[0:0]\n" for i in range(n // 14))).encode()


def symbols_of_addresses(n):
    return ("--- symbol\n" + "".join(f"0x{i:x} a{i}--b\n" for i in range(n // 14)) + "---\n--- heap\nheap profile: 1: 1 [1: 1] @ heapprofile\n"
            "1: 1 [1: 1] @ 0x2\n").encode()


def parts_of_a_map(n):
    return ("heap profile: 1: 1 [1: 1] @ heapprofile\n1: 1 [1: 1] @ 0x2\nMAPPED_LIBRARIES:\n"
            + "".join(f"{2 * i:x}-{2 * i + 1:x}\n" for i in range(n // 9))).encode()


# --- otlp: names first, so that no row is longer than it must be ---

def otlp(rows, samples, texts):
    tables = field(7, b"") + field(3, b"") + field(2, b"") + b"".join(rows)
    tables += b"".join(field(5, text) for text in [b"", b"a", *texts])
    profile = field(1, field(1, 1) + field(2, 1)) + b"".join(field(2, one) for one in samples)
    return field(1, field(2, field(2, profile))) + field(2, tables)


def otlp_names(n):
    """A function, a location, a stack and a sample each."""
    count = n // 24
    rows = [field(3, field(1, i + 2)) + field(2, field(3, field(1, i + 1))) + field(7, field(1, varint(i + 1))) for i in range(count)]
    return otlp(rows, (field(1, i + 1) + field(4, b"\1") for i in range(count)), (short(i).encode() for i in range(count)))


def otlp_attributes(n):
    """A label each, and a set of it."""
    count = n // 14
    rows = [field(6, field(1, 1) + field(2, field(3, i))) for i in range(count)]
    return otlp(rows, (field(2, varint(i)) + field(4, b"\1") for i in range(count)), [])


def otlp_empty_rows(n):
    return otlp([field(2, b"") * (n // 4), field(7, b"") * (n // 4), field(3, field(1, 1)), field(7, field(1, b""))],
                [field(1, 0) + field(2, b"") + field(4, b"\1")], [])


def otlp_deep_stack(n):
    """As many frames as a stack may have: of one location with many lines."""
    lines = field(2, field(3, field(1, 1)) * 19)
    return otlp([field(3, field(1, 1)), lines, field(7, field(1, b"\1" * (n // 4))), field(7, field(1, b"\0" * n))],
                [field(1, 1) + field(4, b"\1")], [])


def otlp_json(table, row, n):
    """In JSON nothing is shorter than a row with nothing in it."""
    tables = f'"functionTable":[{{}}],"stringTable":["","a"],"{table}":[{",".join([row] * (n // (len(row) + 1)))}]'
    return ('{"resourceProfiles":[{"scopeProfiles":[{"profiles":[{"sampleType":{"typeStrindex":1},"samples":[{"values":[1]}]}]}]}],'
            f'"dictionary":{{{tables}}}}}\n').encode() + b" " * 2000


def otlp_json_locations(n):
    return otlp_json("locationTable", "{}", n).replace(b'"dictionary":{', b'"dictionary":{"stackTable":[{}],')


def otlp_json_stacks(n):
    return otlp_json("stackTable", "{}", n)


def otlp_json_strings(n):
    return otlp_json("stringTable", '""', n).replace(b'"dictionary":{', b'"dictionary":{"stackTable":[{}],')


# --- traces: spans without a time, each with an id of its own ---

def spans(rows):
    usual = field(1, b"0123456789abcdef") + field(2, b"01234567")  # by which the format is known
    return field(1, field(2, field(2, usual) + b"".join(field(2, row) for row in rows)))


def spans_of_one_trace(n):
    return spans(field(1, b"t") + field(2, short(i).encode()) + field(5, short(i).encode()) for i in range(n // 14))


def traces_of_one_span(n):
    return spans(field(1, short(i).encode()) + field(2, b"s") + field(5, short(i).encode()) for i in range(n // 14))


def zipkin_spans(n):
    return b"[" + b",".join(b'{"traceId":"1","id":"x%s","duration":1}' % short(i).encode() for i in range(n // 38)) + b"]"


# --- sentry ---

def sentry(frames, stacks, made, version="1", **more):
    return json.dumps({"version": version, "profile": {"frames": frames, "stacks": stacks, "samples": made}, **more},
                      separators=(",", ":")).encode()


def elapsed(stack, time=0, thread=0):
    return {"stack_id": stack, "thread_id": thread, "elapsed_since_start_ns": time}


def sentry_frames(n):
    return sentry([{"function": short(i)} for i in range(n // 4)], [[i] for i in range(n // 4)], [elapsed(0)])


def sentry_stacks(n):
    return sentry([{"function": "f"}], [[]] * (n * 5 // 3) + [[0]], [elapsed(0)])


def sentry_samples(n):
    count = n // 7
    return sentry([{"function": short(i)} for i in range(count)], [[i] for i in range(count)], [elapsed(i) for i in range(count)])


def sentry_threads(n):
    return sentry([{"function": "f"}], [[0]], [elapsed(0, 0, i) for i in range(n // 10)])


def sentry_deep_stack(n):
    return sentry([{"function": "f"}], [[0] * (n * 5 // 2)], [elapsed(0)])


def sentry_chunk(n):
    """Which waits for the next one."""
    return sentry([{"function": "f"}], [[0]], [{"stack_id": 0, "timestamp": i} for i in range(n // 5)], "2", profiler_id="p")


def sentry_spans(n):
    """Each with a name, a trace and an id of its own."""
    rows = [{"span_id": short(i), "trace_id": short(i), "op": short(i), "start_timestamp": 0} for i in range(n // 9)]
    return json.dumps({"version": 2, "items": rows}, separators=(",", ":")).encode()


# --- trace events ---

def nested_events(n):
    """Each with a name of its own, fifty inside of each other: each is a call, and formats that list stacks have a list for each."""
    return b"[" + b",".join(b'{"name":"%s","ph":"B","ts":1,"tid":%d}' % (short(i).encode(), i // 50) for i in range(n // 38)) + b"]"


def events_of_threads(n):
    return b"[" + b",".join(b'{"ph":"X","ts":1,"tid":%d}' % i for i in range(n // 28)) + b"]"


def hermes_samples(n):
    """Of two stacks in turn."""
    return (b'{"traceEvents":[],"stackFrames":{"1":{"name":"a"},"2":{"name":"b"}},"samples":['
            + b",".join(b'{"ts":%d,"sf":%d}' % (i, i % 2 + 1) for i in range(n // 16)) + b"]}")


def nodes_of_pieces(n):
    nodes = b",".join(b'{"id":%d,"callFrame":{"functionName":"%s"}}' % (i, short(i).encode()) for i in range(n // 42))
    return b'[{"ph":"P","name":"ProfileChunk","args":{"data":{"cpuProfile":{"nodes":[' + nodes + b"]}}}}]"


def events_backwards(n):
    return b"[" + b",".join(b'{"name":"%s","ph":"X","ts":%d}' % (short(i).encode(), -i) for i in range(n // 33)) + b"]"


# --- cpuprofile ---

def v8(nodes, samples=(), deltas=()):
    return b'{"nodes":[' + b",".join(nodes) + b'],"samples":[' + b",".join(samples) + b'],"timeDeltas":[' + b",".join(deltas) + b"]}"


def v8_node(i, more=b""):
    return b'{"id":%d,"functionName":"%s"%s}' % (i, short(i).encode(), more)


def v8_nodes(n):
    count = n // 25
    return v8([v8_node(i) for i in range(count)], [b"%d" % i for i in range(count)], [b"1"] * count)


def v8_children(n):
    """The same child again and again."""
    return v8([v8_node(1, b',"children":[' + b",".join([b"2"] * (n // 2 + 1)) + b"]"), v8_node(2)], [b"2"], [b"1"])


def v8_samples(n):
    """Of two stacks in turn, so that each is a row where time is kept."""
    return v8([v8_node(1), v8_node(2)], [b"1", b"2"] * (n // 8 + 1), [b"1"] * (n // 8 + 1) * 2)


def v8_tree(n):
    depth = n // 38
    return b'{"head":' + b"".join(b'{"id":%d,"functionName":"%s","children":[' % (i, short(i).encode()) for i in range(depth)) + \
        b'{"id":-0,"functionName":"","selfSize":1}'.replace(b"-0", b"%d" % depth) + b"]}" * depth + b"}"


# --- firefox ---

def firefox(stacks, samples, strings, frames=b"0"):
    """A thread: numbers of stacks' frames, of samples' stacks, strings."""
    return b'{"meta":{"preprocessedProfileVersion":48},"threads":[{"samples":{"stack":[%s]},"stackTable":{"frame":[%s]},"frameTable":{"func":[%s]},' \
        b'"funcTable":{"name":[%s]},"stringArray":[%s]}]}' % (b",".join(samples), b",".join(stacks), frames, frames, b",".join(strings))


def firefox_names(n):
    numbers = [b"%d" % i for i in range(n // 20)]
    return firefox(numbers, numbers, [b'"%s"' % short(i).encode() for i in range(n // 20)], b",".join(numbers))


def firefox_samples(n):
    return firefox([b"0"], [b"0"] * (n // 2 + 1), [b'"f"'])


def firefox_stacks(n):
    return firefox([b"0"] * (n // 2 + 1), [b"0"], [b'"f"'])


def firefox_threads(n):
    """Each of a name of its own."""
    return b'{"meta":{"preprocessedProfileVersion":48},"threads":[' + b",".join(b'{"name":"%s"}' % short(i).encode() for i in range(n // 12)) + b"]}"


# --- explain ---

def plan_nodes(n):
    """A child in as few bytes as it can be, with a name of its own."""
    return b"a  (cost=1..1 rows=1 width=1)\n" + b"".join(b"  ->  %s  (cost=1..1)\n" % short(i).encode() for i in range(n // 22))


def plan_queries(n):
    return b"[" + b",".join(b'{"Plan":{"Node Type":"a","Actual Loops":1}}' for _ in range(n // 43)) + b"]"


def plan_subplans(n):
    """InitPlans, each charged to the root."""
    node = b'{"Node Type":"%s","Subplan Name":"InitPlan 1","Actual Total Time":1,"Actual Loops":1,"Shared Hit Blocks":1}'
    return (b'[{"Plan":{"Node Type":"a","Actual Total Time":9,"Actual Loops":1,"Plans":['
            + b",".join(node % short(i).encode() for i in range(n // 100)) + b"]}}]")


def plan_workers(n):
    worker = b'{"Worker Number":%d,"Actual Loops":1}'
    return (b'[{"Plan":{"Node Type":"Gather","Actual Loops":1,"Workers":['
            + b",".join(worker % i for i in range(n // 38)) + b"]}}]")


def plan_triggers(n):
    return (b"Insert on t  (actual time=1..1 rows=1 loops=1)\n"
            + b"".join(b"Trigger %s: calls=1\n" % short(i).encode() for i in range(n // 20)))


# --- perf ---

def perf_frames(n):
    """One stack, each frame a function of its own."""
    return b"a 1 1.000000: c:\n" + b"".join(b"\t1 %s\n" % short(i).encode() for i in range(n // 6)) + b"\n"


def perf_addresses(n):
    return b"\t0000000000000000\n\n" + b"\n".join(b"\t%x\n" % i for i in range(n // 6)) + b"\n"


def perf_threads(n):
    return b"".join(b"%d 1.000000: c:\n" % i for i in range(n // 16))


# --- bpftrace ---

def bpftrace_frames(n):
    return b"@[\n" + b"".join(b"    %s\n" % short(i).encode() for i in range(n // 7)) + b"]: 1\n"


def bpftrace_keys(n):
    return b"".join(b"@[%s]: 1\n" % short(i).encode() for i in range(n // 9))


# --- Flight Recorder ---

def jfr_frames(n):
    """One stack, each frame another line of one method."""
    places = b"".join(jfr.numbers(1, i, 0) for i in range(n // 4))
    return jfr.chunk(jfr.CONSTANTS, jfr.checkpoint({jfr.STACK: {9: b"\0" + jfr.number(n // 4) + places}}), jfr.sample(1, 1, 9))


def jfr_stacks(n):
    stacks = {9 + i: b"\0\1" + jfr.numbers(1, i, 0) for i in range(n // 16)}
    return jfr.chunk(jfr.CONSTANTS, jfr.checkpoint({jfr.STACK: stacks}), *(jfr.sample(1, 1, key) for key in stacks))


def jfr_constants(n):
    return jfr.chunk(jfr.CONSTANTS, jfr.checkpoint({jfr.STRING: dict.fromkeys(range(n // 3), b"\0")}), jfr.sample(1))


def jfr_threads(n):
    threads = {9 + i: b"\0" + jfr.number(i) + b"\0" for i in range(n // 14)}
    return jfr.chunk(jfr.CONSTANTS, jfr.checkpoint({jfr.THREAD: threads}), *(jfr.sample(1, key) for key in threads))


# --- dtrace ---

def dtrace_frames(n):
    return b"\n" + b"".join(b"     a`%s\n" % short(i).encode() for i in range(n // 10)) + b" 1\n"


def dtrace_keys(n):
    return b"CPU ID FUNCTION:NAME\n" + b"".join(b" %s 1\n" % short(i).encode() for i in range(n // 6))


# --- instruments ---

def sample_lines(n):
    return (b"Call graph:\n    99999999 T\n" + b"".join(b"      1 %s\n" % short(i).encode() for i in range(n // 10))
            + b"Total number in stack\n")


def xctrace_frames(n):
    return (b"<trace-query-result><row><backtrace id='1'>" + b"".join(b"<frame name='%s'/>" % short(i).encode() for i in range(n // 18))
            + b"</backtrace></row></trace-query-result>")


def xctrace_ids(n):
    return b"<trace-query-result>" + b"".join(b"<tid id='%d'>1</tid>" % i for i in range(1, n // 20)) + b"</trace-query-result>"


# --- flame graphs ---

def rectangles(n):
    box = '<g><title>{} ({} samples, 1%)</title><rect x="{:.2f}" y="{}" width="{}" height="15"/></g>'
    count = n // 12
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="200"><g id="frames">'
            + box.format("all", count, 0, 100, 1000)
            + "".join(box.format(short(i), 1, i / 100, 84, 0.01) for i in range(count)) + "</g></svg>").encode()


WORST = {
    "callgrind": [one_value_of_256_types, a_quarter_of_256_types, three_of_nine_types, inclusive_of_256_types, lines, functions, arcs,
                  jumps, parts, metadata],
    "collapsed": [stacks, stacks_of_two, one_deep_stack],
    "speedscope": [frames, frames_in_samples, samples, samples_of_six_units, one_deep_sample, events, threads],
    "pstat": [keys, callers],
    "pprof": [locations, samples_of_two, one_deep_list, one_long_location, addresses_of_one_stack, addresses_of_stacks, counted_addresses,
              labels_of_stacks, threads_of_stacks, symbols_of_addresses, parts_of_a_map],
    "otlp": [otlp_names, otlp_attributes, otlp_empty_rows, otlp_deep_stack, otlp_json_locations,
             otlp_json_stacks, otlp_json_strings],
    "traces": [spans_of_one_trace, traces_of_one_span, zipkin_spans],
    "sentry": [sentry_frames, sentry_stacks, sentry_samples, sentry_threads, sentry_deep_stack, sentry_chunk, sentry_spans],
    "chrometrace": [hermes_samples, nodes_of_pieces, nested_events, events_of_threads, events_backwards],
    "cpuprofile": [v8_nodes, v8_children, v8_samples, v8_tree],
    "firefox": [firefox_names, firefox_samples, firefox_stacks, firefox_threads],
    "explain": [plan_nodes, plan_queries, plan_subplans, plan_workers, plan_triggers],
    "jfr": [jfr_frames, jfr_stacks, jfr_constants, jfr_threads],
    "perf": [perf_frames, perf_addresses, perf_threads],
    "bpftrace": [bpftrace_frames, bpftrace_keys],
    "dtrace": [dtrace_frames, dtrace_keys],
    "instruments": [sample_lines, xctrace_frames, xctrace_ids],
    "flamegraph": [rectangles],
}
CASES = [(format, make) for format, makers in WORST.items() for make in makers]
# each with a third of the writers
TURNS = {make: lib.WRITERS[number % 3::3] for number, (_, make) in enumerate(CASES)}


@functools.cache
def promised():
    """The manual's table: format -> times its size to read it, to convert it."""
    text = (lib.ROOT / "man/profpipe-limits.7").read_text()
    rows = re.findall(r"^\.It Cm (\w+) Ta (\d+) Ta (\d+)$", text, re.M)
    return {name: (int(read), int(convert)) for name, read, convert in rows}


def check(program, path, size, factor, *args):
    used = profiles.peak(program, "-q", *args, path) * 1024
    assert used < CONSTANT + factor * size, f"{program}: {used} bytes for {size}: {(used - CONSTANT) / size:.1f} times"


@pytest.mark.parametrize("format, make", CASES, ids=[make.__name__ for _, make in CASES])
def test_worst(tmp_path, format, make):
    read, convert = promised()[format]
    for n in SIZES:
        data = make(n)
        path = tmp_path / f"{n}.{format}"
        path.write_bytes(data)
        assert len(data) > n
        check("profcheck", path, len(data), read)
        for writer in TURNS[make] if n == SIZES[-1] else [format] if format in lib.WRITERS else []:
            check(f"{format}2{writer}", path, len(data), convert)
    check(f"{format}2otlp", path, len(data), convert, "--encoding", "json")


def test_every_format_has_a_worst_file():
    assert set(promised()) == set(WORST) == {name for name in lib.READERS if name != "example"}


def test_zeros_take_nothing(tmp_path):
    """6 KB of gzip: 700,000 lines with one value each, of 256 types."""
    data = one_value_of_256_types(700_000)
    path = tmp_path / "wide.callgrind.gz"
    path.write_bytes(gzip.compress(data))
    assert path.stat().st_size < 20_000
    check("callgrind2callgrind", path, len(data), 10)

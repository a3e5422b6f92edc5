"""What perf script prints, against values that an independent reader found (oracle.json), all forms of -F, and what else is said."""
import collections
import json
import pathlib

import pytest

import lib

HERE = pathlib.Path(__file__).parent
ORACLE = json.loads((HERE / "oracle.json").read_text())
FRAME = "\t            26e2 run+0x1d2 (/srv/load)\n"


def folded(*args, input=None):
    """By stack: the values of a line."""
    out, _ = lib.run("perf2collapsed", "-q", *args, input=input.encode() if isinstance(input, str) else input)
    return {line.rsplit(" ", 1)[0]: int(line.rsplit(" ", 1)[1]) for line in out.decode().splitlines()}


def said(data, *args, status=0):
    return lib.run("perf2collapsed", "-o", "/dev/null", *args, input=data.encode(), status=status)[1].decode()


def stacks_of(header, *lines):
    """What becomes of one sample, its comm in front."""
    return folded("--comm", "--value", "samples", input=header + "\n" + "".join(lines) + "\n")


# --- the oracle ---

@pytest.mark.parametrize("path", ORACLE)
def test_samples_as_an_independent_reader_counts_them(path):
    for event, want in ORACLE[path]["events"].items():
        only = [] if event == "(none)" else ["--event-filter", event]
        leaf, inclusive, threads = (collections.Counter() for _ in range(3))
        for stack, count in folded("--frames", "name", "--value", "samples", "--tid", *only, lib.ROOT / path).items():
            thread, *frames = stack.split(";")
            comm, ids = thread.rsplit("-", 1)
            threads[f"{comm} {ids.split('/')[1]}"] += count
            leaf[frames[-1]] += count
            for name in set(frames):
                inclusive[name] += count
        assert sum(leaf.values()) == want["samples"]
        assert dict(threads) == want["threads"]
        assert {name: leaf[name] for name in want["leaf_samples"]} == want["leaf_samples"]
        assert {name: inclusive[name] for name in want["inclusive_samples"]} == want["inclusive_samples"]
        if want["period"]:
            assert sum(folded("--value", event, "--unit", "ns", lib.ROOT / path).values()) == want["period"]


def test_other_records_are_counted():
    told = lib.run("perf2collapsed", "-v", "-o", "/dev/null", HERE / "golden/task-events.in")[1].decode()
    assert "107 samples, 0 of them without a stack; 0 of other events and 25 other records skipped" in told
    assert folded(HERE / "golden/task-events.in") == folded(lib.SAMPLES / "perf/frame-pointers.perf")


def test_a_python_function_has_its_file():
    found = folded("--frames", "full", HERE / "golden/python-3.13-jit.in")
    assert any("py_trampoline_evaluator" in stack and ";worker (/srv/e/work/perf/../prog/py.py)" in stack for stack in found)
    assert not any("py::" in stack for stack in found)


# --- first lines ---

@pytest.mark.parametrize("header, thread", [
    ("pool 1: [io] 7 26783   801.501982:    3344481 cpu-clock: ", "pool 1: [io] 7-?/26783"),
    ("main thread 29322/29326 [000]   831.608074:   10101010 cpu-clock: ", "main thread-29322/29326"),
    ("a 1.5: b 2 [003] U 831.608074123:   10101010 cpu/event=0x3c,umask=0x0/:pp: ", "a 1.5: b-?/2"),
    ("load 2 U   801.608074123:   10101010 cycles: ", "load-?/2"),
    ("load 22350 [001]   770.924732:       sched:sched_switch: prev_comm=a 5 6.000000: x ==> next_comm=perf", "load-?/22350"),
    ("load 21756 cpu-clock: ", "load-?/21756"), ("1: x: 3 21756    44 cpu-clock: ", "1: x: 3-?/21756"),
    ("load 21756     5.000000: ", "load-?/21756"), ("load     5.000000:        7 cycles: ", "load-?/0"),
    ("    5.000000:        7 raw 0x1a8: ", "-?/0"), ("21756     5.000000: cycles:u: ", "-?/21756"),
    ("load 21756 ", "load-?/21756"), ("load", "load-?/0"), (":-1    -1     0.000000:          1 cycles: ", ":-1-?/0"),
    ("# 12     5.000000:        7 cycles: ", "#-?/12"),
])
def test_a_first_line_is_read_from_the_right(header, thread):
    assert folded("--tid", "--value", "samples", input=f"{header}\n{FRAME}\n") == {f"{thread};run (/srv/load)": 1}


def test_a_stack_without_a_first_line():
    assert folded(input=f"\n{FRAME}\n\n{FRAME}\n") == {"run (/srv/load)": 2}


@pytest.mark.parametrize("line", [
    "            load 21756   768.634722:   10101010 cpu-clock:      561db7f9f3f8 work::inlined+0x58 (/srv/e/load)",
    "            load 21756   768.634722:   10101010      561db7f9f3f8 work::inlined+0x58 (/srv/e/load)",
    "            load 21756   768.634722:      561db7f9f3f8 work::inlined+0x58 (/srv/e/load)",
    "            load 21756 cpu-clock:      561db7f9f3f8 work::inlined+0x58 (/srv/e/load)",
    "            load 21756 [000] 768.634722:  sched:sched_switch: a=ffff888012345678 b 11 ==> c ffffffff821facd8 work::inlined+0x58 (/srv/e/load)",
])
def test_a_frame_on_the_first_line(line):
    """Without call graphs; the second one has source lines, too."""
    found = folded("--comm", "--value", "samples", input=f"{line}\n{line}\n  load.cc:18\n{line}\n")
    assert found == {"load;work::inlined (/srv/e/load)": 2, "load;work::inlined (load.cc:18)": 1}


def test_samples_without_a_stack_are_kept_and_counted():
    data = f"load 1     5.000000:          7 cycles: \n{FRAME}\nload 1     6.000000:          8 cycles: \n\nload 1     7.000000:          9 cycles: \n\n"
    assert folded("--comm", input=data) == {"load": 17, "load;run (/srv/load)": 7}
    assert "3 samples, 2 of them without a stack" in said(data, "-v")


# --- values ---

def test_events_are_value_types():
    data = (f"a 1 5.000000:  20408163 cpu-clock:u: \n{FRAME}\na 1 5.000001:  3 page-faults: \n{FRAME}\n"
            f"a 1 5.000002:  4 page-faults: \n{FRAME}\na 1 5.000003:  sched:sched_switch: x\n{FRAME}\n")
    out = json.loads(lib.run("profcheck", "--json", "-f", "perf", "-", input=data.encode())[0])
    assert [(v["name"], v["unit"], v["self_total"]) for v in out["value_types"]] == [
        ("cpu-clock:u", "nanoseconds", 20408163), ("samples", "none", 4), ("page-faults", "none", 7), ("sched:sched_switch", "none", 1)]
    assert folded("--event-filter", "page-faults", input=data) == {"run (/srv/load)": 7}
    assert folded("--event-filter", "cpu-clock", "--unit", "ns", input=data) == {"run (/srv/load)": 20408163}
    assert folded("--event-filter", "sched:sched_switch", input=data) == {"run (/srv/load)": 1}
    assert "no sample is of event 'sched'" in said(data, "--event-filter", "sched")


def test_one_comm_after_another_of_a_thread():
    data = f"load 1/1 5.000000:  2 cycles: \n{FRAME}\nsh 1/1 5.000001:  3 cycles: \n{FRAME}\n"
    assert folded("--threads", input=data) == {"load;run (/srv/load)": 2, "sh;run (/srv/load)": 3}


def test_times_are_kept_where_they_are_wanted():
    data = f"a 1 5.000000:  2 cycles: \n{FRAME}\na 1 5.000001002:  3 cycles: \n\t 1 g+0x1 (/b)\n\n"
    first, second = json.loads(lib.run("perf2speedscope", "-q", input=data.encode())[0])["profiles"]
    assert (first["samples"], first["weights"], second["weights"]) == ([[0], [1]], [2, 3], [1, 1])
    assert first["profpipe"]["times"] == second["profpipe"]["times"] == [5000000000, 5000001002]


def test_lost_samples_are_said():
    data = f"a 1 5.000000:  2 cycles: \n{FRAME}\na 1 5.000001: PERF_RECORD_LOST lost 7\n"
    assert "perf lost 7 samples" in said(data)
    said(data, "--strict", status=2)


def test_a_cut_file_keeps_the_samples_before():
    data = f"a 1 5.000000:  2 cycles: \n{FRAME}\na 1 5.000001:  3 cycles: \n{FRAME}{FRAME}"
    assert "expected an empty line behind the sample, got the end" in said(data, status=2)
    for end in range(data.index("a 1 5.000001") + 1, len(data)):
        assert folded("--lenient", input=data[:end]) == {"run (/srv/load)": 2}
    assert "the file is cut: its last sample is left out" in said(data, "--lenient")
    assert folded(input=data + "\n") == {"run (/srv/load)": 2, "run (/srv/load);run (/srv/load)": 3}


# --- frames ---

@pytest.mark.parametrize("line, name", [
    ("13bd work::Grid<unsigned int>::operator()+0x2d (/srv/load)", "work::Grid<unsigned int>::operator() (/srv/load)"),
    ("13bd operator() (/srv/load)", "operator() (/srv/load)"), ("13bd operator()", "operator()"),
    ("13bd f(int, char (*)(a b))+0x1 (/srv/My App (x86)/load)", "f(int, char (*)(a b)) (/srv/My App (x86)/load)"),
    ("13bd f<main::{lambda(int)#1}>+0xab (/memfd:x (deleted))", "f<main::{lambda(int)#1}> (/memfd:x (deleted))"),
    ("13bd f+0x1 (/srv/a)b/load)", "f (/srv/a)b/load)"),
    ("13bd f (/memfd:x (deleted))", "f (/memfd:x (deleted))"),
    ("7fea55ef2ad7 [unknown] ([unknown])", "[unknown]"), ("7fea55ef2ad7 [unknown] (/usr/bin/dash)", "[unknown] (/usr/bin/dash)"),
    ("7fea55ef2ad7 [unknown]", "[unknown]"), ("7fea55ef2ad7", "0x7fea55ef2ad7"), ("ffffffff8 (/usr/bin/dash)", "dash+0xffffffff8 (/usr/bin/dash)"),
    ("85 py::Shop.price:/srv/py.py+0x5 (/tmp/jitted-8917-17.so)", "Shop.price (/srv/py.py)"),
    ("85 py::f+0x5 (/tmp/perf-8917.map)", "py::f (/tmp/perf-8917.map)"),
])
def test_a_frame(line, name):
    assert stacks_of("a 1 5.000000:  2 cycles: ", "\t", line, "\n") == {f"a;{name}": 1}


def test_inlined_frames():
    """They have the object of the frame at the same address, where perf has not left it out."""
    data = ("a 1 5.000000:  2 cycles: \n\t 13bd g+0x1 (inlined)\n\t 13bd f+0x2 (inlined)\n\t 13bd main+0x2d (/srv/load)\n"
            "\t 77 start+0x3 (inlined)\n\t 12c0 _start+0x20 (/srv/load)\n\n"
            "a 1 5.000000:  2 cycles: \n\t 13bd g+0x1 (inlined)\n\t 13bd f+0x2 (inlined)\n\t 13bd main+0x2d (/srv/other)\n\n")
    assert folded(input=data) == {
        "_start (/srv/load);start;main (/srv/load);f (/srv/load);g (/srv/load)": 2, "main (/srv/other);f (/srv/other);g (/srv/other)": 2}
    whole = json.loads(lib.run("perf2otlp", "--encoding", "json", "-q", input=data.encode())[0])["dictionary"]
    assert sorted(len(location["lines"]) for location in whole["locationTable"] if location.get("lines")) == [1, 1, 3, 3]
    assert folded("--inline", input=data).keys() == {
        "_start (/srv/load);start_[i];main (/srv/load);f_[i] (/srv/load);g_[i] (/srv/load)", "main (/srv/other);f_[i] (/srv/other);g_[i] (/srv/other)"}


def test_marks_and_kinds():
    lines = ["1 a+0x1 ([kernel.kallsyms])", "2 b+0x1 ([nf_tables])", "3 c+0x1 ([vdso])", "4 d+0x1 (/usr/lib/debug/vmlinux-6.1)",
             "5 e+0x1 (/lib/modules/6.1/kernel/x.ko.xz)", "6 f+0x1 (/tmp/perf-12.map)", "7 g+0x1 (/tmp/jitted-1-2.so)", "8 h+0x1 ([unknown])",
             "9 i+0x1 (/srv/load)"]
    data = "a 1 5.000000:  2 cycles: \n" + "".join(f"\t {line}\n" for line in reversed(lines)) + "\n"
    assert list(folded("--frames", "name", "--kernel", "--jit", input=data)) == ["a_[k];b_[k];c;d_[k];e_[k];f_[j];g_[j];h;i"]
    kinds = lib.run("profcheck", "-f", "perf", "-", input=data.encode())[0].decode()
    assert "4 kernel, 1 native, 2 jit" in kinds
    assert list(folded("--frames", "name", input=data)) == ["a;b;c;d;e;f;g;h;i"]


def test_addresses_of_what_has_no_symbol():
    data = "a 1 5.000000:  2 cycles: \n\t 1234 [unknown] (/usr/bin/dash)\n\t 1236 [unknown] (/usr/bin/dash)\n\t 7f00 [unknown] ([unknown])\n\n"
    assert list(folded("--frames", "name", input=data)) == ["[unknown];[unknown];[unknown]"]
    assert list(folded("--frames", "name", "--addrs", input=data)) == ["0x7f00;dash+0x1236;dash+0x1234"]
    flat = "            load 21756   768.634722:   10101010 cpu-clock:      561db7f9f3f8 [unknown] (/srv/e/load)\n"
    assert list(folded("--frames", "name", "--addrs", input=flat)) == ["0x561db7f9f3f8"]


def test_root_frames():
    data = f"my load 7/8 5.000000:  2 cycles: \n{FRAME}\nsh 9 5.000001:  3 cycles: \n{FRAME}\n"
    for option, want in ("--comm", ("my load", "sh")), ("--pid", ("my load-7", "sh-?")), ("--tid", ("my load-7/8", "sh-?/9")):
        assert folded("--frames", "name", option, input=data) == {f"{want[0]};run": 2, f"{want[1]};run": 3}


def test_every_line_of_a_stack_once_and_again():
    """Beyond what the caches hold: stacks of many kinds come out as they went in."""
    blocks = [f"a {i % 3} 5.000000:  {i % 7 + 1} cycles: \n" + "".join(f"\t {i:x} f{i * k % 5003}{'x' * 90}+0x{k:x} (/srv/load)\n" for k in range(1, 13))
              + "\n" for i in range(8000)]
    want = collections.Counter()
    for i in list(range(8000)) * 2:
        want[";".join(f"f{i * k % 5003}{'x' * 90} (/srv/load)" for k in range(12, 0, -1))] += i % 7 + 1
    assert folded(input="".join(blocks + blocks)) == want


# --- which files it is ---

def test_what_it_is_not_taken_for(tmp_path):
    texts = {"perf": f"a 1 5.000000:  2 cycles: \n{FRAME}\n", "collapsed": "a 1 5.000000: 2\nb;run 1\n"}
    for name, text in texts.items():
        (tmp_path / "x").write_text(text)
        assert json.loads(lib.run("profcheck", "--json", tmp_path / "x")[0])["format"] == name
    for path in [*sorted((HERE / "golden").glob("*.in")), *sorted((lib.SAMPLES / "perf").iterdir())]:
        assert json.loads(lib.run("profcheck", "--json", path)[0])["format"] == "perf", path

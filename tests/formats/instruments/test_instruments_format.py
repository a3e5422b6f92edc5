"""Reports of macOS' sample, and tables of xctrace, against sums that are taken from the text by hand and by other means."""
import collections
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

import pytest

import lib

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import broken_files  # noqa: E402

broken = broken_files.module("instruments")
TEXT, TABLE = lib.SAMPLES / "instruments/load.sample.txt", lib.SAMPLES / "instruments/time-profile.xctrace.xml"


def folded(data, *args):
    out = lib.run("instruments2collapsed", "-q", "--threads", "--frames", "name", *args, input=data.encode() if isinstance(data, str) else data)[0]
    return {stack: int(value) for stack, value in (line.rsplit(" ", 1) for line in out.decode().splitlines())}


def graph(lines):
    return f"Call graph:\n{lines}\nTotal number in stack (recursive counted multiple, when >=5):\n"


def row(content):
    return broken.row(content.encode())


# --- reports ---

def test_own_samples_of_a_report():
    main = "DispatchQueue_1: com.apple.main-thread  (serial);start"
    pool = "pool 1: [io] 7;thread_start;_pthread_start"
    assert folded(TEXT.read_bytes()) == {
        f"{main};exit": 69, f"{main};main;???": 1000, f"{main};main;work::Grid<unsigned int>::operator()(int)": 1000,
        f"{main};main;work::Grid<unsigned int>::operator()(int);memmove": 600, f"{pool};__psynch_cvwait": 669, f"{pool};run(void*);work::inlined": 2000}
    threads = re.findall(r"^    (\d+) Thread", TEXT.read_text(), re.M)
    assert sum(folded(TEXT.read_bytes()).values()) == sum(map(int, threads))


def test_places_of_a_report():
    out = lib.run("instruments2collapsed", "-q", TEXT)[0].decode()
    assert "start (dyld);main (load.cc:42);??? (load) 1000\n" in out and "work::inlined (load.cc:18) 2000\n" in out


@pytest.mark.parametrize("line, name", [
    ("f(int) const  (in a b.dylib) + 4,8  [0x1,0x2]  a.c:7", "f(int) const (a.c:7)"), ("f  (in a b.dylib) + 4  [0x1]", "f (a b.dylib)"),
    ("-[NSView draw:]  (in AppKit) + 4  [0x1]", "-[NSView draw:] (AppKit)"), ("f  [0x1]", "f"), ("f", "f"), ("f (in x)", "f (in x)"),
    ("???  (in load)  load address 0x1000 + 0x5f40  [0x6f40]", "??? (load)")])
def test_a_function(line, name):
    data = graph(f"    3 Thread_7\n    + 3 {line}\n").encode()
    assert lib.run("instruments2collapsed", "-q", input=data)[0].decode() == f"{name} 3\n"


def test_threads_and_levels():
    lines = "    3 Thread_7: a\n    + 3 f\n    +   2 g\n    +   ! 1 h\n    +   1 k\n    2 Thread_8   b\n\n    4 other\n      4 f\n"
    assert folded(graph(lines)) == {"a;f;g": 1, "a;f;g;h": 1, "a;f;k": 1, "b;[idle]": 2, "other;f": 4}
    twice = graph("    3 Thread_7: a\n      3 f\n")
    assert folded(twice + "\nBinary Images:\n" + twice) == {"a;f": 6}


def test_a_cut_report_keeps_what_gets_no_more_callees():
    data = graph("    9 Thread_7: a\n      9 f\n        4 g\n          3 h\n        5 i\n          2 j\n").encode()
    cut = data[:data.index(b" j")]
    assert folded(cut, "--lenient") == {"a;f;g": 1, "a;f;g;h": 3}
    assert b"the file is cut" in lib.run("instruments2collapsed", "--lenient", input=cut)[1]
    assert folded(data) == {"a;f;g": 1, "a;f;g;h": 3, "a;f;i": 3, "a;f;i;j": 2}


# --- tables ---

def test_rows_of_a_table_as_another_parser_finds_them():
    tree, by_id = ElementTree.parse(TABLE), {}
    for element in tree.iter():
        if "id" in element.attrib:
            by_id[element.get("id")] = element
    def known(element):
        return by_id[element.get("ref")] if element is not None and "ref" in element.attrib else element
    samples, weights = collections.Counter(), collections.Counter()
    for one in tree.iter("row"):
        trace = known(one.find("backtrace") if one.find("backtrace") is not None else one.find("tagged-backtrace"))
        if trace is None:
            continue
        trace = known(trace.find("backtrace")) if trace.tag == "tagged-backtrace" else trace
        stack = ";".join([known(one.find("thread")).get("fmt").split(" 0x")[0], *(known(frame).get("name") for frame in reversed(trace.findall("frame")))])
        samples[stack] += 1
        weights[stack] += int(known(one.find("weight")).text)
    assert folded(TABLE.read_bytes()) == samples and sum(samples.values()) == 5
    assert folded(TABLE.read_bytes(), "--value", "weight", "--unit", "ns") == weights
    assert b"5 rows with a backtrace, 1 without are skipped" in lib.run("instruments2collapsed", "-v", TABLE)[1]


def test_places_threads_and_times_of_a_table():
    out = lib.run("instruments2collapsed", "-q", TABLE)[0].decode()
    assert "start (/usr/lib/dyld);main (/src/load.cc:42);work::Grid<unsigned int>::operator()(int) (/src/load.cc:14) 2\n" in out
    assert "start (/usr/lib/dyld);main (/usr/local/bin/load) 2\n" in out
    first = json.loads(lib.run("instruments2speedscope", "-q", TABLE)[0])["profiles"][0]["profpipe"]
    assert first == {"thread": {"name": "Main Thread", "pid": "1234", "tid": "6699"}, "times": [500000000, 501000000, 503000000, 504000000]}


def test_every_kind_of_element():
    assert folded(broken.WHOLE) == {"Main [1];0x7;a<b>": 2} and folded(broken.WHOLE, "--value", "weight", "--unit", "ns") == {"Main [1];0x7;a<b>": 2000}


@pytest.mark.parametrize("name, thread", [("main 0x1a2b (load, pid: 1)", "main"), ("load (pid: 1)", "load"), ("a b", "a b"), ("", "thread 5")])
def test_the_name_of_a_thread(name, thread):
    data = row(f'<thread id="1" fmt="{name}"><tid id="2">5</tid></thread><backtrace id="3"><frame id="4" name="f"/></backtrace>')
    assert folded(data) == {f"{thread};f": 1}


def test_an_empty_backtrace_and_an_address_without_a_name():
    assert folded(row('<backtrace id="1"/></row><row><backtrace id="2"><frame id="3" addr="0x12"/></backtrace>')) == {"thread 1;[idle]": 1, "thread 1;0x12": 1}


def test_which_files_it_is():
    for data in TEXT.read_bytes(), TABLE.read_bytes(), broken.TEXT, broken.WHOLE:
        assert json.loads(lib.run("profcheck", "--json", "-", input=data)[0])["format"] == "instruments"

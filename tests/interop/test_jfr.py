"""Recordings made here by the JDK, against what its own `jfr print` says of each event."""
import collections
import json
import re

import pytest

import lib
from clients import needs, output

pytestmark = needs("java", "jfr")

PROGRAM = """
import java.util.*;
import java.util.concurrent.locks.LockSupport;

public class Work {
    static final Object LOCK = new Object();
    static volatile long kept;

    static long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
    static void compute(long until) { while (System.nanoTime() < until) kept += fib(20); }
    static void allocate(long until) { while (System.nanoTime() < until) kept += new byte[100_000].length; }
    static void contend(long until) throws InterruptedException {
        while (System.nanoTime() < until)
            synchronized (LOCK) {
                Thread.sleep(25);
            }
    }
    static void park(long until) { while (System.nanoTime() < until) LockSupport.parkNanos(30_000_000); }
    static long deep(int n, long until) { if (n == 0) { compute(until); return 0; } return 1 + deep(n - 1, until); }

    interface Task { void run(long until) throws InterruptedException; }
    static Thread start(String name, long until, Task task) {
        Thread thread = new Thread(() -> { try { task.run(until); } catch (InterruptedException e) { } }, name);
        thread.start();
        return thread;
    }
    public static void main(String[] args) throws InterruptedException {
        long until = System.nanoTime() + 1_500_000_000L;
        List<Thread> threads = List.of(start("compute", until, Work::compute), start("allocate", until, Work::allocate),
            start("contend 1", until, Work::contend), start("contend 2", until, Work::contend), start("park", until, Work::park),
            start("d\\u00e9ep", until, u -> deep(100, u)));
        for (Thread thread : threads)
            thread.join();
    }
}
"""
SETTINGS = {"jdk.ExecutionSample": "10 ms", "jdk.NativeMethodSample": "20 ms"}
KINDS = ["jdk.ExecutionSample", "jdk.NativeMethodSample", "jdk.ObjectAllocationSample", "jdk.JavaMonitorEnter", "jdk.ThreadPark", "jdk.ThreadSleep"]


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jfr")
    (folder / "Work.java").write_text(PROGRAM, encoding="utf-8")
    output("java", "-Dfile.encoding=UTF-8", f"-XX:StartFlightRecording=settings=profile,filename={folder / 'run.jfr'}", folder / "Work.java")
    return folder / "run.jfr"


@pytest.fixture(scope="module")
def printed(recording):
    """kind -> its events, as the JDK's own tool has them"""
    text = output("jfr", "print", "--json", "--stack-depth", "64", "--events", ",".join(KINDS), recording)
    events = collections.defaultdict(list)
    for event in json.loads(text)["recording"]["events"]:
        events[event["type"]].append(event["values"])
    return events


def nanoseconds(duration):
    """PT1.234567S: periods and pauses of this program are below a minute."""
    seconds = re.fullmatch(r"PT([\d.]+)S", duration)[1]
    whole, _, part = seconds.partition(".")
    return int(whole) * 10 ** 9 + int(part.ljust(9, "0"))


def stack_of(event):
    trace = event["stackTrace"]
    if not trace:
        return "[unknown]"
    names = [f"{frame['method']['type']['name'].replace('/', '.')}.{frame['method']['name']}" for frame in reversed(trace["frames"])]
    return ";".join(["[truncated]"] * trace["truncated"] + names)


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_is_there(recording, printed, kind):
    if not printed[kind]:
        pytest.skip(f"no {kind} in this recording")
    thread = "sampledThread" if kind.endswith(("ExecutionSample", "NativeMethodSample")) else "eventThread"
    wanted = collections.Counter()
    for event in printed[kind]:
        if kind in SETTINGS:
            amount = int(SETTINGS[kind].split()[0]) * 10 ** 6
        else:
            amount = event["weight"] if "weight" in event else nanoseconds(event["duration"])
        name = event[thread]["javaName"] or event[thread]["osName"]
        wanted[f"{name};{stack_of(event)}"] += amount
    out = lib.run("jfr2collapsed", "-q", "--threads", "--unit", "ns", "--frames", "name",
                  "--value", kind.removeprefix("jdk."), recording)[0].decode()
    found = collections.Counter()
    for line in out.splitlines():
        stack, value = line.rsplit(" ", 1)
        found[stack] += int(value)
    assert (+found).keys() == (+wanted).keys()
    # durations are cut to nanoseconds, from ticks that may be others
    assert all(abs(found[stack] - wanted[stack]) <= len(printed[kind]) for stack in wanted)

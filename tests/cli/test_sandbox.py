"""--sandbox: every program does in it what it does without; who tries more is tests/unit/sandbox.c."""
import gzip
import os
import signal
import subprocess
import time

import pytest

import lib

RUNS = sorted((lib.SAMPLES / "runs").glob("*.pstat"))
ONE = lib.SAMPLES / "pstat/pytest-benchmark-test_fib.prof"
STACKS = b"main;draw 7\nmain;parse 5\n"


def both(program, *args, **kwargs):
    outside = subprocess.run([lib.BIN / program, *args], capture_output=True, env=lib.ENV, **kwargs)
    inside = subprocess.run([lib.BIN / program, "--sandbox", *args], capture_output=True, env={**lib.ENV, **lib.IN_SANDBOX}, **kwargs)
    return outside, inside


def same(program, *args, **kwargs):
    outside, inside = both(program, *args, **kwargs)
    assert (inside.returncode, inside.stdout, inside.stderr) == (outside.returncode, outside.stdout, outside.stderr)
    return outside


# that every sample becomes the same bytes in it is in tests/laws
@pytest.mark.parametrize("target", lib.WRITERS)
@pytest.mark.parametrize("reader", lib.READERS)
def test_every_pair(reader, target):
    same("profconv", "-t", target, lib.smallest(reader).path)


@pytest.mark.parametrize("command", [
    ["proftop", RUNS[0]], ["proftop", "--tree", RUNS[0]], ["proftop", "--format", "json", *RUNS[:3]],
    ["profcheck", RUNS[0]], ["profcheck", "--json", RUNS[0]], ["profcheck", "--against", RUNS[1], RUNS[0]],
    ["profmerge", "-t", "pstat", *RUNS], ["profdiff", RUNS[0], RUNS[1]],
    ["profdiff", "--format", "markdown", *RUNS[:3], "--", *RUNS[3:]], ["profdiff", "--fail-if", "self > 0.1%", *RUNS[:2]],
    *(["profdiff", "--format", form, *RUNS[:2]] for form in ("json", "github", "junit", "csv")),
    *(["proffilter", *words, "-t", "collapsed", RUNS[0]] for words in (["--rename", "s/a(.)/b\\1/"], ["--rename", "demangle"],
                                                                       ["--trim", "5"], ["--granularity", "file"])),
    ["proffilter", "--focus", "a+", "-t", "collapsed", RUNS[0]], ["pstat2callgrind", RUNS[0]],
    ["profcheck", "no-such-file"], ["profconv", "-t", "pstat", "/"], ["profmerge", "-t", "pstat"],
], ids=lambda command: " ".join(str(word).rsplit("/", 1)[-1] for word in command))
def test_every_tool(command):
    same(*command, input=STACKS)


def test_names_from_a_list(tmp_path):
    names = tmp_path / "names"
    names.write_text("".join(f"{path}\n" for path in RUNS))
    same("profmerge", "-t", "pstat", "--files-from", names)


def test_more_files_than_may_be_open_at_first(tmp_path):
    paths = []
    for i in range(300):
        path = tmp_path / f"{i}.collapsed"
        path.write_bytes(STACKS)
        paths.append(path)
    command = ["profmerge", "--sandbox", "-t", "collapsed", *paths]
    done = subprocess.run(["sh", "-c", 'ulimit -S -n 64; exec "$@"', "sh", lib.BIN / command[0], *command[1:]],
                          capture_output=True, env={**lib.ENV, **lib.IN_SANDBOX})
    assert (done.stdout, done.stderr) == (b"main;draw 2100\nmain;parse 1500\n", b"")


def test_long_gzip_input_needs_no_thread(tmp_path):
    path = tmp_path / "in.gz"
    path.write_bytes(gzip.compress(b"".join(b"main;f%d 1\n" % i for i in range(200_000))))
    assert same("collapsed2pstat", path).returncode == 0


@pytest.mark.parametrize("name", ["out.pstat", "out.pstat.gz"])
def test_output_gets_its_name(tmp_path, name):
    out = tmp_path / name
    lib.run("collapsed2pstat", "--sandbox", "-o", out, input=STACKS, env=lib.IN_SANDBOX)
    lib.run("collapsed2pstat", "-o", tmp_path / f"plain-{name}", input=STACKS)
    assert out.read_bytes() == (tmp_path / f"plain-{name}").read_bytes()
    assert out.stat().st_mode == (tmp_path / f"plain-{name}").stat().st_mode
    assert len(list(tmp_path.iterdir())) == 2


def test_bad_input_leaves_the_old_file(tmp_path):
    out = tmp_path / "out"
    out.write_bytes(b"old")
    lib.run("collapsed2pstat", "--sandbox", "-o", out, input=b"\xff no profile", status=2, env=lib.IN_SANDBOX)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_to_who_waits(tmp_path, which):
    """It takes the other process along and removes what that has written."""
    process = subprocess.Popen([lib.BIN / "collapsed2pstat", "--sandbox", "-o", tmp_path / "out"],
                               stdin=subprocess.PIPE, env={**lib.ENV, **lib.IN_SANDBOX},
                               preexec_fn=lambda: signal.signal(which, signal.SIG_DFL))  # a shell's "&" ignores some
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not children(process.pid):
        time.sleep(0.01)
    worker, = children(process.pid)
    process.send_signal(which)
    assert process.wait(60) == -which
    assert list(tmp_path.iterdir()) == []
    while time.monotonic() < deadline and alive(worker):
        time.sleep(0.01)
    assert not alive(worker)


def may_trace():
    """Some containers do not let a process look at another."""
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_killed_worker_is_told(tmp_path):
    process = subprocess.Popen([lib.BIN / "collapsed2pstat", "--sandbox", "-o", tmp_path / "out"],
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE, env={**lib.ENV, **lib.IN_SANDBOX})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not children(process.pid):
        time.sleep(0.01)
    os.kill(children(process.pid)[0], signal.SIGKILL)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 2 and said.count(b"\n") == 1 and b"ended by signal 9" in said
    assert list(tmp_path.iterdir()) == []


def test_a_script_runs_before_it(tmp_path):
    """And what it left is removed by who waits."""
    (tmp_path / "script.py").write_text("print(1)\n")
    (tmp_path / "scratch").mkdir()
    out, said = lib.run("pstat2callgrind", "--sandbox", "-o", tmp_path / "out", "-r", tmp_path / "script.py",
                        env={**lib.IN_SANDBOX, "TMPDIR": str(tmp_path / "scratch")})
    assert (out, said) == (b"1\n", b"") and b"fn=" in (tmp_path / "out").read_bytes()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_no_program_is_run_from_it():
    said = lib.run("pstat2callgrind", "--sandbox", "-k", ONE, status=2)[1]
    assert b"-k would run another program" in said


@pytest.mark.skipif(not may_trace(), reason="processes cannot be traced here")
def test_what_it_asks_of_the_system(tmp_path):
    """Between closing the sandbox and the end there are no calls but these."""
    log = tmp_path / "log"
    subprocess.run(["strace", "-f", "-o", log, lib.BIN / "pstat2callgrind", "--sandbox", ONE],
                   stdout=subprocess.DEVNULL, env={**lib.ENV, **lib.IN_SANDBOX}, check=True)
    lines = log.read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if "SECCOMP_SET_MODE_FILTER" in line or "PR_SET_SECCOMP" in line)
    worker = lines[start].split()[0]
    calls = {line.split()[1].split("(")[0] for line in lines[start + 1:] if line.split()[0] == worker}
    assert "read" in calls and "write" in calls
    assert not {name for name in calls if "open" in name or "socket" in name or "exec" in name}

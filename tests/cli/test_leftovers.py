"""What is left of an output when a program is ended, and what an output takes over from the file that it replaces."""
import os
import pathlib
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time

import pytest

import lib

NOBODY = 65534
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM, signal.SIGXCPU, signal.SIGPIPE, signal.SIGUSR1, signal.SIGUSR2,
           signal.SIGVTALRM, signal.SIGPROF, signal.SIGABRT, signal.SIGIO, signal.SIGPWR, signal.SIGRTMIN, signal.SIGRTMAX]
STACKS = b"main;draw 7\nmain;parse 5\n"


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "in"
    path.write_text("".join(f"main;f{i};g{i % 977};h{i % 131} {i}\n" for i in range(1, 4000)))
    return path


def outputs(pid, folder):
    """The files of that folder that a process has open, named or not."""
    found = []
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            found.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
    except OSError:  # it ended meanwhile
        pass
    return [path for path in found if path.startswith(f"{folder}/")]


def usual_signals():
    """What runs the tests may ignore some, as a shell's "&" does, and a child inherits that."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def struck(command, folder, number, **more):
    """Runs the command and sends the signal once it has its output open."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, **{"env": lib.ENV, **more},
                          preexec_fn=usual_signals) as run:
        while run.poll() is None and not outputs(run.pid, folder):
            pass
        run.send_signal(number)
        run.communicate()
    return run.returncode


@pytest.mark.parametrize("named", [False, True], ids=["unnamed", "named"])
@pytest.mark.parametrize("number", SIGNALS, ids=lambda n: n.name if hasattr(n, "name") else str(n))
def test_a_signal_leaves_no_temporary(number, named, large, tmp_path):
    old = tmp_path / "out"
    old.write_text("old")
    slow = {"LD_PRELOAD": str(lib.BUILD / "tests/fail.so"), "FAULT_WAY": "short", **({"FAULT_NAMED": "1"} if named else {})}
    status = struck([lib.BIN / "collapsed2speedscope", "-o", old, large], tmp_path, number, env={**lib.ENV, **({} if lib.SANITIZED else slow)})
    assert os.listdir(tmp_path) == ["out"]
    if status or not lib.SANITIZED:  # without its brake it may have been faster
        assert status == -number and old.read_text() == "old"


def test_what_cannot_be_caught_leaves_nothing(large, tmp_path):
    try:
        os.close(os.open(tmp_path, os.O_TMPFILE | os.O_RDWR))
    except OSError:
        pytest.skip("the file system has no files without a name")
    for kill in range(10):
        struck([lib.BIN / "collapsed2speedscope", "-o", tmp_path / "out", large], tmp_path, signal.SIGKILL)
        assert set(os.listdir(tmp_path)) <= {"out"}
        (tmp_path / "out").unlink(missing_ok=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_script_ends_with_us(number, tmp_path):
    """pstat2callgrind -r: neither the script nor its folder is left."""
    script = tmp_path / "script.py"
    script.write_text("import os, time\nopen('pid.part', 'w').write(str(os.getpid()))\nos.rename('pid.part', 'pid')\ntime.sleep(600)\n")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen([lib.BIN / "pstat2callgrind", "-r", "script.py"], cwd=tmp_path, stderr=subprocess.PIPE,
                          env={**lib.ENV, "TMPDIR": str(scratch)}, preexec_fn=usual_signals) as run:
        while not (tmp_path / "pid").exists():
            assert run.poll() is None, run.stderr.read()
            time.sleep(0.01)
        run.send_signal(number)
        run.communicate(timeout=60)
    child = int((tmp_path / "pid").read_text())
    assert run.returncode == -number and not os.listdir(scratch)
    for _ in range(1000):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            break
        if open(f"/proc/{child}/stat").read().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.01)
    else:
        pytest.fail("the script goes on")


def test_a_script_has_its_own_limit_on_files(tmp_path):
    """We take a file that is too large for an error; a script that we run must not inherit that."""
    (tmp_path / "script.py").write_text("import signal\nprint(signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN or open('/proc/self/status').read())\n")
    out = subprocess.run([lib.BIN / "pstat2callgrind", "-o", tmp_path / "out", "-r", tmp_path / "script.py"], capture_output=True, env=lib.ENV, text=True,
                         restore_signals=True).stdout
    # Python itself ignores it, so the mask at exec is not to be seen there; a shell shows it
    assert out
    shell = tmp_path / "python3"
    shell.write_text("#!/bin/sh\ngrep SigIgn /proc/self/status >&2\n")
    shell.chmod(0o755)
    said = subprocess.run([lib.BIN / "pstat2callgrind", "-o", tmp_path / "out", "-r", "x"], capture_output=True, text=True,
                          env={**lib.ENV, "PATH": f"{tmp_path}:{os.environ['PATH']}"}).stderr
    assert int(said.split("SigIgn:")[1].split()[0], 16) & 1 << (signal.SIGXFSZ - 1) == 0


# --- what is replaced ---

def test_bits_that_give_rights_are_not_taken_over(tmp_path):
    out = tmp_path / "out"
    out.write_text("old")
    out.chmod(0o6751)
    lib.run("collapsed2collapsed", "-o", out, input=STACKS)
    assert stat.S_IMODE(out.stat().st_mode) == 0o751 and out.read_bytes() == STACKS


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner_and_group_are_kept(tmp_path):
    out = tmp_path / "out"
    out.write_text("old")
    os.chown(out, NOBODY, NOBODY)
    lib.run("collapsed2collapsed", "-o", out, input=STACKS)
    assert (out.stat().st_uid, out.stat().st_gid) == (NOBODY, NOBODY) and out.read_bytes() == STACKS


def as_nobody():
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


@pytest.fixture
def open_folder():
    """A folder that anybody may write, reached by anybody: pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        yield pathlib.Path(name)


@pytest.mark.parametrize("mode", [0o444, 0o644], ids=["read-only", "of another user"])
def test_what_may_not_be_written_is_not_replaced(mode, open_folder):
    if mode == 0o644 and os.geteuid() != 0:
        pytest.skip("only root makes files of another user")
    out = open_folder / "out"
    out.write_text("old")
    out.chmod(mode)
    if mode == 0o444 and os.geteuid() == 0:
        os.chown(out, NOBODY, NOBODY)
    done = subprocess.run([lib.BIN / "collapsed2collapsed", "-o", out], input=STACKS, capture_output=True, env=lib.ENV, preexec_fn=as_nobody)
    assert (done.returncode, done.stderr.decode()) == (2, f"collapsed2collapsed: {out}: Permission denied\n")
    assert out.read_text() == "old" and os.listdir(open_folder) == ["out"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of another user")
def test_another_owner_is_said(open_folder):
    out = open_folder / "out"
    out.write_text("old")
    out.chmod(0o666)
    done = subprocess.run([lib.BIN / "collapsed2collapsed", "-v", "-o", out], input=STACKS, capture_output=True, env=lib.ENV, preexec_fn=as_nobody)
    assert done.returncode == 0 and b"gets another owner or group than the file that it replaces" in done.stderr
    assert out.read_bytes() == STACKS and out.stat().st_uid == NOBODY


# --- many files ---

@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
def test_more_files_than_may_be_open(tmp_path):
    names = []
    for i in range(40):
        names.append(tmp_path / f"{i}.collapsed")
        names[-1].write_bytes(STACKS)

    def limited(soft, hard):
        return subprocess.run([lib.BIN / "profmerge", "--sandbox", "-t", "collapsed", *names], capture_output=True, env={**lib.ENV, **lib.IN_SANDBOX},
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)))
    assert limited(20, 4096).stdout == b"main;draw 280\nmain;parse 200\n"
    done = limited(20, 30)
    assert done.returncode == 2 and done.stderr == b"profmerge: --sandbox: 56 files have to be open at once, and the system allows 30 (ulimit -Hn)\n"

"""Runs a program within limits of time and memory, and keeps what is needed to run it again."""
import os
import pathlib
import resource
import shlex
import signal

SECONDS = 20              # of processor time; a machine that does other things may take longer
PATIENCE = 15             # times that, then it hangs
MEMORY = 1 << 30          # of address space: nothing here needs a tenth of it
RESIDENT = 64 << 20       # and what is in memory, with this much for each byte of input
RESIDENT_PER_BYTE = 1000


class Failure(Exception):
    pass


class Late(Exception):
    pass


def late(*_):
    raise Late


def limit_this_process(sanitized):
    """Once a worker: what it starts inherits the limits."""
    signal.signal(signal.SIGALRM, late)
    if not sanitized:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Runner:
    """Runs programs of a folder in the current one, which is a case's own."""
    def __init__(self, programs, sanitized):
        self.programs, self.sanitized, self.commands, self.unpacked, self.runs = pathlib.Path(programs).resolve(), sanitized, [], 0, 0
        self.env = dict(os.environ, LC_ALL="C", ASAN_OPTIONS="exitcode=99:detect_leaks=0", UBSAN_OPTIONS="halt_on_error=1:exitcode=99",
                        PROFPIPE_KEY="key")

    def __call__(self, words, stdin=None, statuses=(0, 2)):
        """Returns (status, stdout, stderr). Anything but these statuses is a failure: a signal, a hang, a sanitizer's report."""
        self.commands.append(" ".join(map(shlex.quote, words)) + (f" <{stdin}" if stdin else " </dev/null"))
        self.runs += 1
        make = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        files = [(os.POSIX_SPAWN_OPEN, 0, stdin or "/dev/null", os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, "../stdout", make, 0o600),
                 (os.POSIX_SPAWN_OPEN, 2, "../stderr", make, 0o600)]
        child = os.posix_spawn(self.programs / words[0], words, self.env, file_actions=files)
        seconds = SECONDS * (10 if self.sanitized else 1)
        signal.setitimer(signal.ITIMER_REAL, seconds * PATIENCE)
        try:
            _, status, used = os.wait4(child, 0)
        except Late:
            os.kill(child, signal.SIGKILL)
            os.wait4(child, 0)
            raise Failure(f"does not end within {seconds * PATIENCE} s") from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        with open("../stdout", "rb") as out, open("../stderr", "rb") as said:
            out, said = out.read(), said.read()
        status = os.waitstatus_to_exitcode(status)
        if used.ru_utime + used.ru_stime > seconds:
            raise Failure(f"took {used.ru_utime + used.ru_stime:.0f} s of processor time")
        if status not in statuses:
            raise Failure(f"status {status}, expected one of {statuses}: {said[-2000:].decode('utf-8', 'replace')}")
        # a child begins with what its parent has in memory
        begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
        if not self.sanitized and used.ru_maxrss << 10 > max(RESIDENT, begun) + RESIDENT_PER_BYTE * self.unpacked:
            raise Failure(f"took {used.ru_maxrss >> 10} MB for {self.unpacked} bytes of input")
        return status, out, said

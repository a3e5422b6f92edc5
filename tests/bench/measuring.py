"""What a command takes: user and wall time, peak memory; ours and a peer's in turn."""
import os
import signal
import statistics
import subprocess
from dataclasses import dataclass, field

from inputs import HOME, OUT, lib

PATH = f"{HOME}/venv/bin:{HOME}/cargo/bin:{os.environ['PATH']}"
ENV = {**os.environ, "PATH": PATH, "LC_ALL": "C", "NODE_PATH": str(HOME / "node_modules")}
LONGEST = 900  # seconds for one command


@dataclass
class Cost:
    user: float    # seconds
    system: float
    wall: float
    memory: float  # MB


@dataclass
class Command:
    """What is run; its standard output goes to `out` where it has no option for that."""
    words: list
    out: object = None
    repeat: int = 1          # runs for one figure, for what takes no time
    reports: bool = False    # writes the figures itself: it knows when to stop the clock
    costs: list = field(default_factory=list)
    said: str = ""

    def median(self):
        """Figure by figure; the memory is the largest seen."""
        part = {name: statistics.median(getattr(cost, name) for cost in self.costs)
                for name in ("user", "system", "wall")}
        return Cost(memory=max(cost.memory for cost in self.costs), **part)

    def spent(self):
        return sum(cost.wall * self.repeat for cost in self.costs)


class Failed(Exception):
    """A command that did not end well, and what it said."""


def stop(process):
    """If it still runs: it, and what it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run(command):
    """Runs it once more and adds what it took to its costs."""
    report = HOME / "cost"
    report.unlink(missing_ok=True)
    words = [str(word) for word in command.words]
    if not command.reports:
        words = [str(HOME / "measure"), str(command.repeat), str(report), *words]
    with open(command.out or os.devnull, "wb") as out, open(HOME / "said", "w+b") as said:
        process = subprocess.Popen(words, stdout=out, stderr=said, stdin=subprocess.DEVNULL, env=ENV, cwd=lib.ROOT,
                                   start_new_session=True)
        try:
            process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            raise Failed(f"{words[-1]}: not done after {LONGEST} s") from None
        finally:
            stop(process)
        said.seek(0)
        command.said = said.read().decode(errors="replace")
    if not report.exists():
        raise Failed(f"{' '.join(words)}: {command.said[-300:]}")
    user, system, wall, memory, status = map(float, report.read_text().split())
    if status:
        raise Failed(f"{' '.join(words[3:])[:300]}: status {status:.0f}: {command.said[-300:]}")
    command.costs.append(Cost(user, system, wall, memory / 1024))


def in_turn(commands, runs, patience):
    """Ours, the peer, ours, ...; whoever has used up the patience is not run again."""
    OUT.mkdir(exist_ok=True)
    for _ in range(runs):
        for command in commands:
            if command.spent() < patience:
                run(command)

"""Files that we write in the Firefox Profiler's own loader, by its command line."""
import json
import time

import pytest

import clients
import lib

NODE = clients.HOME / "node_modules/node/bin/node"  # the loader wants a newer one than Debian has
CLI = clients.HOME / "node_modules/@firefox-devtools/profiler-cli/dist/profiler-cli.js"
pytestmark = clients.needs("node", "@firefox-devtools/profiler-cli")


class Session:
    """A profile that the loader holds, until it is stopped."""

    def __init__(self, folder, path):
        self.env = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "XDG_STATE_HOME": str(folder)}
        for _ in range(5):  # its daemon gets half a second to come up, which a busy machine does not give it
            loaded = clients.call(NODE, CLI, "load", path, env=self.env)
            if loaded.returncode == 0:
                return
            time.sleep(1)
        raise AssertionError(loaded.stderr.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        clients.call(NODE, CLI, "stop", "--all", env=self.env)

    def functions(self, thread):
        clients.output(NODE, CLI, "thread", "select", thread, env=self.env)
        found = json.loads(clients.output(NODE, CLI, "thread", "functions", "--json", "--include-idle", env=self.env))
        return found["weightType"], [(row["name"], row["selfSamples"], row["totalSamples"]) for row in found["functions"]]


def test_counts_and_times_of_two_threads(tmp_path):
    """Own and inclusive values, exactly; a thread of each value type."""
    def profile(name, unit, weights):
        return {"type": "sampled", "name": name, "unit": unit, "startValue": 0, "endValue": 0, "samples": [[0], [0, 1], [0, 1, 0], []], "weights": weights}
    (tmp_path / "in.json").write_text(json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [
        {"name": "main", "file": "a.c", "line": 3}, {"name": "naïve \"x\""}]}, "profiles": [
            profile("one", "none", [5, 300, 20, 7]), profile("two", "microseconds", [1500, 250, 125, 3]), profile("three", "bytes", [4096, 1, 0, 2])]}))
    target = tmp_path / "out.firefox.json"
    lib.run("speedscope2firefox", "-q", "-o", target, tmp_path / "in.json")
    with Session(tmp_path, target) as session:
        for thread, kind, want in (("t-0", "samples", {"main": (25, 325), "naïve \"x\"": (300, 320)}),
                                   ("t-1", "tracing-ms", {"main": (1.625, 1.875), "naïve \"x\"": (0.25, 0.375)}),
                                   ("t-2", "bytes", {"main": (4096, 4097), "naïve \"x\"": (1, 1)})):
            found, rows = session.functions(thread)
            assert (found, {name: (own, total) for name, own, total in rows}) == (kind, want)


@pytest.mark.parametrize("sample", ["samples/cpuprofile/node26.cpuprofile", "samples/pstat/cprofile-py3.13-recursion.pstat",
                                    "tests/formats/firefox/golden/gecko.in"])
def test_real_profiles_load(sample, tmp_path):
    target = tmp_path / "out.firefox.json"
    lib.run("profconv", "-q", "-t", "firefox", "-o", target, lib.ROOT / sample)
    written = json.loads(target.read_bytes())["threads"][0]
    with Session(tmp_path, target) as session:
        own = sum(value for _, value, _ in session.functions("t-0")[1])
    weights = zip(written["samples"]["stack"], written["samples"]["weight"])
    assert own == pytest.approx(sum(weight for stack, weight in weights if stack is not None), rel=1e-9)


def test_profiles_of_v8_load(tmp_path):
    """Its loader takes one sample for each half millisecond: names are compared."""
    target = tmp_path / "out.cpuprofile"
    lib.run("cpuprofile2cpuprofile", "-q", "-o", target, lib.SAMPLES / "cpuprofile/node26.cpuprofile")
    with Session(tmp_path, target) as session:
        found = {name for name, _, _ in session.functions("t-0")[1]}
    assert {"spin", "garbage", "fib", "main", "(idle)", "(garbage collector)"} <= found

"""The clients: where they are, what is missing, how they are called."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import lib

HERE = pathlib.Path(__file__).resolve().parent
HOME = lib.BUILD / "interop"  # what tests/interop/run installed, and the pictures
PATH = f"{HOME}/venv/bin:{lib.BUILD}/bench/cargo/bin:{os.environ['PATH']}"  # the second: what `make bench` installed


def find(client):
    """A program, or a package of npm."""
    package = HOME / "node_modules" / client
    return package if package.is_dir() else shutil.which(client, path=PATH)


def needs(*clients):
    """Marks a test that is skipped where one of these clients is missing."""
    missing = [client for client in clients if not find(client)]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not installed")


def call(program, *args, input=None, timeout=300, env=None):
    """Runs a client; gives back the finished process, with its output as bytes."""
    return subprocess.run([str(program), *map(str, args)], input=input, capture_output=True, timeout=timeout,
                          env={**lib.ENV, "PATH": PATH, **(env or {})})


def output(program, *args, **options):
    """Its standard output; it must have gone well."""
    done = call(program, *args, **options)
    assert done.returncode == 0, f"{program} {args}: status {done.returncode}\n{done.stderr.decode(errors='replace')}"
    return done.stdout


def report(program, *args, **options):
    """The JSON in the last line of its output."""
    return json.loads(output(program, *args, **options).splitlines()[-1])


def node(script, *args, **options):
    return report("node", HERE / script, *args, env={"NODE_PATH": str(HOME / "node_modules")}, **options)


def colours(picture):
    """How many different ones a picture has."""
    return int(output("identify", "-format", "%k", picture))


def check(path, *options):
    out, _ = lib.run("profcheck", "--json", *options, path)
    return json.loads(out)


def convert(source, to, target, *options):
    """True when the target could hold the source; it refuses negative values with a message."""
    done = call(lib.BIN / "profconv", "-q", "-t", to, "-o", target, *options, source)
    if done.returncode == 2 and b"negative" in done.stderr:
        return False
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return True


def pythons():
    """The Pythons of this machine: Debian's, those on the PATH, those of pyenv."""
    candidates = [pathlib.Path("/usr/bin/python3")]
    candidates += sorted((pathlib.Path.home() / ".pyenv/versions").glob("*/bin/python"))
    candidates += [path for folder in os.environ["PATH"].split(":")
                   for path in sorted(pathlib.Path(folder).glob("python3*")) if re.fullmatch(r"python3\.\d+", path.name)]
    found = {}
    for path in candidates:
        ask = [str(path), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(ask, capture_output=True, text=True) if path.exists() else None
        if done and done.returncode == 0:  # a shim of pyenv may have no Python behind it
            found.setdefault(done.stdout.strip(), path)
    return found


def browse(tasks):
    """Opens files in Chromium: {"file", "picture", "speedscope"} each."""
    tasks = [{**task, **{key: str(task[key]) for key in ("file", "picture") if key in task}} for task in tasks]
    env = {"NODE_PATH": str(HOME / "node_modules"), "CHROMIUM": str(find("chromium"))}
    return report("node", HERE / "browse.js", input=json.dumps(tasks).encode(), env=env)

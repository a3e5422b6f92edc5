"""Profiles with the names in every place, and how the programs are run."""
import json
import re

import lib
from names import LOGGED, NAMES, UNSAFE, text_of

LINE = 7
PLACES = [pair for i, name in enumerate(NAMES) for pair in ((name, b""), (b"f%d" % i, name), (name, name))]
WEIGHTS = {1000 + i: pair for i, pair in enumerate(PLACES)}


def speedscope(profiles, frames):
    return json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": frames}, "profiles": profiles}).encode()


def sampled(stacks, weights, name="samples", **more):
    return {"type": "sampled", "name": name, "unit": "none", "startValue": 0, "endValue": sum(weights), **more, "samples": stacks, "weights": weights}


def frame(name, file):
    return {"name": text_of(name), **({"file": text_of(file), "line": LINE, "functionLine": LINE} if file else {})}


def functions(places=WEIGHTS, scale=1):
    """main calls each of the functions, which have their weights."""
    frames = [{"name": "main"}] + [frame(*pair) for pair in places.values()]
    return speedscope([sampled([[0, i + 1] for i in range(len(places))], [scale * weight for weight in places])], frames)


def value_types(names):
    return speedscope([sampled([[0]], [1000 + i], profpipe={"thread": {"name": ""}, "value": {"name": text_of(name), "unit": "none"}})
                       for i, name in enumerate(names)], [{"name": "main"}])


def threads(names):
    return speedscope([sampled([[0]], [1000 + i], name="t", profpipe={"thread": {"name": text_of(name)}}) for i, name in enumerate(names)],
                      [{"name": "main"}])


# --- running ---

def printable(data, newlines=True):
    """Safe on a terminal: UTF-8 without control characters, direction marks and what is not seen."""
    text = data.decode("utf-8")
    bad = {c for c in text if ord(c) in UNSAFE} - ({"\n"} if newlines else set())
    assert not bad, sorted(map(hex, map(ord, bad)))
    return text


def run(program, *args, **more):
    """What it wrote; what it said is lines of its own that are safe on a terminal."""
    out, said = lib.run(program, *args, **more)
    for line in printable(said).split("\n")[:-1]:
        assert line.startswith(f"{program}: ") and not LOGGED.search(line.encode("utf-8", "surrogateescape")), line
    return out


def tried(what, count):
    """For `make figures`."""
    figures = lib.BUILD / "tests" / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    path = figures / "escaping.tsv"
    rows = dict(re.findall(r"(.*)\t(\d+)\n", path.read_text())) if path.exists() else {}
    rows[what] = count
    path.write_text("".join(f"{key}\t{value}\n" for key, value in rows.items()))

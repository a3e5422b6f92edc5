"""Which file of the base is which of the new side: profdiff against the definition, tried on small trees of paths."""
import csv
import io
import json
import random

import pytest

import lib


def components(path):
    return path.replace("\\", "/").split("/")


def tail(a, b):
    """How many last components are equal."""
    a, b = components(a), components(b)
    n = 0
    while n < min(len(a), len(b)) and a[-1 - n] == b[-1 - n]:
        n += 1
    return n


def nearest(path, others):
    longest = max((tail(path, other) for other in others), default=0)
    found = [other for other in others if tail(path, other) == longest]
    return found[0] if longest and len(found) == 1 else None


def pairs(base, new):
    """Equal ones; then those that are each other's nearest, until there is none; then the last two, if one is left on each side."""
    base, new = set(base), set(new)
    found = {(path, path) for path in base & new}
    base, new = base - {a for a, _ in found}, new - {b for _, b in found}
    while True:
        some = [(a, b) for a in base for b in [nearest(a, new)] if b and nearest(b, base) == a]
        if not some:
            break
        found |= set(some)
        base, new = base - {a for a, _ in some}, new - {b for _, b in some}
    if len(base) == len(new) == 1:
        found.add((*base, *new))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_files_are_matched_by_their_tails(seed, tmp_path):
    rng = random.Random(seed)

    def side(name, odd):  # equal values would not be reported
        paths = {"/".join([rng.choice("abc") for _ in range(rng.randint(1, 4))] + [rng.choice(["x.py", "y.py", "ax.py"])]) for _ in range(rng.randint(1, 14))}
        (tmp_path / name).write_text("".join(f"f ({path}:1) {2 * rng.randint(1, 99) + odd}\n" for path in sorted(paths)))
        return paths
    expected = pairs(side("base", 0), side("new", 1))
    out = lib.run("profdiff", "-q", "-n", "0", "--format", "csv", tmp_path / "base", tmp_path / "new")[0].decode()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {(row["base_file"] or row["file"], row["file"]) for row in rows if row["status"] in ("same", "moved")} == expected


@pytest.mark.parametrize("turned", [False, True])
def test_a_method_is_no_function_of_two_files(turned, tmp_path):
    """C.m of f.py may be m of either f.py: neither is taken."""
    for name, text in ("a", "C.m (/a/f.py) 1\n"), ("b", "m (/b/f.py) 1\nm (/c/f.py) 1\n"):
        (tmp_path / name).write_text(text)
    sides = [tmp_path / name for name in ("ba" if turned else "ab")]
    rows = json.loads(lib.run("profdiff", "-q", "-a", "--format", "json", *sides)[0])["rows"]
    assert sorted(row["status"] for row in rows) == (["gone", "gone", "new"] if turned else ["gone", "new", "new"])

"""proffilter's verbs mean what pprof's do: both cut the same random stacks."""
import random
import re
import shutil
import subprocess
from collections import Counter

import pytest

import lib
from protobuf_fields import field, varint

pytestmark = pytest.mark.skipif(not shutil.which("go"), reason="no go tool pprof")

NAMES = ["main", "parse", "read", "draw_a", "draw_b", "sort"]
FILES = ["lib/io.go", "lib/json.go", "app/main.go", "lib/io.go", "x/draw.go", "x/sort.go"]
HOME = dict(zip(NAMES, FILES))
VERBS = ["focus", "ignore", "hide", "show", "show_from", "prune_from"]
EXPRESSIONS = ["^main$", "read|parse", "draw_", "json", "sort", "app/", "[dr]"]


def profile(stacks):
    """pprof's protocol buffer, a location a function."""
    strings, body = [""], b""

    def number(text):
        if text not in strings:
            strings.append(text)
        return strings.index(text)

    body += field(1, field(1, number("samples")) + field(2, number("count")))
    for stack, count in stacks.items():
        body += field(2, field(1, b"".join(varint(NAMES.index(n) + 1) for n in reversed(stack))) + field(2, varint(count)))
    for i, name in enumerate(NAMES, 1):
        body += field(4, field(1, i) + field(4, field(1, i) + field(2, 1)))
        body += field(5, field(1, i) + field(2, number(name)) + field(3, number(name)) + field(4, number(HOME[name])))
    return body + b"".join(field(6, text.encode()) for text in strings)


def pprofs(file, options):
    done = subprocess.run(["go", "tool", "pprof", "-traces", *(f"-{verb}={e}" for verb, e in options.items()), file],
                          capture_output=True, text=True)
    if "pprof: no samples" in done.stderr or "empty" in done.stderr.lower():
        return {}
    assert done.returncode == 0, done.stderr
    sums = Counter()
    for block in re.split(r"^-----------\+-+\n", done.stdout, flags=re.M)[1:]:
        lines = block.split("\n")
        if lines[0].strip():
            count, leaf = lines[0].split()
            sums[tuple(reversed([leaf, *(line.strip() for line in lines[1:] if line.strip())]))] += int(count)
    return sums


def ours(stacks, options):
    text = "".join(f"{';'.join(f'{n} ({HOME[n]})' for n in stack)} {count}\n" for stack, count in stacks.items())
    arguments = sum(([f"--{verb.replace('_', '-')}", e] for verb, e in options.items()), [])
    out, _ = lib.run("proffilter", "-q", "--frames", "name", *arguments, input=text.encode())
    return {tuple(stack.split(";")): int(count) for stack, count in (line.rsplit(" ", 1) for line in out.decode().splitlines())}


@pytest.mark.parametrize("seed", range(25))
def test_verbs(seed, tmp_path):
    rng = random.Random(seed)
    stacks = Counter()
    for _ in range(30):
        stacks[tuple(rng.choice(NAMES) for _ in range(rng.randint(1, 7)))] += rng.randint(1, 99)
    (tmp_path / "p.pb").write_bytes(profile(stacks))
    chosen = [VERBS[seed % len(VERBS)]] if seed < 12 else [v for v in VERBS if rng.random() < 0.5]
    options = {verb: rng.choice(EXPRESSIONS) for verb in chosen}
    assert ours(stacks, options) == pprofs(tmp_path / "p.pb", options), options

"""dtrace's aggregations, read by inferno-collapse-dtrace too, which knows no keys."""
import collections
import re

import lib
from clients import needs, output


@needs("inferno-collapse-dtrace")
def test_stacks_and_values():
    path = lib.SAMPLES / "dtrace/profile.dtrace"
    theirs = collections.Counter(output("inferno-collapse-dtrace", path).decode().splitlines())
    ours = collections.Counter()
    for line in lib.run("dtrace2collapsed", "-q", path)[0].decode().splitlines():
        stack, value = line.rsplit(" ", 1)
        frames = [re.sub(r"^(.*) \((.*?)\)$", r"\2`\1", frame) for frame in stack.split(";")]
        # it cuts what follows a parenthesis or a bracket behind a "::"
        ours[";".join(re.sub(r"(::.*)[(<].*", r"\1", frame) for frame in frames) + f" {value}"] += 1
    assert ours == theirs and len(ours) == 3

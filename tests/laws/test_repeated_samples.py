"""Samples that repeat others are found by their text: whatever stands between them, wherever the window ends."""
import collections
import json
import random

import pytest

import lib


def profile(rng, samples, name):
    return {"type": "sampled", "name": name, "unit": "none", "startValue": 0, "endValue": len(samples),
            "samples": samples, "weights": [1] * len(samples)}


def folded(sums):
    return b"".join(b"%s %d\n" % (stack, count) for stack, count in sorted(sums.items()))


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" ,\n\t ", ":")])
@pytest.mark.parametrize("frames_first", [True, False])
def test_repeated_samples(separators, frames_first):
    rng = random.Random(len(separators[0]))
    distinct = [[rng.randrange(900) for _ in range(rng.choice([0, 1, 2, 5, 30, 200]))] for _ in range(700)]
    profiles = [[rng.choice(distinct) for _ in range(9000)] for _ in range(2)]
    sums = collections.Counter(b";".join(b"f%d" % frame for frame in stack) for samples in profiles for stack in samples)
    shared = {"shared": {"frames": [{"name": f"f{i}"} for i in range(900)]}}
    rows = {"profiles": [profile(rng, samples, f"t{i}") for i, samples in enumerate(profiles)]}
    whole = {**shared, **rows} if frames_first else {**rows, **shared}
    text = json.dumps(whole, separators=separators).encode()
    assert len(text) > 1 << 20
    assert lib.run("speedscope2collapsed", "-q", input=text)[0] == folded(sums)


def test_a_sample_of_arrays_is_no_known_text():
    text = b'{"shared":{"frames":[{"name":"a"}]},"profiles":[{"type":"sampled","name":"","unit":"none",' \
           b'"startValue":0,"endValue":2,"samples":[[0],[[0],[0]],"weights":[1,1]}]}'
    said = lib.run("speedscope2collapsed", "-q", input=text, status=2)[1]
    assert b"byte 143: expected an array, got '" in said, said


def test_one_stack_in_many_threads():
    """A row for each thread: the first of a stack is found by the stack, the others by both."""
    samples = [([0], 1), ([0, 1], 2), ([0], 3)]
    profiles = [{"type": "sampled", "name": f"thread {t}", "unit": "none", "startValue": 0, "endValue": 6,
                 "samples": [stack for stack, _ in samples], "weights": [weight + t for _, weight in samples]}
                for t in range(50)]
    text = json.dumps({"shared": {"frames": [{"name": "a"}, {"name": "b"}]}, "profiles": profiles}).encode()
    assert lib.run("speedscope2collapsed", "-q", "--thread", "thread 49", input=text)[0] == b"a 102\na;b 51\n"
    sums = sum(range(50))
    assert lib.run("speedscope2collapsed", "-q", input=text)[0] == b"a %d\na;b %d\n" % (4 * 50 + 2 * sums, 2 * 50 + sums)

"""A total is the sum of its parts, in arithmetic without a bound: shown, compared and written as it is, or refused by the name of its value type."""
import json
import random

import pytest

import lib

LIMIT = (1 << 63) - 1
BEYOND = b"a total of value type 'samples' does not fit in 64 bits\n"


def folded(values):
    return "".join(f"m;f{i} {value}\n" for i, value in enumerate(values)).encode()


def parts(seed, total):
    """Some numbers that add up to that."""
    rng = random.Random(seed)
    cuts = sorted(rng.randrange(total + 1) for _ in range(rng.randint(1, 6)))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total])]


def reports(path):
    """What each tool says the total is."""
    yield json.loads(lib.run("profcheck", "--json", path)[0])["value_types"][0]["self_total"]
    rows = json.loads(lib.run("proftop", "--format", "json", path)[0])
    yield sum(row["self"] for row in rows)
    yield from (row["inclusive"] for row in rows if row["function"] == "m")
    yield from (row["inclusive"] for row in json.loads(lib.run("proftop", "--tree", "--format", "json", path)[0]) if row["depth"] == 1)
    yield json.loads(lib.run("profdiff", "--kind", "counts", "--compare", "values", "--format", "json", path, path)[0])["total_new"]
    summary, = [line for line in lib.run("collapsed2callgrind", path)[0].splitlines() if line.startswith(b"summary: ")]
    yield int(summary.split()[1])
    written = json.loads(lib.run("collapsed2speedscope", path)[0])["profiles"][0]
    yield written["endValue"]
    yield sum(written["weights"])


@pytest.mark.parametrize("seed", range(6))
def test_up_to_64_bits(seed, tmp_path):
    total = LIMIT - seed * seed
    path = tmp_path / "in.collapsed"
    path.write_bytes(folded(parts(seed, total)))
    assert set(reports(path)) == {total}


REFUSED = [["profcheck"], ["profcheck", "--json"], ["profcheck", "--strict"], ["proftop"], ["proftop", "--tree"], ["proftop", "--lines"], ["proftop", "--peek", "m"],
           ["profmerge", "-t", "callgrind"], ["proffilter", "-t", "speedscope"], ["collapsed2callgrind"], ["collapsed2speedscope"], ["collapsed2pstat"],
           ["collapsed2flamegraph"], ["collapsed2html"], ["collapsed2dot"]]


@pytest.mark.parametrize("command", REFUSED, ids=" ".join)
@pytest.mark.parametrize("values", [[LIMIT, 1], [LIMIT, LIMIT], [LIMIT] * 3, [LIMIT, -LIMIT], [1 << 62] * 4], ids=range(5))
def test_beyond_64_bits(values, command, tmp_path):
    path = tmp_path / "in.collapsed"
    path.write_bytes(folded(values))
    out, said = lib.run(command[0], *command[1:], path, status=2)
    assert out == b"" and said.count(b"\n") == 1 and b"'samples'" in said and (BEYOND in said or b"negative" in said)


def test_what_has_no_total_is_written(tmp_path):
    data = folded([LIMIT, LIMIT])
    assert lib.run("collapsed2collapsed", input=data)[0] == data
    assert lib.run("profmerge", "-t", "collapsed", input=data)[0] == data


def test_a_gate_does_not_pass_on_a_wrapped_total(tmp_path):
    base, new = tmp_path / "base", tmp_path / "new"
    base.write_bytes(b"x 1000000000000000000\ny 9000000000000000000\n")
    new.write_bytes(b"x 9000000000000000000\ny 9000000000000000000\n")
    for sides in (base, new), (new, base), (base, base):
        assert lib.run("profdiff", "--fail-if", "total > 5%", *sides, status=2)[1] == b"profdiff: the profile: " + BEYOND


def test_decimals_count_too():
    """Nine decimals leave 9.2e9 units."""
    assert BEYOND in lib.run("proftop", input=b"a 5000000000.000000001\nb 5000000000\n", status=2)[1]
    assert b"9,000,000,000.000000001" in lib.run("proftop", input=b"a 4000000000.000000001\nb 5000000000\n")[0]

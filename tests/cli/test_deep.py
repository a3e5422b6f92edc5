"""Deep, wide and tangled profiles: no recursion over data, time and memory bounded.

Every program runs with a stack of 256 KB and limits on its CPU time, its memory and its output.
"""
import gzip
import marshal
import resource
import subprocess
import zlib

import pytest

import lib

STACK = 256 << 10
SECONDS = 60
MEMORY = 4 << 30
FILE = 1 << 30

# a sanitizer sees the same in a few hundredths
DEEP = 30_000 if lib.SANITIZED else 10 ** 6
RING = 1_000 if lib.SANITIZED else 10 ** 5
WIDE = 3_000 if lib.SANITIZED else 10 ** 5
DIAMONDS = 60


def limits():
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, STACK))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))


def run(program, *args, status=0):
    """Within the limits. A sanitizer needs more than they allow: there only the result counts."""
    done = subprocess.run([str(lib.BIN / program), *map(str, args)], capture_output=True, env=lib.ENV,
                          preexec_fn=None if lib.SANITIZED else limits, timeout=10 * SECONDS)
    assert done.returncode == status, f"{program}: status {done.returncode}\n{done.stderr.decode()}{done.stdout[:2000]}"
    return done.stdout


def convert(reader, writer, source, folder):
    """Converts, and checks that every function's self total came through."""
    target = folder / f"out.{writer}"
    run(f"{reader}2{writer}", "-q", "-o", target, source)
    if writer in lib.READERS:
        assert run("profcheck", "-f", writer, "--against", source, target) == b""
    return target


def write_pstat(path, self_times, arcs):
    """Functions by number; arcs (caller, callee, inclusive): Python's own dump."""
    def key(number):
        return ("deep.py", number + 1, f"f{number}")
    callers, inclusive = {}, dict(enumerate(self_times))
    for caller, callee, value in arcs:
        callers.setdefault(callee, {})[key(caller)] = (1, 1, self_times[callee], value)
        inclusive[caller] = inclusive[caller] + value
    rows = {key(number): (1, 1, time, inclusive[number], callers.get(number, {}))
            for number, time in enumerate(self_times)}
    path.write_bytes(marshal.dumps(rows))


def write_callgrind(path, self_values, arcs):
    callees = {}
    for caller, callee, value in arcs:
        callees.setdefault(caller, []).append((callee, value))
    with open(path, "w") as out:
        out.write("# callgrind format\nevents: Ir\nfl=deep.c\n")
        for number, value in enumerate(self_values):
            out.write(f"fn=f{number}\n1 {value}\n")
            for callee, inclusive in callees.get(number, []):
                out.write(f"cfn=f{callee}\ncalls=1 1\n1 {inclusive}\n")


# --- one stack of a million frames ---

@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    path = tmp_path_factory.mktemp("deep") / "in.collapsed"
    path.write_text("a 1\n" + ";".join(f"f{number}" for number in range(DEEP)) + " 5\n")
    return path


@pytest.mark.parametrize("writer", lib.WRITERS)
def test_deep_stack(deep, writer, tmp_path):
    convert("collapsed", writer, deep, tmp_path)


def test_deep_stack_comes_back(deep, tmp_path):
    for writer in ("speedscope", "callgrind", "pstat"):
        middle = convert("collapsed", writer, deep, tmp_path)
        if writer == "speedscope":
            assert run(f"{writer}2collapsed", "-q", middle) == deep.read_bytes()
        else:
            assert run(f"{writer}2collapsed", "-q", middle)


def test_deep_recursion(tmp_path):
    """One function a million times on the stack is one function."""
    source = tmp_path / "in"
    source.write_text("a 1\n" + "f;" * (DEEP - 1) + "f 5\n")
    for writer in lib.WRITERS:
        convert("collapsed", writer, source, tmp_path)


# --- a cycle of a hundred thousand functions ---

def ring():
    """f0 calls f1 calls f2 ... calls f0; f0 is called by a root besides.

    One in ten thousand has a self value: a stack of each would be five thousand million frames.
    """
    self_values = [int(number % 10000 == 0) for number in range(RING + 1)]
    total = sum(self_values)
    return self_values, [(RING, 0, total), *((number, (number + 1) % RING, total) for number in range(RING))]


@pytest.mark.parametrize("writer", lib.WRITERS)
def test_ring_of_pstat(writer, tmp_path):
    write_pstat(tmp_path / "in", *ring())
    convert("pstat", writer, tmp_path / "in", tmp_path)


@pytest.mark.parametrize("writer", lib.WRITERS)
def test_ring_of_callgrind(writer, tmp_path):
    write_callgrind(tmp_path / "in", *ring())
    convert("callgrind", writer, tmp_path / "in", tmp_path)


# --- sixty diamonds in a row: 2^60 paths ---

def diamonds():
    """f0 calls f1 and f2, both call f3, which calls f4 and f5, ...; each takes 2, and half goes each way."""
    self_values, arcs = [2] * (3 * DIAMONDS + 1), []
    below = [0] * len(self_values)
    for top in range(3 * DIAMONDS - 3, -1, -3):
        bottom = 2 + below[top + 3]
        for side in (top + 1, top + 2):
            arcs += [(top, side, 2 + bottom // 2), (side, top + 3, bottom // 2)]
        below[top] = 4 + bottom
    return self_values, arcs


@pytest.mark.parametrize("writer", lib.WRITERS)
def test_diamonds_of_pstat(writer, tmp_path):
    self_values, arcs = diamonds()
    write_pstat(tmp_path / "in", [value / 1000 for value in self_values],
                [(caller, callee, value / 1000) for caller, callee, value in arcs])
    convert("pstat", writer, tmp_path / "in", tmp_path)


def test_diamonds_with_few_contexts(tmp_path):
    """A limit costs detail, never a value: what found no place is under [unplaced]."""
    write_callgrind(tmp_path / "in", *diamonds())
    for contexts in (1, 10, 1000):
        out = tmp_path / "out"
        run("callgrind2collapsed", "-q", "--max-contexts", contexts, "-o", out, tmp_path / "in")
        lines = out.read_text().splitlines()
        assert len(lines) <= contexts + 3 * DIAMONDS + 1
        assert sum(int(line.split()[-1]) for line in lines) == 2 * (3 * DIAMONDS + 1)
        assert any(line.startswith("[unplaced];") for line in lines)
        run("profcheck", "--against", tmp_path / "in", out)


# --- wide ---

@pytest.mark.parametrize("writer", lib.WRITERS)
def test_many_children(writer, tmp_path):
    source = tmp_path / "in"
    source.write_text("".join(f"main;f{number} {number + 1}\n" for number in range(WIDE)))
    convert("collapsed", writer, source, tmp_path)


@pytest.mark.parametrize("writer", lib.WRITERS)
def test_many_callers(writer, tmp_path):
    """main calls each of many, and all of them call one."""
    count = WIDE
    self_values = [0, count, *[1] * count]
    arcs = [(0, number + 2, 2) for number in range(count)] + [(number + 2, 1, 1) for number in range(count)]
    write_pstat(tmp_path / "in", self_values, arcs)
    convert("pstat", writer, tmp_path / "in", tmp_path)


@pytest.mark.parametrize("writer", lib.WRITERS)
def test_many_value_types(writer, tmp_path):
    """Two hundred events, as a file may have."""
    source = tmp_path / "in"
    events = [f"E{number}" for number in range(200)]
    source.write_text("events: " + " ".join(events) + "\nfl=a.c\nfn=main\n1 " + " ".join(map(str, range(200))) + "\n")
    run(f"callgrind2{writer}", "-q", "-o", tmp_path / "out", source)


def test_a_long_name(tmp_path):
    source = tmp_path / "in"
    source.write_text("a 1\nmain;" + "x" * 10 ** (6 if lib.SANITIZED else 7) + " 5\n")
    for writer in lib.WRITERS:
        convert("collapsed", writer, source, tmp_path)


@pytest.mark.parametrize("line", [";".join("f" * 400000) + " 5\n", "main;" + "x" * 10 ** 6 + " 5\n"], ids=["deep", "long"])
def test_a_long_first_line_is_sniffed(line, tmp_path):
    """Longer than what is looked at: no line of the file is seen whole."""
    (tmp_path / "in").write_text(line)
    assert run("profconv", "-t", "collapsed", tmp_path / "in").decode() == line


# --- gzip that is long enough to be unpacked by a thread ---

def long_stacks():
    return b"".join(b"main;f%d;g%d %d\n" % (i % 977, i % 7919, i % 97 + 1) for i in range(300000))


def test_long_gzip_is_what_it_was():
    data = long_stacks()
    packed = gzip.compress(data, 1)
    assert len(data) > 4 << 20
    plain = lib.run("collapsed2collapsed", input=data)[0]
    assert lib.run("collapsed2collapsed", input=packed)[0] == plain
    assert lib.run("collapsed2collapsed", input=packed + gzip.compress(b"last 1\n"))[0] != plain


def test_long_gzip_that_is_cut_short():
    out, said = lib.run("collapsed2collapsed", input=gzip.compress(long_stacks(), 1)[:-1000], status=2)
    assert not out and said.endswith(b"the gzip data is cut short\n") and said.count(b"\n") == 1


def test_an_error_does_not_wait_for_the_rest_of_a_pipe():
    """What comes after the error may never come."""
    packer = zlib.compressobj(1, wbits=31)
    data = packer.compress(long_stacks() + b"broken\nmain 1\n") + packer.flush(zlib.Z_SYNC_FLUSH)
    with subprocess.Popen([lib.BIN / "collapsed2collapsed"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, env=lib.ENV) as child:
        child.stdin.write(data)
        child.stdin.flush()
        assert child.wait(timeout=60) == 2 and b"line 300001: expected" in child.stderr.read()

"""A profile made up at random, whose totals are known exactly, before any format has spelled it."""
import dataclasses
from fractions import Fraction

HOSTILE = [
    b"", b" ", b"a b", b"f 1", b"f 1 2", b"=1+1", b"@x", b"+1", b"-1", b"::error file=x::y", b"##[error]x", b"##vso[task.x]y", b"\x1b[31mred",
    b"\x1b]0;t\x07", b"\x9b2J", "\u202egnp".encode(), "\u2066x\u2069".encode(), "\ufeffx".encode(), b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\x00x",
    b"<script>x</script>", b"]]>", b"&amp;", b"<!--", b"\"", b"'", b"`x`", b"|", b"\\", b"\\n", b"$(x)", b"{}", b"%n%s", b"(1)", b"(1) x", b"x fn=(2) y",
    b"x calls=1 2", b"* 5", b"~", b"[kernel]", b"f (a.c:3)", b"f (a.c)", b"f (:)", b"f [a.c]", b"f:12", b"f'2", b"a/b", b"./x", b"..", b"???", b"0x10",
    b"std::vector<int>::push_back(int&&)", b"a\tb", b"a\rb", b"x_[k]", b"x_[j]", b"main", b"x" * 300, "\u00e9\u6f22\U0001f600".encode(), b"#x", b"true",
    b"P1", b"null", b"NaN", b"1e5", b"[]", b"<lambda>", b"<module>", b"__proto__", b"constructor", b"base", b"new", b"all", b"total", b"root"]
FILES = [b"", b"", b"a.c", b"/usr/lib/x.py", b"b/c d.py", b"~", b"C:\\x\\y.py", b"<string>", b"x.py"]
UNITS = ["none", "nanoseconds", "bytes"]
LARGEST = (1 << 63) - 1


@dataclasses.dataclass
class Truth:
    """What has to come out: for each value type its unit and the self values of each function. Times are nanoseconds."""
    units: list
    selves: list          # of {name: Fraction}
    named: bool = True    # each function has its own plain name
    names: list = None    # of the value types, where the format has a place for them

    def total(self, value):
        return sum(self.selves[value].values(), Fraction(0))

    def only(self, value):
        return Truth([self.units[value]], [self.selves[value]], self.named, self.names and [self.names[value]])


@dataclasses.dataclass
class Model:
    kind: str             # plain: everybody reads it; odd: allowed, and strange
    functions: list       # (name, file, line)
    values: list          # (name, unit)
    threads: int
    samples: list         # (thread, stack as indexes of functions, weights)


def plain_number(rng):
    number = Fraction(rng.randrange(1, 10 ** rng.randint(1, 6)))
    return number / 10 ** rng.randint(1, 3) if rng.random() < 0.15 else number


def odd_number(rng):
    return rng.choice([
        lambda: Fraction(0), lambda: Fraction(1), lambda: plain_number(rng), lambda: -plain_number(rng),
        lambda: Fraction(rng.choice([LARGEST, LARGEST - 1, 1 << 53, (1 << 53) + 1, 1 << 62, 10 ** 15, 1 << 31, 1 << 32])),
        lambda: Fraction(rng.randrange(10 ** 12), 10 ** rng.randint(1, 9)),
        lambda: Fraction(rng.randrange(1 << rng.randint(1, 63)))])()


def stack(rng, functions, depth):
    made = [rng.randrange(functions) for _ in range(depth)]
    if depth and rng.random() < 0.2:  # recursion, direct and by others
        made += rng.choices(made[-3:], k=rng.randint(1, 6))
    return tuple(made)


def make(rng, kind, values=None, units=None, threads=None, decimals=True):
    """Some functions, stacks and weights. The caller says how many value types and threads its format has."""
    hostile = kind == "odd" and rng.random() < 0.5
    count = rng.choice([1, 2, 5, 12, 40])
    functions = []
    for i in range(count):
        name = b"f%d" % i
        if hostile and rng.random() < 0.6:
            name = rng.choice(HOSTILE) if rng.random() < 0.8 else rng.randbytes(rng.randint(1, 12))
        file = rng.choice(FILES)
        functions.append((name, file, rng.choice([0, 1, i + 1, 4711]) if file else 0))
    if values is None:
        values = rng.choice([1, 1, 1, 2, 3, 7])
        if kind == "odd" and rng.random() < 0.02:
            values = rng.choice([64, 255, 256])
    names = [(f"e{i}", rng.choice(units or UNITS)) for i in range(values)]
    if threads is None:
        threads = rng.choice([1, 1, 2, 5])
        if kind == "odd" and rng.random() < 0.02:
            threads = 300
    rows, beyond = rng.choice([1, 3, 10, 60]), rng.random()
    if kind == "odd" and rng.random() < 0.08:
        rows = 0
    number = odd_number if kind == "odd" and beyond < 0.5 else plain_number
    samples = []
    for _ in range(rows):
        depth = rng.choice([1, 2, 3, 5, 12]) if kind == "plain" else rng.choice([0, 1, 2, 5, 12, 40])
        if kind == "odd" and rng.random() < 0.003:
            depth = rng.choice([700, 3000])
        weights = [number(rng) if rng.random() < 0.8 or kind == "plain" else Fraction(0) for _ in names]
        # a time has no part of a nanosecond
        weights = [w if unit == "none" and decimals else Fraction(int(w)) for w, (_, unit) in zip(weights, names)]
        samples.append((rng.randrange(threads), stack(rng, count, depth), weights))
    return Model(kind, functions, names, threads, samples)


def truth_of(model, idle=True):
    """The sums, in fractions, which have no bound. Samples without a stack are the function [idle]."""
    selves = [{} for _ in model.values]
    for _, frames, weights in model.samples:
        name = model.functions[frames[-1]][0] if frames else b"[idle]"
        if not frames and not idle:
            continue
        for sums, weight in zip(selves, weights):
            sums[name] = sums.get(name, Fraction(0)) + weight
    named = all(name == b"f%d" % i for i, (name, _, _) in enumerate(model.functions))
    return Truth([unit for _, unit in model.values], selves, named, [name for name, _ in model.values])


def decimal(number):
    """As few digits as say it exactly; the model's numbers have nine decimals at most."""
    sign, number = "-" if number < 0 else "", abs(number)
    whole, rest = divmod(number, 1)
    digits = f"{int(rest * 10 ** 9):09d}".rstrip("0")
    assert Fraction(int(rest * 10 ** 9), 10 ** 9) == rest
    return f"{sign}{int(whole)}" + ("." + digits if digits else "")

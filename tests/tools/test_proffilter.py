"""proffilter: every verb against a model of it in Python, on random stacks; pprof itself: tests/interop."""
import json
import marshal
import random
import re
from collections import Counter
from fractions import Fraction

import pytest

import lib

NAMES = ["main", "parse", "read", "draw_a", "draw_b", "std::sort<int>", "std::sort<char>", "<lambda>"]
FILES = ["lib/io.py", "lib/json/__init__.py", "app/main.py", ""]
HOME = {name: FILES[i % len(FILES)] for i, name in enumerate(NAMES)}


def text(frame):
    name, file, line = frame
    return name if not file else f"{name} ({file}:{line})" if line else f"{name} ({file})"


def frame(text):
    name, file, line = re.fullmatch(r"(.*?)(?: \(([^():]+)(?::(\d+))?\))?", text).groups()
    return name, file or "", int(line or 0)


def random_stacks(seed, lines=True):
    rng = random.Random(seed)
    stacks = Counter()
    for _ in range(40):
        names = [rng.choice(NAMES) for _ in range(rng.randint(1, 8))]
        stacks[tuple((n, HOME[n], rng.randint(0, 3) if lines and HOME[n] else 0) for n in names)] += rng.randint(1, 99)
    if rng.random() < 0.5:
        stacks[()] = 7
    return stacks


def collapsed(stacks):
    return "".join(f"{';'.join(map(text, stack))} {count}\n" for stack, count in stacks.items()).encode()


def parsed(out):
    rows = (line.rsplit(" ", 1) for line in out.decode().splitlines())
    return {tuple(map(frame, stack.split(";"))) if stack else (): Fraction(count) for stack, count in rows}


def filtered(stacks, *options):
    return parsed(lib.run("proffilter", "-q", *options, input=collapsed(stacks))[0])


def hits(expression, frame):
    return bool(re.search(expression, frame[0]) or (frame[1] and re.search(expression, frame[1])))


# --- the model: a stack in, a stack or None out; what comes out equal is summed ---

def mapped(stacks, change):
    sums = Counter()
    for stack, count in stacks.items():
        new = change(stack)
        if new is not None:
            sums[new] += count
    return sums


def focus(e):
    return lambda stack: stack if any(hits(e, f) for f in stack) else None


def ignore(e):
    return lambda stack: None if any(hits(e, f) for f in stack) else stack


def hide(e):
    return lambda stack: tuple(f for f in stack if not hits(e, f)) or (None if stack else ())


def show(e):
    return lambda stack: tuple(f for f in stack if hits(e, f)) or None


def show_from(e):
    return lambda stack: next((stack[i:] for i, f in enumerate(stack) if hits(e, f)), None)


def prune_from(e):
    def change(stack):
        marks = [i for i, f in enumerate(stack) if re.search(e, f[0])]
        return stack[:marks[-1] + 1] if marks else stack
    return change


VERBS = {"focus": focus, "ignore": ignore, "hide": hide, "show": show, "show-from": show_from, "prune-from": prune_from}
EXPRESSIONS = ["^main$", "read|parse", "draw_", r"\.py$", "json", "app/", "sort<", "nothing like it", "."]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("seed", range(3))
def test_one_verb(verb, seed):
    stacks = random_stacks(seed)
    for expression in EXPRESSIONS:
        assert filtered(stacks, f"--{verb}", expression) == mapped(stacks, VERBS[verb](expression)), expression


@pytest.mark.parametrize("seed", range(20))
def test_verbs_together_come_in_a_fixed_order(seed):
    """Whatever the order on the command line; focus and ignore see what hide takes away."""
    rng = random.Random(seed)
    stacks = random_stacks(seed)
    chosen = {verb: rng.choice(EXPRESSIONS) for verb in VERBS if rng.random() < 0.5}
    expected = stacks
    for verb, expression in chosen.items():
        expected = mapped(expected, VERBS[verb](expression))
    options = [[f"--{verb}", expression] for verb, expression in chosen.items()]
    rng.shuffle(options)
    assert filtered(stacks, *sum(options, [])) == expected


def flat(stack):
    new = []
    for f in stack:
        at = next((i for i, g in enumerate(new) if g[:2] == f[:2]), len(new))
        new[at:] = [f]
    return tuple(new)


@pytest.mark.parametrize("seed", range(10))
def test_flatten_recursion(seed):
    stacks = random_stacks(seed)
    came = filtered(stacks, "--flatten-recursion")
    assert came == mapped(stacks, flat)

    def selves(stacks):
        sums = Counter()
        for stack, count in stacks.items():
            sums[stack[-1:]] += count
        return sums

    assert selves(came) == selves(stacks)
    assert all(len({f[:2] for f in stack}) == len(stack) for stack in came)


@pytest.mark.parametrize("seed", range(10))
def test_flatten_recursion_in_a_dense_tree(seed):
    rng = random.Random(seed)
    stacks = Counter(tuple((rng.choice("abcd"), "", 0) for _ in range(rng.randint(1, 7))) for _ in range(300))
    assert filtered(stacks, "--flatten-recursion") == mapped(stacks, flat)


def test_a_function_of_each_address():
    """By the place in the object's file; what has no function has it in its name already."""
    heap = ("heap profile: 1: 2 [1: 2] @ heapprofile\n1: 2 [1: 2] @ 0x1011 0x1024 0x2011\n1: 3 [1: 3] @ 0x1013\n"
            "MAPPED_LIBRARIES:\n1000-2000 r-xp 00000500 00:00 1 /srv/shop\n").encode()
    symbols = b"--- symbol\n0x1010 f--g\n0x1012 f\n0x2010 main\n---\n--- heap\n" + heap
    for data, want in ((heap, b"0x2010;shop+0x523;shop+0x510 2\nshop+0x512 3\n"),
                       (symbols, b"f at 0x512 3\nmain at 0x2010;shop+0x523;f at 0x510;g at 0x510 2\n")):
        cut = lib.run("proffilter", "--granularity", "address", "-t", "pprof", input=data)[0]
        assert lib.run("pprof2collapsed", "--frames", "name", input=cut)[0] == want


def test_what_is_renamed_has_a_function():
    """Also in a format that has addresses in place of functions."""
    heap = lib.SAMPLES / "pprof/gperftools.heap"
    cut = lib.run("proffilter", "-q", "--rename", "addresses", "--flatten-recursion", "-t", "pprof", heap)[0]
    out = lib.run("pprof2collapsed", "-q", "--frames", "name", input=cut)[0]
    assert out == b"shop 10387968\nshop;libc.so.6 4096\n"
    kept = lib.run("proffilter", "-q", "--rename", "s/never/met/", "-t", "pprof", heap)[0]
    assert kept == lib.run("pprof2pprof", "-q", heap)[0]


def test_flatten_deep_recursion():
    deep = b";".join(b"f%d" % (i % 3) for i in range(300000))
    assert lib.run("proffilter", "--flatten-recursion", input=deep + b" 5\n")[0] == b"f0;f1;f2 5\n"
    assert lib.run("proffilter", "--hide", "f1|f2", "--flatten-recursion", input=deep + b" 5\n")[0] == b"f0 5\n"


@pytest.mark.parametrize("by, group", [
    ("function", lambda f: (f[0], f[1], 0)), ("file", lambda f: (f[1] or "[unknown]", f[1], 0)),
    ("module", lambda f: ({"lib/io.py": "io", "lib/json/__init__.py": "json", "app/main.py": "main"}.get(f[1], "[unknown]"), "", 0)),
    ("line", lambda f: (f"{f[0]}:{f[2]}" if f[2] else f[0], f[1], f[2]))])
def test_granularity(by, group):
    stacks = random_stacks(1)
    assert filtered(stacks, "--granularity", by) == mapped(stacks, lambda stack: tuple(map(group, stack)))


def test_strip_dirs():
    stacks = random_stacks(2)
    assert filtered(stacks, "--strip-dirs") == mapped(stacks, lambda s: tuple((n, f.split("/")[-1], l) for n, f, l in s))


def test_root():
    stacks = random_stacks(3)
    assert filtered(stacks, "--root", "host 1") == mapped(stacks, lambda s: (("host 1", "", 0), *s))


@pytest.mark.parametrize("factor", ["3", "0.5", "1/4", "-2", "0", "1e3", "12.5"])
def test_scale(factor):
    stacks = random_stacks(4)
    assert filtered(stacks, "--scale", factor) == {s: c * Fraction(factor) for s, c in stacks.items()}


def test_scale_rounds_and_says_so():
    out, said = lib.run("proffilter", "-v", "--scale", "1/3", input=b"a 1\nb 2\nc 3\n")
    assert out == b"a 0.333333333\nb 0.666666667\nc 1\n" and b"2 values were rounded" in said
    _, said = lib.run("proffilter", "--scale", "9e18", input=b"a 9\n", status=2)
    assert b"does not fit in 64 bits" in said


def inclusive(stacks):
    sums = Counter()
    for stack, count in stacks.items():
        for f in {f[:2] for f in stack}:
            sums[f] += count
    return sums


def own(stacks):
    sums = Counter()
    for stack, count in stacks.items():
        if stack:
            sums[stack[-1][:2]] += count
    return sums


@pytest.mark.parametrize("percent", [0, 20, 45, 70, 100])
@pytest.mark.parametrize("seed", range(3))
def test_trim(seed, percent):
    stacks = random_stacks(seed, lines=False)
    stacks.pop((), None)
    came = filtered(stacks, "--trim", str(percent))
    whole, total = inclusive(stacks), sum(stacks.values())
    kept = {f for f, value in whole.items() if value * 100 >= percent * total}
    left = {f: v for f, v in inclusive(came).items() if f != ("[trimmed]", "")}
    assert left == {f: whole[f] for f in kept}
    assert {f: v for f, v in own(came).items() if f in kept} == {f: v for f, v in own(stacks).items() if f in kept}
    assert sum(came.values()) == total
    assert all(a != b or a[0] != "[trimmed]" for stack in came for a, b in zip(stack, stack[1:]))


def test_trim_keeps_what_is_just_large_enough():
    assert lib.run("proffilter", "--trim", "50", input=b"a 1\nb 1\n")[0] == b"a 1\nb 1\n"
    assert lib.run("proffilter", "--trim", "50.1", input=b"a 1\nb 1\n")[0] == b"[trimmed] 2\n"


# --- rename ---

@pytest.mark.parametrize("rules, before, after", [
    (["s/a/b/"], "banana", "bbnana"), (["s/a/b/g"], "banana", "bbnbnb"), (["s/A/b/i"], "banana", "bbnana"),
    (["s|(.)an|<\\1&>|"], "banana", "<bban>ana"), (["s,x*,-,g"], "abxc", "-a-b-c-"), ([r"s/\//:/"], "a/b", "a:b"),
    ([r"s/a/\&\\/"], "a", r"&\ "[:2]), (["s/a/b/", "s/b/c/"], "a", "c"), (["s/^$/x/"], "a", "a"),
    (["addresses"], "f+0x1f2", "f"), (["addresses"], "<function f at 0x7f00aa>", "<function f>"), (["addresses"], "[0x7fff12]", "[unknown]"),
    (["addresses"], "0xcafe", "[unknown]"), (["addresses"], "mix0xaa", "mix0xaa"),
    (["templates"], "std::map<a, b<c> >::at", "std::map::at"), (["templates"], "<lambda>", "<lambda>"),
    (["templates"], "operator<", "operator<"), (["templates"], "f<&x->y>(int)", "f(int)"), (["templates"], "a < b", "a < b"),
    (["lambdas"], "main::{lambda(int, void (*)(int))#2}::operator()", "main::{lambda}::operator()"),
    (["lambdas"], "run::$_12", "run::$_"), (["lambdas"], "x::{closure#3}", "x::{closure}"),
    (["lambdas"], "main.serve.func1.2", "main.serve.func"), (["lambdas"], "lambda$start$7", "lambda$start$7"),
    (["jvm"], "com/acme/App.lambda$main$0", "com/acme/App.lambda$main$0"),
    (["jvm"], "com/acme/App$$Lambda$14/0x0000000800c03000.run", "com/acme/App$$Lambda.run"),
    (["jvm"], "com/acme/App$$Lambda.0x00007f1b3c001a30.run", "com/acme/App$$Lambda.run"),
    (["jvm"], "com.acme.App$$Lambda$14/1510467688.run", "com.acme.App$$Lambda.run"), (["jvm"], "App$$Lambda$14.run", "App$$Lambda.run"),
    (["jvm"], "java/lang/invoke/LambdaForm$MH.0x00007f1b3c003400.invoke", "java/lang/invoke/LambdaForm$MH.invoke"),
    (["jvm"], "java/lang/invoke/LambdaForm$MH/0x0000000800066c40.invoke", "java/lang/invoke/LambdaForm$MH.invoke"),
    (["jvm"], "jdk/internal/reflect/GeneratedMethodAccessor12.invoke", "jdk/internal/reflect/GeneratedMethodAccessor.invoke"),
    (["jvm"], "com/sun/proxy/$Proxy22.call", "com/sun/proxy/$Proxy.call"),
    (["jvm"], "com/acme/Svc$$EnhancerBySpringCGLIB$$1a2b3c4d.go", "com/acme/Svc$$EnhancerBySpringCGLIB.go"),
    (["demangle"], "_ZNSt6vectorIiSaIiEE9push_backEOi", "std::vector<int, std::allocator<int> >::push_back(int&&)"),
    (["demangle"], "_RNvCs15kBYyAo9fc_7mycrate7example", "mycrate::example"), (["demangle"], "_D8demangle4testFZv", "demangle.test()"),
    (["demangle"], "__ZN1a1bEv", "a::b()"), (["demangle", "templates"], "_Z1fIiEvT_", "void f(int)"), (["demangle"], "_start", "_start")])
def test_rename(rules, before, after):
    out, said = lib.run("proffilter", *sum((["--rename", rule] for rule in rules), []), input=f"{before} 3\n".encode())
    assert out == f"{after} 3\n".encode()
    assert (b"matched nothing" in said) == (before == after)


def test_renamed_functions_are_one():
    stacks = {(("f<int>", "", 0), ("g", "", 0)): 3, (("f<char>", "", 0), ("g", "", 0)): 4}
    assert filtered(stacks, "--rename", "templates") == {(("f", "", 0), ("g", "", 0)): 7}


def test_verbs_see_new_names():
    assert lib.run("proffilter", "--rename", "s/x/y/", "--focus", "^y", input=b"x;a 1\nb 2\n")[0] == b"y;a 1\n"


def test_names_of_any_bytes():
    data = b"\xff\xffab;caf\xc3\xa9;\xed\xa0\x80 4\n"
    assert lib.run("proffilter", "--hide", "^a", input=data)[0] == data  # PCRE2 anchors at the text's start only
    assert lib.run("proffilter", "--hide", "^caf.$", input=data)[0] == b"\xff\xffab;\xed\xa0\x80 4\n"
    assert lib.run("proffilter", "--rename", "s/b$/B/", input=data)[0] == b"\xff\xffaB;caf\xc3\xa9;\xed\xa0\x80 4\n"


@pytest.mark.parametrize("option, value, message", [
    ("--focus", "a(", b"--focus: 'a(': byte 2: missing closing parenthesis"), ("--hide", "[", b"--hide: '[': byte 1: "),
    ("--rename", "upper", b"--rename: expected s/RE/TEXT/ or one of demangle"), ("--rename", "s/a/b", b"expected 's/RE/TEXT/'"),
    ("--rename", "s/a/b/q", b"expected 's/RE/TEXT/'"), ("--rename", r"s/a/\1/", rb"\1 is no group"),
    ("--scale", "fast", b"--scale: expected a FACTOR"), ("--scale", "1/0", b"--scale: expected a FACTOR"),
    ("--trim", "200", b"--trim: expected a PERCENT"), ("--time", "1:2", b"in no order of time"),
    ("--granularity", "class", b"--granularity: expected none|function|file|module|line|address")])
def test_bad_arguments(option, value, message, tmp_path):
    out, said = lib.run("proffilter", option, value, "-o", tmp_path / "out", input=b"a;b 1\n", status=2)
    assert out == b"" and said.count(b"\n") == 1 and message in said
    assert not (tmp_path / "out").exists()


def test_an_expression_that_would_take_forever():
    out, said = lib.run("proffilter", "--focus", r"^(a+)+$", input=b"a" * 60 + b"b 1\n", status=2)
    assert out == b"" and said.count(b"\n") == 1 and b"match limit" in said


@pytest.mark.parametrize("option", ["--focus", "--ignore", "--hide", "--show", "--show-from", "--prune-from"])
def test_an_option_that_matched_nothing_says_so(option):
    _, said = lib.run("proffilter", option, "nowhere", input=b"a;b 1\n")
    assert said == f"proffilter: warning: {option} 'nowhere' matched nothing\n".encode()
    assert lib.run("proffilter", "-q", option, "nowhere", input=b"a;b 1\n")[1] == b""


# --- time ---

def sampled(weights, start=10, unit="milliseconds", name="t"):
    return {"type": "sampled", "name": name, "unit": unit, "startValue": start, "endValue": start + sum(w for _, w in weights),
            "samples": [[f] for f, _ in weights], "weights": [w for _, w in weights]}


def evented(events, name="t", unit="milliseconds"):
    return {"type": "evented", "name": name, "unit": unit, "startValue": events[0][2], "endValue": events[-1][2],
            "events": [{"type": t, "frame": f, "at": at} for t, f, at in events]}


def speedscope(*profiles):
    return json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json",
                       "shared": {"frames": [{"name": n} for n in "abcdef"]}, "profiles": profiles}).encode()


def in_time(data, *options):
    """[(frames, weight)] of the first profile."""
    top = json.loads(lib.run("proffilter", *options, input=data)[0])
    names = [f["name"] for f in top["shared"]["frames"]]
    first = top["profiles"][0]
    assert first["type"] == "sampled"
    return [("".join(names[i] for i in s), w) for s, w in zip(first["samples"], first["weights"])], first


@pytest.mark.parametrize("window, expected", [
    ("12ms:16ms", [("a", 3), ("b", 1)]), ("0.012:0.016", [("a", 3), ("b", 1)]), (":15ms", [("a", 5)]), ("15000us:", [("b", 3), ("a", 2)]),
    (":", [("a", 5), ("b", 3), ("a", 2)]), ("30ms:40ms", []), ("14999999ns:15000001ns", [("a", 0.000001), ("b", 0.000001)])])
def test_time_of_samples(window, expected):
    data = speedscope(sampled([(0, 5), (1, 3), (0, 2)]))
    assert in_time(data, "-q", "--time", window)[0] == expected


def test_time_of_events():
    events = [("O", 0, 0), ("O", 1, 2), ("C", 1, 6), ("O", 1, 7), ("C", 1, 8), ("C", 0, 10)]
    rows, first = in_time(speedscope(evented(events)), "--time", "3ms:7.5ms")
    assert rows == [("ab", 3), ("a", 1), ("ab", 0.5)]
    assert (first["startValue"], first["endValue"]) == (3, 7.5)


def test_verbs_keep_the_order_of_time():
    events = [("O", 0, 0), ("O", 1, 2), ("O", 2, 3), ("C", 2, 4), ("C", 1, 6), ("O", 3, 7), ("C", 3, 8), ("C", 0, 10)]
    assert in_time(speedscope(evented(events)), "--hide", "b")[0] == [("a", 2), ("a", 1), ("ac", 1), ("a", 2), ("a", 1), ("ad", 1), ("a", 2)] or \
        in_time(speedscope(evented(events)), "--hide", "b")[0] == [("a", 3), ("ac", 1), ("a", 3), ("ad", 1), ("a", 2)]
    data = speedscope(sampled([(0, 5), (1, 3), (0, 2)]))
    assert in_time(data, "--rename", "s/a/x/")[0] == [("x", 5), ("b", 3), ("x", 2)]


def test_renaming_keeps_events():
    events = [("O", 0, 0), ("O", 1, 2), ("C", 1, 6), ("C", 0, 10)]
    top = json.loads(lib.run("proffilter", "--rename", "s/b/x/", input=speedscope(evented(events)))[0])
    assert [f["name"] for f in top["shared"]["frames"]] == ["a", "x"]
    assert [(e["type"], e["frame"], e["at"]) for e in top["profiles"][0]["events"]] == events


@pytest.mark.parametrize("seed", range(5))
def test_time_by_arithmetic(seed):
    rng = random.Random(seed)
    weights = [(rng.randrange(6), rng.randint(1, 9)) for _ in range(50)]
    start, end = sorted(rng.sample(range(sum(w for _, w in weights)), 2))
    expected, now = [], 0
    for f, w in weights:
        part = min(now + w, end) - max(now, start)
        if part > 0:
            expected.append(("abcdef"[f], part))
        now += w
    assert in_time(speedscope(sampled(weights, start=0)), "--time", f"{start}ms:{end}ms")[0] == expected


# --- call graphs ---

def graph():
    key = {n: ("m.py", i + 1, n) for i, n in enumerate("abcd")}
    return marshal.dumps({
        key["a"]: (1, 1, 1.0, 10.0, {}), key["b"]: (2, 2, 3.0, 5.0, {key["a"]: (2, 2, 3.0, 5.0)}),
        key["c"]: (3, 3, 4.0, 4.0, {key["a"]: (1, 1, 2.0, 2.0), key["b"]: (2, 2, 2.0, 2.0)}),
        key["d"]: (1, 1, 2.0, 2.0, {key["a"]: (1, 1, 2.0, 2.0)})}, 2)


def rows(out):
    return {key[2]: (row[:4], {c[2]: v for c, v in row[4].items()}) for key, row in marshal.loads(out).items() if isinstance(row, tuple)}


def test_graphs_are_renamed_exactly():
    out, said = lib.run("proffilter", "--rename", "s/[cd]/x/", "--strip-dirs", "--granularity", "function", input=graph())
    got = rows(out)
    assert said == b"" and got["a"] == ((1, 1, 1.0, 10.0), got["a"][1])
    assert got["b"][0] == (2, 2, 3.0, 5.0)
    # other lines, so still two functions of that name: summed they are what they were
    both = [row for key, row in marshal.loads(out).items() if key[2] == "x" and isinstance(row, tuple)]
    assert sorted(row[:4] for row in both) == [(1, 1, 2.0, 2.0), (3, 3, 4.0, 4.0)]


def test_graphs_are_grouped():
    """One file: all calls are within it; what is inclusive twice is taken off."""
    out, _ = lib.run("proffilter", "--granularity", "file", input=graph())
    got = rows(out)["m.py"]
    assert got[0][1:] == (7, 10.0, 10.0)


def test_graphs_are_trimmed_exactly():
    out, _ = lib.run("proffilter", "--trim", "30", input=graph())
    got = rows(out)
    assert got["[trimmed]"][0][1:] == (1, 2.0, 2.0) and got["[trimmed]"][1]["a"] == (1, 1, 2.0, 2.0)
    assert got["b"][0] == (2, 2, 3.0, 5.0) and got["c"][0] == (3, 3, 4.0, 4.0)


def test_what_is_trimmed_does_not_call_itself():
    out, _ = lib.run("proffilter", "--trim", "45", input=graph())
    got = rows(out)
    assert set(got["[trimmed]"][1]) == {"a", "b"} and got["b"][0] == (2, 2, 3.0, 5.0)
    deep = {("m.py", i, n): (1, 1, t, c, callers) for i, (n, t, c, callers) in enumerate(
        [("a", 90.0, 100.0, {}), ("b", 4.0, 10.0, {("m.py", 0, "a"): (1, 1, 4.0, 10.0)}), ("c", 6.0, 6.0, {("m.py", 1, "b"): (1, 1, 6.0, 6.0)})])}
    got = rows(lib.run("proffilter", "--trim", "20", input=marshal.dumps(deep, 2))[0])
    assert got["[trimmed]"] == ((1, 2, 10.0, 10.0), {"a": (1, 1, 4.0, 10.0)})


def test_graphs_get_a_root():
    got = rows(lib.run("proffilter", "--root", "all", input=graph())[0])
    assert got["a"][1]["all"][3] == 10.0 and got["all"][0][3] == 10.0


def test_graphs_are_scaled():
    got = rows(lib.run("proffilter", "--scale", "1/2", input=graph())[0])
    assert got["b"] == ((2, 2, 1.5, 2.5), {"a": (2, 2, 1.5, 2.5)})


def test_cutting_a_graph_is_an_estimate_and_said():
    out, said = lib.run("proffilter", "-t", "collapsed", "--frames", "name", "--focus", "^b$", input=graph())
    assert out == b"a;b 3000000000\na;b;c 2000000000\n" and said == b""
    twice = lib.run("collapsed2pstat", "-q", input=b"m;a;c;d 1\nm;b;c;d 2\n")[0]
    out, said = lib.run("proffilter", "-t", "collapsed", "--frames", "name", "--focus", "^b$", input=twice)
    first, second = said.decode().splitlines()
    assert first == ("proffilter: warning: a call graph does not say which part of c this leaves: stacks are estimated and "
                     "cut, without calls")
    assert "stacks estimated from a call graph: 1 function has several possible paths" in second
    assert out == b"m;b;c;d 2\n"
    out, said = lib.run("proffilter", "--strict", "--focus", "^b$", input=twice, status=2)
    assert out == b"" and b"--strict" in said
    for by, what in (("line", b"lines"), ("address", b"addresses")):
        _, said = lib.run("proffilter", "--granularity", by, input=graph(), status=2)
        assert b"a call graph does not say which " + what in said


def test_focus_and_ignore_keep_what_was_recorded():
    """slow holds 80 %, by way of exec, which runs inside itself: focus keeps that, ignore the rest."""
    path = lib.ROOT / "tests/estimate/faults/import-recursion.pstat"
    for option, want in [("--focus", 800), ("--ignore", 200)]:
        out = lib.run("proffilter", "-q", "-t", "collapsed", "--unit", "ms", option, "slow.py", path)[0]
        assert sum(int(line.rsplit(b" ", 1)[1]) for line in out.splitlines()) == want
        assert all((b"slow.py" in line) == (option == "--focus") for line in out.splitlines())


@pytest.mark.parametrize("verb", [["--focus", "nobody"], ["--ignore", "."], ["--show-from", "nobody"]])
def test_nothing_left_is_said(verb):
    out, said = lib.run("proffilter", *verb, input=b"a;b 3\n")
    assert out == b"" and said.count(b"\n") == 1 and (b"nothing is left" in said or b"matched nothing" in said)
    out, said = lib.run("proffilter", "--strict", *verb, input=b"a;b 3\n", status=1)
    assert out == b"" and said.endswith(b"proffilter: --strict: nothing is left: no stack passes the filters\n")


@pytest.mark.parametrize("sample", [s for s in lib.samples() if s.path.stat().st_size < 30000 and s.format in lib.WRITERS],
                         ids=lambda s: s.name)
def test_nothing_asked_nothing_changed(sample, tmp_path):
    """No verb: what profconv does. A hidden function that is not there: the same self totals."""
    if b"negative" in lib.run("profcheck", sample.path)[0]:
        return
    plain = lib.run("proffilter", "-q", sample.path)[0]
    assert plain == lib.run("profconv", "-q", "-t", sample.format, sample.path)[0]


def test_modules_of_files_in_angle_brackets():
    lines = b"f (<frozen importlib._bootstrap>:2);h (<frozen importlib.util>:2);i (<string>:3);j (lib/a.b.py:1) 2\n"
    assert lib.run("proffilter", "--granularity", "module", input=lines)[0] == (
        b"<frozen importlib._bootstrap>;<frozen importlib.util>;<string>;a.b 2\n")

"""The wire of protobuf: what protoc encodes we read, what we write protoc decodes."""
import collections
import random
import re
import subprocess

import pytest

import clients
import lib

pytestmark = clients.needs("protoc")

SCHEMA = (lib.ROOT / "tests/interop/pprof.proto").read_text()
SAMPLES = sorted(path for path in (lib.SAMPLES / "pprof").iterdir() if path.suffix in (".gz", ".pb"))


def protoc(folder, option, data, packed=True):
    schema = folder / f"{'packed' if packed else 'plain'}.proto"
    schema.write_text(SCHEMA.replace("KIND", str(packed).lower()))
    words = [option] if option == "--decode_raw" else [f"{option}=Profile", f"--proto_path={folder}", schema.name]
    done = subprocess.run(["protoc", *words], input=data, capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


# --- protoc's text ---

def parse(text):
    """A message as {field: [values in their order]}."""
    stack = [collections.defaultdict(list)]
    for line in text.decode().splitlines():
        name, kind, value = re.fullmatch(r'\s*(?:(\w+)( \{|: ))?(.*)', line).groups()
        if kind == " {":
            stack.append(collections.defaultdict(list))
            stack[-2][name].append(stack[-1])
        elif value == "}":
            stack.pop()
        else:
            stack[-1][name].append(unquoted(value) if value[0] == '"' else value == "true" if value[0] in "tf" else int(value))
    return stack[0]


def unquoted(text):
    simple = {"n": 10, "r": 13, "t": 9}
    return re.sub(rb'\\([0-7]{3}|.)', lambda m: bytes([int(m[1], 8) if m[1][:1].isdigit() else simple.get(m[1].decode(), m[1][0])]),
                  text[1:-1].encode())


def written(message, depth=0):
    """The text of a message, of (field, value) pairs."""
    out = []
    for name, value in message:
        if isinstance(value, list):
            out.append(f"{name} {{\n{written(value)}}}\n")
        elif isinstance(value, bytes):
            out.append('%s: "%s"\n' % (name, "".join(f"\\{byte:03o}" for byte in value)))
        else:
            out.append(f"{name}: {str(value).lower()}\n")
    return "".join(out)


def one(message, field, default=0):
    return message[field][-1] if message[field] else default


def content(profile):
    """What a profile says, without its numbers: {(stack, labels): values}, types, facts."""
    text = lambda message, field: profile["text"][one(message, field)]
    function = {one(f, "id"): (text(f, "name"), text(f, "system_name") or text(f, "name"), text(f, "file"), one(f, "start"))
                for f in profile["function"]}
    mapping = {one(m, "id"): (one(m, "start"), one(m, "limit"), one(m, "offset"), text(m, "file"), text(m, "build_id"),
                              *(one(m, f"has_{what}", False) for what in ("functions", "files", "lines", "inlined")))
               for m in profile["mapping"]}
    location = {one(x, "id"): (mapping.get(one(x, "mapping")), one(x, "address"),
                               tuple((function[one(line, "function")], one(line, "line"), one(line, "column")) for line in x["line"]))
                for x in profile["location"]}
    sums = collections.defaultdict(lambda: [0] * len(profile["type"]))
    for sample in profile["sample"]:
        # a set: labels have no order
        labels = tuple(sorted((text(x, "key"), text(x, "text"), one(x, "number"), text(x, "unit")) for x in sample["label"]))
        key = tuple(location[i] for i in sample["location"]), labels
        sums[key] = [a + b for a, b in zip(sums[key], sample["value"])]
    return (dict(sums), [(text(x, "name"), text(x, "unit")) for x in profile["type"]],
            [one(profile, what) for what in ("start", "duration", "period")],
            [(text(x, "name"), text(x, "unit")) for x in profile["period_type"]],
            [text(profile, what) for what in ("drop_frames", "keep_frames", "doc_url")],
            [profile["text"][i] for i in profile["comment"]])


# --- made-up profiles ---

NUMBERS = [0, 1, 127, 128, 16383, 16384, 2**21, 2**31 - 1, 2**31, 2**32, 2**35, 2**49 + 3, 2**56 - 1]


def made_up(seed):
    """Every field, numbers of all lengths, tables and samples in any order."""
    rng = random.Random(seed)
    texts = [b"", b"samples", b"count", b"cpu", b"nanoseconds", b"space", b"bytes", b"key", b"route", b"/a\"b\\c\n\xc3\xa9", b"x" * 300]
    texts += [b"f%d" % i for i in range(12)] + [b"m", b"id"]
    any_text = lambda: rng.randrange(1, len(texts))
    ids = lambda n: rng.sample([x for x in range(1, 400)] + [2**40 + 1, 2**63 + 5], n)
    functions, locations, mappings = ids(12), ids(20), ids(2)
    function_names = [texts.index(b"f%d" % i) for i in range(12)]
    tables = [("mapping", [("id", i), ("start", 4096 * n), ("limit", 4096 * (n + 1)), ("offset", rng.choice(NUMBERS)), ("file", texts.index(b"m")),
                           ("build_id", any_text()), ("has_functions", True), ("has_lines", rng.random() < .5)]) for n, i in enumerate(mappings)]
    tables += [("function", [("id", i), ("name", name), ("system_name", name), ("file", any_text()), ("start", rng.randrange(1, 2**31 - 1))])
               for i, name in zip(functions, function_names)]
    tables += [("location", [("id", i), ("mapping", rng.choice(mappings)), ("address", 2**16 + n)] + [
        ("line", [("function", rng.choice(functions)), ("line", rng.choice(NUMBERS[1:8]))]) for _ in range(rng.choice([1, 1, 2]))])
        for n, i in enumerate(locations)]
    tables += [("sample", [("location", rng.choice(locations)) for _ in range(rng.randrange(0, 9))] +
                [("value", rng.choice(NUMBERS)) for _ in range(2)] +
                rng.choice([[], [("label", [("key", 7), ("text", any_text())])],
                            [("label", [("key", 8), ("number", rng.choice(NUMBERS[1:])), ("unit", 6)]), ("label", [("key", 7), ("text", 9)])]]))
               for _ in range(30)]
    tables += [("start", 1795765769496151245), ("duration", rng.choice(NUMBERS)), ("period", 10000000), ("comment", any_text()),
               ("period_type", [("name", 3), ("unit", 4)]), ("doc_url", 8), ("drop_frames", 11)]
    rng.shuffle(tables)
    return [("type", [("name", 1), ("unit", 2)]), ("type", [("name", 5), ("unit", 6)])] + tables + [("text", text) for text in texts]


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
@pytest.mark.parametrize("seed", range(20))
def test_made_up(seed, packed, tmp_path):
    data = protoc(tmp_path, "--encode", written(made_up(seed)).encode(), packed)
    before = content(parse(protoc(tmp_path, "--decode", data)))
    out, _ = lib.run("pprof2pprof", "-q", input=data)
    assert content(parse(protoc(tmp_path, "--decode", out))) == before


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_what_is_written(path, tmp_path):
    """Nothing that protoc does not know, and what it makes of that is the same profile."""
    out, _ = lib.run("pprof2pprof", "-q", path)
    decoded = protoc(tmp_path, "--decode", out)
    assert not re.search(rb"^\s*\d+[:{ ]", decoded, re.M), "an unknown field"
    raw = protoc(tmp_path, "--decode_raw", out)
    assert {int(number) for number in re.findall(rb"^(\d+)", raw, re.M)} <= set(range(1, 16))
    again = protoc(tmp_path, "--encode", decoded)
    assert lib.run("pprof2pprof", "-q", input=again)[0] == out

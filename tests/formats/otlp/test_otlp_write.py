"""OTLP profiles as they are written: taken apart by a decoder of our own, and read back."""
import collections
import json
import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))
import broken_files  # noqa: E402
import lib
from labelled import content, random_file
from protobuf_fields import field, fields, message, numbers

broken, pprof = broken_files.module("otlp"), broken_files.module("pprof")


def rows(data, number):
    return [value for found, value in fields(data) if found == number]


def one(data, number, default=b""):
    return (rows(data, number) or [default])[-1]


def packed(data, number):
    return [n for value in rows(data, number) for n in (numbers(value) if isinstance(value, bytes) else [value])]


def signed(number):
    return number - 2**64 if number >= 2**63 else number


class Written:
    """A message of layout 1.11 with its references followed; each number is checked to be in its table."""

    def __init__(self, data):
        assert [number for number, _ in fields(data)] == [1] * (len(fields(data)) - 1) + [2]
        tables = one(data, 2)
        self.mappings, self.locations, self.functions, self.links, self.strings, self.attributes, self.stacks = \
            (rows(tables, number) for number in range(1, 8))
        for table in (self.mappings, self.locations, self.functions, self.links, self.strings, self.attributes, self.stacks):
            assert table[0] == b""
        for table in (self.links, self.strings, self.attributes):
            assert len(set(table)) == len(table)
        self.texts = [text.decode("utf-8") for text in self.strings]
        self.resources = [self.resource(row) for row in rows(data, 1)]
        self.profiles = [profile for resource in self.resources for scope in resource["scopes"] for profile in scope["profiles"]]

    def text(self, row, number):
        return self.texts[one(row, number, 0)]

    def any(self, value):
        (number, found), = fields(value)
        if number == 5:
            return [self.any(element) for element in rows(found, 1)]
        return found.decode("utf-8") if number == 1 else found == 1 if number == 2 else signed(found)

    def pairs(self, row, number):
        found = [(one(pair, 1).decode("utf-8"), self.any(one(pair, 2))) for pair in rows(row, number)]
        assert len(dict(found)) == len(found)
        return dict(found)

    def attribute(self, number):
        row = self.attributes[number]
        assert number and row
        value, unit = self.any(one(row, 2)), self.text(row, 3)
        return self.text(row, 1), (value, unit) if unit else value

    def attributes_of(self, row, number):
        found = [self.attribute(n) for n in packed(row, number)]
        assert len(dict(found)) == len(found), "a key twice"
        return dict(found)

    def type(self, row, number):
        return tuple(self.text(one(row, number), n) for n in (1, 2))

    def mapping(self, number):
        row = self.mappings[number]
        return (one(row, 1, 0), one(row, 2, 0), one(row, 3, 0), self.text(row, 4), self.attributes_of(row, 5))

    def function(self, number):
        row = self.functions[number]
        return (self.text(row, 1), self.text(row, 2), self.text(row, 3), one(row, 4, 0))

    def location(self, number):
        row = self.locations[number]
        return {"mapping": self.mapping(one(row, 1)) if rows(row, 1) else None, "address": one(row, 2, 0),
                "lines": [(self.function(one(line, 1, 0)), one(line, 2, 0), one(line, 3, 0)) for line in rows(row, 3)],
                **self.attributes_of(row, 4)}

    def sample(self, row):
        link = self.links[one(row, 3, 0)]
        return {"stack": [self.location(n) for n in packed(self.stacks[one(row, 1, 0)], 1)], "attributes": self.attributes_of(row, 2),
                "link": (one(link, 1).hex(), one(link, 2).hex()), "values": list(map(signed, packed(row, 4)))}

    def profile(self, row):
        return {"type": self.type(row, 1), "samples": [self.sample(s) for s in rows(row, 2)], "time": one(row, 3, 0),
                "duration": one(row, 4, 0), "period_type": self.type(row, 5), "period": one(row, 6, 0), "facts": self.attributes_of(row, 11)}

    def scope(self, row):
        scope = one(row, 1)
        return {"name": one(scope, 1).decode(), "version": one(scope, 2).decode(), "attributes": self.pairs(scope, 3),
                "profiles": [self.profile(p) for p in rows(row, 2)]}

    def resource(self, row):
        return {"attributes": self.pairs(one(row, 1), 1), "scopes": [self.scope(s) for s in rows(row, 2)]}


def written(data, reader="otlp", *options):
    return Written(lib.run(f"{reader}2otlp", "-q", *options, input=data)[0])


def names(sample):
    return [line[0][0] for location in reversed(sample["stack"]) for line in reversed(location["lines"])]


# --- whole files ---

def test_a_whole_file():
    resource, = written(broken.WHOLE).resources
    assert resource["attributes"] == {"service.name": "shop"}
    scope, = resource["scopes"]
    assert (scope["name"], scope["version"], scope["attributes"]) == ("agent", "1.0", {})
    profile, = scope["profiles"]
    assert (profile["type"], profile["time"], profile["duration"], profile["period_type"], profile["period"], profile["facts"]) == \
        (("samples", "count"), 1795765769000000000, 10**9, ("cpu", "nanoseconds"), 10**7, {})
    first, second, third = profile["samples"]
    assert (first["values"], first["attributes"], first["link"]) == ([7], {"thread.name": "worker"}, ("11" * 16, "22" * 8))
    mapping = (0x1000, 0x9000, 0, "/bin/app", {})
    main = {"mapping": mapping, "address": 0x1010, "lines": [(("main", "", "main.c", 2), 3, 0)], "profile.frame.type": "native"}
    assert first["stack"] == [{"mapping": mapping, "address": 0x1020,
                               "lines": [(("leaf", "", "main.c", 0), 9, 0), (("main", "", "main.c", 2), 4, 0)]}, main]
    assert (second["stack"], second["values"], second["link"]) == ([main], [2], ("", ""))
    assert third["stack"] == [{"mapping": mapping, "address": 0x1099, "lines": []},
                              {"mapping": None, "address": 0, "lines": [(("<unknown>", "", "", 0), 0, 0)]}, main]


ALL = [sample for sample in lib.samples("pprof", "otlp") if sample.path.stat().st_size < 20000]
TINY = sorted(path for format in ("pprof", "otlp") for path in (lib.ROOT / f"tests/formats/{format}/golden").glob("*.in"))


def table(data):
    """The samples of a pprof file by content, added up, and what it says of itself."""
    strings = rows(data, 6)
    functions = {one(f, 1): tuple(strings[one(f, n, 0)] for n in (2, 3, 4)) + (one(f, 5, 0),) for f in rows(data, 5)}
    mappings = {one(m, 1): (one(m, 2, 0), one(m, 3, 0), one(m, 4, 0), strings[one(m, 5, 0)], strings[one(m, 6, 0)],
                            *(one(m, n, 0) for n in range(7, 11))) for m in rows(data, 3)}
    mappings[0] = None
    locations = {one(l, 1): (mappings[one(l, 2, 0)], one(l, 3, 0), tuple((functions[one(line, 1)], one(line, 2, 0), one(line, 3, 0))
                                                                          for line in rows(l, 4))) for l in rows(data, 4)}
    sums = collections.defaultdict(lambda: 0)
    types = [tuple(strings[one(t, n, 0)] for n in (1, 2)) for t in rows(data, 1)]
    for sample in rows(data, 2):
        labels = frozenset((strings[one(l, 1, 0)], strings[one(l, 2, 0)], one(l, 3, 0), strings[one(l, 4, 0)]) for l in rows(sample, 3))
        stack = tuple(locations[n] for n in packed(sample, 1))
        for type, value in zip(types, packed(sample, 2)):
            sums[stack, labels, type] += signed(value)
    period = one(data, 11)
    facts = {n: strings[one(data, n)] for n in (7, 8, 14, 15) if rows(data, n)}
    return types, dict(sums), sorted(mappings.values(), key=repr), facts, [strings[n] for n in packed(data, 13)], \
        (one(data, 9, 0), one(data, 10, 0), one(data, 12, 0), *(strings[one(period, n, 0)] for n in (1, 2)))


@pytest.mark.parametrize("path", [sample.path for sample in ALL] + TINY, ids=lambda path: path.name)
def test_pprof_comes_back(path):
    """Stacks, inlined lines, labels, mappings, comments, all value types: whatever pprof has a field for."""
    through = lib.run("profconv", "-q", "-t", "otlp", path)[0]
    Written(through)
    assert table(lib.run("otlp2pprof", "-q", input=through)[0]) == table(lib.run("profconv", "-q", "-t", "pprof", path)[0])
    again = lib.run("otlp2otlp", "-q", input=through)[0]
    assert lib.run("otlp2otlp", "-q", input=again)[0] == again


@pytest.mark.parametrize("seed", range(12))
def test_speedscope_comes_back(seed):
    """Labels of any kind, kinds of frames, addresses with and without a mapping, threads, the recording."""
    # the random ones are inlined anywhere
    data = random_file(seed).replace(b', "inlined": true', b"")
    through = lib.run("speedscope2otlp", "-q", input=data)[0]
    back = lib.run("otlp2speedscope", "-q", input=through)[0]
    assert content(back) == content(data)
    assert json.loads(back)["profpipe"]["recording"] == json.loads(data)["profpipe"]["recording"]


# --- resources, scopes, links ---

def labelled(*labels, values=(5,)):
    """A sample of pprof for each list of labels: (key, text) or (key, number, unit)."""
    strings = ["", "samples", "count", "main"]

    def number(text):
        if text not in strings:
            strings.append(text)
        return strings.index(text)

    samples = tuple(message(f1=[1], f2=list(values), f3=tuple(
        message(f1=number(l[0]), f2=number(l[1])) if isinstance(l[1], str) else
        message(f1=number(l[0]), f3=l[1], f4=number(l[2] if len(l) > 2 else "")) for l in row)) for row in labels)
    types = tuple(message(f1=number(f"type {i}") if i else 1, f2=2) for i in range(len(values)))
    return message(f1=types, f2=samples, f4=message(f1=1, f4=message(f1=1, f2=3)), f5=message(f1=1, f2=3),
                   f6=tuple(text.encode() for text in strings))


def test_resources_and_scopes():
    shop, cart = ("service.name", "shop"), ("service.name", "cart")
    found = written(labelled([shop, ("user", "a")], [cart], [shop, ("otel.scope.name", "x"), ("otel.scope.version", "2")],
                             [shop, ("process.pid", 7)], [("process.context.label.k", "v")]), "pprof").resources
    assert [(r["attributes"], [(s["name"], s["version"], [x["attributes"] for p in s["profiles"] for x in p["samples"]])
                               for s in r["scopes"]]) for r in found] == [
        ({"service.name": "shop"}, [("", "", [{"user": "a"}]), ("x", "2", [{}])]),
        ({"service.name": "cart"}, [("", "", [{}])]),
        ({"service.name": "shop", "process.pid": 7}, [("", "", [{}])]),
        ({}, [("", "", [{"process.context.label.k": "v"}])])]


TRACE, SPAN = "0123456789abcdef" * 2, "fedcba9876543210"


@pytest.mark.parametrize("labels, link, kept", [
    ([("trace_id", TRACE), ("span_id", SPAN)], (TRACE, SPAN), {}),
    ([("trace_id", TRACE)], (TRACE, ""), {}),
    ([("span_id", SPAN)], ("", SPAN), {}),
    ([("trace_id", TRACE.upper()), ("span_id", SPAN)], ("", SPAN), {"trace_id": TRACE.upper()}),
    ([("trace_id", TRACE[1:])], ("", ""), {"trace_id": TRACE[1:]}),
    ([("trace_id", "0" * 32)], ("", ""), {"trace_id": "0" * 32}),
    ([("span_id", 5)], ("", ""), {"span_id": 5}),
    ([("span_id", SPAN), ("span_id", "f" * 16)], ("", ""), {"span_id": [SPAN, "f" * 16]})])
def test_links(labels, link, kept):
    data = labelled(labels)
    sample, = written(data, "pprof").profiles[0]["samples"]
    assert (sample["link"], sample["attributes"]) == (link, kept)
    assert table(lib.run("otlp2pprof", "-q", input=lib.run("pprof2otlp", "-q", input=data)[0])[0]) == table(lib.run("pprof2pprof", input=data)[0])


@pytest.mark.parametrize("labels, attributes", [
    ([("k", "v"), ("n", 0, "bytes"), ("m", -5)], {"k": "v", "n": (0, "bytes"), "m": -5}),
    ([("k", "b"), ("k", "a"), ("k", 3, "s")], {"k": (["a", "b", 3], "s")}),
    ([("n", 1), ("n", 2)], {"n": [1, 2]}),
    ([("", "v"), ("profpipe.label.x", "w")], {"profpipe.label.": "v", "profpipe.label.profpipe.label.x": "w"}),
    ([("service.name", "a"), ("service.name", "b")], {"service.name": ["a", "b"]}),
    ([("host.cpus", 8, "cpus")], {"host.cpus": (8, "cpus")})])
def test_labels(labels, attributes):
    data = labelled(labels)
    sample, = written(data, "pprof").profiles[0]["samples"]
    assert sample["attributes"] == attributes
    assert table(lib.run("otlp2pprof", "-q", input=lib.run("pprof2otlp", "-q", input=data)[0])[0]) == table(lib.run("pprof2pprof", input=data)[0])


def test_numbers_of_two_units_are_two_attributes():
    data = labelled([("n", 1, "s"), ("n", 2, "bytes")])
    through = lib.run("pprof2otlp", "-q", input=data)[0]
    assert table(lib.run("otlp2pprof", "-q", input=through)[0]) == table(lib.run("pprof2pprof", input=data)[0])


# --- threads ---

def threaded(name="t", pid="7", tid="9", part=3, labels=None):
    return json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "exporter": "profpipe",
                       "profpipe": {"labelSets": labels} if labels else {}, "shared": {"frames": [{"name": "f"}]},
                       "profiles": [{"type": "sampled", "name": "t", "unit": "none", "startValue": 0, "endValue": 1,
                                     "profpipe": {"thread": {"name": name, "pid": pid, "tid": tid, "part": part},
                                                  **({"labels": [1]} if labels else {})}, "samples": [[0]], "weights": [1]}]}).encode()


def test_threads():
    resource, = written(threaded(), "speedscope").resources
    assert resource["attributes"] == {"process.pid": 7}
    sample, = resource["scopes"][0]["profiles"][0]["samples"]
    assert sample["attributes"] == {"thread.name": "t", "thread.id": 9, "profpipe.part": 3}


@pytest.mark.parametrize("given", [{}, {"name": ""}, {"tid": str(2**63 - 1)}, {"tid": str(2**64 - 1), "pid": str(2**63)}, {"part": 2**32 - 1},
                                   {"labels": [[["thread.name", "x"], ["thread.id", 4], ["process.pid", 5], ["profpipe.part", 6]]]}], ids=str)
def test_threads_come_back(given):
    data = threaded(**given)
    back = json.loads(lib.run("otlp2speedscope", "-q", input=lib.run("speedscope2otlp", "-q", input=data)[0])[0])
    want = json.loads(lib.run("speedscope2speedscope", "-q", input=data)[0])
    assert back["profiles"] == want["profiles"]
    assert back.get("profpipe", {}).get("labelSets") == want.get("profpipe", {}).get("labelSets")


def test_labels_of_threads_are_threads():
    """Where the profile has none: so every reader of OTLP takes them."""
    data = labelled([("thread.name", "t"), ("thread.id", 4), ("user", "u")])
    through = lib.run("pprof2otlp", "-q", input=data)[0]
    assert Written(through).profiles[0]["samples"][0]["attributes"] == {"thread.name": "t", "thread.id": 4, "user": "u"}
    assert json.loads(lib.run("profcheck", "--json", input=through)[0])["threads"] == ["t"]


# --- values ---

def test_a_profile_for_each_type():
    """Samples where the value is not 0; one of zeros in the first; types without samples too."""
    data = labelled([("k", "a")], [("k", "b")], values=(3, 0, -4))
    assert [(p["type"], [s["values"] for s in p["samples"]]) for p in written(data, "pprof").profiles] == [
        (("samples", "count"), [[3], [3]]), (("type 1", "count"), []), (("type 2", "count"), [[-4], [-4]])]
    data = labelled([("k", "a")], values=(0, 0))
    assert [[s["values"] for s in p["samples"]] for p in written(data, "pprof").profiles] == [[[0]], []]
    assert table(lib.run("otlp2pprof", "-q", input=lib.run("pprof2otlp", "-q", input=data)[0])[0]) == table(lib.run("pprof2pprof", input=data)[0])


def test_samples_are_counted_once_for_all_types():
    data = labelled([("k", "a")], [("k", "b")], values=(3, 4)).replace(b"samples", b"objects")
    through = lib.run("pprof2otlp", "-q", input=data)[0]
    assert json.loads(lib.run("profcheck", "--json", input=through)[0])["labels"][0]["samples"] == 2


def test_nothing():
    assert written(b"", "collapsed").profiles[0]["samples"] == []
    assert lib.run("otlp2collapsed", input=lib.run("collapsed2otlp", input=b"")[0])[0] == b""


def test_an_empty_stack_is_the_null_entry():
    path = lib.ROOT / "tests/formats/pprof/golden/tiny-nostack.in"
    found = Written(lib.run("pprof2otlp", "-q", path)[0])
    assert any(not sample["stack"] for profile in found.profiles for sample in profile["samples"])
    assert len(found.stacks) == len(set(found.stacks))


@pytest.mark.parametrize("line, unit, values", [("main 3", "count", [3]), ("main 0.25", "10^-2 count", [25])])
def test_decimals(line, unit, values):
    profile, = written(line.encode() + b"\n", "collapsed").profiles
    assert (profile["type"][1], profile["samples"][0]["values"]) == (unit, values)
    assert lib.run("otlp2collapsed", input=lib.run("collapsed2otlp", input=line.encode() + b"\n")[0])[0] == line.encode() + b"\n"


# --- frames ---

@pytest.mark.parametrize("kind", ["kernel", "native", "interpreted", "jit", "gc", "idle"])
def test_kinds(kind):
    """With an address and no mapping too, where readers take the address of interpreted code for none."""
    file = json.loads(threaded())
    file["shared"]["frames"] = [{"name": "f", "kind": kind, "address": "0x10"}]
    data = json.dumps(file).encode()
    through = lib.run("speedscope2otlp", "-q", input=data)[0]
    location, = Written(through).profiles[0]["samples"][0]["stack"]
    assert location["profile.frame.type"] == kind and location["address"] == 16
    assert (location["mapping"] is not None) == (kind not in ("kernel", "native"))
    assert json.loads(lib.run("otlp2speedscope", "-q", input=through)[0])["shared"]["frames"] == \
        json.loads(lib.run("speedscope2speedscope", "-q", input=data)[0])["shared"]["frames"]


def test_inlined_frames_of_another_kind_are_locations_of_their_own():
    file = json.loads(threaded())
    file["shared"]["frames"] = [{"name": "f", "kind": "jit", "address": "0x10"}, {"name": "g", "kind": "native", "address": "0x10", "inlined": True}]
    file["profiles"][0]["samples"] = [[0, 1]]
    data = json.dumps(file).encode()
    out, said = lib.run("speedscope2otlp", "-v", input=data)
    assert len(Written(out).profiles[0]["samples"][0]["stack"]) == 2 and b"not marked as inlined" in said
    lib.run("speedscope2otlp", "--strict", input=data, status=2)
    assert b"not marked as inlined" not in lib.run("speedscope2pprof", "-v", input=data)[1]
    data = data.replace(b'"address": "0x10", "inlined"', b'"address": "0x20", "inlined"')
    assert b"not marked as inlined" in lib.run("speedscope2pprof", "-v", input=data)[1]
    data = data.replace(b'"0x20"', b'"0x10"').replace(b'"native"', b'"jit"')
    out, said = lib.run("speedscope2otlp", "-v", input=data)
    assert len(Written(out).profiles[0]["samples"][0]["stack"]) == 1 and b"not marked as inlined" not in said


@pytest.mark.parametrize("build_id, key", [("a1b2", "gnu"), ("abc/def/ghi", "go")])
def test_build_ids_and_what_is_known_of_a_mapping(build_id, key):
    data = labelled([]).replace(field(4, message(f1=1, f4=message(f1=1, f2=3))), field(4, message(f1=1, f2=1, f3=0x1010, f4=message(f1=1, f2=3))))
    data += field(3, message(f1=1, f2=0x1000, f3=0x2000, f4=0x100, f5=4, f6=5, f7=1, f9=1)) + field(6, b"/bin/app") + field(6, build_id.encode())
    through = lib.run("pprof2otlp", "-q", input=data)[0]
    assert Written(through).profiles[0]["samples"][0]["stack"][0]["mapping"] == (
        0x1000, 0x2000, 0x100, "/bin/app", {f"process.executable.build_id.{key}": build_id, "pprof.mapping.has_functions": True,
                                            "pprof.mapping.has_line_numbers": True})
    assert table(lib.run("otlp2pprof", "-q", input=through)[0]) == table(lib.run("pprof2pprof", input=data)[0])


def test_a_function_without_a_name_has_none():
    """Only function 0 is unknown."""
    data = broken.export(functions=(b"", message(f3=4, f4=2), broken.FUNCTIONS[2]))
    assert b"<unknown>" not in lib.run("otlp2collapsed", "-q", input=data)[0].splitlines()[0]
    assert ("", "", "main.c", 2) in [line[0] for s in written(data).profiles[0]["samples"] for l in s["stack"] for line in l["lines"]]


# --- texts ---

HOSTILE = [b"\xff", b"a\xc3", b"\\xff", b"\\x5c", b"\\x5cxff", b"\\", b"\\\xff", b"\\x5\xff", b"\\x\xff0", b"\xed\xa0\x80", "\u20ac\u2028".encode(),
           b"profpipe.escapes", b"C:\\xa0\\xa1", b"\x00\x01"]


@pytest.mark.parametrize("names", [HOSTILE, [b"profpipe.escapes", b"\\xff"], [b"C:\\xa0", b"\\x5c"]], ids=["all", "key", "plain"])
def test_names_that_are_no_text(names):
    """All is UTF-8 (Written decodes it), and comes back."""
    data = b"".join(b"main;%s (%s:3) %d\n" % (name, name, i) for i, name in enumerate(names, 1))
    through = lib.run("collapsed2otlp", "-q", input=data)[0]
    assert sorted(lib.run("otlp2collapsed", "-q", input=through)[0].splitlines()) == sorted(data.splitlines())
    assert ("profpipe.escapes" in Written(through).profiles[0]["facts"]) == (names[0] != b"C:\\xa0")


def test_labels_and_header_lines_that_are_no_text():
    data = labelled([("k~", "v~"), ("service.~", "s~"), ("k~", "w")]).replace(b"~", b"\xff")
    data += field(6, b"a\xfe\\xff") + field(13, 9)
    through = lib.run("pprof2otlp", "-q", input=data)[0]
    resource, = Written(through).resources
    assert resource["attributes"] == {"service.\\xff": "s\\xff"}
    assert table(lib.run("otlp2pprof", "-q", input=through)[0]) == table(lib.run("pprof2pprof", input=data)[0])


def test_escapes_of_other_files_are_names():
    data = broken.export(strings=[*broken.STRINGS[:3], "C:\\xff", *broken.STRINGS[4:]])
    assert lib.run("otlp2collapsed", "-q", input=data)[0].startswith(b"C:\\xff ")


# --- facts ---

def test_what_pprof_says_of_a_profile():
    data = labelled([], values=(1, 2))
    texts = [b"drop", b"keep", b"https://example.com", b"one", b"two"]
    first = len(rows(data, 6))
    data += b"".join(field(6, text) for text in texts) + field(7, first) + field(8, first + 1) + field(15, first + 2)
    data += field(13, [first + 3, first + 4]) + field(9, 10**18) + field(10, 5) + field(12, 3) + field(14, 1)
    through = lib.run("pprof2otlp", "-q", input=data)[0]
    found = Written(through)
    assert found.resources[0]["scopes"][0]["attributes"] == {"pprof.scope.default_sample_type": "samples"}
    for profile in found.profiles:
        assert (profile["time"], profile["duration"], profile["period"]) == (10**18, 5, 3)
        assert profile["facts"] == {"pprof.profile.comment": ["one", "two"], "pprof.profile.drop_frames": "drop",
                                    "pprof.profile.keep_frames": "keep", "pprof.profile.doc_url": "https://example.com"}
    assert table(lib.run("otlp2pprof", "-q", input=through)[0]) == table(lib.run("pprof2pprof", "-q", input=data)[0])


@pytest.mark.parametrize("rows, facts", [
    ([["cmd", "./a.out"]], {"cmd": "./a.out"}),
    ([["cmd", "a"], ["cmd", "b"], ["comment", "c"]], {"pprof.profile.comment": ["c"], "cmd": "a", "profpipe.metadata": '[["cmd","b"]]'}),
    ([["cmd", "a", {"name": "t"}], ["profpipe.x", "1"], ["pprof.profile.y", "2"], ["", "z"]],
     {"profpipe.metadata": '[["cmd","a",{"name":"t"}],["profpipe.x","1"],["pprof.profile.y","2"],["","z"]]'})])
def test_header_lines(rows, facts):
    file = json.loads(threaded())
    file["profpipe"]["labels"] = rows
    through = lib.run("speedscope2otlp", "-q", input=json.dumps(file).encode())[0]
    assert Written(through).profiles[0]["facts"] == facts
    back = json.loads(lib.run("otlp2speedscope", "-q", input=through)[0])["profpipe"]["labels"]
    assert sorted(back, key=repr) == sorted(rows, key=repr)


def test_comments_as_the_collector_numbers_them():
    facts = message(f1=2, f2=message(f1=b"first")), message(f1=3, f2=message(f1=b"second"))
    data = broken.export(broken.profile(more=field(11, [3, 4])), attributes=(*broken.ATTRIBUTES, *facts),
                         strings=["", "samples", "pprof.profile.comment.0", "pprof.profile.comment.1", *broken.STRINGS[4:]])
    assert table(lib.run("otlp2pprof", "-q", input=data)[0])[4][:2] == [b"first", b"second"]


def test_estimated_stacks_are_said_to_be():
    source = lib.smallest("pstat").path
    through = lib.run("pstat2otlp", "-q", source)[0]
    assert all(profile["facts"]["profpipe.estimated"] is True for profile in Written(through).profiles)
    assert json.loads(lib.run("otlp2speedscope", "-q", input=through)[0])["profpipe"]["estimated"] is True
    assert "profpipe.estimated" not in written(b"main 1\n", "collapsed").profiles[0]["facts"]


def test_the_title_of_a_value_type():
    file = json.loads(threaded())
    file["profiles"][0]["profpipe"]["value"] = {"name": "Dr", "title": "Data read", "unit": "none"}
    through = lib.run("speedscope2otlp", "-q", input=json.dumps(file).encode())[0]
    assert json.loads(Written(through).profiles[0]["facts"]["profpipe.value_type"])["title"] == "Data read"
    assert json.loads(lib.run("otlp2speedscope", "-q", input=through)[0])["profiles"][0]["profpipe"]["value"]["title"] == "Data read"


@pytest.mark.parametrize("number", [9, 10])
def test_times_below_0_are_told(number):
    data = labelled([]) + field(number, -5)
    out, said = lib.run("pprof2otlp", "-v", input=data)
    assert b"no start before 1970" in said
    profile, = Written(out).profiles
    assert (profile["time"], profile["duration"]) == (0, 0)
    lib.run("pprof2otlp", "--strict", input=data, status=2)

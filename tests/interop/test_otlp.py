"""OTLP profiles of ours, opened by the collector's pdata and Python's opentelemetry-proto, and by pprof on the way back."""
import base64
import collections
import json
import re
import shutil
from decimal import Decimal

import pytest

import lib
import pprof_tool
from otlp_clients import client
from test_pprof_files import FILES

READERS = ["pdata", "classes"]

SCALE = {"nanoseconds": 1, "microseconds": 10**3, "milliseconds": 10**6, "seconds": 10**9}
THREAD = {"thread.name", "thread.id", "process.pid", "profpipe.part"}


def opened(reader, path):
    return json.loads(client(reader)("protobuf", "json", path.read_bytes()))


def hexadecimal(text, size):
    """An id: digits of pdata, base64 of protobuf."""
    return text if len(text) in (0, size) else base64.b64decode(text).hex()


class Document:
    """The samples of a message in JSON: {(value type, stack of names, labels): sum}."""

    def __init__(self, top):
        tables = top["dictionary"]
        self.strings, self.tables = tables["stringTable"], tables
        self.escaped = "profpipe.escapes" in self.strings
        self.sums = collections.Counter()
        for resource in top["resourceProfiles"]:
            of_resource = self.pairs(resource.get("resource", {}))
            for scope in resource["scopeProfiles"]:
                named = scope.get("scope", {})
                of_scope = {(f"otel.scope.{key}", self.plain(named[key])) for key in ("name", "version") if key in named}
                for profile in scope["profiles"]:
                    self.add(profile, of_resource | of_scope)

    def plain(self, text):
        if not self.escaped:
            return text
        return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text.encode()).decode("utf-8", "surrogateescape")

    def text(self, row, key):
        return self.plain(self.strings[row.get(key, 0)])

    def value(self, value):
        (kind, found), = value.items()
        if kind == "arrayValue":
            return [self.value(element) for element in found["values"]]
        return {"stringValue": self.plain, "stringValueStrindex": lambda n: self.plain(self.strings[n]), "intValue": int,
                "boolValue": lambda yes: str(yes).lower()}[kind](found)

    def labels(self, key, value, unit=""):
        if key in THREAD:
            return set()
        key = key.removeprefix("profpipe.label.")
        return {(key, one, unit) if unit and isinstance(one, int) else (key, one) for one in (value if isinstance(value, list) else [value])}

    def pairs(self, of):
        found = set()
        for pair in of.get("attributes", []):
            key = self.plain(pair["key"]) if pair.get("key") else self.text(pair, "keyStrindex")
            found |= self.labels(key, self.value(pair["value"]))
        return found

    def row(self, table, row, key):
        return self.tables[table][row.get(key, 0)]

    def frames(self, location):
        lines = [self.text(self.row("functionTable", line, "functionIndex"), "nameStrindex") for line in location.get("lines", [])]
        mapping = self.row("mappingTable", location, "mappingIndex")
        if lines:
            return lines
        address = int(location.get("address", 0))
        if not mapping:
            return [hex(address)]
        place = (address - int(mapping.get("memoryStart", 0)) + int(mapping.get("fileOffset", 0))) % 2**64
        return [f"{self.text(mapping, 'filenameStrindex').rstrip('/').rsplit('/', 1)[-1] or '[unknown]'}+{place:#x}"]

    def add(self, profile, common):
        type = profile["sampleType"]
        unit = self.text(type, "unitStrindex")
        power = re.match(r"10\^-(\d) ", unit)
        scale = Decimal(1).scaleb(-int(power[1])) if power else SCALE.get(unit, 1)
        for sample in profile.get("samples", []):
            labels = set(common)
            for number in sample.get("attributeIndices", []):
                row = self.tables["attributeTable"][number]
                labels |= self.labels(self.text(row, "keyStrindex"), self.value(row["value"]), self.text(row, "unitStrindex"))
            link = self.row("linkTable", sample, "linkIndex")
            labels |= {(key, hexadecimal(link[name], size)) for key, name, size in (("trace_id", "traceId", 32), ("span_id", "spanId", 16))
                       if link.get(name)}
            stack = [name for number in self.row("stackTable", sample, "stackIndex").get("locationIndices", [])
                     for name in self.frames(self.tables["locationTable"][number])]
            self.sums[self.text(type, "typeStrindex"), tuple(reversed(stack)), frozenset(labels)] += int(sample["values"][0]) * scale


def ours(path):
    """The same by our speedscope file; None if the source is one of call events."""
    file = json.loads(lib.run("profconv", "-q", "-t", "speedscope", path)[0], parse_float=Decimal)
    sets = [[], *file.get("profpipe", {}).get("labelSets", [])]
    names = [frame["name"] for frame in file["shared"]["frames"]]
    sums = collections.Counter()
    for profile in file["profiles"]:
        if profile["type"] != "sampled":
            return None
        own, count = profile.get("profpipe", {}), len(profile["samples"])
        value = own.get("value", {}).get("name", {"none": "samples", "bytes": "bytes"}.get(profile["unit"], "time"))
        sign = -1 if own.get("negative") else 1
        for stack, weight, labels in zip(profile["samples"], profile["weights"], own.get("labels", [0] * count)):
            sums[value, tuple(names[f] for f in stack), frozenset(map(tuple, sets[labels]))] += weight * sign * SCALE.get(profile["unit"], 1)
    return sums


def nonzero(sums):
    return {key: value for key, value in sums.items() if value}


def small(name):
    """About eight of a format's samples."""
    found = [sample for sample in lib.samples(name) if sample.path.stat().st_size < 60000]
    return found[::1 + len(found) // 8]


SOURCES = [sample for name in lib.READERS for sample in small(name)]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("format", lib.READERS)
def test_what_is_written_of_each_format(format, reader, tmp_path):
    """Each sample's sums by value type, stack and labels."""
    compared = 0
    for sample in SOURCES:
        if sample.format != format:
            continue
        target, source = tmp_path / f"{compared}.otlp", sample.path
        if format == "callgrind":  # an estimate is another one where functions of two objects are one, as in speedscope
            source = tmp_path / "source.pb"
            lib.run("callgrind2pprof", "-q", "-o", source, sample.path)
        wanted = ours(source)
        lib.run("profconv", "-q", "-t", "otlp", "-o", target, sample.path)
        found = Document(opened(reader, target))
        if wanted is not None:
            assert nonzero(found.sums) == nonzero(wanted), sample.name
            compared += 1
    assert compared or format == "flamegraph" or not any(sample.format == format for sample in SOURCES)


@pytest.mark.parametrize("reader", READERS)
def test_names_of_any_bytes(reader, tmp_path):
    """Python's protobuf refuses a message with a text that is no UTF-8."""
    folded, target = tmp_path / "odd.folded", tmp_path / "odd.otlp"
    folded.write_bytes(b"main;\xff\xfe 1\nmain;\\xff 2\nmain;\xc3 3\n")
    lib.run("collapsed2otlp", "-o", target, folded)
    assert nonzero(Document(opened(reader, target)).sums) == nonzero(ours(folded))
    assert len(ours(folded)) == 3


@pytest.mark.skipif(not shutil.which("go"), reason="no go tool pprof")
@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_pprof_and_back(path, tmp_path):
    """go tool pprof -raw prints of it what it prints of what pprof2pprof writes."""
    through, back, direct = tmp_path / "p.otlp", tmp_path / "p.pb", tmp_path / "direct.pb"
    lib.run("pprof2otlp", "-q", path, "-o", through)
    lib.run("otlp2pprof", "-q", through, "-o", back)
    lib.run("pprof2pprof", "-q", path, "-o", direct)
    found, wanted = pprof_tool.raw(back), pprof_tool.raw(direct)
    for part in range(4):
        assert found[part] == wanted[part]

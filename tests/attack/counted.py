"""What is in an output, read by parsers that share nothing with the programs: self values by value type and function, in fractions."""
import gzip
import json
import marshal
import re
import xml.etree.ElementTree
from fractions import Fraction

SVG = "{http://www.w3.org/2000/svg}"
# what a conversion adds, or holds what is in no function's self time
OURS = {b"[unattributed]", b"[awaited elsewhere]", b"[root]"}
SCALES = {"none": 1, "bytes": 1, "nanoseconds": 1, "microseconds": 1000, "milliseconds": 10 ** 6, "seconds": 10 ** 9}
SCALE_OF_TAG = {"ns": 1, "10ns": 10, "us": 1000, "ms": 10 ** 6, "s": 10 ** 9, "bytes": 1}


def surrogates(text):
    return text.encode("utf-8", "surrogateescape") if not re.search("[\ud800-\udc7f\udd00-\udfff]", text) else text.encode("utf-8", "surrogatepass")


class Counted:
    """Sums by value type, in the order of the file; names of value types where it has them."""
    def __init__(self):
        self.values = {}

    def add(self, value, name, number):
        sums = self.values.setdefault(value, {})
        if name not in OURS and number is not None:
            sums[name] = sums.get(name, Fraction(0)) + number


def collapsed(data):
    found = Counted()
    heads = [line for line in data.split(b"\n") if line.startswith(b"# ") or line == b"#"]
    counts = 1
    lines = [line for line in data.split(b"\n") if line and line not in heads]
    if lines and not any(b"one count a line" in head for head in heads):
        if all(re.search(rb"(^| )-?\d+(\.\d+)? -?\d+(\.\d+)?$", line) for line in lines):
            counts = 2
        if all(re.search(rb" -?\d+(,-?\d+){2}$", line) for line in lines):
            counts = 3
    for line in lines:
        if counts == 1:
            frames, _, numbers = line.rpartition(b" ")
            numbers = [numbers]
        else:
            frames, *numbers = re.fullmatch(rb"(?:(.*) )?(\S+) (\S+)", line, re.S).groups()
            frames = frames or b""
        leaf = frames.rpartition(b";")[2] if frames else b"[idle]"
        plain = re.sub(rb" \([^()]*\)$", b"", leaf)
        for at, number in enumerate(numbers):
            assert re.fullmatch(rb"-?\d+(\.\d{1,9})?", number), line
            found.add(at, plain, Fraction(number.decode()))
    return found


def callgrind(data):
    """The grammar of the manual: names by number, positions by difference, cost lines after calls= are inclusive."""
    found, names, events, called, columns, name = Counted(), {}, [], False, 1, None

    def spelled(space, text):
        number = re.match(rb"\((\d+)\)(?: (.*))?$", text, re.S)
        if not number:
            return text
        if number[2] is not None:
            names[space, number[1]] = number[2]
        return names[space, number[1]]
    for line in data.split(b"\n"):
        if line.startswith(b"#") or not line:
            continue
        if re.match(rb"[\d+*-]", line):
            numbers = line.split()
            assert all(re.fullmatch(rb"\*|[+-]?\d+|0x[0-9a-f]+", n) for n in numbers[:columns]), line
            if not called:
                for (event, scale), number in zip(events, numbers[columns:]):
                    found.add(event, name, int(number) * scale)
            called = False
        elif (sign := re.match(rb"(fl|fi|fe|cfi|cfl|fn|cfn|ob|cob)=(.*)$", line, re.S)):
            space = sign[1][-2:-1] + sign[1][-1:] if sign[1] in (b"fn", b"cfn", b"ob", b"cob") else b"fl"
            text = spelled(space, sign[2])
            # a name that ends in a bracket has more behind it: one that it is known by
            name = re.sub(rb" \[[^\[\]]*\]:\d+$", b"", text) if sign[1] == b"fn" else name
        elif line.startswith(b"calls="):
            called = True
        elif line.startswith(b"events: "):
            events = []
            for word in line.split()[1:]:
                tag = re.search(rb"_\((?:(1e-\d)|(\w+))\)$", word)
                scale = Fraction(1)
                if word == b"ns":
                    scale = Fraction(1)
                elif tag and tag[1]:
                    scale = Fraction(1, 10 ** int(tag[1][3:]))
                elif tag and tag[2].decode() in SCALE_OF_TAG:
                    scale = Fraction(SCALE_OF_TAG[tag[2].decode()])
                events.append((word.decode("utf-8", "surrogateescape"), scale))
                found.values.setdefault(events[-1][0], {})
        elif line.startswith(b"positions: "):
            columns = len(line.split()) - 1
        elif line.startswith((b"jump=", b"jcnd=")):
            called = True
    return found


def speedscope(data):
    found, top = Counted(), json.loads(data.decode("utf-8"), parse_float=Fraction, parse_int=Fraction)
    frames = [surrogates(frame["name"]) for frame in top["shared"]["frames"]]
    for value in top.get("profpipe", {}).get("values", []):
        found.values.setdefault((value["name"], "time" if value["unit"] in SCALE_OF_NAME else value["unit"]), {})
    for profile in top["profiles"]:
        own = profile.get("profpipe", {})
        unit = profile["unit"]
        scale = Fraction(SCALES[unit])
        value = own.get("value") or {}
        kinds = [key for key in found.values if (not value or key[0] == value["name"]) and key[1] == ("time" if unit in SCALE_OF_NAME else unit)]
        key = kinds[0] if kinds else (value.get("name"), "time" if unit in SCALE_OF_NAME else unit)
        sign = -1 if own.get("negative") else 1
        found.values.setdefault(key, {})
        if profile["type"] == "sampled":
            assert len(profile["samples"]) == len(profile["weights"])
            for stack, weight in zip(profile["samples"], profile["weights"]):
                assert weight >= 0
                found.add(key, frames[int(stack[-1])] if stack else b"[idle]", sign * weight * scale)
            continue
        stack, at = [], profile["events"][0]["at"] if profile["events"] else None
        for event in profile["events"]:
            if event["at"] != at:
                assert event["at"] > at
                found.add(key, frames[stack[-1]] if stack else b"[idle]", (event["at"] - at) * scale)
                at = event["at"]
            if event["type"] == "O":
                stack.append(int(event["frame"]))
            else:
                assert stack.pop() == event["frame"]
        assert not stack
    return found


SCALE_OF_NAME = {"nanoseconds", "microseconds", "milliseconds", "seconds"}


def pstat(data):
    """As Python loads it. The caller says by the unit whether the numbers are seconds."""
    found = Counted()
    found.values[0] = {}
    for key, row in marshal.loads(data).items():
        cc, nc, own, whole, callers = row
        assert isinstance(key, tuple) and isinstance(callers, dict) and cc <= nc, key
        found.add(0, surrogates(key[2]), Fraction(repr(float(own))))
    return found


def flamegraph(data):
    """The profile within the picture, with what was pruned from it."""
    if data.startswith(b"<!DOCTYPE html"):
        # a page's markup is not XML, its picture is
        data = data[data.index(b"<svg"):data.rindex(b"</svg>") + 6]
    root = xml.etree.ElementTree.fromstring(data)
    text = root.find(f".//{SVG}metadata[@id='profile']").text
    top, found = json.loads(text), Counted()
    scales = [Fraction(10) ** value.get("exponent", 0) for value in top.get("values", [])]
    strings = [surrogates(text) for text in top["strings"]]
    names = [strings[n] for n in top["functions"][::4]]
    function_of = [None, *top["frames"][::3]]
    parents, frame_at, at = [None], [0], 0
    for code in top["nodes"]:
        if code < 0:
            for _ in range(-code):
                at = parents[at]
        else:
            parents.append(at)
            frame_at.append(code)
            at = len(parents) - 1
    for value in range(len(scales)):
        found.values[value] = {}
    pruned = top.get("pruned", {})

    def rows(table, name_of):
        for _, row, *_ in table:
            node = 0
            for i in range(0, len(row), 1 + len(scales)):
                node += row[i]
                for value, scale in enumerate(scales):
                    number = row[i + 1 + value]
                    found.add(value, name_of(node), number * scale if number else None)
    idle = top.get("idle")
    rows(top["rows"], lambda node: b"[idle]" if not frame_at[node] or frame_at[node] == idle else names[function_of[frame_at[node]]])
    rows(pruned.get("functions", []), lambda function: b"[idle]" if idle and function == function_of[idle] else names[function])
    return found


def varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return number, at


def message(data):
    """(number, value) of each field; bytes, or a number with its sign."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 1:
            yield key >> 3, int.from_bytes(data[at:at + 8], "little")
            at += 8
            continue
        value, at = varint(data, at)
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
            assert at <= len(data)
        else:
            assert key & 7 == 0
            value -= (value >> 63) << 64
        yield key >> 3, value


def packed(data):
    at, numbers = 0, []
    while at < len(data):
        number, at = varint(data, at)
        numbers.append(number - ((number >> 63) << 64))
    return numbers


def pprof(data):
    found, rows = Counted(), {}
    for number, value in message(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data):
        rows.setdefault(number, []).append(value)
    texts = rows.get(6, [])
    names = {row.get(1, 0): texts[row.get(2, 0)] for row in (dict(message(row)) for row in rows.get(5, []))}
    places = {}
    for row in rows.get(4, []):  # the first line is the innermost one
        lines = [value for number, value in message(row) if number == 4]
        places[dict(message(row))[1]] = names[dict(message(lines[0]))[1]] if lines else None
    kinds = []
    for at, row in enumerate(dict(message(row)) for row in rows.get(1, [])):
        unit = texts[row.get(2, 0)].decode()
        power = re.match(r"10\^-(\d+) ", unit)
        kinds.append((Fraction(SCALES.get(unit, 1)) / 10 ** int(power[1]) if power else Fraction(SCALES.get(unit, 1)), at))
        found.values.setdefault(at, {})
    for row in rows.get(2, []):
        row = dict(message(row))
        leaf = packed(row.get(1, b""))[:1]
        numbers = packed(row.get(2, b""))
        assert len(numbers) == len(kinds)
        for (scale, at), number in zip(kinds, numbers):
            found.add(at, places[leaf[0]] if leaf else b"[idle]", number * scale)
    return found


def tables_of(data):
    rows = {}
    for number, value in message(data):
        rows.setdefault(number, []).append(value)
    return rows


def otlp_tables(data):
    """(texts, names by function, lines by location, locations by stack, (type, unit, samples) of each profile)"""
    top = tables_of(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    tables = tables_of(top[2][0])
    profiles = [tables_of(profile) for resource in top.get(1, []) for scope in tables_of(resource).get(2, [])
                for profile in tables_of(scope).get(2, [])]
    return (tables[5], [dict(message(row)).get(1, 0) for row in tables[3]],
            [[dict(message(value)).get(1, 0) for number, value in message(row) if number == 3] for row in tables[2]],
            [packed(dict(message(row)).get(1, b"")) for row in tables[7]],
            [(*(dict(message(profile[1][0])).get(number, 0) for number in (1, 2)),
              [(sample.get(1, 0), packed(sample[4])[0]) for sample in (dict(message(row)) for row in profile.get(2, []))]) for profile in profiles])


def otlp_objects(data):
    """The same of JSON."""
    top = json.loads(data)
    tables = top["dictionary"]
    profiles = [profile for resource in top.get("resourceProfiles", []) for scope in resource.get("scopeProfiles", [])
                for profile in scope.get("profiles", [])]
    return ([text.encode() for text in tables["stringTable"]], [row.get("nameStrindex", 0) for row in tables["functionTable"]],
            [[line.get("functionIndex", 0) for line in row.get("lines", [])] for row in tables["locationTable"]],
            [row.get("locationIndices", []) for row in tables["stackTable"]],
            [(*(profile["sampleType"].get(key, 0) for key in ("typeStrindex", "unitStrindex")),
              [(sample.get("stackIndex", 0), int(sample["values"][0])) for sample in profile.get("samples", [])]) for profile in profiles])


def otlp(data):
    """A profile for each value type, in each resource: those of one name and unit are added up."""
    found, kinds = Counted(), {}
    texts, names, lines, stacks, profiles = (otlp_objects if data[:1] == b"{" else otlp_tables)(data)
    assert all(text.decode("utf-8") is not None for text in texts)
    if b"profpipe.escapes" in texts:
        texts = [re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text) for text in texts]
    leaves = [texts[names[row[0]]] if row else None for row in lines]  # the first line is the innermost
    for name, unit, samples in profiles:
        at = kinds.setdefault((name, unit), len(kinds))
        unit = texts[unit].decode()
        power = re.match(r"10\^-(\d+) ", unit)
        scale = Fraction(SCALES.get(unit, 1)) / (10 ** int(power[1]) if power else 1)
        found.values.setdefault(at, {})
        for stack, number in samples:
            found.add(at, leaves[stacks[stack][0]] if stacks[stack] else b"[idle]", number * scale)
    return found


def ndjson(data):
    found = Counted()
    for line in data.splitlines():
        row = json.loads(line, parse_float=Fraction, parse_int=Fraction)
        found.add((row["value_type"], row["unit"]), surrogates(row["function"]), row["self"])
    return found


def columns(frame):
    return {field["name"]: column for field, column in zip(frame["schema"]["fields"], frame["data"]["values"], strict=True)}


def grafana(data):
    found = Counted()
    for frame in map(columns, json.loads(data, parse_float=Fraction, parse_int=Fraction)):
        for level, label, number in zip(frame["level"], frame["label"], frame["self"], strict=True):
            assert level or label == "total"
            found.add(0, surrogates(label) if level else b"[root]", number)
    return found


def nodegraph(data):
    found, (nodes, edges) = Counted(), map(columns, json.loads(data, parse_float=Fraction, parse_int=Fraction))
    assert {*edges["source"], *edges["target"]} <= {*nodes["id"]}
    for title, number in zip(nodes["title"], nodes["secondarystat"], strict=True):
        found.add(0, surrogates(title), number)
    return found


READERS = {"ndjson": ndjson, "grafana": grafana, "nodegraph": nodegraph, "pprof": pprof, "otlp": otlp, "collapsed": collapsed, "callgrind": callgrind, "speedscope": speedscope, "pstat": pstat, "flamegraph": flamegraph, "html": flamegraph}


def obeyed(data, blanks=b"\n"):
    """What a terminal, or a runner of CI jobs, would do something on; None if nothing."""
    text = data.decode("utf-8", "surrogateescape")
    bad = re.search("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\udc80-\udcff]",
                    text.translate({byte: None for byte in blanks}))
    if bad:
        return repr(bad[0])
    command = re.search(r"^[ \t]*::|##(?:\[|vso\[)", text, re.M)
    return repr(command[0]) if command else None

"""The grammars: a model as a file of each format, in one of the many ways in which it can be spelled."""
import gzip
import json
import math
import pathlib
import struct
import sys
import zlib
from fractions import Fraction

import model as models

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import protobuf_fields as fields  # noqa: E402


def text_name(name, instead=b"_"):
    """What a format of lines can hold, in a place where nothing else is meant by it."""
    for byte in (b"\n", b"\r", b";", b"\0"):
        name = name.replace(byte, instead)
    return name


# --- collapsed ---

def collapsed(rng, model):
    """Returns the bytes, the truth and the options that say how they are to be read."""
    two = len(model.values) == 2
    lines = []
    for at, (_, frames, weights) in enumerate(model.samples):
        names = []
        for frame in frames:
            name, file, line = model.functions[frame]
            if model.kind == "plain" and file and b" " not in file and rng.random() < 0.9:
                name += b" (" + file + (b":%d" % line if line else b"") + b")"
            names.append(text_name(name))
        text = b";".join(names)
        if model.kind == "odd" and (text.startswith(b"#") or (at == 0 and text[:1] not in b"fm")):
            text = b"f" + text  # not a comment, nor the mark of another encoding
        blank = b" " if model.kind == "plain" else rng.choice([b" ", b"  ", b"\t"])
        lines.append(text + blank + b" ".join(models.decimal(w).encode() for w in weights))
    if model.kind == "odd" and rng.random() < 0.3:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice([b"", b"  ", b"# a comment", b"# x: 5"]))
    end = b"\r\n" if rng.random() < 0.1 else b"\n"
    data = end.join(lines) + (end if rng.random() < 0.9 and lines else b"")
    if rng.random() < 0.05:
        data = b"\xef\xbb\xbf" + data
    truth = models.truth_of(model)
    truth.names, truth.units = None, ["none"] * len(model.values)
    return data, truth, ["--counts", "2" if two else "1"]


# --- callgrind ---

def graph_of(model):
    """Self values and calls: {(thread, function): weights}, {(thread, caller, callee): (calls, weights)}; a recursion counts once."""
    own, arcs = {}, {}
    for thread, frames, weights in model.samples:
        if frames:
            sums = own.setdefault((thread, frames[-1]), [Fraction(0)] * len(weights))
            sums[:] = [a + b for a, b in zip(sums, weights)]
        for arc in sorted(set(zip(frames, frames[1:]))):
            entry = arcs.setdefault((thread, *arc), [0, [Fraction(0)] * len(weights)])
            entry[0] += 1
            entry[1] = [a + b for a, b in zip(entry[1], weights)]
    return own, arcs


class Names:
    """Names by number, or spelled out, as callgrind's grammar allows both."""
    def __init__(self, rng, compress):
        self.rng, self.compress, self.numbers = rng, compress, {}

    def spell(self, space, name):
        name = text_name(name).lstrip(b" \t")
        if not self.compress or (space, name) not in self.numbers and self.rng.random() < 0.1 and not name.startswith(b"("):
            return name
        if (space, name) in self.numbers:
            return b"(%d)" % self.numbers[space, name]
        number = self.numbers[space, name] = len(self.numbers) + 1
        return b"(%d) %s" % (number, name)


def callgrind(rng, model):
    compress = rng.random() < 0.6 or any(name.startswith(b"(") for name, _, _ in model.functions)
    names, relative = Names(rng, compress), rng.random() < 0.4
    own, arcs = graph_of(model)
    tags = {"none": "", "nanoseconds": "_(ns)", "bytes": "_(bytes)"}
    events = " ".join(name + tags[unit] for name, unit in model.values).encode()
    head = [b"# callgrind format", b"version: 1", rng.choice([b"creator: callgrind-3.19.0", b"creator: made"])][rng.randrange(3):]
    lines, last = list(head), 0

    def position(line):
        nonlocal last
        before, last = last, line
        if relative and line == before and rng.random() < 0.8:
            return b"*"
        if relative and rng.random() < 0.7:
            return b"%+d" % (line - before)
        return b"0x%x" % line if rng.random() < 0.1 else b"%d" % line

    def costs(weights):
        numbers = [str(int(w)) for w in weights]
        while len(numbers) > 1 and numbers[-1] == "0" and rng.random() < 0.7:
            numbers.pop()
        return " ".join(numbers).encode()
    threads = sorted({thread for thread, *_ in (*own, *arcs)}) or [0]
    for thread in threads:
        if len(threads) > 1:
            lines += [b"", b"part: 1", b"thread: %d" % (thread + 1)]
        last = 0
        lines += [b"positions: line"] if rng.random() < 0.8 else []
        lines += [b"events: " + events, b""]
        if model.kind == "odd" and rng.random() < 0.1:
            lines += [b"# comment", b"unknown: header", b""]
        for function in sorted({f for t, f in own if t == thread} | {f for t, f, _ in arcs if t == thread}):
            name, file, line = model.functions[function]
            lines.append(b"fl=" + names.spell("file", file or b"???"))
            lines.append(b"fn=" + names.spell("fn", name))
            weights = own.get((thread, function))
            if weights:
                split = rng.random() < 0.3  # a line of an included file has a part
                if split and all(w > 1 for w in weights):
                    lines.append(rng.choice([b"fi=", b"fe="]) + names.spell("file", b"inlined.h"))
                    lines.append(position(rng.randrange(9)) + b" " + costs([1] * len(weights)))
                    lines.append(b"fe=" + names.spell("file", file or b"???"))
                    weights = [w - 1 for w in weights]
                lines.append(position(line + rng.randrange(3)) + b" " + costs(weights))
            for (_, _, callee), (calls, sums) in sorted((k, v) for k, v in arcs.items() if k[:2] == (thread, function)):
                to_name, to_file, to_line = model.functions[callee]
                if rng.random() < 0.3:
                    lines.append(b"cob=" + names.spell("ob", b"lib.so"))
                lines.append(rng.choice([b"cfi=", b"cfl="]) + names.spell("file", to_file or b"???"))
                lines.append(b"cfn=" + names.spell("fn", to_name))
                lines.append(b"calls=%d %d" % (calls, to_line))
                lines.append(position(line) + b" " + costs(sums if model.kind == "plain" or rng.random() < 0.8 else [rng.randrange(1 << 40)] * len(sums)))
            lines += [b""] if rng.random() < 0.3 else []
        if rng.random() < 0.3 and model.kind == "plain":
            lines.append(b"totals: " + costs([sum((w[i] for (t, _), w in own.items() if t == thread), Fraction(0)) for i in range(len(model.values))]))
    if model.kind == "odd" and rng.random() < 0.2:
        lines += [b"", b"part: 7", b"events: " + events, b""]
    end = b"\r\n" if rng.random() < 0.05 else b"\n"
    data = end.join(lines) + end
    truth = models.truth_of(model, idle=False)
    truth.names = [name + tags[unit] for name, unit in model.values]
    return data, truth, []


# --- speedscope ---

TO_NANOSECONDS = {"nanoseconds": 1, "microseconds": 1000, "milliseconds": 10 ** 6, "seconds": 10 ** 9}


def json_string(rng, text):
    out = []
    for c in text:
        if rng.random() < 0.02 or ord(c) < 32 or c in '"\\' or 0xd800 <= ord(c) < 0xe000:
            point = ord(c)
            out += ["\\u%04x" % u for u in ([point] if point < 0x10000 else [0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff)])]
        else:
            out.append(c)
    return '"' + "".join(out) + '"'


def json_number(rng, number):
    text = models.decimal(number)
    if rng.random() < 0.1 and "." not in text and number and abs(number) < 10 ** 15:
        return rng.choice([text + ".0", text + "e0", text + "0e-1", text + "E+0"])
    return text


def any_order(rng, members):
    rng.shuffle(members)
    return "{" + ",".join(f'"{key}":{value}' for key, value in members) + "}"


def speedscope(rng, model):
    frames = []
    for name, file, line in model.functions:
        members = [("name", json_string(rng, name.decode("utf-8", "replace")))]
        if file:
            members.append(("file", json_string(rng, file.decode("utf-8", "replace"))))
            members += [("line", line)] if line and rng.random() < 0.9 else []
        frames.append(any_order(rng, members))
    profiles, unit_of = [], {"none": "none", "bytes": "bytes"}
    spelled = {at: rng.choice(list(TO_NANOSECONDS)) for at, (_, unit) in enumerate(model.values) if unit == "nanoseconds"}
    for thread in range(model.threads):
        rows = [(frames_of, weights) for t, frames_of, weights in model.samples if t == thread]
        for at, (_, unit) in enumerate(model.values):
            scale = Fraction(TO_NANOSECONDS[spelled[at]]) if at in spelled else 1
            weights = [w[at] / scale for _, w in rows]
            members = [("name", f'"t{thread}"'), ("unit", '"%s"' % spelled.get(at, unit_of.get(unit))), ("startValue", "0")]
            taken = [bool(frames_of) for (frames_of, _), weight in zip(rows, weights) if weight]
            # nothing is idle time before the first event, nor after the last
            if all(w >= 0 for w in weights) and all(taken[:1] + taken[-1:]) and rng.random() < 0.35:
                members += [("type", '"evented"'), ("events", events(rng, rows, weights)), ("endValue", json_number(rng, sum(weights, Fraction(0))))]
            else:
                members += [("type", '"sampled"'), ("samples", json.dumps([list(f) for f, _ in rows])),
                            ("weights", "[" + ",".join(json_number(rng, w) for w in weights) + "]"),
                            ("endValue", json_number(rng, max(Fraction(0), sum(weights, Fraction(0)))))]
            profiles.append(any_order(rng, members))
    top = [("$schema", '"https://www.speedscope.app/file-format-schema.json"'), ("shared", '{"frames":[' + ",".join(frames) + "]}"),
           ("profiles", "[" + ",\n".join(profiles) + "]")]
    if rng.random() < 0.3:
        top.append(("other", rng.choice(["null", "[[],{}]", '{"a":[1,2,{"b":null}]}', '"x"', "-1.5e3"])))
    data = any_order(rng, top).encode("utf-8", "surrogatepass")
    if rng.random() < 0.05:
        data = b"\xef\xbb\xbf" + data
    elif rng.random() < 0.03:
        data = data.decode("utf-8", "replace").encode("utf-16")
    truth = models.truth_of(model)
    truth.names = None
    return data, truth, []


def events(rng, rows, weights):
    """One row after another; what two neighbours have in common stays open now and then."""
    made, open_now, at = [], [], Fraction(0)
    for (frames, _), weight in zip(rows, weights):
        common = 0
        if rng.random() < 0.7:
            while common < min(len(open_now), len(frames)) and open_now[common] == frames[common]:
                common += 1
        while len(open_now) > common:
            made.append(("C", open_now.pop(), at))
        for frame in frames[common:]:
            made.append(("O", frame, at))
            open_now.append(frame)
        at += weight
    while open_now:
        made.append(("C", open_now.pop(), at))
    return "[" + ",".join(any_order(rng, [("type", f'"{kind}"'), ("frame", frame), ("at", json_number(rng, when))]) for kind, frame, when in made) + "]"


# --- pstat ---

class Marshal:
    """Python's marshal by its grammar: each object in one of the ways that some version writes or reads."""
    def __init__(self, rng):
        self.rng, self.out, self.kept = rng, bytearray(), {}
        self.version = rng.choice([0, 1, 2, 3, 4])

    def put(self, thing):
        rng, key = self.rng, (type(thing), thing)
        may_keep = self.version >= 3 and type(thing) in (str, int)
        if may_keep and key in self.kept and rng.random() < 0.8:
            self.out += b"r" + struct.pack("<i", self.kept[key])
            return
        keep = may_keep and key not in self.kept and rng.random() < 0.3
        at = len(self.out)
        if isinstance(thing, bool) or thing is None:
            self.out += {True: b"T", False: b"F", None: b"N"}[thing]
        elif isinstance(thing, int):
            self.integer(thing)
        elif isinstance(thing, float):
            self.out += b"g" + struct.pack("<d", thing) if self.version >= 2 or rng.random() < 0.3 else b"f" + bytes([len(repr(thing))]) + repr(thing).encode()
        elif isinstance(thing, str):
            self.string(thing)
        elif isinstance(thing, tuple):
            if self.version >= 3 and len(thing) < 256 and rng.random() < 0.7:
                self.out += b")" + bytes([len(thing)])
            else:
                self.out += b"(" + struct.pack("<i", len(thing))
            for item in thing:
                self.put(item)
        else:
            self.out += b"{"
            for key, value in thing.items():
                self.put(key)
                self.put(value)
            self.out += b"0"
        if keep:
            self.out[at] |= 0x80
            self.kept[key] = len(self.kept)

    def integer(self, number):
        if -(1 << 31) <= number < 1 << 31 and self.rng.random() < 0.9:
            self.out += b"i" + struct.pack("<i", number)
            return
        digits, rest = [], abs(number)
        while rest:
            digits.append(rest & 0x7fff)
            rest >>= 15
        self.out += b"l" + struct.pack("<i", int(math.copysign(len(digits), number)) if digits else 0) + b"".join(struct.pack("<H", d) for d in digits)

    def string(self, text):
        data = text.encode("utf-8", "surrogatepass")
        if self.version >= 4 and text.isascii() and len(data) < 256:
            self.out += self.rng.choice([b"z", b"Z"]) + bytes([len(data)]) + data
        elif self.version >= 4 and text.isascii():
            self.out += self.rng.choice([b"a", b"A"]) + struct.pack("<i", len(data)) + data
        elif self.version < 3 and text.isascii() and self.rng.random() < 0.5:  # Python 2
            self.out += b"s" + struct.pack("<i", len(data)) + data
        else:
            self.out += b"u" + struct.pack("<i", len(data)) + data


def pstat(rng, model):
    own, arcs = graph_of(model)
    keys = [(file.decode("utf-8", "surrogateescape") or "~", line, name.decode("utf-8", "surrogateescape")) for name, file, line in model.functions]
    used, rows = set(), {}
    for i, key in enumerate(keys):  # two rows of one key would be one
        if key in used:
            keys[i] = (key[0], 10_000 + i, key[2])
        used.add(keys[i])

    def seconds(nanoseconds):
        number = float(nanoseconds / 10 ** 9)
        return int(number) if number == int(number) and rng.random() < 0.1 else number
    inclusive = {}
    for _, frames, weights in model.samples:
        for frame in set(frames):
            inclusive[frame] = inclusive.get(frame, Fraction(0)) + weights[0]
    bare = rng.random() < 0.1  # the module profile: callers are counts
    for frame in sorted(inclusive):
        callers, calls = {}, 0
        for (_, caller, callee), (number, sums) in sorted(arcs.items()):
            if callee == frame:
                calls += number
                before = callers.get(keys[caller])
                sums = sums[0] + (before[1] if before else 0)
                number += before[0] if before else 0
                callers[keys[caller]] = (number, sums)
        if model.kind == "odd" and rng.random() < 0.2:
            callers = {key: (n, Fraction(rng.randrange(10 ** 9))) for key, (n, _) in callers.items()}
        entry = {key: n if bare else (n, n, seconds(sums / 2), seconds(sums)) for key, (n, sums) in callers.items()}
        itself = sum((w[0] for (_, f), w in own.items() if f == frame), Fraction(0))
        whole = inclusive[frame] if model.kind == "plain" or rng.random() < 0.8 else Fraction(rng.randrange(10 ** 9))
        rows[keys[frame]] = (max(calls, 1), max(calls, 1), seconds(itself), seconds(whole), entry)
    out = Marshal(rng)
    out.put(rows)
    truth = models.truth_of(model, idle=False)
    truth.names = None
    if sum(abs(number) for number in truth.selves[0].values()) >= 1 << 52:
        truth = None  # seconds in floating point are not to the nanosecond there
    return bytes(out.out) + (b"\0trailing" if model.kind == "odd" and rng.random() < 0.1 else b""), truth, []


# --- flame graphs of others ---

def xml_text(rng, name):
    out = []
    for c in name.decode("utf-8", "replace"):
        if c in "<&>\"'" or (ord(c) > 126 and rng.random() < 0.2):
            out.append(f"&#{ord(c)};" if rng.random() < 0.5 or c not in "<&>" else {"<": "&lt;", "&": "&amp;", ">": "&gt;"}[c])
        else:
            out.append(c if ord(c) >= 32 and not 0xd800 <= ord(c) < 0xe000 and ord(c) not in (0xfffe, 0xffff) else "_")
    return "".join(out)


def flamegraph(rng, model):
    """inferno's picture, or flamegraph.pl's: boxes that stand on each other."""
    root = [0, {}]
    for _, frames, weights in model.samples:
        node, weight = root, int(weights[0])
        node[0] += weight
        for frame in frames:
            node = node[1].setdefault(frame, [0, {}])
            node[0] += weight
    total, boxes, inferno = root[0], [], rng.random() < 0.6

    def place(node, name, left, depth):
        if not inferno and 1180 * node[0] < 0.1 * total:
            return  # flamegraph.pl leaves out what is narrower
        boxes.append((name, left, depth, node[0]))
        for frame, child in sorted(node[1].items()):
            place(child, model.functions[frame][0], left, depth + 1)
            left += child[0]
    place(root, b"all", 0, 0)
    height = max(depth for *_, depth, _ in boxes)
    lines = []
    for name, left, depth, value in boxes:
        share = 100 * value / total if total else 0
        title = f"{xml_text(rng, name)} ({value:,} samples, {share:.2f}%)"
        y = 16 * (height - depth) + 37
        if inferno:
            place_of = f'x="{100 * left / total if total else 0:.4f}%" y="{y}" width="{share:.4f}%" height="15" fg:x="{left}" fg:w="{value}"'
        else:
            place_of = f'x="{10 + 1180 * left / total if total else 0:.1f}" y="{y}" width="{1180 * value / total if total else 0:.1f}" height="15.0"'
        lines.append(f"<g><title>{title}</title><rect {place_of}/></g>")
    if inferno:
        data = ('<?xml version="1.0" standalone="no"?><svg width="1200" xmlns="http://www.w3.org/2000/svg" xmlns:fg="http://github.com/jonhoo/inferno">'
                f'<svg id="frames" x="10" width="1180" total_samples="{total}">' + "\n".join(lines) + "</svg></svg>\n")
    else:
        data = ('<?xml version="1.0" standalone="no"?>\n<svg version="1.1" width="1200" height="134" xmlns="http://www.w3.org/2000/svg">\n<g id="frames">\n'
                + "\n".join(lines) + "\n</g>\n</svg>\n")
    truth = models.truth_of(model)
    truth.names = None
    truth.named = truth.named and inferno
    return data.encode("utf-8", "replace"), truth, []


# --- pprof ---

PPROF_UNITS = {"nanoseconds": ["nanoseconds", "microseconds", "milliseconds"], "bytes": ["bytes"], "none": ["count", "objects"]}


class Fields:
    """A message: fields in their order, or in another where that means the same."""
    def __init__(self, rng):
        self.rng, self.fields, self.odd = rng, [], rng.random() < 0.1

    def number(self, key, number):
        """Left out where it is 0; now and then longer than it has to be."""
        if number or self.rng.random() < 0.1:
            data = fields.varint(number)
            if self.odd and len(data) < 9:
                data = data[:-1] + bytes([data[-1] | 128]) + b"\0"
            self.fields.append(fields.varint(key << 3) + data)

    def numbers(self, key, numbers):
        """Packed, one by one, or the beginning so and the rest so."""
        cut = self.rng.choice([0, 0, len(numbers), self.rng.randrange(len(numbers) + 1)])
        one_by_one = [fields.field(key, number) for number in numbers[:cut]]
        self.fields.append(b"".join(one_by_one) + (fields.field(key, numbers[cut:]) if numbers[cut:] else b""))

    def bytes(self, key, data):
        self.fields.append(fields.field(key, data))

    def done(self):
        if self.rng.random() < 0.3:
            self.rng.shuffle(self.fields)
        if self.odd:  # unknown: a number, bytes, and both of a fixed length
            self.fields.insert(self.rng.randrange(len(self.fields) + 1), self.rng.choice(
                [fields.field(99, 7), fields.field(99, b"x"), fields.varint(99 << 3 | 1) + b"12345678", fields.varint(99 << 3 | 5) + b"1234"]))
        return b"".join(self.fields)


def pprof(rng, model):
    texts, kinds = [b""], [[] for _ in range(16)]

    def text(data):
        if data not in texts:
            texts.append(data)
        return texts.index(data)

    def message(**numbers):
        made = Fields(rng)
        for key, number in numbers.items():
            made.number(int(key[1:]), number)
        return made
    scales = []
    for name, unit in model.values:
        word = rng.choice(PPROF_UNITS[unit])
        scales.append(TO_NANOSECONDS.get(word, 1))
        kinds[1].append(message(f1=text(name.encode()), f2=text(word.encode())).done())
    function_ids = rng.sample(range(1, 3 * len(model.functions) + 2), len(model.functions))
    for number, (name, file, line) in zip(function_ids, model.functions):
        kinds[5].append(message(f1=number, f2=text(name), f3=text(name) if rng.random() < 0.5 else 0, f4=text(file), f5=line).done())
    if rng.random() < 0.3:
        kinds[3].append(message(f1=1, f2=4096, f3=1 << 40, f5=text(b"/bin/x"), f6=text(b"00ff"), f7=1).done())
    locations = {}

    def location(frames):
        """The number of a location of these functions, the innermost first."""
        frames = (*frames, rng.randrange(2))  # a function has two
        if frames not in locations:
            made = locations[frames] = len(locations) + 1
            row = message(f1=made, f2=rng.randrange(2) if kinds[3] else 0, f3=rng.choice([0, 8192 + made]))
            for frame in frames[:-1]:
                row.bytes(4, fields.message(f1=function_ids[frame], f2=rng.choice([0, 1, 77])))
            row.fields.sort(key=lambda field: field[:1] == b"\x22")  # lines keep their order among each other
            row.rng = random_without_shuffle(rng)
            kinds[4].append(row.done())
        return locations[frames]
    for _, frames, weights in model.samples:
        ids, left = [], list(reversed(frames))
        while left:
            inlined = rng.choice([1, 1, 1, 1, 1, 2, 3])
            ids.append(location(left[:inlined]))
            left = left[inlined:]
        row = Fields(rng)
        row.numbers(1, ids)
        row.numbers(2, [int(weight / scale) for weight, scale in zip(weights, scales)])
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            row.bytes(3, message(f1=text(rng.choice([b"worker", b"route"])), f2=text(rng.choice([b"a", b"/x", b"1"]))).done()
                      if rng.random() < 0.7 else message(f1=text(b"bytes"), f3=rng.choice([1, 4096, models.LARGEST]), f4=text(b"bytes")).done())
        kinds[2].append(row.done())
    single = Fields(rng)
    for key, number in (9, 1795765769496151245), (10, 10 ** 9), (12, 10 ** 7):
        if rng.random() < 0.3:
            single.number(key, number)
    if len(model.values) > 1:
        single.number(14, text(model.values[0][0].encode()))
    kinds[6] = texts
    rows = [(key, data) for key, rows in enumerate(kinds) if key != 6 for data in rows]
    if rng.random() < 0.3:  # tables may come after what refers to them; strings keep their order
        rng.shuffle(rows)
        types = iter(kinds[1])
        rows = [(key, next(types) if key == 1 else data) for key, data in rows]
    at = rng.choice([0, len(rows)])
    rows[at:at] = [(6, data) for data in texts]
    data = b"".join(fields.field(key, data) for key, data in rows) + single.done()
    truth = models.truth_of(model)
    for at, scale in enumerate(scales):  # whole numbers of the unit
        truth.selves[at] = {}
        for _, frames, weights in model.samples:
            name = model.functions[frames[-1]][0] if frames else b"[idle]"
            truth.selves[at][name] = truth.selves[at].get(name, Fraction(0)) + int(weights[at] / scale) * scale
    if len(scales) > 1 and not any(truth.selves[0].values()):
        truth = None  # another one is shown, with a word
    return data, truth, []


def random_without_shuffle(rng):
    """The same numbers, but nothing in another order."""
    class Same:
        random = staticmethod(lambda: 1)
        randrange, choice = staticmethod(rng.randrange), staticmethod(rng.choice)
    return Same


# --- wrapped, and broken ---

def wrap(rng, data):
    """gzip, of one member or several, with whatever its header may have."""
    def member(part):
        flags, extra = 0, b""
        if rng.random() < 0.3:
            flags, extra = flags | 8, extra + b"name.x\0"
        if rng.random() < 0.1:
            flags, extra = flags | 16, extra + b"a comment\0"
        if rng.random() < 0.1:
            flags, extra = flags | 4, b"\4\0\0\0\0\0" + extra
        packer = zlib.compressobj(rng.choice([0, 1, 6, 9]), zlib.DEFLATED, -15)
        return b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\xff" + extra + packer.compress(part) + packer.flush() + \
            struct.pack("<II", zlib.crc32(part), len(part) & 0xffffffff)
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(rng.choice([0, 0, 0, 1, 4])))
    made = b"".join(member(data[a:b]) for a, b in zip([0, *cuts], [*cuts, len(data)]))
    assert gzip.decompress(made) == data
    return made


def damage(rng, data):
    """A few bytes that are not as they were."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        at, many = rng.randrange(len(data) + 1), rng.choice([1, 1, 2, 9, 100])
        how = rng.randrange(7)
        if how == 0:
            data[at:at + 1] = rng.randbytes(1)
        elif how == 1:
            del data[at:at + many]
        elif how == 2:
            data[at:at] = rng.choice([rng.randbytes(many), b"\0" * many, b"9" * many, b"[" * many, b"(" * many, b"-", b"e999", b"\n", b"\r\n", b"\"", b"}", b";"])
        elif how == 3:
            del data[at:]
        elif how == 4:
            data[at:at] = data[at:at + many] * rng.choice([1, 2, 50])
        elif how == 5 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        else:
            other = rng.randrange(len(data) + 1)
            data[at:at + many], data[other:other + many] = data[other:other + many], data[at:at + many]
    return bytes(data)


GRAMMARS = {
    "collapsed": (collapsed, dict(threads=1, units=["none"])),
    "callgrind": (callgrind, dict(decimals=False)),
    "speedscope": (speedscope, {}),
    "pstat": (pstat, dict(values=1, units=["nanoseconds"], decimals=False)),
    "pprof": (pprof, dict(threads=1, decimals=False)),
    "flamegraph": (flamegraph, dict(values=1, threads=1, units=["none"], decimals=False)),
}


def spell(rng, name, kind):
    grammar, holds = GRAMMARS[name]
    holds = dict(holds)
    if name == "collapsed":
        holds["values"] = rng.choice([1, 1, 1, 2])
    model = models.make(rng, kind, **holds)
    if name == "speedscope":  # value types of one profile's name are told apart by their units
        units = rng.sample(models.UNITS, min(len(model.values), 3))
        model.values = [(f"e{i}", unit) for i, unit in enumerate(units)]
        model.samples = [(t, f, [w if u == "none" else Fraction(int(w)) for w, u in zip(weights, units)]) for t, f, weights in model.samples]
    if name == "callgrind":
        model.samples = [(t, f, [Fraction(abs(int(w))) for w in weights]) for t, f, weights in model.samples]
    if name == "flamegraph":
        model.samples = [(t, f, [Fraction(max(abs(int(w)), kind == "plain"))]) for t, f, [w] in model.samples]
    data, truth, reading = grammar(rng, model)
    if truth and not held(truth):
        truth = None
    return data, truth, reading


def held(truth):
    """Whether 63 bits hold all digits of a value type; where they do not, decimals are rounded, and that is said."""
    for selves in truth.selves:
        digits = max((len(models.decimal(number).partition(".")[2]) for number in selves.values()), default=0)
        if digits and sum(map(abs, selves.values())) * 10 ** digits >= 1 << 63:
            return False
    return True

"""Names of any bytes through every report: what comes out of each parser is the name, or what the manual says."""
import itertools
import json
import re
import shutil

import pytest

import lib
import parsers
from inputs import LINE, WEIGHTS, functions, printable, run, threads, tried, value_types
from names import (BYTES, EVERYTHING, FEW, HOSTILE, LOGGED, LONG, NAMES, UNSAFE, bytes_of, comparable, csv_text, json_text, text_of, tsv_text, visible)
from parsers import blanks

pytestmark = pytest.mark.skipif(not shutil.which("cmark-gfm"), reason="no cmark-gfm: make deps")
ALL = "-n", "0"
GATE = "--kind", "counts", "--compare", "values", "--min-share", "0", "--fail-if", "self > 5%"


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "names.speedscope.json"
    path.write_bytes(functions())
    return path


@pytest.fixture(scope="module")
def sides(profile, tmp_path_factory):
    path = tmp_path_factory.mktemp("more") / "more.speedscope.json"
    path.write_bytes(functions(scale=3))
    return profile, path


def known(file):
    """Formats have words for "no file"."""
    return b"" if file in (b"~", b"???") else file


def decoded(data):
    return data.decode("utf-8", "surrogateescape")


def number(text):
    return int(text.replace(",", ""))


def same(found, expected):
    found = {w: pair for w, pair in found.items() if w in expected}
    assert found.keys() == expected.keys()
    wrong = [(expected[w], found[w]) for w in expected if found[w] != expected[w]]
    assert not wrong, wrong[:5]


def both(spell, weights=WEIGHTS):
    return {w: (spell(name), spell(b"" if file == b"~" else file)) for w, (name, file) in weights.items()}


def place(name, file, spell):
    return f"{spell(name)} ({spell(file)}:{LINE})" if file not in (b"", b"~") else spell(name)


def rows_of(text, format):
    if format in ("tsv", "csv"):
        return (parsers.tsv if format == "tsv" else parsers.comma)(text)
    found = json.loads(text) if format == "json" else [json.loads(line) for line in text.split("\n")[:-1]]
    rows = found["rows"] if isinstance(found, dict) else found
    return [{key: decoded(bytes_of(value)) if isinstance(value, str) else value for key, value in row.items()} for row in rows]


# --- proftop ---

@pytest.mark.parametrize("view", [[], ["--lines"], ["--tree"], ["--peek", "main"]], ids=lambda v: " ".join(v) or "flat")
@pytest.mark.parametrize("format", ["tsv", "csv", "json", "ndjson"])
def test_proftop_for_programs(profile, view, format):
    rows = rows_of(decoded(run("proftop", "-v", *ALL, *view, "--format", format, profile)), format)
    spell = {"csv": csv_text, "tsv": tsv_text}.get(format, text_of)
    key = "inclusive" if view[:1] == ["--peek"] else "self"
    rows = [row for row in rows if row.get("relation") != "function"]
    # the file of what has none stands in some views as the input's word
    same({int(row[key] or 0): (row["function"], "" if row["file"] == "~" else row["file"]) for row in rows},
         {w: (spell(name), spell(b"" if file == b"~" else file)) for w, (name, file) in WEIGHTS.items()})


SEEN = both(visible)


@pytest.mark.parametrize("color", ["never", "always"])
@pytest.mark.parametrize("view", [[], ["--lines"], ["--tree"], ["--peek", "main"]], ids=lambda v: " ".join(v) or "flat")
def test_proftop_for_people(profile, view, color):
    out = run("proftop", "-v", *ALL, *view, "--color", color, profile)
    if color == "always":
        out = re.sub(rb"\x1b\[(?:0|1|3[1-4])m", b"", out)
    text = printable(out)
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    rows = {number(found[1]): line for line in text.split("\n") if (found := re.match(r"(?:caller|callee)? *([\d,]+) ", line))}
    missing = []
    for w, (name, file) in WEIGHTS.items():
        if view == ["--lines"]:
            wanted = visible(name) if file in (b"", b"~") else rf"{visible(file)}:{LINE}"
        else:
            wanted = visible(name) if view == ["--tree"] else place(name, file, visible)
        if wanted not in rows[w]:
            missing.append((name, file))
    assert not missing, missing[:5]


@pytest.mark.parametrize("view", [[], ["--lines"], ["--tree"], ["--peek", "main"]], ids=lambda v: " ".join(v) or "flat")
def test_proftop_in_markdown(profile, view):
    out = run("proftop", "-v", *ALL, *view, "--format", "markdown", profile)
    printable(out)
    page = parsers.markdown(out)
    head, *rows = page.rows
    key = head.index("inclusive" if view[:1] == ["--peek"] else "self")
    found = {number(row[key] or "0"): blanks(row[-1]) for row in rows}
    expected = {w: blanks(visible(name) if view in (["--tree"], ["--lines"]) else place(name, file, visible)) for w, (name, file) in WEIGHTS.items()}
    same(found, expected)
    if view == ["--lines"]:
        lines = {number(row[key]): blanks(row[-2]) for row in rows}
        same(lines, {w: blanks(f"{visible(b'' if file == b'~' else file)}:{LINE}") if file else "" for w, (name, file) in WEIGHTS.items()})


def test_proftop_openmetrics(profile):
    out = run("proftop", "-v", *ALL, "--format", "openmetrics", profile)
    metrics = parsers.openmetrics(printable(out))
    found = {int(value): (labels["function"], labels["file"]) for labels, value in metrics["profpipe_self"]}
    # a text that looks like what stands for a byte is told from it
    same(found, both(lambda name: visible(re.sub(rb"\\(?=x[0-9a-f]{2}|u\{)", rb"\\x5c", name))))


# --- profdiff ---

@pytest.mark.parametrize("format", ["tsv", "csv", "json", "ndjson"])
def test_profdiff_for_programs(sides, format):
    out = run("profdiff", "-v", *ALL, "--format", format, *sides)
    assert not LOGGED.search(out)
    spell = {"tsv": tsv_text, "csv": csv_text}.get(format, text_of)
    if format in ("tsv", "csv"):
        printable(out.replace(b"\t", b" "))
    same({int(row["self_base"]): (row["function"], row["file"]) for row in rows_of(decoded(out), format)},
         {w: (spell(name), spell(known(file))) for w, (name, file) in WEIGHTS.items()})


def compared(name, file):
    return place(name, known(file), visible)


def cut(text):
    return text if len(text.encode()) <= 400 else None


@pytest.mark.parametrize("color", ["never", "always"])
def test_profdiff_for_people(sides, color):
    out = run("profdiff", "-v", *ALL, "--color", color, *sides)
    text = printable(re.sub(rb"\x1b\[(?:0|1|3[1-4])m", b"", out) if color == "always" else out)
    assert not LOGGED.search(out) and not re.search("^ *::", text, re.M)
    missing = [pair for pair in WEIGHTS.values() if (cut(compared(*pair)) or visible(pair[0])[:100]) not in text]
    assert not missing, missing[:5]


def test_profdiff_in_markdown(sides):
    out = run("profdiff", "-v", *ALL, "--format", "markdown", *GATE, *sides, status=1)
    assert len(out) < 1 << 20 and not LOGGED.search(out) and printable(out)
    page = parsers.markdown(out)
    rows = [row for row in page.rows if len(row) == 9 and re.fullmatch(r"[\d,]+", row[0])] or page.rows
    found = {number(row[0]): blanks(row[-1]) for row in rows if re.fullmatch(r"[\d,]+", row[0])}
    assert len(found) > 1000
    expected = {w: blanks(compared(*WEIGHTS[w])) for w in found if w in WEIGHTS and cut(compared(*WEIGHTS[w]))}
    same(found, expected)
    assert sum(row[0] == "broken" for row in page.rows) == 100


def test_profdiff_junit(sides):
    root = parsers.junit(run("profdiff", "-q", "--format", "junit", *GATE, *sides, status=1))
    broken = {}
    for case in root.iter("testcase"):
        weight = re.match(r"self ([\d,]+) -> ", case.find("failure").get("message"))
        broken[number(weight[1])] = case.get("name")
    same(broken, {w: "self > 5%: " + compared(*pair) for w, pair in WEIGHTS.items()})


def test_profdiff_github(tmp_path):
    """Ten annotations a run: the names that are more than a byte, and those of them that are files."""
    places = list(enumerate(itertools.chain(((n, b"") for n in HOSTILE), ((b"f%d" % i, n) for i, n in enumerate(HOSTILE)))))
    base, new = tmp_path / "base", tmp_path / "new"
    for start in range(0, len(places), 10):
        some = {5000 + i: pair for i, pair in places[start:start + 10]}
        base.write_bytes(functions(some))
        new.write_bytes(functions(some, 3))
        out = run("profdiff", "-q", "--format", "github", *GATE, base, new, status=1)
        commands = parsers.github(printable(out))
        assert [command for command, _, _ in commands] == ["error"] * len(some) + ["notice"]
        found = {}
        for _, properties, message in commands[:-1]:
            weight = number(re.search(r": self ([\d,]+) -> [^:]*$", message)[1])
            name, file = some[weight]
            assert message.startswith(compared(name, file) + ": self ") and properties["title"] == "self > 5%"
            shown = re.sub(r"^(?:\./)+", "", visible(file)) if known(file) else None
            assert properties.get("file") == (shown and visible(shown.encode())) and properties.get("line") == (str(LINE) if shown else None)
            found[weight] = name
        assert len(found) == len(some)


def test_profdiff_writes_profiles(sides):
    root = parsers.picture(run("profdiff", "-v", "-t", "flamegraph", "--no-script", *sides))
    assert {bytes_of(s) for s in parsers.data_of(root)["strings"]} >= set(NAMES)


# --- profcheck ---

def test_profcheck(sides):
    printable(run("profcheck", "-v", sides[0]))
    text = printable(run("profcheck", "--against", *sides[::-1], status=1))
    assert "self totals differ" in text
    found = json.loads(run("profcheck", "--json", "--against", *sides[::-1], status=1))
    names = {name + b" (%s)" % file if known(file) else name for name, file in WEIGHTS.values()}
    assert {row["function"] for row in found["differences"]} == set(map(comparable, names))


# --- value types and threads ---

@pytest.mark.parametrize("name", [*FEW, EVERYTHING, LONG[1][:1 << 15]], ids=lambda n: ascii(n)[:20])
def test_value_types(name, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(value_types([name]))
    two.write_bytes(value_types([name]).replace(b"1000", b"3000"))
    text = printable(run("proftop", "-v", one))
    assert visible(name) in text and not text.startswith("::")
    for format, spell in ("csv", csv_text), ("tsv", tsv_text), ("json", text_of), ("ndjson", text_of):
        row, = rows_of(decoded(run("proftop", "-v", "--format", format, one)), format)
        assert row["value_type"] == row["unit"] == spell(name)
    printable(run("proftop", "-v", "--format", "markdown", one))
    for metric in parsers.openmetrics(printable(run("proftop", "-v", "--format", "openmetrics", one))).values():
        assert {labels["value_type"] for labels, _ in metric} == {visible(re.sub(rb"\\(?=x[0-9a-f]{2}|u\{)", rb"\\x5c", name))}
    text = printable(run("profdiff", "-v", *GATE, one, two, status=1))
    assert text.startswith(f"total {visible(name)} 1,000")
    for format, spell in ("csv", csv_text), ("tsv", tsv_text), ("json", text_of), ("ndjson", text_of):
        out = decoded(run("profdiff", "-v", *GATE, "--format", format, one, two, status=1))
        row, = rows_of(out, format)
        assert row["value_type"] == row["unit"] == spell(name) and not LOGGED.search(out.encode("utf-8", "surrogateescape"))
    page = parsers.markdown(run("profdiff", "-v", *GATE, "--format", "markdown", one, two, status=1))
    assert blanks(visible(name)) in blanks(page.other)
    root = parsers.junit(run("profdiff", "-v", *GATE, "--format", "junit", one, two, status=1))
    assert root.find(".//property").get("value").startswith(f"total {visible(name)} 1,000")
    *_, (command, _, message) = parsers.github(printable(run("profdiff", "-v", *GATE, "--format", "github", one, two, status=1)))
    assert command == "notice" and f"total {visible(name)} 1,000" in message
    printable(run("profcheck", "-v", one))
    assert json.loads(run("profcheck", "--json", one))["value_types"][0]["name"] == json_text(name)
    text = printable(run("proftop", "--per", "1", one))
    assert f" per {visible(name)}: " in text and not text.startswith("::")
    assert visible(name) in printable(run("profdiff", "--normalize", one, two))


def test_the_unit_of_an_estimate(tmp_path):
    """The calls of b do not hold what b has: a warning says how much is drawn elsewhere."""
    graph = tmp_path / "graph.callgrind"
    graph.write_bytes(b"events: e\x91\x1b[31m\nfn=a\n1 10\ncfn=a\ncalls=4 1\n1 67\ncfn=b\ncalls=4 0\n1 9022\nfn=b\n0 100\nfn=c\n1 5\ncfn=b\ncalls=1 0\n1 3\n")
    _, said = lib.run("callgrind2collapsed", graph)
    assert rb"drawn" in said and rb"e\x91\x1b[31m of" in said and not re.search(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]", said), said


def test_threads():
    data = threads(NAMES)
    assert json.loads(run("profcheck", "--json", "-v", input=data))["threads"] == [json_text(name) for name in NAMES]
    for i in range(0, len(NAMES), 8):
        text = printable(run("profcheck", "-v", input=threads(NAMES[i:i + 8])))
        assert text.split("\n")[1].startswith("threads")


# --- messages ---

def test_messages(tmp_path):
    """Words of the command line, names of files, lines of bad files: all on standard error alone."""
    bad = {"collapsed2pstat": b"main ", "callgrind2pstat": b"events: Ir\nfn=a\n", "speedscope2pstat": b'{"shared":{', "pstat2collapsed": b"",
           "flamegraph2collapsed": b"<svg>"}
    for name, program in zip(HOSTILE, itertools.cycle(bad)):
        text = text_of(name.replace(b"\0", b"\1"))
        run("proftop", "--peek", "q" + text, input=b"main 1\n", status=2)
        run("profcheck", "--", "./" + text[:50] + "/none", status=2)
        run(program, input=bad[program] + name + b"\n}", status=2)


def test_a_long_message_ends_with_a_character(tmp_path):
    """A regression is a line of at most two kilobytes."""
    for shift in range(4):
        name = b"x" * shift + "\u6f22".encode() * 2000
        (tmp_path / "a").write_bytes(functions({1000: (name, b"")}))
        (tmp_path / "b").write_bytes(functions({1000: (name, b"")}, 3))
        _, said = lib.run("profdiff", *GATE, tmp_path / "a", tmp_path / "b", status=1)
        assert 1990 < len(said) < 2049 and printable(said).endswith("\u6f22\n")


def test_the_number_of_names():
    tried("names tried through writers and reports", len(NAMES))
    assert len(BYTES) == 4 * 256


# --- terminals ---

@pytest.mark.parametrize("command", [["proftop", "--format", "json"], ["proftop", "--format", "ndjson"], ["profcheck", "--json"],
                                     ["profconv", "-t", "speedscope"]], ids=" ".join)
def test_json_has_no_character_that_a_terminal_obeys(command, tmp_path):
    """Not even those that JSON allows: they are escaped, and nothing of the name is lost."""
    name = "f" + "".join(map(chr, sorted(UNSAFE - {0})))
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"shared": {"frames": [{"name": name}]}, "profiles": [
        {"type": "sampled", "name": name, "unit": "none", "startValue": 0, "endValue": 1, "samples": [[0]], "weights": [1],
         "profpipe": {"value": {"name": name, "unit": "none"}}}]}))
    out = lib.run(*command, "-q", path)[0].decode()
    assert not UNSAFE & set(map(ord, out)) - {ord("\n"), ord("\t")}
    shown = [json.loads(line) for line in out.splitlines()] if "ndjson" in command else json.loads(out)
    assert json.dumps(name)[1:-1] in json.dumps(shown)


# --- logs of CI jobs ---

COMMANDS = ["::error::x", "  ::add-mask::y", "##[error]z", "a##[add-mask]b", "##vso[task]c", "##VSO[d]"]


@pytest.mark.parametrize("command", COMMANDS)
def test_no_log_obeys_a_name(command, tmp_path):
    """As a function, a file, a value type, a thread; in reports and messages, of two files that differ."""
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    for path, weight in (a, 1000), (b, 3000):
        path.write_bytes(json.dumps({"shared": {"frames": [{"name": command, "file": command, "line": 3}]}, "profiles": [
            {"type": "sampled", "name": command, "unit": "none", "startValue": 0, "endValue": weight, "samples": [[0]], "weights": [weight],
             "profpipe": {"thread": {"name": command}, "value": {"name": command, "unit": "none"}}}]}).encode())
    formats = "text", "tsv", "csv", "json", "ndjson", "markdown", "openmetrics"
    runs = [["profcheck", "-v", a], ["profcheck", "--json", a], ["profcheck", "--against", a, b], ["profcheck", "--json", "--against", a, b],
            ["proftop", "--list", command.strip(), a], ["profdiff", "--format", "github", *GATE, a, b], ["profdiff", "--format", "junit", *GATE, a, b],
            *(["proftop", *view, "--format", form, a] for form in formats for view in ([], ["--lines"], ["--tree"], ["--peek", ""])
              if form != "openmetrics" or not view),
            *(["profdiff", "--format", form, *GATE, a, b] for form in formats[:-1]),
            ["proftop", "--peek", command + "nowhere", a], ["proftop", "--value", command + "?", a], ["profconv", "-t", command, a],
            ["profconv", "--limit", command, "-t", "dot", a], ["proffilter", "-o", "/dev/null", "--focus", command + "nowhere", a], ["profcheck", tmp_path / command.strip()]]
    for program, *words in runs:
        for status in 0, 1, 2:  # whatever it is
            try:
                out, said = lib.run(program, *words, status=status)
                break
            except AssertionError:
                continue
        lines = out if "github" not in words else b"".join(re.sub(rb"^::(error|warning|notice) [^\n]*?::", b"said: ", line + b"\n") for line in out.split(b"\n"))
        assert not LOGGED.search(lines) and not LOGGED.search(said), (program, words)

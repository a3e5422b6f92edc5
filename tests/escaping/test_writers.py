"""Names of any bytes through every writer, read back by parsers that are not ours."""
import re
import subprocess

import pytest

import lib
import parsers
from inputs import LINE, PLACES, WEIGHTS, functions, run, threads, value_types
from names import (EVERYTHING, FEW, LONG, NAMES, bytes_of, callgrind_text, collapsed_text, event_name, visible, xml_text)


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "names.speedscope.json"
    path.write_bytes(functions())
    return path


def same(found, expected):
    assert found.keys() == expected.keys()
    wrong = {expected[key]: found[key] for key in expected if found[key] != expected[key]}
    assert not wrong, list(wrong.items())[:5]


def test_pstat(profile):
    same(parsers.pstat(run("speedscope2pstat", "-v", profile)), {w: (name, file or b"~") for w, (name, file) in WEIGHTS.items()})


def test_speedscope(profile):
    same(parsers.speedscope(run("speedscope2speedscope", "-v", profile)), WEIGHTS)


def full(name, file):
    return name if file in (b"", b"~") else b"%s (%s:%d)" % (name, file, LINE)


def test_collapsed(profile):
    expected = {}
    for weight, (name, file) in WEIGHTS.items():
        text = collapsed_text(full(name, file))
        expected[text] = expected.get(text, 0) + weight
    same(parsers.collapsed(run("speedscope2collapsed", "-v", profile)), expected)


def test_callgrind(profile, tmp_path):
    """A name may have the suffix that keeps it apart."""
    out = run("speedscope2callgrind", "-v", profile)
    found = parsers.callgrind(out)
    assert found.keys() == WEIGHTS.keys()
    for weight, (name, file) in WEIGHTS.items():
        text, home = callgrind_text(name), callgrind_text(file)
        suffixes = b"", b":%d" % LINE, b" [%s]" % callgrind_text(file), b" [%s]:%d" % (home, LINE), b" []:0", b" []:%d" % LINE, b":0", b" [%s]" % (file and home)
        assert found[weight][0] in [text + suffix for suffix in suffixes] and found[weight][1] == home, (name, file, found[weight])
    # valgrind's own reader takes no line for anything else, and adds up the same total
    (tmp_path / "out").write_bytes(out)
    done = subprocess.run(["callgrind_annotate", "--threshold=0.01", "--auto=no", tmp_path / "out"], capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr[:500]
    assert f"{sum(WEIGHTS):,} (100.0%)  PROGRAM TOTALS".encode() in done.stdout


@pytest.mark.parametrize("options", [["--no-script", "--minwidth", "0"], [], ["--reverse"], ["--inverted", "--colors", "java"]], ids=" ".join)
def test_flamegraph(profile, options):
    data = run("speedscope2flamegraph", "-v", *options, profile)
    root = parsers.picture(data)
    same(parsers.flamegraph(root), WEIGHTS)
    drawn, _, texts = parsers.titles(root)
    if "--no-script" in options:
        assert len(root.findall(f".//{parsers.SVG}script")) == 0
        drawn.pop(sum(WEIGHTS))
        same(drawn, {w: xml_text(full(*pair)) for w, pair in WEIGHTS.items()})
    for text in [*drawn.values(), *texts]:
        assert not re.search("[\0-\x08\x0b\x0c\x0e-\x1f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text)
    scripts = re.findall(rb"<script>.*?</script>", data, re.S)
    assert scripts == re.findall(rb"<script>.*?</script>", run("collapsed2flamegraph", *options, input=b"main 1\n"), re.S)


def test_a_picture_is_read_back(profile, tmp_path):
    """Through every format that can be read again: the bytes of the names, or the substitute."""
    svg = tmp_path / "out.svg"
    run("speedscope2flamegraph", "-q", "-o", svg, profile)
    same(parsers.speedscope(run("flamegraph2speedscope", "-q", svg)), WEIGHTS)


def test_dot(profile):
    everything = "--node-threshold", "0", "--max-nodes", "0", "--edge-threshold", "1"
    found, tips = parsers.dot(run("speedscope2dot", "-v", *everything, profile))
    found.pop(0)

    def label(name, file):
        place = re.split(rb"[/\\]", file)[-1]
        return [visible(name).replace("\u00a0", " ")] + ([f"{visible(place)}:{LINE}".replace("\u00a0", " ")] if place not in (b"", b"~") else [])
    expected = {w: label(*pair) for w, pair in WEIGHTS.items()}
    assert found.keys() == expected.keys()
    # Graphviz draws blanks in a row as they are, but an SVG's reader has one
    wrong = [(found[w], expected[w]) for w in expected if list(map(parsers.blanks, found[w])) != list(map(parsers.blanks, expected[w]))]
    assert not wrong, wrong[:5]


# --- names of value types and threads ---

def test_value_types():
    types = value_types(NAMES)
    many = "--limit", f"values={len(NAMES)}"
    data = parsers.data_of(parsers.picture(run("speedscope2flamegraph", *many, "-v", input=types)))
    assert [bytes_of(value["name"]) for value in data["values"]] == NAMES
    for i in range(0, len(NAMES), 60):
        some = NAMES[i:i + 60]
        out = parsers.json.loads(run("speedscope2speedscope", "-v", input=value_types(some)))
        assert [bytes_of(value["name"]) for value in out["profpipe"]["values"]] == some
    out = run("speedscope2callgrind", *many, "-v", input=types)
    events, = re.findall(rb"^events: (.*)", out, re.M)
    assert events.split(b" ") == [event_name(name) for name in NAMES]
    summary, = re.findall(rb"^summary: (.*)", out, re.M)
    assert list(map(int, summary.split())) == [1000 + i for i in range(len(NAMES))]
    assert [len(line.split()) for line in out.split(b"\n") if re.match(rb"[-+*\d]", line)] == [1 + len(NAMES)]


@pytest.mark.parametrize("name", [*FEW, EVERYTHING], ids=lambda n: ascii(n)[:20])
def test_the_one_value_type(name):
    types = value_types([name])
    head = parsers.marshal.loads(run("speedscope2pstat", "-v", input=types))
    key, = [key for key in head if head[key][2]]
    assert key[2] == "main"
    assert bytes_of(parsers.data_of(parsers.picture(run("speedscope2flamegraph", "--no-script", input=types)))["values"][0]["name"]) == name
    run("speedscope2collapsed", "-v", input=types)
    drawn = run("speedscope2dot", "-v", input=types)
    done = subprocess.run(["dot", "-Tdot_json"], input=drawn, capture_output=True)
    assert done.returncode == 0 and not done.stderr
    # the value type comes back from the first key of a pstat file
    assert bytes_of(parsers.json.loads(run("pstat2speedscope", "-q", input=run("speedscope2pstat", input=types)))
                    ["profiles"][0]["profpipe"]["value"]["name"]) == name


def test_threads():
    data = threads(NAMES)
    root = parsers.picture(run("speedscope2flamegraph", "-v", input=data))
    assert [bytes_of(thread["name"]) for thread in parsers.data_of(root)["threads"]] == NAMES
    profiles = parsers.json.loads(run("speedscope2speedscope", "-v", input=data))["profiles"]
    assert [bytes_of(profile["name"]) for profile in profiles] == NAMES
    out = run("speedscope2callgrind", "-v", input=data)
    assert re.findall(rb"^desc: Numbered thread: (.*)", out, re.M) == [name.translate(bytes.maketrans(b"\n\r\0", b"   ")) for name in NAMES]
    out = run("speedscope2collapsed", "-v", "--threads", input=data)
    expected = {}
    for i, name in enumerate(NAMES):
        text = collapsed_text(name)
        text = b"#_" + text[2:] if text.startswith(b"# ") else text
        expected[text] = expected.get(text, 0) + 1000 + i
    lines = [line.rpartition(b";main ") for line in out.split(b"\n")[:-1]]
    same(dict(sorted((stack, sum(int(n) for s, _, n in lines if s == stack)) for stack, _, _ in lines)), expected)
    out = run("speedscope2flamegraph", "-v", "--threads", "--no-script", "--minwidth", "0", input=data)
    _, drawn, _ = parsers.titles(parsers.picture(out))
    assert drawn == {xml_text(name) for name in NAMES} | {"all", "main"}


def test_the_first_bytes_of_folded_stacks_are_theirs():
    """What a reader takes for a sign of another thing when a file begins with it."""
    for name in b"\xef\xbb\xbfx", b"\xff\xfex", b"\xfe\xffx", b"\x1f\x8b\x08", b"# x", b"{\"a\":", b"<svg>", b"events: Ir", b"fl=x", b"(i\0\0\0":
        data = functions({5: (name, b"")}).replace(b'[0, 1]', b'[1]')
        out = run("speedscope2collapsed", "-q", input=data)
        expected = b"#_x" if name == b"# x" else name
        again = run("collapsed2speedscope", "-q", input=out)
        assert parsers.speedscope(again) == {5: (expected, b"")}, out


# --- a mebibyte ---

@pytest.mark.parametrize("name", LONG, ids=["plain", "hostile"])
def test_a_mebibyte(name):
    places = {1000: (name, b""), 1001: (b"f", name)}
    data = functions(places)
    assert parsers.pstat(run("speedscope2pstat", "-v", input=data)) == {1000: (name, b"~"), 1001: (b"f", name)}
    assert parsers.speedscope(run("speedscope2speedscope", "-v", input=data)) == places
    assert parsers.collapsed(run("speedscope2collapsed", "-v", input=data)) == {collapsed_text(full(*pair)): w for w, pair in places.items()}
    assert parsers.callgrind(run("speedscope2callgrind", "-v", input=data)) == {w: (n, f or b"???") for w, (n, f) in places.items()}
    root = parsers.picture(run("speedscope2flamegraph", "--no-script", "-v", input=data))
    assert parsers.flamegraph(root) == places and parsers.titles(root)[0][1000] == xml_text(name)
    assert visible(name).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;").encode() in run("speedscope2dot", "-v", input=data)


def test_enough_names():
    assert len(NAMES) == len(set(NAMES)) and len(PLACES) > 3000

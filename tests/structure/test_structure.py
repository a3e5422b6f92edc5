"""The house rules that a compiler does not check: layers, libraries, pairs, sizes, the table of samples."""
import re
import subprocess

import pytest

import lib

# A file includes only headers of its own layer or of one before it.
LAYERS = ["base", "io", "syntax", "profile", "transform", "program"]
LINES_MOST = 1000

SOURCES = sorted(path for folder in ("common", "converters") for path in (lib.ROOT / folder).rglob("*.[ch]"))
LIBRARY = [path for path in SOURCES if path.is_relative_to(lib.ROOT / "common")]
CONVERTERS = [path for path in SOURCES if path.is_relative_to(lib.ROOT / "converters")]
TOOLS = lib.TOOLS
PAIRS = sorted(f"{reader}2{writer}" for reader in lib.READERS for writer in lib.WRITERS)

# What every program may need; formats.def names what readers need beyond that.
ALWAYS = {"libc", "libm", "libz"}


def name_of(path):
    return path.relative_to(lib.ROOT).as_posix()


def own_includes(path):
    return re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M)


# --- layers ---

@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_layer_rule(path):
    layer = path.relative_to(lib.ROOT / "common").parts[0]
    allowed = LAYERS[:LAYERS.index(layer) + 1]
    for included in own_includes(path):
        parts = included.split("/")
        assert parts[0] == "common" and parts[1] in allowed, f"{name_of(path)} includes {included}"


@pytest.mark.parametrize("path", CONVERTERS, ids=name_of)
def test_converters_include_the_library_and_their_own(path):
    for included in own_includes(path):
        if included.endswith(".inc"):  # made by the Makefile
            assert f"$(BUILD)/gen/{included}:" in (lib.ROOT / "Makefile").read_text()
            continue
        assert included.startswith(("common/", "converters/")), f"{name_of(path)} includes {included}"
        assert (lib.ROOT / included).exists()


def test_headers_are_guarded_once():
    guards = {}
    for path in SOURCES:
        if path.suffix == ".h":
            guard = re.search(r"^#ifndef (\w+)\n#define \1$", path.read_text(), re.M)
            assert guard, f"{name_of(path)} has no guard"
            assert guard[1] not in guards, f"{name_of(path)} has the guard of {guards[guard[1]]}"
            guards[guard[1]] = name_of(path)


# --- binaries ---

def test_pairs_are_readers_times_writers():
    built = {path.name for path in lib.BIN.iterdir()}
    assert built == {*PAIRS, *TOOLS}


def needed(program):
    """The shared libraries of a program, without versions."""
    out = subprocess.run(["readelf", "-d", str(lib.BIN / program)], capture_output=True, text=True, check=True).stdout
    return {name.split(".so")[0] for name in re.findall(r"\(NEEDED\).*\[(.*)\]", out)}


def libraries():
    """The fourth column of formats.def, of who reads: "-lxml2 -lcjson" -> libxml2, libcjson."""
    rows = re.findall(r'^FORMAT\((\w+), *[01], *[01], *"(.*)"\)', (lib.ROOT / "converters/formats.def").read_text(), re.M)
    return {name: {f"lib{word[2:]}" for word in words.split() if word.startswith("-l")} for name, words in rows}


@pytest.mark.parametrize("pair", PAIRS)
def test_a_pair_links_its_formats_libraries_only(pair):
    """A writer has none of its own: X2flamegraph starts as fast as X2collapsed."""
    own = libraries()[pair.split("2")[0]]
    sanitizers = {name for name in needed(pair) if name in ("libasan", "libubsan")}
    assert own <= needed(pair)
    assert needed(pair) - sanitizers <= ALWAYS | own


def test_libxml2_is_where_xml_is_read():
    assert libraries()["flamegraph"] == {"libxml2"}
    assert [pair for pair in PAIRS if "libxml2" in needed(pair)] == [f"flamegraph2{writer}" for writer in
                                                                    sorted(lib.WRITERS)]


# --- memory ---

def test_memory_comes_from_one_place():
    """What alloc gave goes back by alloc_free; the rest is what other libraries gave."""
    own = {"common/base/alloc.c", "common/io/output.c", "converters/tools/proffilter/names.c"}
    calls = re.compile(r"\b(?:malloc|calloc|realloc|free|strdup|strndup)\(")
    found = {name_of(path) for path in SOURCES if path.suffix in (".c", ".h") and calls.search(path.read_text())}
    assert found == own


# --- sizes and leftovers ---

@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_have_a_size_that_can_be_read(path):
    lines = path.read_text().count("\n")
    assert lines <= LINES_MOST, f"{name_of(path)} has {lines} lines"


def texts():
    """Every text of ours: code, tests, pages; not the samples, which others wrote, nor broken input."""
    for folder in ("common", "converters", "tests", "man"):
        for path in (lib.ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in (".c", ".h", ".py", ".mk", ".def", ".md", ".sh", ".1", ".5", ".7", ""):
                yield path
    for name in ("Makefile", "README.md"):
        if (lib.ROOT / name).exists():
            yield lib.ROOT / name


def test_nothing_is_left_to_do():
    words = re.compile(b"TO" b"DO|FIX" b"ME")
    left = [name_of(path) for path in texts() if words.search(path.read_bytes())]
    assert left == []


def test_lines_end_cleanly():
    for path in SOURCES:
        text = path.read_text()
        assert text.endswith("\n") and "\r" not in text, name_of(path)
        assert not re.search(r"[ \t]$", text, re.M), f"{name_of(path)} has blanks at a line's end"


# --- samples ---

def rows():
    lines = (lib.SAMPLES / "samples.tsv").read_text().splitlines()
    assert lines[0].split("\t") == ["path", "format", "producer and version", "command"]
    return [line.split("\t") for line in lines[1:]]


def test_every_sample_has_one_row():
    """The folders named like formats hold samples and nothing else."""
    paths = [row[0] for row in rows()]
    folders = {row[0].split("/")[0] for row in rows()}
    there = {path.relative_to(lib.SAMPLES).as_posix() for folder in folders
             for path in (lib.SAMPLES / folder).rglob("*") if path.is_file()}
    assert len(paths) == len(set(paths))
    assert set(paths) == there


def test_every_row_says_how_it_was_made():
    for row in rows():
        assert len(row) == 4 and all(row), row[0]


def test_every_reader_has_samples():
    assert {name for name in lib.READERS if not lib.samples(name)} == set()


# --- programs start ---

@pytest.mark.parametrize("program", [*TOOLS, *PAIRS])
def test_program_starts(program):
    out, said = lib.run(program, "--version")
    assert out.startswith(f"{program} (profpipe) ".encode()) and said == b""


@pytest.mark.parametrize("tool", TOOLS)
def test_regular_expressions_are_linked_where_they_are_used(tool):
    assert ("libpcre2-8" in needed(tool)) == (tool == "proffilter")


@pytest.mark.parametrize("program", [*PAIRS, *TOOLS])
def test_a_program_is_hardened(program):
    """What the ELF file says: anywhere in memory, nothing writable runs, no table of calls is writable."""
    out = subprocess.run(["readelf", "-W", "-hld", lib.BIN / program], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Type: +DYN ", out) and re.search(r"FLAGS_1\).*\bPIE\b", out)
    assert "GNU_RELRO" in out and re.search(r"\(FLAGS\).*BIND_NOW|\(BIND_NOW\)", out)
    assert re.search(r"GNU_STACK .* RW +0x", out) and not re.search(r"LOAD .* RWE ", out)
    symbols = subprocess.run(["readelf", "-W", "--dyn-syms", lib.BIN / program], capture_output=True, text=True, check=True).stdout
    assert "__stack_chk_fail" in symbols
    if "__asan_init" not in symbols:  # a sanitizer checks the library's calls itself
        assert re.search(r"__(v?snprintf|memcpy|read)_chk", symbols)


def test_the_environment_is_documented():
    """No variable is trusted that man profpipe-limits does not name; no locale is set."""
    sources = [path.read_text() for folder in ("common", "converters") for path in (lib.ROOT / folder).rglob("*.[ch]")]
    asked = {name for text in sources for name in re.findall(r'getenv\("(\w+)"\)', text)}
    assert sum(text.count("getenv(") for text in sources) == sum(len(re.findall(r'getenv\("\w+"\)', text)) for text in sources)
    assert asked == set(re.findall(r"^\.It Ev (\w+)", (lib.ROOT / "man/profpipe-limits.7").read_text(), re.M))
    assert not [text for text in sources if "setlocale" in text]


def test_nothing_talks_to_a_network():
    """No program asks the C library for a socket or a name."""
    for program in [*PAIRS, *TOOLS]:
        symbols = subprocess.run(["readelf", "-W", "--dyn-syms", lib.BIN / program], capture_output=True, text=True, check=True).stdout
        assert not re.search(r"UND (socket|connect|getaddrinfo|gethostbyname)\b", symbols) or "__asan_init" in symbols, program

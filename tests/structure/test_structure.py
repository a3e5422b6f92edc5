"""The house rules that a compiler does not check: layers, libraries, pairs, sizes, the table of samples."""
import fnmatch
import re
import subprocess

import pytest

import lib

# A file of common/ includes only headers of its own folder or of one before it.
LAYERS = ["common/base", "common/io", "common/syntax", "common/profile", "common/transform/reshape",
          "common/transform/callgraph", "common/transform/calltree", "common/transform/traces", "common/transform/estimate",
          "common/transform/diff", "common/transform/summary", "common/program", "common/library"]
LINES_MOST = 1000

SOURCES = sorted(path for folder in ("common", "converters") for path in (lib.ROOT / folder).rglob("*.[ch]"))
LIBRARY = [path for path in SOURCES if path.is_relative_to(lib.ROOT / "common")]
CONVERTERS = [path for path in SOURCES if path.is_relative_to(lib.ROOT / "converters")]
TOOLS = lib.TOOLS
PAIRS = lib.PAIRS

# The shared libraries of a start; what has an archive is taken from there, where there is one.
SHARED = {"libc", "libm"}
ARCHIVED = {"libz", "libpcre2-8", "libseccomp", "libmd", "libdl", "libpthread"}
SANITIZERS = {"libasan", "libubsan"}


def name_of(path):
    return path.relative_to(lib.ROOT).as_posix()


# --- layers ---

def includes(path):
    """What it includes of the sources, as paths from the root; what the Makefile makes is not among them."""
    for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M):
        if included.endswith(".inc"):
            assert f"$(BUILD)/gen/{included}:" in (lib.ROOT / "Makefile").read_text()
            continue
        assert (lib.ROOT / included).exists(), f"{name_of(path)} includes {included}"
        yield included


def folder_of(name):
    return name.rsplit("/", 1)[0]


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_layer_rule(path):
    allowed = LAYERS[:LAYERS.index(folder_of(name_of(path))) + 1]
    for included in includes(path):
        assert folder_of(included) in allowed, f"{name_of(path)} includes {included}"


@pytest.mark.parametrize("path", CONVERTERS, ids=name_of)
def test_a_converter_includes_the_library_and_its_own(path):
    """A format includes nothing of another format, a tool nothing of another tool."""
    own = folder_of(name_of(path))
    shared = ["converters", "converters/tools"] if own.startswith("converters/tools/") or own == "converters" else []
    for included in includes(path):
        assert folder_of(included) in [*LAYERS, own, *shared], f"{name_of(path)} includes {included}"


def test_folders_have_no_cycle():
    """The graph of includes, folder by folder: taking away those that nobody includes must leave none."""
    graph = {}
    for path in SOURCES:
        graph.setdefault(folder_of(name_of(path)), set()).update(
            folder_of(included) for included in includes(path) if folder_of(included) != folder_of(name_of(path)))
    while free := [folder for folder in graph if not any(folder in others for others in graph.values())]:
        for folder in free:
            del graph[folder]
    assert not graph, f"cycle among {sorted(graph)}"


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


def test_every_program_is_a_link_to_one():
    files = {path.name for path in lib.BIN.iterdir() if not path.is_symlink()}
    assert files == {"profconv"}
    assert {(lib.BIN / name).resolve().name for name in (*PAIRS, *TOOLS)} == {"profconv"}


def test_a_start_loads_few_libraries():
    """None of them is libxml2, which takes longer to load than a small conversion: see xml_library.h."""
    out = subprocess.run(["readelf", "-d", lib.BIN / "profconv"], capture_output=True, text=True, check=True).stdout
    needed = {name.split(".so")[0] for name in re.findall(r"\(NEEDED\).*\[(.*)\]", out)}
    assert SHARED - {"libm"} <= needed <= SHARED | ARCHIVED | SANITIZERS


@pytest.mark.parametrize("words, loads", [
    (["profconv", "-t", "collapsed", "samples/collapsed/pyspy.collapsed"], False),
    (["profconv", "-t", "flamegraph", "samples/collapsed/pyspy.collapsed"], False),
    (["profdiff", "samples/runs/base-1.pstat", "samples/runs/slow-1.pstat"], False),
    (["profcheck", "samples/collapsed/pyspy.collapsed"], False),
    (["collapsed2pstat", "--sandbox", "samples/collapsed/pyspy.collapsed"], False),
    (["profconv", "-t", "collapsed", "samples/flamegraph/pyspy.svg"], True),
    (["profdiff", "--format", "junit", "--fail-if", "self > 99999%", "samples/runs/base-1.pstat", "samples/runs/slow-1.pstat"], True),
], ids=lambda value: "-".join(value[:3]) if isinstance(value, list) else str(value))
@pytest.mark.skipif(lib.SANITIZED, reason="strace cannot follow a leak checker")
def test_xml_costs_nothing_before_xml_is_met(words, loads, tmp_path):
    trace = tmp_path / "trace"
    subprocess.run(["strace", "-f", "-e", "trace=openat", "-o", trace, lib.BIN / words[0], *words[1:]], cwd=lib.ROOT,
                   capture_output=True, check=True)
    assert ("libxml2" in trace.read_text()) == loads


# --- memory ---

def test_memory_comes_from_one_place():
    """What alloc gave goes back by alloc_free; the rest is what other libraries gave."""
    own = {"common/base/alloc.c", "common/library/profpipe.c", "common/syntax/demangle.c",
           "common/syntax/symbols.c"}
    calls = re.compile(r"\b(?:malloc|calloc|realloc|free|strdup|strndup)\(")
    found = {name_of(path) for path in SOURCES if path.suffix in (".c", ".h") and calls.search(path.read_text())}
    assert found == own


# --- state ---

# written once a process, or a program's own
STATE = {
    "common/base/hash.c": {"hash_key", "drawn"},           # under pthread_once()
    "common/io/decompress.c": {"call", "loaded", "lock"},  # under the lock
    "common/syntax/cjson_library.c": {"found", "functions", "once"},  # under pthread_once()
    "common/syntax/dwarf_library.c": {"found", "functions", "once"},  # the same, where elfutils' headers are
    "common/syntax/xml_library.c": {"functions", "trouble", "once"},  # the same
    "common/program/temporary.c": {"temporary", "last_act", "ready"},  # a signal handler gets no argument
    "converters/tools/pstat2callgrind/main.c": {"own", "scratch", "script"},
}


@pytest.mark.skipif(lib.SANITIZED, reason="a sanitizer adds variables of its own")
def test_no_state_is_in_variables():
    """Two handles of the library share nothing: what changes is in struct task or in what is passed."""
    found = {}
    for path in SOURCES:
        made = (lib.BUILD / "obj" / path.relative_to(lib.ROOT)).with_suffix(".o")
        if path.suffix != ".c" or not made.exists():
            continue
        out = subprocess.run(["objdump", "-t", made], capture_output=True, text=True, check=True).stdout
        names = {name.split(".")[0] for name in re.findall(r" O \.(?:data|bss)(?:\.(?!rel\.ro)\S+)?\t\S+ +(\S+)$", out, re.M)}
        if names:
            found[name_of(path)] = names
    missing = set() if "common/syntax/dwarf_library.c" in found else {"common/syntax/dwarf_library.c"}  # no headers of elfutils
    assert found == {name: names for name, names in STATE.items() if name not in missing}


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


def tracked():
    """The files of the repository that we wrote, as paths; those made to be broken or foreign are not among them."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=lib.ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    foreign = re.compile(r"samples/(?!make\.sh|demo|README\.md)|tests/(formats/\w+/(bad|golden|corpus)|fuzz/corpus|estimate/faults)/|tests/docs/\w+\.callgrind")
    return [lib.ROOT / name for name in names if name and not foreign.match(name) and (lib.ROOT / name).is_file()]


def editor_rules(path):
    """What .editorconfig says of the file; its patterns here are * , *.x and {a,b}."""
    rules, applies = {}, False
    for line in (lib.ROOT / ".editorconfig").read_text().splitlines():
        if line.startswith("["):
            patterns = line[1:-1].strip("{}").split(",")
            applies = any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)
        elif applies and "=" in line:
            key, value = map(str.strip, line.split("="))
            rules[key] = value
    return rules


@pytest.mark.skipif(not (lib.ROOT / ".git").exists(), reason="no repository")
def test_the_tree_obeys_its_editorconfig():
    wrong = []
    for path in tracked():
        rules, data = editor_rules(path), path.read_bytes()
        text = data.decode(rules["charset"])
        assert rules["end_of_line"] == "lf" and rules["insert_final_newline"] == rules["trim_trailing_whitespace"] == "true"
        indents = {"tab": r"^ +\S(?<!\*)", "space": r"^ *\t"}
        style = indents.get(rules.get("indent_style"))
        if "\r" in text or (text and not text.endswith("\n")) or re.search(r"[ \t]$", text, re.M) or (style and re.search(style, text, re.M)):
            wrong.append(name_of(path))
    assert wrong == []


# --- samples ---

def rows():
    found = []
    for path in (lib.ROOT / "tests/formats").glob("*/samples.tsv"):
        lines = path.read_text().splitlines()
        assert lines[0].split("\t") == ["path", "format", "producer and version", "command"]
        table = [line.split("\t") for line in lines[1:]]
        assert {row[1] for row in table} == {path.parent.name}
        found += table
    return found


def test_every_sample_has_one_row():
    """The folders named like formats hold samples and nothing else."""
    paths = [row[0] for row in rows()]
    folders = {row[0].split("/")[0] for row in rows()}
    there = {path.relative_to(lib.SAMPLES).as_posix() for folder in folders
             for path in (lib.SAMPLES / folder).rglob("*") if path.is_file()}
    assert len(paths) == len(set(paths))
    assert set(paths) == there


HANDLERS = re.compile(rb"<[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*?\s(on[a-z]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))")
FIGURES = re.compile(rb"onmouseover=\"s\((?:'|&quot;).*\([\d,.]+ .*\)(?:'|&quot;)\)\"", re.S)


def test_no_file_holds_code_of_other_programs():
    """Pictures that others drew come without their scripts, styles and handlers, but for those that hold figures in place of
    titles; ours are pictures of README, golden output and input. samples/cut_scripts takes them out."""
    foreign, ours = [], (".py", ".js", ".c", ".md", ".flamegraph")
    for folder in ("samples", "tests"):
        for path in (lib.ROOT / folder).rglob("*"):
            if not path.is_file() or path.is_relative_to(lib.SAMPLES / "pictures") or path.suffix in ours or path.name in ("cut_scripts", "ours.in", "ours-labelled.in"):
                continue
            data = path.read_bytes()
            handlers = [found for found in HANDLERS.finditer(data) if not FIGURES.fullmatch(found[1])
                        or re.match(rb"[^<]*<title", data[found.end():])]
            if handlers or re.search(rb"<(script|style)[\s>/]", data):
                foreign.append(name_of(path))
    assert foreign == []


def test_every_row_says_how_it_was_made():
    for row in rows():
        assert len(row) == 4 and all(row), row[0]


@pytest.mark.parametrize("name", lib.READERS)
def test_a_reader_has_samples(name):
    assert lib.samples(name), f"{name} has no sample: samples/{name} needs a file, tests/formats/{name}/samples.tsv its row"


# --- programs start ---

@pytest.mark.parametrize("program", [*TOOLS, *PAIRS])
def test_program_starts(program):
    out, said = lib.run(program, "--version")
    assert out.startswith(f"{program} (profpipe) ".encode()) and said == b""


@pytest.mark.parametrize("program", ["profconv"])
def test_the_program_is_hardened(program):
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
    """The program asks the C library for no socket and no host's name."""
    symbols = subprocess.run(["readelf", "-W", "--dyn-syms", lib.BIN / "profconv"], capture_output=True, text=True, check=True).stdout
    assert not re.search(r"UND (socket|connect|getaddrinfo|gethostbyname)\b", symbols) or "__asan_init" in symbols

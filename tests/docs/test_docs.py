"""What is written about the programs is true: every example runs and prints what is shown.

Examples stand in README.md in blocks marked sh (a line, a command; they print nothing)
and console (those marked yaml are run by test_ci.py), and in the manual pages in literal displays. In the latter two a command
begins with "$ " and goes on until the shell says that it is whole; what follows is what
it prints, standard error too. A line "..." stands for any lines, "..." in a line for
any text. All examples of a page are run one after the other in one folder.
"""
import gzip
import os
import re
import shutil
import subprocess

import pytest

import lib

README = (lib.ROOT / "README.md").read_text()
PICTURE = lib.SAMPLES / "pictures/pyspy.svg"
PAIRS = [f"{x}2{y}" for x in lib.READERS for y in lib.WRITERS]
PROGRAMS = [*lib.TOOLS, *PAIRS]
FORMATS = list(lib.formats())
PAGES = [*(f"man1/{p}.1" for p in PROGRAMS), "man3/profpipe.3", *(f"man5/{p.name}" for p in sorted((lib.ROOT / "man").glob("*.5"))),
         *(f"man7/{p.name}" for p in sorted((lib.ROOT / "man").glob("*.7")))]

# the names that the manual pages use; README uses those of the checkout
FILES = {
    "run.pstat": "samples/pstat/cprofile-py3.11-text.pstat",
    "first.pstat": "samples/pstat/cprofile-py3.13-text.pstat",
    "second.pstat": "samples/pstat/yappi-wall.pstat",
    "third.pstat": "samples/pstat/cprofile-py3.13-recursion.pstat",
    "run.callgrind": "samples/callgrind/valgrind-main.callgrind",
    "cache.callgrind": "samples/callgrind/valgrind-cache-branch.callgrind",
    "threads.out-01": "samples/callgrind/valgrind-threads.callgrind-01",
    "threads.out-02": "samples/callgrind/valgrind-threads.callgrind-02",
    "threads.out-03": "samples/callgrind/valgrind-threads.callgrind-03",
    "run.collapsed": "samples/collapsed/pyspy.collapsed",
    "run.speedscope.json": "samples/speedscope/pyspy.speedscope.json",
    "labelled.speedscope.json": "tests/docs/labelled.speedscope.json",
    "shop.traces.pb": "samples/traces/shop.traces.pb.gz",
    "run.plan": "samples/explain/cte-18.txt",
    "parallel.plan": "samples/explain/parallel-18.txt",
    "build.time-trace": "tests/docs/build.time-trace",
    "run.trace.json": "samples/chrometrace/pyspy-0.4.3.trace.json.gz",
    "run.envelope": "tests/docs/run.envelope",
    "run.jfr": "samples/jfr/async-profiler-ctimer.jfr",
    **{f"{side}.jfr": "samples/jfr/jdk17.jfr.gz" for side in ("before", "after")},
    "run.perf": "tests/docs/run.perf",
    "run.sample.txt": "samples/instruments/load.sample.txt",
    "run.xctrace.xml": "samples/instruments/time-profile.xctrace.xml",
    "run.dtrace": "samples/dtrace/keys.dtrace",
    "run.bpftrace": "samples/bpftrace/two-stacks.bpftrace",
    "run.cpuprofile": "tests/docs/run.cpuprofile",
    "run.firefox.json": "samples/firefox/v48.json",
    "run.svg": "samples/flamegraph/inferno.svg",
    **{f"{name}.callgrind": f"tests/docs/{name}.callgrind" for name in ("graph", "below", "imports")},
    "run.py": "samples/programs/circles.py",
    "app.py": "samples/programs/circles.py",
    **{f"{side}-{run}.pstat": f"samples/runs/{side}-{run}.pstat" for side in ("base", "again", "slow") for run in range(1, 7)},
}


def shell(command, cwd):
    """Its status and all that it prints."""
    # nobody in a sandbox may start what checks for leaks
    leaks = lib.IN_SANDBOX if "--sandbox" in command else {}
    done = subprocess.run(["sh", "-c", command], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=120, env={**lib.ENV, **leaks, "PATH": f"{lib.BIN}:{os.environ['PATH']}"})
    return done.returncode, done.stdout.decode()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The pages and completions, made anew from the programs as they are."""
    build = tmp_path_factory.mktemp("build")
    (build / "bin").symlink_to(lib.BIN)
    version = lib.run("profconv", "--version")[0].decode().split()[-1]
    subprocess.run([lib.ROOT / "man/generate", build, version, *PROGRAMS], check=True, timeout=120)
    return build


def page(made, name):
    return (made / "man" / name).read_text()


# --- examples ---

def is_whole(command):
    return subprocess.run(["sh", "-n", "-c", command], capture_output=True).returncode == 0


def split_examples(text):
    """"$ command", and what it prints below it -> [(command, output)]"""
    found, lines = [], text.split("\n")
    while lines:
        line = lines.pop(0)
        if line.startswith("$ "):
            command = line[2:]
            while not is_whole(command):
                assert lines, f"no end: {command}"
                command += "\n" + lines.pop(0)
            found.append((command, ""))
        elif found and line:
            found[-1] = (found[-1][0], found[-1][1] + line + "\n")
    return found


def readme_blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", README, re.M | re.S)


def readme_examples():
    found = []
    for kind, text in re.findall(r"^```(\w+)\n(.*?)^```", README, re.M | re.S):
        if kind == "sh":
            found += [(line, "") for line in text.splitlines()]
        elif kind != "yaml":
            assert kind == "console", f"a block of README is neither sh, console nor yaml: {kind}"
            found += split_examples(text)
    return found


def page_examples(text):
    literal = "".join(re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text, re.M | re.S))
    return split_examples(literal.replace(r"\&", "").replace(r"\e", "\\"))


def pattern(expected):
    lines = [r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n"
             for line in expected.splitlines()]
    return "".join(lines)


def run_examples(examples, folder):
    for command, expected in examples:
        status, printed = shell(command, folder)
        assert status == 0, f"{command}: status {status}\n{printed}"
        assert re.fullmatch(pattern(expected), printed), f"{command}\nis said to print\n{expected}and prints\n{printed}"


def test_readme_examples(tmp_path):
    for folder in ("samples", "tests"):
        (tmp_path / folder).symlink_to(lib.ROOT / folder)
    examples = readme_examples()
    assert len(examples) >= 12
    run_examples([e for e in examples if not e[0].startswith("make ")], tmp_path)


def test_readme_make_targets():
    makefile = "".join(path.read_text() for path in [lib.ROOT / "Makefile", *lib.ROOT.glob("*/*.mk")])
    known = " ".join(re.findall(r"^\.PHONY:(.*)", makefile, re.M)).split()
    wanted = [word for command, _ in readme_examples() if command.startswith("make ")
              for word in command.split("#")[0].split()[1:]]
    assert {"deps", "demo", "check"} <= set(wanted) <= set(known)


# the example of the library is a program: tests/library compiles it
@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("man3/")])
def test_page_examples(made, name, tmp_path):
    reader = name.removeprefix("man1/").split("2")[0]
    if reader in lib.READERS:
        lib.smallest(reader)
    for file, source in {**{f"run.{form}": lib.smallest(form).path for form in lib.READERS if lib.samples(form)}, **FILES}.items():
        data = (lib.ROOT / source).read_bytes()
        packed = data.startswith(b"\x1f\x8b") and not file.endswith(".gz")
        (tmp_path / file).write_bytes(gzip.decompress(data) if packed else data)
    examples = page_examples(page(made, name))
    assert examples, "a page without an example"
    run_examples(examples, tmp_path)


def test_examples_are_checked(tmp_path):
    """This file's own promises: a wrong output and a failing command are found."""
    run_examples([("echo a; echo b >&2; echo c d", "a\n...\nc ...\n")], tmp_path)
    for command, output in (("echo a", "b\n"), ("echo a", ""), ("false", ""), ("true", "a\n")):
        with pytest.raises(AssertionError):
            run_examples([(command, output)], tmp_path)
    assert split_examples("$ a |\n  b\nc\n\n$ d 'e\nf'\n") == [("a |\n  b", "c\n"), ("d 'e\nf'", "")]


# --- README ---

def without_blanks(text):
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("name", FORMATS)
def test_readme_has_the_format(name):
    if f"| {name} |" not in README:
        pytest.skip(f"README's table of formats has no row for {name}")


def test_readme_format_table():
    table = README[README.index("## Formats"):README.index("There is a program for each pair")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in re.findall(r"^\|.*\|$", table, re.M)]
    listed = lib.run("profconv", "--list-formats")[0].decode().splitlines()
    assert rows[0] == ["format", "reads", "writes", "suffixes", "what it is"]
    assert {row[0] for row in rows[2:]} <= set(FORMATS)
    listed = [row for row in listed if row.split()[0] in ["format", *(row[0] for row in rows)]]
    assert [without_blanks("".join(row)) for row in [rows[0], *rows[2:]]] == [without_blanks(row) for row in listed]


def test_readme_picture(tmp_path):
    """`make picture` makes it again."""
    (tmp_path / "samples").symlink_to(lib.SAMPLES)
    assert f"]({PICTURE.relative_to(lib.ROOT)})" in README
    command = readme_blocks("sh")[0].splitlines()[0]
    assert shell(command, tmp_path) == (0, "")
    assert (tmp_path / PICTURE.name).read_bytes() == PICTURE.read_bytes()


def test_readme_names_what_is_needed():
    makefile = (lib.ROOT / "Makefile").read_text().replace("\\\n", " ")
    packages = " ".join(re.findall(r"^(?:build|check)_packages := (.*)", makefile, re.M)).split()
    table = README[README.index("## Built on"):README.index("## The house")]
    named = [name for row in re.findall(r"^\| ([^|-][^|]*?) \|", table, re.M)[1:] for name in row.split(", ")]
    assert sorted(named) == sorted(set(packages) - {"gcc", "make", "python3"})


def test_readme_links():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (lib.ROOT / target).exists(), target


# --- manual pages ---

@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_a_page(name):
    assert f"man5/profpipe-{name}.5" in PAGES, f"{name} has no manual page: man/profpipe-{name}.5"


@pytest.mark.skipif(not shutil.which("mandoc"), reason="no mandoc")
@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_warnings(made, name):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", made / "man" / name], capture_output=True, text=True)
    assert done.stdout + done.stderr == ""


@pytest.mark.skipif(not shutil.which("groff"), reason="no groff")
@pytest.mark.parametrize("name", ["man1/pstat2callgrind.1", "man1/profconv.1", "man5/profpipe-pstat.5", "man7/profpipe.7"])
def test_page_reads_under_groff(made, name):
    done = subprocess.run(["groff", "-mdoc", "-Tutf8", "-ww", made / "man" / name], capture_output=True, text=True)
    assert done.stderr == "" and "November 22, 2026" in done.stdout


def test_pages_are_complete(made):
    assert sorted(str(p.relative_to(made / "man")) for p in (made / "man").glob("man?/*")) == sorted(PAGES)
    text = page(made, "man7/profpipe.7")
    for name in [*(f"{t} 1" for t in lib.TOOLS), *(f"profpipe-{f} 5" for f in FORMATS if f"man5/profpipe-{f}.5" in PAGES)]:
        assert f".Xr {name}" in text


def test_references_lead_somewhere(made):
    elsewhere = {"gzip 1", "zstd 1", "xz 1", "bzip2 1", "parallel 1", "sed 1", "ssh 1", "gprof 1", "callgrind_annotate 1"}
    ours = {re.sub(r".*/(.*)\.(\d)", r"\1 \2", name) for name in PAGES} | {f"profpipe-{name} 5" for name in FORMATS}
    for name in PAGES:
        for reference in re.findall(r"^\.Xr (\S+ \d)", page(made, name), re.M):
            assert reference in ours | elsewhere, f"{name}: {reference}"


def test_pages_fill_every_mark(made):
    for name in PAGES:
        assert not re.search(r"@[a-z0-9-]+@", page(made, name)), name
        assert "\n.Os \"profpipe " in page(made, name)


def listed_options(program):
    rows = lib.run(program, "--list-options")[0].decode().splitlines()[1:]
    return [row.split("\t")[:4] for row in rows]


def helped_options(program):
    text = lib.run(program, "--help")[0].decode()
    found = re.findall(r"^  (?:-(\w)|   ?)?(?:, )? *(?:--([\w-]+))?(?: (\S+(?: \S+)*?))?(?:  .*)?$", text, re.M)
    return [f for f in found if f[0] or f[1]]


def paged_options(text):
    section = text[text.index(".Sh OPTIONS"):text.index(".Sh EXIT STATUS")]
    found = re.findall(r"^\.It(?: Fl (\w))?(?: ,)?(?: Fl -([\w-]+))?(?: Ar (.*))?$", section, re.M)
    return [(letter, name, argument.replace(r"\:", "")) for letter, name, argument in found]


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_page_and_list_agree(made, program):
    listed = [tuple(row[1:]) for row in listed_options(program)]
    assert len(listed) >= 8
    assert helped_options(program) == listed
    assert paged_options(page(made, f"man1/{program}.1")) == listed


# --- completions ---

def complete(made, *words):
    """What bash offers for the last of the words; None: it goes on to file names."""
    script = r'''source "$1/completions/bash/$2"
        shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        spec=$(complete -p "$1") && [[ $spec == *"-o default"* ]] || exit 3
        [[ $spec =~ -F\ ([^ ]+) ]] && "${BASH_REMATCH[1]}" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        (( ${#COMPREPLY[@]} )) && printf '%s\n' "${COMPREPLY[@]}"; exit 0'''
    done = subprocess.run(["bash", "-c", script, "bash", made, *words], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
    return done.stdout.split() or None


@pytest.mark.parametrize("program", PROGRAMS)
def test_bash_completes_options(made, program):
    wanted = [f"--{name}" if name else f"-{letter}" for _, letter, name, _ in listed_options(program)]
    assert complete(made, program, "-") == wanted
    assert complete(made, program, "--list-fo") == ["--list-formats"]
    assert complete(made, program, "") is None
    assert complete(made, program, "-o", "") is None


def test_bash_completes_arguments(made):
    assert complete(made, "profconv", "-t", "") == lib.WRITERS
    for start in ("c", "p", "flame", "no-format"):
        expected = [name for name in lib.READERS if name.startswith(start)] or None
        assert complete(made, "profconv", "--from", start) == expected
        assert complete(made, "profconv", "--from", "=", start) == expected
        assert complete(made, "profcheck", "-f", start) == expected
    assert complete(made, "profconv", "--from", "=") == lib.READERS
    assert complete(made, "profcheck", "--against", "x") is None
    assert complete(made, "pstat2collapsed", "--unit", "") == ["auto", "s", "ms", "us", "ns"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh")
def test_zsh_completion(made):
    file = made / "completions/zsh/_profpipe"
    assert file.read_text().splitlines()[0] == "#compdef " + " ".join(PROGRAMS)
    done = subprocess.run(["zsh", "-n", file], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    script = '_arguments() { print -rl -- "$@" }; service=$2; source $1'
    for program in PROGRAMS:
        specs = subprocess.run(["zsh", "-f", "-c", script, "zsh", file, program],
                               capture_output=True, text=True, check=True).stdout
        for _, letter, name, argument in listed_options(program):
            option = f"--{name}" if name else f"-{letter}"
            assert re.search(rf"^(\([^)]*\)|\*)?{re.escape(option)}{'[=+]' if argument else ''}\[", specs, re.M), (program, option)


def test_every_program_has_a_completion(made):
    assert sorted(p.name for p in (made / "completions/bash").iterdir()) == sorted(PROGRAMS)

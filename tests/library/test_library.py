"""The public library: the same bytes as the programs, errors as values, and nothing left behind."""
import locale
import os
import pathlib
import re
import shutil
import subprocess
import threading

import pytest

import lib
from binding import BAD, INPUT, LIMIT, OUTPUT, USAGE, Profile, Trouble, load

HEADER = lib.ROOT / "common/library/profpipe.h"
SHARED = lib.BUILD / "lib/libprofpipe.so.0"
STATIC = lib.BUILD / "lib/libprofpipe.a"
FORMATS = lib.ROOT / "tests/formats"
BROKEN = sorted(path for path in FORMATS.glob("*/bad/*.in") if path.parts[-3] in lib.READERS)
# of the large ones, which differ in nothing but their size, tests of formats see enough
SAMPLES = [sample for sample in lib.some(lib.samples()) if sample.path.stat().st_size < 60_000]

plain = pytest.mark.skipif(lib.SANITIZED, reason="Python is not built with the sanitizer that this library needs")


@pytest.fixture(scope="module")
def library():
    return load(SHARED)


# --- the C program ---

def test_use(tmp_path):
    done = subprocess.run([lib.BUILD / "tests/library/use", lib.SAMPLES, tmp_path], capture_output=True, text=True, env=lib.ENV)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d+ tests\n", done.stdout) and not done.stderr


# --- what is exported ---

def declared():
    return set(re.findall(r"PROFPIPE_API[^;(]*?\b(profpipe_\w+)\(", HEADER.read_text()))


def exported(*command):
    out = subprocess.run(["nm", *command], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1].split("@")[0] for line in out.splitlines() if len(line.split()) == 3}
    return {name for name in names if not name.startswith(("__asan", "__odr_asan", "__ubsan", "__tsan", "_init", "_fini"))}


def test_only_the_header_is_exported():
    assert len(declared()) > 20
    assert exported("-D", "--defined-only", SHARED) == declared()
    assert exported("-g", "--defined-only", STATIC) == declared()


def test_the_library_asks_for_little():
    """No libxml2, which is loaded when XML comes, and nothing of what only programs do."""
    out = subprocess.run(["readelf", "-d", SHARED], capture_output=True, text=True, check=True).stdout
    assert re.search(r"SONAME.*\[libprofpipe\.so\.0\]", out)
    needed = {name.split(".so")[0] for name in re.findall(r"NEEDED.*\[(\S+?)\]", out)}
    assert needed <= {"libc", "libz", "libmd", "libm", "libdl", "libpthread", "libasan", "libubsan", "ld-linux-x86-64"}
    undefined = subprocess.run(["nm", "-D", "--undefined-only", SHARED], capture_output=True, text=True, check=True).stdout
    calls = {line.split()[-1].split("@")[0] for line in undefined.splitlines()}
    assert not calls & {"signal", "sigaction", "atexit", "fork", "abort", "umask", "chdir", "setlocale", "getopt_long"}


def test_the_header_is_c_and_cpp(tmp_path):
    for compiler, name, options in [("cc", "a.c", ["-std=c99", "-pedantic"]), ("c++", "a.cpp", ["-std=c++11"])]:
        if not shutil.which(compiler):
            continue
        source = tmp_path / name
        source.write_text('#include "profpipe.h"\nint main(void) { return profpipe_open() == 0; }\n')
        subprocess.run([compiler, *options, "-Wall", "-Wextra", "-Werror", f"-I{HEADER.parent}", "-fsyntax-only", source], check=True)


# --- the same as the programs ---

@plain
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_conversion_is_the_programs(library, sample, tmp_path):
    for writer in lib.WRITERS:
        done = subprocess.run([lib.BIN / "profconv", "-q", "-f", sample.format, "-t", writer, sample.path], capture_output=True, env=lib.ENV)
        with Profile(library) as p:
            # the programs keep the order where the target does
            p.set(None, INPUT, "order", int("order" in lib.features()[writer] or writer in ("flamegraph", "html", "example")))
            p.read_file(sample.path, sample.format)
            try:
                assert p.write(writer) == done.stdout, writer
            except Trouble as trouble:
                assert done.returncode == 2 and trouble.text == done.stderr.decode().split(": ", 1)[1].rstrip("\n")
            else:
                assert done.returncode == 0


@plain
def test_one_profile_is_written_as_many(library):
    """Writing changes nothing of what is written next."""
    sample = lib.smallest("pstat")
    with Profile(library) as p:
        p.read_file(sample.path)
        first = {writer: p.write(writer) for writer in lib.WRITERS}
        functions, stacks = p.functions(), p.stacks()
        assert {writer: p.write(writer) for writer in reversed(lib.WRITERS)} == first
        assert (p.functions(), p.stacks()) == (functions, stacks)


@plain
@plain
def test_spans_of_several_inputs_belong_together(library):
    """A parent that comes in another input, behind or before its child; what is read when all is known can go on."""
    def one(name, number, parent, start, end):
        return (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","spanId":"%d","parentSpanId":"%s","name":"%s",'
                b'"startTimeUnixNano":"%d","endTimeUnixNano":"%d"}]}]}]}' % (number, parent, name, start, end))

    parts = [one(b"GET", 1, b"", 0, 100), one(b"db", 2, b"1", 10, 40)]
    for order in (parts, parts[::-1]):
        with Profile(library) as p:
            for part in order:
                p.read(part)
            assert p.write("collapsed") == b"GET 70\nGET;db 30\n"
            p.read(one(b"GET", 3, b"", 0, 5))
            assert p.write("collapsed") == b"GET 75\nGET;db 30\n"
    with Profile(library) as p:
        p.read(parts[1])
        assert p.write("collapsed") == b"db 30\n"


@plain
@pytest.mark.parametrize("reader", [name for name in lib.READERS if name in lib.WRITERS])
def test_reading_several_is_profmerge(library, reader):
    lib.smallest(reader)
    samples = [sample for sample in lib.samples(reader) if sample.path.stat().st_size < 300_000]
    values = {}
    with Profile(library) as p:
        for sample in samples:
            p.read_file(sample.path)
            values.setdefault(tuple(sorted(value[:2] for value in p.values())), []).append(sample.path)
            p.library.profpipe_clear(p.handle)
    paths = max(values.values(), key=len)[:6]
    assert len(paths) > 1
    out, _ = lib.run("profmerge", "-q", *paths)
    for order in (paths, paths[::-1]):
        with Profile(library) as p:
            for number, path in enumerate(order):
                p.read_file(path)
                if number == 1:
                    p.values()  # a sum that was asked for goes on as a sum
            assert p.write(reader) == out


@plain
def test_figures_are_those_of_the_programs(library):
    with Profile(library) as p:
        p.read(b"main;parse (a.py:3) 3\nmain 1\nmain;main 2\n")
        assert p.values() == [("samples", "", 0, 6)]
        assert p.functions() == [("main", "", 0, 3, 6, 0), ("parse", "a.py", 0, 3, 3, 0)]
        assert sorted(p.stacks()) == [(["main"], 1, {}), (["main", "main"], 2, {}), (["main", "parse"], 3, {})]


@plain
def test_metadata_and_labels(library):
    with Profile(library) as p:
        p.read_file(lib.SAMPLES / "callgrind/valgrind-main.callgrind")
        assert p.metadata()["cmd"]
        assert all(labels == {} for _, _, labels in p.stacks())


# --- what goes wrong ---

@plain
@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.relative_to(FORMATS).as_posix()[:-3])
def test_broken_input_is_an_error_with_the_programs_text(library, path):
    said = path.with_suffix(".err").read_text().removeprefix("PROGRAM: ").replace("FILE", "memory", 1).rstrip("\n")
    with Profile(library) as p:
        p.read(b"kept 7\n", "collapsed")
        with pytest.raises(Trouble) as caught:
            p.read(path.read_bytes(), path.parts[-3])
        assert caught.value.text == said
        assert caught.value.status in (BAD, LIMIT)
        # a sum that does not fit is found when there are two; else the first one is as it was
        assert p.write("collapsed") == b"kept 7\n"


@plain
def test_limits(library):
    with Profile(library) as p:
        for limit in ("stacks=2", "functions=2", "name=2", "line=2", "threads=1", "values=1", "nesting=1"):
            p.set(None, INPUT, "limit", limit)
        with pytest.raises(Trouble) as caught:
            p.read(b"a;b;c 1\n", "collapsed")
        assert caught.value.status in (LIMIT, BAD) and "allows more" in caught.value.text
        with pytest.raises(Trouble) as caught:
            p.set(None, INPUT, "limit", "patience=1")
        assert caught.value.status == USAGE


@plain
def test_a_limit_within_xml(library):
    with Profile(library) as p:
        p.set(None, INPUT, "limit", "functions=3")
        for _ in range(20):
            with pytest.raises(Trouble) as caught:
                p.read_file(lib.SAMPLES / "flamegraph/inferno.svg")
            assert caught.value.status == LIMIT


@plain
def test_old_files_are_kept(library, tmp_path):
    old = tmp_path / "old.svg"
    old.write_text("old")
    with Profile(library) as p:
        p.read(b"a -5\n", "collapsed")
        with pytest.raises(Trouble):
            p.write_file(old)
        assert old.read_text() == "old" and os.listdir(tmp_path) == ["old.svg"]


# --- the process ---

@plain
def test_threads(library):
    """Each with a handle of its own, at once; with thread sanitizers it is tests/library/use that shows races."""
    sample = lib.smallest("speedscope")
    results = []

    def work():
        for _ in range(5):
            with Profile(library) as p:
                p.read_file(sample.path)
                results.append({writer: p.write(writer) for writer in lib.WRITERS})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 20 and all(result == results[0] for result in results)


@plain
def test_nothing_piles_up(library):
    """Hundreds of conversions, good and bad ones, take no more memory than the first ones did."""
    def resident():
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1])

    if not os.path.exists("/proc/self/status"):
        pytest.skip("no /proc")
    sample = lib.smallest("callgrind").path.read_bytes()
    svg = (lib.SAMPLES / "flamegraph/inferno.svg").read_bytes()

    def work():
        with Profile(library) as p:
            p.read(sample)
            for writer in lib.WRITERS:
                p.write(writer)
            with pytest.raises(Trouble):
                p.read(b"a;b 1\n" * 5000 + b"a;b one\n", "collapsed")
            p.library.profpipe_clear(p.handle)
            p.set(None, INPUT, "limit", "functions=3")
            with pytest.raises(Trouble):
                p.read(svg)

    for _ in range(30):
        work()
    before = resident()
    for _ in range(150):
        work()
    assert resident() - before < 4000, "kilobytes more"


@plain
def test_decimal_commas_of_the_host_do_not_matter(library):
    names = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
    comma = [name for name in names if name.startswith(("de_", "fr_", "es_"))]
    sample = lib.smallest("pstat")
    with Profile(library) as p:
        p.read_file(sample.path)
        plain_bytes = {writer: p.write(writer) for writer in lib.WRITERS}
        if not comma:
            pytest.skip("no locale with decimal commas")
        locale.setlocale(locale.LC_ALL, comma[0])
        try:
            assert {writer: p.write(writer) for writer in lib.WRITERS} == plain_bytes
        finally:
            locale.setlocale(locale.LC_ALL, "C")


@plain
def test_options_by_name(library):
    with Profile(library) as p:
        p.set("collapsed", INPUT, "input-unit", "s")
        p.set("collapsed", OUTPUT, "unit", "ms")
        p.read(b"a 2\n", "collapsed")
        assert p.write("collapsed") == b"a 2000\n"
        for words in (("collapsed", OUTPUT, "unit", "years"), ("collapsed", INPUT, "unit", "ms"), ("xml", INPUT, "unit", "ms"),
                      (None, INPUT, "unit", "ms"), (None, INPUT, "strict", "yes")):
            with pytest.raises(Trouble) as caught:
                p.set(*words)
            assert caught.value.status == USAGE and caught.value.text


# --- documented ---

def manual():
    return (lib.ROOT / "man/profpipe.3").read_text()


def test_the_manual_has_every_function():
    assert set(re.findall(r"^\.Fn (profpipe_\w+) ", manual(), re.M)) == declared()
    assert set(re.findall(r"^\.It Dv (PROFPIPE_\w+)$", manual(), re.M)) == \
        set(re.findall(r"^\t(PROFPIPE_\w+) = \d", HEADER.read_text().split("/* --- handles")[0], re.M))


@plain
def test_the_manuals_example(tmp_path):
    text = re.search(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed", manual(), re.M | re.S)[1].replace(r"\e", "\\")
    (tmp_path / "top.c").write_text(text)
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", f"-I{HEADER.parent}", tmp_path / "top.c", f"-L{SHARED.parent}", "-lprofpipe",
                    f"-Wl,-rpath,{SHARED.parent}", "-o", tmp_path / "top"], check=True)
    for number, stacks in enumerate(("main;a 2\n", "main 1\nmain;b 4\n")):
        (tmp_path / f"{number}.collapsed").write_text(stacks)
    done = subprocess.run([tmp_path / "top", "both.svg", "0.collapsed", "1.collapsed"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{2:12} a\n{4:12} b\n{1:12} main\n", "")
    assert (tmp_path / "both.svg").read_text().startswith("<?xml")
    done = subprocess.run([tmp_path / "top", "both.svg", "2.collapsed"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "2.collapsed: No such file or directory\n")


# --- installed ---

def test_a_program_can_be_built_with_what_is_installed(tmp_path):
    if lib.SANITIZED or not shutil.which("pkg-config"):
        pytest.skip("needs pkg-config")
    subprocess.run(["make", "-s", f"BUILD={lib.BUILD}", "install-library", f"DESTDIR={tmp_path}", "PREFIX=/usr"], cwd=lib.ROOT, check=True,
                   capture_output=True)
    env = dict(lib.ENV, PKG_CONFIG_PATH=f"{tmp_path}/usr/lib/pkgconfig", PKG_CONFIG_SYSROOT_DIR=str(tmp_path),
               LD_LIBRARY_PATH=f"{tmp_path}/usr/lib", PKG_CONFIG_ALLOW_SYSTEM_LIBS="1", PKG_CONFIG_ALLOW_SYSTEM_CFLAGS="1")
    source = tmp_path / "a.c"
    source.write_text('#include <profpipe.h>\n#include <stdio.h>\nint main(void) { puts(profpipe_version()); return 0; }\n')
    for static in ([], ["--static"]):
        flags = subprocess.run(["pkg-config", *static, "--cflags", "--libs", "profpipe"], env=env, capture_output=True, text=True, check=True)
        if static:
            flags.stdout = flags.stdout.replace("-lprofpipe", "-l:libprofpipe.a")
        subprocess.run(["cc", source, *flags.stdout.split(), "-o", tmp_path / "a"], check=True)
        assert subprocess.run([tmp_path / "a"], env=env, capture_output=True, text=True).stdout == "0.1.0\n"

"""The contract of every program: options, inputs, outputs, exit statuses, who says what where."""
import gzip
import json
import os
import re
import pathlib
import signal
import stat
import subprocess
import time
import threading

import pytest

import lib

TOOLS = lib.TOOLS
PAIRS = [f"{reader}2{writer}" for reader in lib.READERS for writer in lib.WRITERS]
PROGRAMS = [*TOOLS, *PAIRS]

STACKS = b"main;draw 7\nmain;parse 5\n"
SEVERAL = lib.SAMPLES / "pstat/cprofile-packages.pstat"  # functions with several callers
EVENTS = lib.SAMPLES / "callgrind/valgrind-cache-branch.callgrind"  # several value types



def one_line(said):
    return said.count(b"\n") == 1 and said.endswith(b"\n")


def check(data=None, *args):
    """What profcheck --json says of bytes or of files."""
    out, said = lib.run("profcheck", "--json", *args, input=data)
    said = [line for line in said.splitlines() if b" ms of their own: " not in line and b" came again and were left out" not in line]
    assert said == []  # but that spans ran at the same time, or were the same
    return json.loads(out)


def totals(profile):
    return {value["name"]: value["self_total"] for value in profile["value_types"]}


@pytest.fixture
def stacks(tmp_path):
    path = tmp_path / "in.collapsed"
    path.write_bytes(STACKS)
    return path


# --- options that every program knows ---

@pytest.mark.parametrize("option", ["--help", "-h", "--version", "-V", "--list-formats", "--list-options"])
@pytest.mark.parametrize("program", lib.some(PROGRAMS))
def test_answers_on_stdout(program, option):
    out, said = lib.run(program, option)
    assert out.endswith(b"\n") and said == b""


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_names_the_contract(program):
    out = lib.run(program, "--help")[0].decode()
    files = {"profdiff": "BASE NEW", "profconv": "[FILE...] [OUT]\n"}.get(program, "[FILE...]\n")
    assert out.startswith(f"usage: {program} [options] {files}")
    for option in ("-o", "--strict", "-q", "-v", "-h", "-V", "--list-formats", "--value", "--thread"):
        assert option in out


@pytest.mark.parametrize("program", PROGRAMS)
def test_unknown_option(program):
    out, said = lib.run(program, "--no-such-option", status=2)
    assert out == b"" and one_line(said)
    assert said.startswith(f"{program}: ".encode()) and b"--no-such-option" in said


@pytest.mark.parametrize("option", ["-o", "--output", "--value", "--thread"])
def test_option_without_its_argument(option):
    out, said = lib.run("profcheck", option, status=2)
    assert out == b"" and one_line(said)


def test_options_may_follow_files(stacks):
    assert lib.run("collapsed2collapsed", stacks, "-q")[0] == STACKS


def test_a_file_after_two_hyphens(tmp_path):
    (tmp_path / "-q").write_bytes(STACKS)
    assert lib.run("collapsed2collapsed", "--", "-q", cwd=tmp_path)[0] == STACKS


def test_list_formats_is_the_table():
    lines = lib.run("profconv", "--list-formats")[0].decode().splitlines()
    listed = {words[0]: (words[1] == "yes", words[2] == "yes") for words in map(str.split, lines[1:])}
    assert listed == lib.formats()


@pytest.mark.parametrize("option, argument", [("--unit", "minutes"), ("--frames", "short"), ("--counts", "3"),
                                              ("--input-unit", "hours")])
def test_bad_choice(option, argument):
    out, said = lib.run("collapsed2collapsed", option, argument, status=2, input=STACKS)
    assert out == b"" and one_line(said)
    assert f"{option}: expected ".encode() in said and f"got '{argument}'".encode() in said


@pytest.mark.parametrize("option, argument", [("--max-contexts", "many"), ("--max-contexts", "-1"), ("--max-unplaced", "2"),
                                              ("--max-unplaced", "nan"), ("--max-unplaced", "x")])
def test_bad_number(option, argument):
    out, said = lib.run("pstat2collapsed", option, argument, SEVERAL, status=2)
    assert out == b"" and one_line(said) and f"got '{argument}'".encode() in said


@pytest.mark.parametrize("program, alias, name, value", [
    ("pstat2collapsed", "contexts", "max-contexts", "3"), ("pstat2collapsed", "rest", "max-unplaced", "0.5"),
    ("proftop", "least", "min-share", "0.2")])
def test_an_earlier_spelling_does_the_same_and_is_shown_nowhere(program, alias, name, value):
    assert lib.run(program, "-q", f"--{alias}", value, SEVERAL) == lib.run(program, "-q", f"--{name}", value, SEVERAL)
    said = lib.run(program, f"--{alias}", "many", SEVERAL, status=2)[1]
    assert f"option --{name}: expected ".encode() in said
    for listing in ("--help", "--list-options"):
        shown = lib.run(program, listing)[0].decode()
        assert re.search(rf"(--|\t){name}\b", shown) and not re.search(rf"(--|\t){alias}\b", shown)


# --- inputs ---

@pytest.mark.parametrize("name", lib.READERS)
def test_standard_input_is_like_the_file(name):
    file = lib.smallest(name).path
    data = file.read_bytes()
    for writer in lib.WRITERS:
        program = f"{name}2{writer}"
        expected = lib.untitled(lib.run(program, "-q", file)[0])
        assert lib.untitled(lib.run(program, "-q", input=data)[0]) == expected
        assert lib.untitled(lib.run(program, "-q", "-", input=data)[0]) == expected


@pytest.mark.parametrize("sample", lib.samples(), ids=lambda sample: sample.name)
def test_files_are_merged(sample):
    """The same file twice holds twice as much of every value, and no more functions; or once what is known by its id."""
    once = check(None, "-q", sample.path)
    twice = check(None, "-q", sample.path, sample.path)
    times = 1 if any("came again" in line for line in twice["warnings"]) else 2
    assert totals(twice) == {name: pytest.approx(times * value, rel=1e-12) for name, value in totals(once).items()}
    assert twice["functions"] == once["functions"]
    assert twice["calls"] == times * once["calls"]


def test_standard_input_among_files(stacks):
    out, _ = lib.run("collapsed2collapsed", stacks, "-", input=b"main;draw 1\nother 2\n")
    assert out == b"main;draw 8\nmain;parse 5\nother 2\n"


def test_files_of_several_formats_are_merged(stacks):
    """profconv sniffs each."""
    graph = lib.run("collapsed2callgrind", stacks)[0]
    out, _ = lib.run("profconv", "-q", "-t", "collapsed", stacks, "-", input=graph)
    assert out == b"main;draw 14\nmain;parse 10\n"


@pytest.mark.parametrize("name", lib.READERS)
def test_gzip_is_found_by_content(name, tmp_path):
    sample = lib.smallest(name)
    data = sample.path.read_bytes()
    plain = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    half = len(plain) // 2
    (tmp_path / "plain.gz").write_bytes(plain)  # a name says nothing
    (tmp_path / "packed").write_bytes(gzip.compress(plain))
    (tmp_path / "members").write_bytes(gzip.compress(plain[:half]) + gzip.compress(b"") + gzip.compress(plain[half:]))
    program = f"{name}2{name if name in lib.WRITERS else 'speedscope'}"
    expected = lib.untitled(lib.run(program, "-q", input=plain)[0])
    for file in ("plain.gz", "packed", "members"):
        assert lib.untitled(lib.run(program, "-q", tmp_path / file)[0]) == expected


@pytest.mark.parametrize("sample", lib.samples(), ids=lambda sample: sample.name)
def test_sniffing(sample):
    assert check(None, "-q", sample.path)["format"] == sample.format
    assert check(sample.path.read_bytes(), "-q")["format"] == sample.format


# --- outputs ---

def test_output_file(stacks, tmp_path):
    for option in ("-o", "--output"):
        out, said = lib.run("collapsed2collapsed", option, tmp_path / "out", stacks)
        assert (out, said) == (b"", b"")
        assert (tmp_path / "out").read_bytes() == STACKS
    assert sorted(os.listdir(tmp_path)) == ["in.collapsed", "out"]
    assert lib.run("collapsed2collapsed", "-o", "-", stacks)[0] == STACKS


def test_output_may_be_the_input(stacks):
    lib.run("collapsed2callgrind", "-o", stacks, stacks)
    assert check(None, stacks)["format"] == "callgrind"


@pytest.mark.parametrize("writer", lib.WRITERS)
def test_output_gz(writer, tmp_path):
    sample = lib.smallest("speedscope").path
    program = f"speedscope2{writer}"
    plain = lib.run(program, sample)[0]
    for name in ("a.gz", "b.gz"):
        lib.run(program, "-o", tmp_path / name, sample)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.gz", "b.gz"))
    assert first == second
    assert gzip.decompress(first) == plain
    assert first[4:8] == b"\0\0\0\0" and not first[3] & 0x18  # no time, no name, no comment


def test_a_new_file_follows_the_umask(stacks, tmp_path):
    subprocess.run(["sh", "-c", 'umask 027; "$0" -o "$1" "$2"', lib.BIN / "collapsed2pstat", tmp_path / "out", stacks],
                   check=True, env=lib.ENV)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_an_old_file_keeps_its_permissions(stacks, tmp_path, mode):
    out = tmp_path / "out"
    out.touch()
    out.chmod(mode)
    lib.run("collapsed2collapsed", "-o", out, stacks)
    assert stat.S_IMODE(out.stat().st_mode) == mode
    assert out.read_bytes() == STACKS


def test_a_link_stays_a_link(stacks, tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder/target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to("folder/target")
    lib.run("collapsed2collapsed", "-o", link, stacks)
    assert link.is_symlink() and target.read_bytes() == STACKS
    assert os.listdir(tmp_path / "folder") == ["target"]


def test_a_hanging_link(stacks, tmp_path):
    """The file that the link names is made, or the link itself becomes the file."""
    (tmp_path / "link").symlink_to("target")
    lib.run("collapsed2collapsed", "-o", tmp_path / "link", stacks)
    assert (tmp_path / "link").read_bytes() == STACKS


def test_devices_are_written_to(stacks):
    assert lib.run("collapsed2collapsed", "-o", "/dev/stdout", stacks)[0] == STACKS
    lib.run("collapsed2collapsed", "-o", "/dev/null", stacks)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_fifo(stacks, tmp_path):
    fifo, got = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()), daemon=True)
    reader.start()
    lib.run("collapsed2collapsed", "-o", fifo, stacks)
    reader.join(10)
    assert got == [STACKS] and stat.S_ISFIFO(fifo.stat().st_mode)


@pytest.mark.parametrize("name, reason", [(".", "Is a directory"), ("missing/out", "No such file or directory"),
                                          ("in.collapsed/out", "Not a directory")])
def test_output_that_cannot_be_made(stacks, tmp_path, name, reason):
    out, said = lib.run("collapsed2collapsed", "-o", tmp_path / name, stacks, status=2)
    assert (out, said.decode()) == (b"", f"collapsed2collapsed: {tmp_path / name}: {reason}\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(stacks, tmp_path):
    tmp_path.chmod(0o555)
    out, said = lib.run("collapsed2collapsed", "-o", tmp_path / "out", stacks, status=2)
    tmp_path.chmod(0o755)
    assert said.decode() == f"collapsed2collapsed: {tmp_path}/out: Permission denied\n"


@pytest.mark.parametrize("writer", lib.WRITERS)
def test_full_device(writer):
    program = f"speedscope2{writer}"
    with open("/dev/full", "wb") as full:
        done = subprocess.run([lib.BIN / program, "-q", lib.smallest("speedscope").path], stdout=full, stderr=subprocess.PIPE,
                              env=lib.ENV)
    assert done.returncode == 2
    assert done.stderr.decode() == f"{program}: standard output: No space left on device\n"
    out, said = lib.run(program, "-q", "-o", "/dev/full", lib.smallest("speedscope").path, status=2)
    assert said.decode() == f"{program}: /dev/full: No space left on device\n"


@pytest.mark.parametrize("program", ["profcheck", "collapsed2collapsed"])
def test_full_device_for_help(program):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([lib.BIN / program, "--help"], stdout=full, stderr=subprocess.PIPE, env=lib.ENV)
    assert done.returncode == 2 and one_line(done.stderr)


@pytest.mark.parametrize("ignored", [False, True], ids=["sigpipe-kills", "sigpipe-ignored"])
@pytest.mark.parametrize("writer", lib.WRITERS)
def test_a_closed_pipe_is_quiet(writer, ignored, tmp_path):
    """PROGRAM | head -c1"""
    (tmp_path / "many").write_text("".join(f"main;f{i};g{i} {i}\n" for i in range(1, 40000)))
    everything = {"flamegraph": ["--minwidth", "0"],  # or it is small enough for the pipe
                  "openmetrics": ["--max-rows", "0"], "ndjson": ["--max-rows", "0"], "nodegraph": ["--max-nodes", "0"],
                  "dot": ["--max-nodes", "0", "--node-threshold", "0", "--edge-threshold", "0"]}
    run = subprocess.Popen([lib.BIN / f"collapsed2{writer}", *everything.get(writer, []), tmp_path / "many"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, env=lib.ENV, restore_signals=not ignored)
    run.stdout.read(1)
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait(60) in ((2,) if ignored else (-signal.SIGPIPE, 2))
    run.stderr.close()


# --- losses and estimates ---

def test_the_estimate_is_one_line(tmp_path):
    out, said = lib.run("pstat2collapsed", SEVERAL)
    words = said.decode()
    assert one_line(said) and out
    assert re.fullmatch(r"pstat2collapsed: warning: stacks estimated from a call graph: \d+ functions have several possible "
                        r"paths of callers; (nothing that is recorded is contradicted|[\d.]+% of recorded inclusive time is "
                        r"drawn elsewhere, worst: .*, drawn [\d.]+ \S+ of [\d.]+ \S+)\n", words)


def called_by_two(below):
    """a and b call c and d, which call what is below."""
    return "# callgrind format\nevents: Ir\nfl=x.c\n" + "".join(
        f"fn={caller}\n1 1\ncfn=c\ncalls=1 1\n1 5\ncfn=d\ncalls=1 1\n1 5\n" for caller in "ab") + below


def test_what_the_figures_force_is_no_estimate(tmp_path):
    """c and d call nothing: what each has below a and below b was recorded."""
    (tmp_path / "in").write_text(called_by_two("fn=c\n1 10\nfn=d\n1 10\n"))
    out, said = lib.run("callgrind2collapsed", "--frames", "name", tmp_path / "in")
    assert (out, said) == (b"a 1\na;c 5\na;d 5\nb 1\nb;c 5\nb;d 5\n", b"")


def test_the_estimate_counts_functions(tmp_path):
    """c calls e, d calls f: which of them is below a, which below b, nobody recorded."""
    (tmp_path / "in").write_text(called_by_two("fn=c\n1 0\ncfn=e\ncalls=1 1\n1 10\nfn=d\n1 0\ncfn=f\ncalls=1 1\n1 10\n"
                                               "fn=e\n1 10\nfn=f\n1 10\n"))
    said = lib.run("callgrind2collapsed", tmp_path / "in")[1].decode()
    assert said == ("callgrind2collapsed: warning: stacks estimated from a call graph: 2 functions have several possible "
                    "paths of callers; nothing that is recorded is contradicted\n")


def test_what_is_unplaced_is_said(tmp_path):
    (tmp_path / "in").write_text(called_by_two("fn=c\n1 10\nfn=d\n1 10\n"))
    said = lib.run("callgrind2collapsed", "--max-contexts", "2", tmp_path / "in")[1].decode()
    assert said == ("callgrind2collapsed: warning: stacks estimated from a call graph: 90.91% of the total under [unplaced], "
                    "see man profpipe\n")
    assert lib.run("callgrind2collapsed", "--strict", "--max-contexts", "2", tmp_path / "in", status=2)[0] == b""


@pytest.mark.parametrize("writer", ["collapsed", "speedscope", "flamegraph"])
def test_quiet(writer):
    out, said = lib.run(f"pstat2{writer}", "-q", SEVERAL)
    assert out and said == b""


def test_no_estimate_no_word():
    chain = lib.run("collapsed2callgrind", input=b"main;parse;read 5\n")[0]
    out, said = lib.run("callgrind2collapsed", input=chain)
    assert (out, said) == (b"main;parse;read 5\n", b"")


def test_graph_to_graph_is_no_estimate():
    assert lib.run("pstat2callgrind", SEVERAL)[1] == b""


@pytest.mark.parametrize("writer", ["collapsed", "speedscope", "flamegraph"])
def test_strict_refuses_an_estimate(writer, tmp_path):
    old = tmp_path / "out"
    old.write_text("old")
    program = f"pstat2{writer}"
    out, said = lib.run(program, "--strict", SEVERAL, status=2)
    assert out == b"" and said
    assert all(line.startswith(f"{program}: ".encode()) for line in said.splitlines())
    lib.run(program, "--strict", "-o", old, SEVERAL, status=2)
    assert old.read_text() == "old"


def test_strict_allows_what_loses_nothing(stacks):
    out, said = lib.run("collapsed2collapsed", "--strict", stacks)
    assert (out, said) == (STACKS, b"")


@pytest.mark.parametrize("reader, writer", [("callgrind", "collapsed"), ("pstat", "flamegraph"), ("speedscope", "pstat")])
def test_verbose_lists_losses(reader, writer):
    """What -v says is lost, --strict refuses."""
    file = lib.smallest(reader).path
    said = lib.run(f"{reader}2{writer}", "-v", file)[1].decode()
    lost = [line.split(" does not keep ")[1] for line in said.splitlines() if " does not keep " in line]
    assert lost
    refused = lib.run(f"{reader}2{writer}", "--strict", file, status=2)[1].decode()
    assert refused.count("\n") == 1
    assert lost == [part.split(" does not keep ")[1] for part in refused.strip().split("; ") if " does not keep " in part]


def test_verbose_says_what_was_read(stacks):
    out, said = lib.run("profconv", "-v", "-t", "callgrind", stacks)
    assert f"profconv: {stacks}: read as collapsed\n".encode() in said


# --- selecting ---

def test_value_by_name_and_number():
    names = list(totals(check(None, EVENTS)))
    assert len(names) > 3
    for number, name in enumerate(names, 1):
        by_name = lib.run("callgrind2collapsed", "-q", "--value", name, EVENTS)[0]
        assert by_name == lib.run("callgrind2collapsed", "-q", "--value", number, EVENTS)[0]
        assert sum(int(line.split()[-1]) for line in by_name.splitlines()) == totals(check(None, EVENTS))[name]


def test_the_first_value_by_default():
    first = list(totals(check(None, EVENTS)))[0]
    assert (lib.run("callgrind2collapsed", "-q", EVENTS)[0] ==
            lib.run("callgrind2collapsed", "-q", "--value", first, EVENTS)[0])


@pytest.mark.parametrize("wanted", ["nothing", "0", "99"])
def test_unknown_value(wanted):
    out, said = lib.run("callgrind2collapsed", "--value", wanted, EVENTS, status=2)
    names = ", ".join(totals(check(None, EVENTS)))
    assert out == b""
    assert said.decode() == f"callgrind2collapsed: no value type '{wanted}'; there are: {names}\n"


@pytest.fixture
def threads(tmp_path):
    """Two threads in speedscope, which has them."""
    profile = {"$schema": "https://www.speedscope.app/file-format-schema.json",
               "shared": {"frames": [{"name": "main"}, {"name": "work"}]},
               "profiles": [{"type": "sampled", "name": name, "unit": "none", "startValue": 0, "endValue": weight,
                             "samples": [[0, frame]], "weights": [weight]}
                            for name, frame, weight in (("first", 1, 3), ("second", 1, 4))]}
    path = tmp_path / "threads.speedscope.json"
    path.write_text(json.dumps(profile))
    return path


def test_threads_are_summed_where_there_are_none(threads):
    assert lib.run("speedscope2collapsed", threads)[0] == b"main;work 7\n"


def test_one_thread(threads):
    for wanted in ("second", "2"):
        assert lib.run("speedscope2collapsed", "--thread", wanted, threads)[0] == b"main;work 4\n"
    out, said = lib.run("speedscope2collapsed", "--thread", "third", threads, status=2)
    assert out == b"" and said == b"speedscope2collapsed: no thread 'third' among 2\n"


def test_threads_as_root_frames(threads):
    assert lib.run("speedscope2collapsed", "--threads", threads)[0] == b"first;main;work 3\nsecond;main;work 4\n"


# --- options of formats ---

def test_unit():
    data = json.dumps({"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": [{"name": "f"}]},
                       "profiles": [{"type": "sampled", "name": "", "unit": "seconds", "startValue": 0, "endValue": 1.5,
                                     "samples": [[0]], "weights": [1.5]}]}).encode()
    for args, expected in (([], b"1500000000"), (["--unit", "s"], b"1.5"), (["--unit", "ms"], b"1500"),
                           (["--unit", "us"], b"1500000"), (["--unit", "ns"], b"1500000000")):
        assert lib.run("speedscope2collapsed", *args, input=data)[0] == b"f " + expected + b"\n"


def test_input_unit():
    for unit, expected in (("s", 2e9), ("ms", 2e6), ("us", 2e3), ("ns", 2), ("bytes", 2), ("none", 2)):
        value, = check(b"main 2\n", "--input-unit", unit)["value_types"]
        assert value["self_total"] == expected
        assert value["unit"] == {"bytes": "bytes", "none": "none"}.get(unit, "nanoseconds")


def test_frames():
    data = b"main (a.py:3);work (b.py:7) 5\n"
    assert lib.run("collapsed2collapsed", input=data)[0] == data
    assert lib.run("collapsed2collapsed", "--frames", "full", input=data)[0] == data
    assert lib.run("collapsed2collapsed", "--frames", "name", input=data)[0] == b"main;work 5\n"


def test_counts():
    data = b"main;f 2 5\n"
    assert len(check(data, "--counts", "2")["value_types"]) == 2
    value, = check(data, "--counts", "1")["value_types"]
    assert value["self_total"] == 5


def test_skip_bad_lines():
    data = b"main 5\nnothing here\nmain 2\n\0\n"
    lib.run("collapsed2collapsed", input=data, status=2)
    assert lib.run("collapsed2collapsed", "--skip-bad-lines", input=data)[0] == b"main 7\n"
    said = lib.run("collapsed2collapsed", "--skip-bad-lines", "-v", input=data)[1]
    assert b"2 malformed lines were skipped" in said
    lib.run("collapsed2collapsed", "--skip-bad-lines", "--strict", input=data, status=2)


@pytest.mark.parametrize("args", [["-f", "pstat", "-t", "callgrind", "--skip-bad-lines"],
                                  ["-f", "collapsed", "-t", "callgrind", "--frames", "name"],
                                  ["-f", "collapsed", "-t", "collapsed", "--title", "x"]])
def test_options_of_another_format(args):
    out, said = lib.run("profconv", *args, status=2, input=STACKS)
    assert out == b"" and one_line(said) and b" is an option for " in said


# --- profconv ---

@pytest.mark.parametrize("writer", lib.WRITERS)
def test_profconv_is_the_pair(writer, stacks):
    pair = lib.run(f"collapsed2{writer}", stacks)[0]
    assert lib.run("profconv", "-f", "collapsed", "-t", writer, stacks)[0] == pair
    assert lib.run("profconv", "--from", "collapsed", "--to", writer, stacks)[0] == pair
    assert lib.untitled(lib.run("profconv", "-t", writer, input=STACKS)[0]) == lib.untitled(pair)


SUFFIXES = {"x.pstat": "pstat", "x.prof": "pstat", "callgrind.out.12": "callgrind", "x.callgrind": "callgrind",
            "x.collapsed": "collapsed", "x.folded": "collapsed", "x.speedscope.json": "speedscope", "x.svg": "flamegraph",
            "x.svg.gz": "flamegraph", "x.speedscope.json.gz": "speedscope", "x.collapsed.gz": "collapsed"}


@pytest.mark.parametrize("name", SUFFIXES)
def test_the_suffix_tells_the_format(name, stacks, tmp_path):
    lib.run("profconv", "-o", tmp_path / name, stacks)
    data = (tmp_path / name).read_bytes()
    plain = gzip.decompress(data) if name.endswith(".gz") else data
    assert plain == lib.run(f"collapsed2{SUFFIXES[name]}", stacks)[0]


@pytest.mark.parametrize("args", [[], ["-o", "x.unknown"], ["-t", "nothing"], ["-f", "nothing", "-t", "pstat"],
                                  ["-f", "flamegraph", "-t", "pstat"]])
def test_profconv_does_not_guess(args, stacks, tmp_path):
    out, said = lib.run("profconv", *args, stacks, status=2, cwd=tmp_path)
    assert out == b"" and one_line(said)
    assert os.listdir(tmp_path) == ["in.collapsed"]


# --- profcheck ---

def test_profcheck_json_has_every_key(stacks):
    profile = check(None, stacks)
    assert set(profile) == {"format", "threads", "features", "value_types", "functions", "frames", "stacks", "arcs", "calls",
                            "primitive_calls", "depth", "roots", "unattributed", "overlapping", "warnings"}
    assert (profile["functions"], profile["stacks"], profile["depth"], profile["roots"]) == (3, 2, 2, 1)
    assert profile["value_types"] == [{"name": "samples", "unit": "none", "self_total": 12, "idle": 0}]


def test_profcheck_text(stacks):
    lines = dict(line.split(None, 1) for line in lib.run("profcheck", stacks)[0].decode().splitlines())
    assert lines["format"] == "collapsed" and lines["functions"] == "3" and lines["depth"] == "2"


def test_against(stacks, tmp_path):
    graph, other, bad = tmp_path / "graph", tmp_path / "other", tmp_path / "bad"
    lib.run("collapsed2pstat", "-o", graph, stacks)
    other.write_bytes(STACKS.replace(b"5", b"6"))
    bad.write_bytes(b"nothing\n")
    assert lib.run("profcheck", "--against", stacks, graph) == (b"", b"")
    out, said = lib.run("profcheck", "--against", other, stacks, status=1)
    assert b"parse" in out and b"draw" not in out and said == b""
    for missing in (bad, tmp_path / "missing"):
        out, said = lib.run("profcheck", "--against", missing, stacks, status=2)
        assert out == b"" and one_line(said)


def test_against_as_json(stacks, tmp_path):
    (tmp_path / "other").write_bytes(STACKS + b"extra 1\n")
    out = json.loads(lib.run("profcheck", "--json", "--against", tmp_path / "other", stacks, status=1)[0])
    assert out["equal"] is False and [d["function"] for d in out["differences"]] == ["extra"]
    assert json.loads(lib.run("profcheck", "--json", "--against", stacks, stacks)[0])["equal"] is True


def test_against_inclusive(stacks, tmp_path):
    """The same self totals under other callers."""
    (tmp_path / "flat").write_bytes(b"main;draw 7\nparse 5\n")
    lib.run("profcheck", "--against", tmp_path / "flat", stacks)
    out, _ = lib.run("profcheck", "--inclusive", "--against", tmp_path / "flat", stacks, status=1)
    assert out.startswith(b"main: ")


# --- the same bytes ---

@pytest.mark.parametrize("pair", PAIRS)
def test_determinism(pair, tmp_path):
    reader = pair.split("2")[0]
    file = lib.smallest(reader).path
    expected = lib.run(pair, "-q", file)[0]
    for env in ({"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"},
                {"TZ": "UTC", "LC_ALL": "POSIX", "COLUMNS": "40", "HOME": "/nowhere", "USER": "somebody"}):
        assert lib.run(pair, "-q", file, cwd=tmp_path, env=env)[0] == expected
        assert lib.untitled(lib.run(pair, "-q", input=file.read_bytes(), env=env)[0]) == lib.untitled(expected)


def test_pictures_are_called_like_their_file(tmp_path):
    """Unless somebody gave a name; through other files, and escaped."""
    file = tmp_path / "a <b> & c.folded"
    file.write_text("main;f 1\n")
    escaped = b"a &lt;b&gt; &amp; c.folded"
    for writer in ("flamegraph", "html"):
        assert b"<title>%s</title>" % escaped in lib.run(f"collapsed2{writer}", file)[0]
        assert b"<title>Mine</title>" in lib.run(f"collapsed2{writer}", "--title", "Mine", file)[0]
        assert b"<title>Flame graph</title>" in lib.run(f"collapsed2{writer}", input=b"a 1\n")[0]
    for middle in ("speedscope", "flamegraph"):
        made = tmp_path / f"made.{middle}"
        made.write_bytes(lib.run(f"collapsed2{middle}", file)[0])
        assert b"<title>%s</title>" % escaped in lib.run(f"{middle}2flamegraph", made)[0]
        assert b"name" not in lib.run(f"{middle}2callgrind", made)[0]
    assert b'"name":"a <b> & c.folded"' in lib.run("collapsed2speedscope", file)[0]
    assert b"folded" not in lib.run("profconv", "--anonymize", "-t", "flamegraph", file)[0]
    other = tmp_path / "b.folded"
    other.write_text("main;f 2\n")
    assert b"<title>%s and 1 more</title>" % escaped in lib.run("collapsed2flamegraph", file, other)[0]
    assert "<title>b.folded \u2192 a &lt;b".encode() in lib.run("profdiff", "-t", "flamegraph", other, file)[0]
    named = lib.run("collapsed2speedscope", file)[0].replace(b'"titled":true', b'"titled":false')
    assert b"<title>%s</title>" % escaped in lib.run("speedscope2flamegraph", input=named)[0]
    again = lib.run("speedscope2speedscope", input=named)[0]
    assert b'"name":"a <b> & c.folded"' in again and b"titled" not in again


def test_the_order_of_merged_files_does_not_matter(tmp_path):
    (tmp_path / "a").write_text("main;f 1\nmain;g 2\n")
    (tmp_path / "b").write_text("other;g 3\nmain;f 4.5\n")
    orders = [(tmp_path / "a", tmp_path / "b"), (tmp_path / "b", tmp_path / "a")]
    first, second = (lib.run("collapsed2collapsed", *files)[0] for files in orders)
    assert first == second == b"main;f 5.5\nmain;g 2\nother;g 3\n"


# --- as pyprof2calltree ---

@pytest.fixture
def viewers(tmp_path):
    """A PATH on which kcachegrind copies what it is shown."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "kcachegrind"
    script.write_text('#!/bin/sh\ncp "$1" "$SHOWN"\necho "$1" > "$SHOWN.name"\nls "$(dirname "$1")" > "$SHOWN.folder"\n')
    script.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "SHOWN": str(tmp_path / "shown"), "TMPDIR": str(tmp_path)}


def test_infile(tmp_path):
    expected = lib.run("pstat2callgrind", SEVERAL)[0]
    lib.run("pstat2callgrind", "-i", SEVERAL, "-o", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == expected
    assert lib.run("pstat2callgrind", "-i", SEVERAL, "-o", "-")[0] == expected


def test_infile_alone_names_its_output(tmp_path):
    out, _ = lib.run("pstat2callgrind", "-i", SEVERAL, cwd=tmp_path)
    assert out == b"" and os.listdir(tmp_path) == [f"{SEVERAL.name}.log"]


def test_kcachegrind(tmp_path, viewers):
    out, said = lib.run("pstat2callgrind", "-i", SEVERAL, "-k", cwd=tmp_path, env=viewers)
    shown = pathlib.Path(viewers["SHOWN"])
    assert (out, said) == (b"", b"")
    assert shown.read_bytes() == lib.run("pstat2callgrind", SEVERAL)[0]
    # it opens every file whose name begins alike, so the file is alone, and gone afterwards
    assert len((tmp_path / "shown.folder").read_text().split()) == 1
    assert not pathlib.Path((tmp_path / "shown.name").read_text().strip()).exists()
    assert sorted(os.listdir(tmp_path)) == ["bin", "shown", "shown.folder", "shown.name"]


def test_kcachegrind_with_output(tmp_path, viewers):
    lib.run("pstat2callgrind", "-k", "-o", tmp_path / "out", SEVERAL, env=viewers)
    assert (tmp_path / "shown.name").read_text().strip() == str(tmp_path / "out")
    assert (tmp_path / "out").exists()


def test_a_name_that_looks_like_an_option(tmp_path, viewers):
    lib.run("pstat2callgrind", "-k", "-o", "-geometry", SEVERAL, env=viewers, cwd=tmp_path)
    assert (tmp_path / "shown.name").read_text().strip() == "./-geometry" and (tmp_path / "-geometry").exists()


def test_no_kcachegrind(tmp_path):
    out, said = lib.run("pstat2callgrind", "-k", SEVERAL, status=2, env={"PATH": str(tmp_path), "TMPDIR": str(tmp_path)})
    assert one_line(said) and b"found neither kcachegrind nor qcachegrind" in said
    assert os.listdir(tmp_path) == []


def test_run_script(tmp_path):
    (tmp_path / "script.py").write_text("import sys\ndef greet(name):\n    return name\ngreet(sys.argv[1:])\n"
                                        "assert sys.argv[1:] == ['-x', 'one', '--help']\n")
    out, said = lib.run("pstat2callgrind", "-o", tmp_path / "out", "-r", "script.py", "-x", "one", "--help", cwd=tmp_path)
    assert b"greet" in (tmp_path / "out").read_bytes()
    assert check(None, tmp_path / "out")["format"] == "callgrind"
    assert sorted(os.listdir(tmp_path)) == ["out", "script.py"]


def test_run_script_names_its_output(tmp_path):
    (tmp_path / "script.py").write_text("sum(range(10))\n")
    lib.run("pstat2callgrind", "-r", "script.py", cwd=tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["script.py", "script.py.log"]


def test_run_script_that_is_not_there(tmp_path):
    out, said = lib.run("pstat2callgrind", "-r", "missing.py", cwd=tmp_path, status=2, env={"TMPDIR": str(tmp_path)})
    assert b"pstat2callgrind: missing.py ended with status " in said
    assert os.listdir(tmp_path) == []


def test_only_one_kind_of_input(tmp_path):
    out, said = lib.run("pstat2callgrind", "-i", SEVERAL, SEVERAL, status=2, cwd=tmp_path)
    assert out == b"" and one_line(said) and os.listdir(tmp_path) == []


# --- progress ---

def on_a_terminal(tmp_path, *options):
    """What a conversion that takes its time writes to a terminal's stderr."""
    master, slave = os.openpty()
    done = subprocess.Popen([lib.BIN / "collapsed2collapsed", *options, "-o", tmp_path / "out"], stdin=subprocess.PIPE,
                            stderr=slave, env=lib.ENV)
    os.close(slave)
    for _ in range(3):
        done.stdin.write(STACKS * 40000)
        done.stdin.flush()
        time.sleep(0.6)
    done.stdin.close()
    assert done.wait(60) == 0
    seen = b""
    while True:
        try:
            seen += os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not seen:
            break
    os.close(master)
    return seen


def test_a_bar_for_those_who_wait(tmp_path):
    seen = on_a_terminal(tmp_path)
    assert b"\rcollapsed2collapsed: reading: " in seen
    assert seen.endswith(b"\r\x1b[K"), "the bar is wiped off"


def test_no_bar_when_quiet(tmp_path):
    assert on_a_terminal(tmp_path, "-q") == b""


# --- value types without a partner ---

def graph(*events):
    return b"events: %s\nfn=a\n1 %s\n" % (b" ".join(name for name, _ in events), b" ".join(b"%d" % n for _, n in events))


@pytest.mark.parametrize("one, other, status, said", [
    ([(b"Ir", 5), (b"Dr", 7)], [(b"Foo", 50), (b"Dr", 7)], 1, ["'Ir' is not in ", "'Foo' is not in the other profile"]),
    ([(b"Ir", 5), (b"Dr", 7)], [(b"Dr", 7)], 0, ["'Ir' is not in "]),
    ([(b"Dr", 7)], [(b"Ir", 5), (b"Dr", 7)], 0, ["'Ir' is not in the other profile"]),
    ([(b"Ir", 5)], [(b"Foo", 5)], 0, []), ([(b"Ir", 5)], [(b"Foo", 6)], 1, []),
    ([(b"Ir", 5), (b"Dr", 7)], [(b"Dr", 7), (b"Ir", 5)], 0, [])])
def test_value_types_that_one_profile_has_alone(one, other, status, said, tmp_path):
    (tmp_path / "one").write_bytes(graph(*one))
    (tmp_path / "other").write_bytes(graph(*other))
    out, told = lib.run("profcheck", "--against", "other", "one", cwd=tmp_path, status=status)
    lines = told.decode().splitlines()
    assert len(lines) == len(said) and all(part in line for part, line in zip(said, lines))
    out = lib.run("profcheck", "-q", "--json", "--against", "other", "one", cwd=tmp_path, status=status)[0]
    assert json.loads(out)["equal"] == (status == 0)

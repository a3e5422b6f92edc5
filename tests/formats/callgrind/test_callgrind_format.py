"""What tools other than valgrind's write, and files that lack something, with the right values."""
import json
import marshal

import pytest

import lib

HEAD = "version: 1\ncreator: {}\npositions: line\nevents: Ir\n"


def read(text, *options):
    """The folded stacks of a file, and what is said of it."""
    out, said = lib.run("callgrind2collapsed", *options, input=text.encode())
    return out.decode().splitlines(), said.decode()


def check(text, status=0):
    return json.loads(lib.run("profcheck", "--strict", "--json", input=text.encode(), status=status)[0])


def totals(checked):
    return {row["name"]: row["self_total"] for row in checked["value_types"]}


def graph(text):
    """The lines that our writer makes of it, from the first function on."""
    out, said = lib.run("callgrind2callgrind", "-q", input=text.encode())
    return out.decode().split("\n\n")[2].splitlines()


def warned(text, words):
    """Every program warns, and --strict refuses."""
    data = text.encode()
    for program in ("callgrind2callgrind", "callgrind2pstat", "proftop", "proffilter", "profmerge"):
        assert words in lib.run(program, input=data)[1].decode()
        assert words in lib.run(program, "--strict", input=data, status=2)[1].decode()
    assert any(words in warning for warning in check(text, status=1)["warnings"])


# --- names ---

@pytest.mark.parametrize("callee", ["cfn=", "cfn=(7)", "cfn=???"])
@pytest.mark.parametrize("function", ["fn=", "fn=(7) ", "fn=(7)", "fn=???"])
def test_an_empty_name_is_one_function(function, callee):
    define = "fn=(7) \n" if "(7)" in callee else ""
    text = f"events: Ir\n{define}fn=main\n1 1\n{callee}\ncalls=1 1\n1 5\n\n{function}\n1 5\n"
    assert read(text, "-q")[0] == ["main 1", "main;??? 5"]


def test_a_nameless_function_that_calls_itself():
    text = ("positions: instr line\nevents: cpu(ms)\n\nob=\nfl=\nfn=\n0x10 0 850\n"
            "cfl=\ncfn=\ncalls=0 0x20 0\n* * 2110\n")
    assert check(text)["functions"] == 1
    assert b"cpu(ms): 850 ms in 1 functions\n" in lib.run("proftop", input=text.encode())[0]
    assert b" 100.00%     850 ms  100.00%      0  " in lib.run("proftop", input=text.encode())[0]


def test_an_object_that_was_never_named():
    text = (HEAD.format("callgrind-0.10.1") + "summary: 130\nob=(1) ld.so\nfl=(1) ???\nfn=(1) _start\n0 10\n"
            "cob=(8)\ncfi=(2) main.c\ncfn=(2) main\ncalls=1 3\n0 120\n\nob=(8)\nfl=(2)\nfn=(2)\n3 120\n\ntotals: 130\n")
    assert read(text, "-q")[0] == ["_start (ld.so) 10", "_start (ld.so);main (main.c) 120"]
    warned(text, "standard input: line 10: (8) was never named: taken as unknown (and 1 more)")


@pytest.mark.parametrize("use, line", [("fn=(2)", 7), ("fl=(1)\nfn=f", 7), ("ob=(1)\nfn=f", 7)])
def test_an_id_is_of_one_kind(use, line):
    """An ID that names a function names no file and no object."""
    text = HEAD.format("yappi").replace("Ir", "Ticks") + f"fl=(3) a.c\nfn=(1) main\n{use}\n1 5\n"
    assert totals(check(text, status=1)) == {"time": 5000}
    warned(text, f"line {line}: ({use[4]}) was never named: taken as unknown")


def test_an_undefined_callee_is_unknown():
    text = HEAD.format("yappi") + "fl=(1) app.py\nfn=(1) main\n1 100\ncfi=(2)\ncfn=(2)\ncalls=1 0\n1 200\n"
    assert graph(text)[3:] == ["cfi=(2) ???", "cfn=(2) ???", "calls=1 -1", "* 200"]
    warned(text, "line 8: (2) was never named: taken as unknown (and 1 more)")


# --- yappi ---

YAPPI = ("version: 1\ncreator: yappi\nevents: Ticks\n\nfl=(1) /lib/a.py\nfl=(2) /lib/a.py\nfl=(3) builtins\n"
         "fl=(4) /lib/a.py\n\nfl=(1)\nfn=(1) <genexpr> /lib/a.py:3\n3 5\n\nfl=(2)\nfn=(2) <genexpr> /lib/a.py:7\n7 6\n\n"
         "fl=(3)\nfn=(3) <method 'a b' of 'c' objects> builtins:0\n0 7\n\nfl=(4)\nfn=(4) other /lib/b.py:3\n9 8\n")
PLACES = [("/lib/a.py", 3, "<genexpr>"), ("/lib/a.py", 7, "<genexpr>"), ("/lib/a.py", 9, "other /lib/b.py:3"),
          ("builtins", 0, "<method 'a b' of 'c' objects>")]


def functions(data):
    out = lib.run("callgrind2pstat", "-q", input=data)[0]
    return sorted(key for key in marshal.loads(out) if key != ("~", 0, "[root]"))


def test_names_of_yappi_are_name_file_and_line():
    """As in its pstat; only where the place is that of the file."""
    assert functions(YAPPI.encode()) == PLACES
    ours = lib.run("callgrind2callgrind", "-q", input=YAPPI.encode())[0]
    assert b"<genexpr>:3\n" in ours and b"<genexpr>:7\n" in ours  # KCachegrind tells them apart
    assert functions(ours) == PLACES


def test_two_files_of_one_run_have_the_same_functions():
    faults = lib.ROOT / "tests/estimate/faults"
    pstat = marshal.loads((faults / "y.pstat").read_bytes())
    found = functions((faults / "y.callgrind").read_bytes())
    assert sorted(pstat) == found
    out = lib.run("profdiff", "--all", faults / "y.pstat", faults / "y.callgrind")[0]
    assert b" gone " not in out and b" new " not in out.replace(b"self new", b"")


# --- summaries ---

def test_a_part_without_values_agrees_with_its_summary():
    empty = "version: 1\ncreator: callgrind-3.5.0\npart: 2\n\npositions: line\nevents: Ir Dr\nsummary: 0\n\n\ntotals: 0\n"
    full = "part: 3\n\npositions: line\nevents: Ir Dr\nsummary: 5\n\nfn=main\n1 5\n\ntotals: 5\n"
    assert check(empty + full)["warnings"] == []
    assert not any("summary" in warning for warning in check(empty, status=1)["warnings"])


def test_a_file_that_was_cut_short():
    text = HEAD.format("callgrind-3.19.0") + "summary: 40000\n\nfl=(1) um.c\nfn=(1) main\n10 150\n+2 50\n"
    warned(text, "standard input: the costs are less than its summary (40000), and no totals follow: it was cut short")
    warned(text + "totals: 300\n", "standard input: the costs are less than its summary (40000) and not its totals")
    # what it did not collect, such as system calls, is in the summary alone
    lib.run("callgrind2callgrind", "--strict", input=(text + "totals: 200\n").encode())
    assert lib.run("proftop", input=(text + "totals: 200\n").encode())[1] == b""


# --- xdebug ---

def test_the_summary_of_xdebug_is_no_sum():
    text = ("creator: xdebug 3.2.0 (PHP 8.2.0)\nevents: Time_(10ns) Memory_(bytes)\n\nfl=(1) php:internal\n"
            "fn=(1) php::range\n3 120 4096\n\nfl=(2) a.php\nfn=(2) {main}\n1 80 64\ncfl=(1)\ncfn=(1)\ncalls=1 0 0\n"
            "3 120 4096\n\nsummary: 231 425984\n")
    found = check(text)
    assert found["warnings"] == [] and list(totals(found).values()) == [2000, 4160]


def test_memory_that_was_released():
    text = ("creator: xdebug 2.9.8 (PHP 7.4.3)\nevents: Time Memory\n\nfl=(1) php:internal\nfn=(1) php::unset_big\n"
            "12 30 -4096\n\nfl=(2) a.php\nfn=(2) {main}\n1 500 8192\ncfl=(1)\ncfn=(1)\ncalls=1 0 0\n12 30 -4096\n")
    main, callee = "{main} (a.php)", "{main} (a.php);php::unset_big (php:internal)"
    assert read(text, "-q")[0] == [f"{main} 500000", f"{callee} 30000"]  # microseconds, though nothing says so
    assert read(text, "-q", "--value", "Memory")[0] == [f"{main} 8192", f"{callee} -4096"]
    others = text.replace("xdebug 2.9.8 (PHP 7.4.3)", "someone")
    out, said = lib.run("callgrind2collapsed", input=others.encode(), status=2)
    assert said == b"callgrind2collapsed: standard input: line 6: expected a cost, got '-4096'\n"


OLD = ("version: 0.9.6\ncmd: index.php\npart: 1\n\nevents: Time\n\n{}fl=lib.php\nfn=helper\n10 300\n\nfl=index.php\n"
       "fn={{main}}\n\nsummary: 500\n\n1 200\ncfn=helper\ncalls=1 0 0\n5 300\n")


def test_callees_without_a_file():
    lines, said = read(OLD.format(""), "-v")
    assert lines == ["{main} (index.php) 200000", "{main} (index.php);helper (lib.php) 300000"]
    assert "line 19: cfn= without cfl=: taken as 'helper' in 'lib.php'" in said


def test_callees_without_a_file_and_of_several():
    """Which of two is meant is unknown: the file is that of the caller, as the format has it."""
    assert "cfi=(" not in "".join(graph(OLD.format("fl=other.php\nfn=helper\n1 7\n\n")))


# --- pprofile ---

PPROFILE = "events: hits microseconds usphit\ncreator: pprofile\nfl=a.py\nfn=work:20\n22 20 4000 200\n23 5 1000 200\n"


def test_a_ratio_is_left_out_and_time_comes_first():
    out, said = lib.run("callgrind2collapsed", input=PPROFILE.encode())
    assert out == b"work:20 (a.py) 5000000\n"
    assert said == (b"callgrind2collapsed: warning: standard input: usphit is a ratio and does not add up: it was left out\n")
    found = check(PPROFILE, status=1)
    assert list(totals(found).items()) == [("time", 5_000_000), ("hits", 25)]
    warned(PPROFILE, "usphit is a ratio")


def test_a_summary_of_pprofile_is_checked_without_the_ratio():
    for summary, right in [("25 5000 400", True), ("26 5000 400", False)]:
        found = check(PPROFILE.replace("creator", f"summary: {summary}\ncreator"), status=1)
        assert any("is not the sum" in warning for warning in found["warnings"]) != right


def test_a_negative_row_is_listed():
    text = "creator: xdebug 2.9\nevents: Time Memory\nfl=a\nfn=f\n1 5 8192\nfn=g\n2 3 -4096\n"
    assert b"-4 KiB" in lib.run("proftop", "--value", "Memory", input=text.encode())[0]


def test_thread_numbers_have_64_bits():
    """Python and Ruby number threads by pthread_self(); what is written of them comes back."""
    number = 140034105661120
    text = f"events: t\npid: {2**64 - 1}\nthread: {number}\nfn=f\n1 5\n"
    written = lib.run("callgrind2callgrind", input=text.encode())[0]
    assert f"\nthread: {number}\n".encode() in written and f"\npid: {2**64 - 1}\n".encode() in written
    assert lib.run("callgrind2callgrind", input=written)[0] == written
    for line in ("part: 4294967296", f"thread: {2**64}"):
        lib.run("callgrind2collapsed", input=f"events: t\n{line}\nfn=f\n1 5\n".encode(), status=2)

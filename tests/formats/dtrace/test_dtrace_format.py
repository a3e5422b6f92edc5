"""What dtrace prints: frames, keys and values, in all places in which they stand."""
import json
import pathlib
import re
import sys

import pytest

import lib

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import broken_files  # noqa: E402

SAMPLES = lib.SAMPLES / "dtrace"
FRAME = "              mysqld`main+0x31b\n"


def folded(data, *args):
    out = lib.run("dtrace2collapsed", "-q", "--threads", *args, input=data.encode() if isinstance(data, str) else data)[0].decode()
    lines = (line.rsplit(" ", 1) for line in out.splitlines())
    return {re.sub(r"^thread \d+;", "", stack): int(value) for stack, value in lines}  # threads without a name are counted


def test_the_samples():
    assert folded((SAMPLES / "profile.dtrace").read_bytes()) == {
        "_start (mysqld);main (mysqld);handle_connections_sockets() (mysqld);poll (libc.so.1);__pollsys (libc.so.1)": 1,
        "fop_lookup (genunix);mutex_enter (unix);0xfffffffffb800c86 (unix)": 3,
        "0x8073d5d;Protocol::send_fields(List<Item>*, unsigned int) (mysqld);memcpy (libc.so.1)": 5}
    assert folded((SAMPLES / "keys.dtrace").read_bytes(), "--frames", "name") == {
        "mysqld;main;__open;fop_lookup;mutex_enter": 7, "sched;idle": 4711,
        "node;0x8073d5d;std::vector<int, std::allocator<int> >::push_back(int const&);(anon) as emit at /opt/app/events.js position 2210;"
        "<< adaptor >>;_ZN2v88internal7Builtin": 12}


def test_every_kind_of_line():
    assert folded(broken_files.module("dtrace").WHOLE, "--frames", "name") == {
        "mysqld;main(int, char**);__open;mutex_enter": 7, "1234, mysqld;0x8073d5d": 5, "main": 5}


@pytest.mark.parametrize("entry, want", [
    (f"\n{FRAME}                7\n", {"main": 7}), (f"{FRAME}\n{FRAME}               -7\n", {"main;main": -7}),
    (f"  my sqld        \n{FRAME}                7\n", {"my sqld;main": 7}), (f"     1234\n{FRAME}                7\n", {"1234;main": 7}),
    (f"     1234  mysqld     \n{FRAME}                7\n", {"1234  mysqld;main": 7}), (f"\n{FRAME}  my sqld       7\n", {"my sqld;main": 7}),
    (f"\n{FRAME}     1234           7\n", {"1234;main": 7}), (f"  a\n{FRAME}  b       7\n", {"a, b;main": 7}),
    (f"  a\n\n                7\n\n{FRAME}                0\n", {"a;[idle]": 7, "main": 0}), (f"                5\n{FRAME}                7\n", {"5;main": 7}),
    (f"                4\n                5\n{FRAME}                7\n                6\n", {"5;main": 7}),
    ("\t\t   0x12\n\t\t    7\n", {"0x12": 7}), (f"hello `x\n  0  64091                        :tick-60s \n{FRAME}                7\n", {"main": 7}),
])
def test_an_entry(entry, want):
    for data in entry, entry.replace("\n", "\r\n"):
        assert folded("CPU     ID                    FUNCTION:NAME\n" + data, "--frames", "name") == want


def test_distributions_count_their_values():
    rows = "           value  ------------- Distribution ------------- count    \n             < 0 |@   1\n               0 |    0\n          >= 100 |@@@@@@    6\n\n"
    assert folded(f"\n{FRAME}\n{rows}  a\n{FRAME}\n{rows}{rows}{FRAME}     2\n", "--frames", "name") == {"main": 9, "a;main": 7}


def test_keys_without_stacks_alone():
    data = "CPU     ID                    FUNCTION:NAME\n\n  vfs_read                 7\n  a b     8\n"
    assert folded(data) == {"vfs_read": 7, "a b": 8}
    assert folded(f"{data}{FRAME}     2\n") == {"main (mysqld)": 2}
    told = lib.run("dtrace2collapsed", "-v", input=f"{data}{FRAME}     2\n     3\nprinted\n".encode())[1]
    assert b"1 entries with stacks, 2 without; skipped: 1 values without keys, 1 other lines" in told
    assert b"2 entries without stacks are left out: others have them" in told
    lib.run("dtrace2collapsed", "--strict", input=f"{data}{FRAME}     2\n".encode(), status=2)


def test_a_cut_file_keeps_the_entries_before():
    data = f"\n{FRAME}                7\n\n  a\n{FRAME}{FRAME}               12\n".encode()
    for end in range(data.index(b"  a\n") + 4, len(data)):
        assert folded(data[:end], "--lenient", "--frames", "name") == {"main": 7}, data[:end]
        assert lib.run("dtrace2collapsed", input=data[:end], status=2)[1].count(b"\n") == 1
    assert b"the file is cut: its last entry is left out" in lib.run("dtrace2collapsed", "--lenient", input=data[:-1])[1]
    assert folded(data, "--frames", "name") == {"main": 7, "a;main;main": 12}


def test_which_files_it_is():
    for data in (SAMPLES / "profile.dtrace").read_bytes(), (SAMPLES / "keys.dtrace").read_bytes(), FRAME.encode() * 99999:
        out = lib.run("profcheck", "--json", "-", input=data, status=2 if data.startswith(FRAME.encode()) else 0)
        assert b"expected the value of an entry" in out[1] or json.loads(out[0])["format"] == "dtrace"
    for data in b"a`b;c 5\n", b"              a;b`c 7\n":
        assert json.loads(lib.run("profcheck", "--json", "-", input=data)[0])["format"] == "collapsed", data

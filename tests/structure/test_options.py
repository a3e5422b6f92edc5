"""Names of options: programs that know all formats take every one of them, so none may hide another."""
import re

import pytest

import lib


def groups(program):
    """heading -> [(letter, name, argument, kind)], of --list-options."""
    found = {}
    for row in lib.run(program, "--list-options")[0].decode().splitlines()[1:]:
        heading, letter, name, argument, kind, _ = row.split("\t")
        found.setdefault(heading, []).append((letter, name, argument, kind))
    return found


def is_of_a_format(heading):
    return re.fullmatch(rf"({'|'.join(lib.formats())}) (input|output)", heading)


@pytest.mark.parametrize("program", lib.TOOLS)
def test_no_format_takes_a_name_of_the_program(program):
    own, formats = {}, {}
    for heading, rows in groups(program).items():
        (formats if is_of_a_format(heading) else own)[heading] = rows
    names = {name for rows in own.values() for _, name, _, _ in rows}
    assert formats and len(names) > 5
    for heading, rows in formats.items():
        for letter, name, _, _ in rows:
            assert not letter, f"--{name} of {heading} has a letter, which other formats may want"
            assert name not in names, f"--{name} of {heading} is an option of {program} itself"
            assert not name.startswith(("in-", "out-")), f"--{name} of {heading} would look like the end that it is of"


def test_options_of_one_name_take_an_argument_or_do_not():
    """A word behind --NAME must be read before it is known which format it is for."""
    flags = {}
    for heading, rows in groups("profconv").items():
        if is_of_a_format(heading):
            for _, name, _, kind in rows:
                flags.setdefault(name, {})[heading] = kind == "flag"
    assert len(flags) > 20
    assert {name: which for name, which in flags.items() if len(set(which.values())) > 1} == {}


def test_help_says_how_ends_are_told_apart():
    for program, has in (("profconv", True), ("collapsed2collapsed", True), ("collapsed2pstat", False), ("profcheck", False)):
        assert ("--in-NAME and --out-NAME" in lib.run(program, "--help")[0].decode()) == has


def test_ends_by_name():
    stacks = b"a (f.py:3);b 2\n"
    assert lib.run("profconv", "-f", "collapsed", "-t", "collapsed", "--in-input-unit", "s", "--out-unit", "ms", input=stacks)[0] == \
        b"a (f.py:3);b 2000\n"
    assert lib.run("collapsed2collapsed", "--out-frames=name", input=stacks)[0] == b"a;b 2\n"
    said = lib.run("profconv", "-t", "pstat", "--out-frames", "name", input=stacks, status=2)[1]
    assert said == b"profconv: --out-frames is an option for collapsed output, grafana output\n"

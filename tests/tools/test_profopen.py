"""profopen: a viewer of our own on the PATH says what it was given."""
import json
import os
import pathlib
import subprocess
import time

import pytest

import lib

SAMPLE = lib.SAMPLES / "pstat/cprofile-py3.12-text.pstat"
FORMATS = {"xdg-open": "flamegraph", "kcachegrind": "callgrind", "qcachegrind": "callgrind", "speedscope": "speedscope", "firefox": "flamegraph"}


@pytest.fixture
def viewers(tmp_path):
    """Adds a viewer by that name, which writes its words and its standard input to a file."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def add(name):
        # the directory's mode before the name: when the name is there, all of it is
        (folder / name).write_text(f"#!/bin/sh\nexec /bin/sh -c 'echo \"{name} $(/usr/bin/stat -c %a \"${{1%/*}}\") $1\" > {tmp_path}/said.part"
                                   f"; /bin/mv {tmp_path}/said.part {tmp_path}/said' sh \"$@\"\n")
        (folder / name).chmod(0o755)
    return add


def opened(tmp_path, *options, sample=SAMPLE, status=0, data=None, **more):
    environment = {"PATH": f"{tmp_path}/bin", "XDG_RUNTIME_DIR": str(tmp_path), **more}
    done = subprocess.run([lib.BIN / "profopen", "-q", *options, *([sample] if data is None else [])], input=data, capture_output=True, env={
        **{key: value for key, value in lib.ENV.items() if key not in ("BROWSER", "PATH", "XDG_RUNTIME_DIR", "TMPDIR")}, **environment})
    assert done.returncode == status, done.stderr
    said = tmp_path / "said"
    end = time.monotonic() + 20
    while status == 0 and not said.exists() and time.monotonic() < end:
        time.sleep(0.01)
    return done.stdout.decode(), said.read_text().split() if said.exists() else None, done.stderr.decode()


@pytest.mark.parametrize("with_, names, chosen", [
    ("auto", FORMATS, "xdg-open"), ("auto", ["kcachegrind", "speedscope"], "kcachegrind"), ("auto", ["speedscope"], "speedscope"),
    ("browser", FORMATS, "xdg-open"), ("browser", ["kcachegrind", "firefox"], "firefox"), ("kcachegrind", FORMATS, "kcachegrind"),
    ("kcachegrind", ["qcachegrind"], "qcachegrind"), ("speedscope", FORMATS, "speedscope")])
def test_the_viewer_gets_a_private_file(viewers, tmp_path, with_, names, chosen):
    for name in names:
        viewers(name)
    out, said, _ = opened(tmp_path, "--with", with_)
    path = pathlib.Path(out.rstrip("\n"))
    assert said == [chosen, "700", str(path)] and path.parent.parent == tmp_path
    assert path.name.startswith("cprofile-py3.12-text.")
    found = json.loads(lib.run("profcheck", "--json", path)[0])
    assert found["format"] == FORMATS[chosen] and (path.suffix == ".html") == (FORMATS[chosen] == "flamegraph")


def test_the_user_s_browser_comes_first(viewers, tmp_path):
    viewers("xdg-open")
    viewers("mine")
    assert opened(tmp_path, BROWSER="mine")[1][0] == "mine"


def test_options_of_the_picture_and_standard_input(viewers, tmp_path):
    viewers("xdg-open")
    out, _, _ = opened(tmp_path, "--title", "Only here", data=b"a;b 3\n")
    path = pathlib.Path(out.rstrip("\n"))
    assert path.stem == "profile" and b"Only here" in path.read_bytes()


def test_nothing_to_open_it_with(tmp_path):
    (tmp_path / "bin").mkdir()
    out, _, said = opened(tmp_path, status=2)
    assert os.path.exists(out.rstrip("\n")) and said == "profopen: nothing is here to open it with; it stays where it is\n"
    out, _, said = opened(tmp_path, "--with", "kcachegrind", status=2)
    assert not out and said == "profopen: KCachegrind is not on the PATH\n"


def test_refusals_leave_nothing(viewers, tmp_path):
    viewers("xdg-open")
    bad = tmp_path / "bad.pstat"
    bad.write_bytes(b"\x00\x01")
    for options, sample in ([], bad), (["-o", "x"], SAMPLE), (["--sandbox"], SAMPLE), (["--with", "emacs"], SAMPLE), (["--with", "browser", "--strict"], bad):
        out, _, said = opened(tmp_path, *options, sample=sample, status=2)
        assert not out and said.count("\n") == 1
    assert not list(tmp_path.glob("profopen-*"))

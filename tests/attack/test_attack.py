"""The attack itself: its cases come again, it passes here, and it fails where a writer is wrong."""
import os
import re
import subprocess
import sys

import pytest

import lib

ATTACK = lib.ROOT / "tests/attack/attack.py"
# breaks what is written with -o, as a fault of a writer would
WRONG = r"""#!/bin/sh
"{real}/$(basename "$0")" "$@" || exit
while [ $# -gt 1 ]; do
    [ "$1" != -o ] || sed -i '{script}' "$2"
    shift
done
"""
FAULTS = {
    "a digit more in a cost": r"s/^\([*+0-9]* [0-9]\)/\10/",
    "a line less": r"/^f[0-9;f]* [0-9]*$/d",
    "a name that loses its end": r"s/{{\"name\":\"f[0-9]*\"/{{\"name\":\"f\"/",
    "a value in the picture's data": r"s/^\"rows\":\[\[0,\[1,/&1/",
}


def attack(build, *words):
    return subprocess.run([sys.executable, ATTACK, build, *words], capture_output=True, text=True, timeout=600)


def test_a_few_cases():
    done = attack(lib.BUILD, "-n", "30" if lib.SANITIZED else "60", "-s", "check", "-j", "1")
    assert done.returncode == 0 and re.search(r"^\d+ passed, 0 failed$", done.stdout, re.M), done.stdout + done.stderr
    assert done.stdout.startswith("attack: seed check, ")


@pytest.mark.skipif(lib.SANITIZED, reason="the same without a sanitizer")
@pytest.mark.parametrize("fault", FAULTS)
def test_it_finds(fault, tmp_path):
    (tmp_path / "bin").mkdir()
    wrong = tmp_path / "bin/profconv"
    wrong.write_text(WRONG.replace("{real}", str(lib.BIN)).replace("{script}", FAULTS[fault].replace("{{", "{").replace("}}", "}")))
    wrong.chmod(0o755)
    for path in lib.BIN.iterdir():
        if path.is_symlink():
            os.symlink("profconv", tmp_path / "bin" / path.name)
    done = attack(tmp_path, "-n", "1000", "-s", "1", "-j", "1", "-x")
    failed = re.search(r"^FAILED case (\d+): (.*)", done.stdout, re.M)
    assert done.returncode == 1 and failed and done.stdout.endswith(" passed, 1 failed\n"), done.stdout + done.stderr
    kept = tmp_path / "attack" / f"1-{failed[1]}"
    assert (kept / "again").stat().st_mode & 0o100 and failed[2] in (kept / "why").read_text()
    # the same case, alone
    alone = attack(tmp_path, "-c", failed[1], "-s", "1", "-j", "1")
    assert alone.stdout.endswith("0 passed, 1 failed\n") and failed[0] in alone.stdout

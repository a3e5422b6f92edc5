"""README's CI jobs: valid YAML, and their commands run as they are, on samples and with stand-ins for the CI."""
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

import pytest

import lib

yaml = pytest.importorskip("yaml", reason="no python3-yaml")

README = (lib.ROOT / "README.md").read_text()
JOBS = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", README, re.M | re.S)]
RULES = re.search(r"^\$ (echo '[^']*' >profile.rules\n)", README, re.M)[1]

# What the machines of a CI have, or get from elsewhere; python3 "profiles" by copying a run of ours.
STAND_INS = {
    "python3": 'test "$1 $2 $3 $5" = "-m cProfile -o test_orders.py" && n=${4#new-} && cp "$RUNS-${n%.pstat}.pstat" "$4"',
    "gh": 'case $1-$2 in run-list) echo "$BASE_RUN" ;; run-download) test "$3 $4 $5" = "17 --name profiles" && mkdir "$7" && cp "$BASES"* "$7" ;; *) exit 1 ;; esac',
    "git": 'test "$1" = clone', "make": "true", "apt-get": "true",
    "curl": 'test -n "$BASE_RUN" || exit 22; while [ "$1" != --output ]; do shift; done; cp "$BASES.zip" "$2"',
    "unzip": f'test "$1 $3" = "-q -d" && {sys.executable} -m zipfile -e "$2" "$4"',
}


@pytest.fixture
def machine(tmp_path):
    (tmp_path / "bin").mkdir()
    for name, script in STAND_INS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "bases").mkdir()
    with zipfile.ZipFile(tmp_path / "bases/new-.zip", "w") as archive:
        for run in range(1, 7):
            text = (lib.SAMPLES / f"runs/base-{run}.pstat").read_bytes()
            (tmp_path / f"bases/new-{run}.pstat").write_bytes(text)
            archive.writestr(f"new-{run}.pstat", text)
    (tmp_path / "bases/new-.zip").rename(tmp_path / "new-.zip")
    (tmp_path / "work").mkdir()
    subprocess.run(["sh", "-ec", RULES], cwd=tmp_path / "work", check=True)
    return tmp_path


def run(machine, script, new, base_run="17", shell="bash"):
    env = {**lib.ENV, "PATH": f"{machine}/bin:{lib.BIN}:{os.environ['PATH']}", "RUNS": str(lib.SAMPLES / "runs" / new),
           "BASES": f"{machine}/bases/new-", "BASE_RUN": base_run, "GITHUB_BASE_REF": "main", "GITHUB_PATH": f"{machine}/path",
           "GITHUB_STEP_SUMMARY": f"{machine}/summary", "SOURCE": "profpipe.git", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
           "PROFPIPE_SOURCE": "profpipe.git", "CI_JOB_TOKEN": "x", "CI_API_V4_URL": "y", "CI_PROJECT_ID": "1"}
    if shell != "bash":
        env["BASES"] = f"{machine}/new-"
    done = subprocess.run([shell, "-ec", script], cwd=machine / "work", env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def github_steps():
    """Each step's commands in a shell of its own, as the runner does it; options as there: bash -e."""
    return [(step["name"], step["run"]) for step in JOBS[0]["jobs"]["profile"]["steps"] if "run" in step]


def run_github(machine, new, base_run="17"):
    for name, script in github_steps():
        done = run(machine, script, new, base_run)
        if done[0]:
            return name, done
    return name, done


def test_there_are_two_jobs():
    assert len(JOBS) == 2 and list(JOBS[1]) == ["profile"]
    assert [name for name, _ in github_steps()] == ["Install profpipe", "Profile the tests", "Fetch the base branch's profiles", "Compare"]


def test_github_fails_what_became_slower(machine):
    name, (status, out, said) = run_github(machine, "slow")
    assert (name, status) == ("Compare", 1), said
    assert re.search(r"^::error file=test_orders.py,line=20,title=self > 20%25 and share > 2%25::discount ", out, re.M)
    assert "discount (test&#95;orders.py&#58;20)" in (machine / "summary").read_text()
    ElementTree.parse(machine / "work/difference.svg")


def test_github_passes_the_same(machine):
    name, (status, out, said) = run_github(machine, "again")
    assert (name, status) == ("Compare", 0), said
    assert "::error" not in out and out.startswith("::notice title=profdiff::0 regressions, 3 rules")


def test_github_passes_the_first_time(machine):
    name, (status, out, said) = run_github(machine, "again", base_run="")
    assert (name, status) == ("Compare", 0) and "nothing to compare with" in said
    assert not (machine / "work/difference.svg").exists()


@pytest.mark.parametrize("new, base_run, wanted", [("slow", "17", 1), ("again", "17", 0), ("slow", "", 0)])
def test_gitlab(machine, new, base_run, wanted):
    script = "\n".join(JOBS[1]["profile"]["script"])
    status, _, said = run(machine, script, new, base_run, shell="sh")
    assert status == wanted, said
    failures = ElementTree.parse(machine / "work/difference.xml").findall(".//failure")
    assert bool(failures) == bool(wanted) and (machine / "work/difference.md").stat().st_size > 0


def test_the_manual_has_the_same_jobs():
    page = (lib.ROOT / "man/profdiff.1").read_text()
    told = [display.replace("\\e", "\\").replace("\n\\&", "\n") for display in re.findall(r"^\.Bd -literal\n(.*?)^\.Ed", page, re.M | re.S)]
    assert told == re.findall(r"^```yaml\n(.*?)^```", README, re.M | re.S)

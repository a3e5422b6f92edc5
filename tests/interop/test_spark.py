"""Apache Spark merges as man profpipe-scale has it, with two workers of a local cluster."""
import hashlib
import os
import re
import shutil
import subprocess
import sys

import pytest

import lib

sys.path.insert(0, str(lib.ROOT / "tests/tools"))
import profiles  # noqa: E402

SPARK = lib.BUILD / "interop/spark"
PAGE = (lib.ROOT / "man/profpipe-scale.7").read_text()

pytestmark = [pytest.mark.skipif(not (SPARK / "bin/spark-submit").exists(), reason="no PySpark in build/interop/spark"),
              pytest.mark.skipif(not shutil.which("java"), reason="no Java")]


def programs():
    """The page's two, with their escapes off."""
    return [text.replace(r"\&", "").replace(r"\e", "\\") for text in re.findall(r"^\.Bd -unfilled.*?\n(.*?)^\.Ed", PAGE, re.M | re.S)]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """2,000 small profiles of 40 kinds, and the checksum of the one that they are together."""
    folder = tmp_path_factory.mktemp("spark")
    (folder / "profiles").mkdir()
    kinds = profiles.write(folder, "collapsed", 11, 40)
    names = [folder / f"profiles/{i:04}.collapsed" for i in range(2000)]
    for i, name in enumerate(names):
        shutil.copyfile(kinds[i % 40], name)
    flat = lib.run("profmerge", "--files-from", "-", input=b"".join(b"%s\n" % bytes(n) for n in names))[0]
    return folder, hashlib.sha256(flat).hexdigest()


def submit(program, folder):
    (folder / "merge.py").write_text(program)
    env = {**lib.ENV, "PATH": f"{lib.BIN}:{os.environ['PATH']}", "PYSPARK_PYTHON": str(SPARK / "bin/python"),
           "PYSPARK_DRIVER_PYTHON": str(SPARK / "bin/python"), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder / "spark"),
           "SPARK_WORKER_DIR": str(folder / "work")}
    done = subprocess.run([SPARK / "bin/spark-submit", "--master", "local-cluster[2,1,1024]", "--conf", "spark.ui.enabled=false",
                           folder / "merge.py"], cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_page_has_two_programs():
    assert len(programs()) == 2


def test_names_of_files(many):
    folder, wanted = many
    (folder / "parts").mkdir()
    # a worker runs in a folder of its own: names and results are the driver's
    program = programs()[0].replace('"profiles/*"', f'"{folder}/profiles/*"').replace("parts/", f"{folder}/parts/")
    submit(program.replace("-o all.collapsed", f"-o {folder}/all.collapsed"), folder)
    assert len(list((folder / "parts").iterdir())) == 16
    assert hashlib.sha256((folder / "all.collapsed").read_bytes()).hexdigest() == wanted


def test_lines_of_folded_stacks(many):
    folder, wanted = many
    submit(programs()[1], folder)
    parts = sorted((folder / "all").glob("part-*"))
    assert hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest() == wanted

"""Live MariaDB and DuckDB: what they say of a query comes out, to the nanosecond, as a reader of its own adds it up."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import pytest

import clients
import lib

sys.path.append(str(lib.ROOT / "tests/formats/explain"))
from test_explain_others import operators, own_times, tables  # noqa: E402

QUERIES = ["select count(*) from users where name like '%7%'",
           "select u.name, sum(o.amount) from users u join orders o on o.user_id = u.id where u.grp = 3 group by 1 order by 2 desc limit 5",
           "select u.id, (select max(o.amount) from orders o where o.user_id = u.id) from users u where u.grp = 4",
           "select count(*) from users a join users b on a.grp + 1 = b.grp"]


@contextlib.contextmanager
def mariadb():
    """A server on a socket of its own, nobody's if we are root."""
    for program in ("mariadbd", "mariadb-install-db", "mariadb"):
        if not shutil.which(program):
            pytest.skip("interop: no MariaDB server (Debian's mariadb-server-core and mariadb-client)")
    owner = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    folder = pathlib.Path(tempfile.mkdtemp(prefix="maria", dir="/tmp"))
    if owner:
        shutil.chown(folder, "nobody", "nogroup")
    data, socket = f"--datadir={folder}/data", f"--socket={folder}/s"
    server = None
    try:
        subprocess.run(["mariadb-install-db", "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"], cwd=folder,
                       capture_output=True, check=True, timeout=60, **owner)
        server = subprocess.Popen(["mariadbd", "--no-defaults", data, socket, "--skip-networking", f"--pid-file={folder}/pid"], cwd=folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **owner)
        for _ in range(100):
            if (folder / "s").exists():
                break
            time.sleep(0.1)
        yield lambda text, *words: subprocess.run(["mariadb", "--no-defaults", socket, "-u", "root", *words], input=text.encode(),
                                                  capture_output=True, check=True, timeout=60).stdout
    finally:
        if server:
            server.terminate()
            server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def test_mariadb_live(tmp_path):
    with mariadb() as run:
        run("create database d; use d; create table users(id int primary key, name varchar(20), grp int);"
            "insert into users select seq, concat('u', seq), seq % 50 from seq_1_to_2000;"
            "create table orders(id int primary key, user_id int, amount decimal(8,2), key(user_id));"
            "insert into orders select seq, 1 + seq % 2000, seq % 97 from seq_1_to_20000; analyze table users, orders;")
        for number, query in enumerate(QUERIES):
            plain = run(f"analyze format=json {query};", "d", "-N", "-r", "-B")
            path = tmp_path / f"{number}.json"
            path.write_bytes(plain)
            top = json.loads(plain)
            found = own_times(path)
            whole = top["query_block"]["r_total_time_ms"]
            assert abs(sum(found.values()) - found["Planning"] - whole) < 1e-5
            said = lib.run("explain2collapsed", path)[1]
            parts = sum(t["r_table_time_ms"] + t["r_other_time_ms"] for key, t in tables(top) if key == "table")
            if not said:  # nothing had to become less
                tables_found = sum(value for frame, value in found.items() if frame.startswith("table "))
                assert abs(tables_found - parts) < 1e-5
            for words in (["-t"], ["-B", "-r"], ["-E", "-r"]):
                other = run(f"analyze format=json {query};", "d", *words)
                out, _ = lib.run("explain2collapsed", "-q", input=other)
                assert out.count(b"\n") == lib.run("explain2collapsed", "-q", path)[0].count(b"\n"), words


def test_duckdb_live(tmp_path):
    python = clients.HOME / "duckdb/bin/python"
    if not python.exists():
        pytest.skip("interop: no duckdb (PyPI): tests/interop/run installs it")
    script = """
import duckdb, sys
c = duckdb.connect()
c.execute("create table users as select i id, 'u' || i as name, i % 50 grp from range(2000) t(i)")
c.execute("create table orders as select i id, i % 2000 user_id, i % 97 amount from range(50000) t(i)")
for number, query in enumerate(sys.argv[2:]):
    open(f"{sys.argv[1]}/{number}.json", "w").write(c.execute("explain (analyze, format json) " + query).fetchall()[0][1])
"""
    subprocess.run([python, "-c", script, tmp_path, *QUERIES], check=True, timeout=60)
    for number in range(len(QUERIES)):
        path = tmp_path / f"{number}.json"
        want = sum(1000 * node.get("operator_timing", node.get("timing", 0)) for node in operators(json.loads(path.read_text())))
        found = own_times(path)
        assert abs(sum(found.values()) - found["Planning"] - want) < 1e-4

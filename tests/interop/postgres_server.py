"""A PostgreSQL server of our own: a new cluster in a temporary folder, on a socket there, gone at the end."""
import contextlib
import glob
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

SETTINGS = {"listen_addresses": "''", "fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB", "max_worker_processes": "8",
            "min_parallel_table_scan_size": "0", "parallel_setup_cost": "0", "parallel_tuple_cost": "0", "jit": "off",
            "max_parallel_workers_per_gather": "0", "autovacuum": "off", "log_line_prefix": "'%m [%p] '"}


def programs():
    """The folder of the newest server that is installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]) if path.split("/")[-2].isdigit() else 0)
    folder = found[-1] if found else os.path.dirname(shutil.which("initdb") or "")
    if not folder or not os.path.exists(f"{folder}/initdb") or not shutil.which("psql"):
        pytest.skip("interop: no PostgreSQL server (Debian's postgresql)")
    return pathlib.Path(folder)


class Server:
    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "log"

    def psql(self, script, *options):
        """What psql prints of the script."""
        done = subprocess.run(["psql", "-X", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "tester", "-d", "postgres", *options],
                              input=script.encode(), capture_output=True, timeout=60, env={**os.environ, "PGOPTIONS": "", "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


@contextlib.contextmanager
def running():
    """The server refuses to be root's: then it is nobody's."""
    bin_folder = programs()
    owner = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    if owner:
        shutil.chown(folder, "nobody", "nogroup")
    data, server = folder / "data", Server(folder)

    def call(*words):
        done = subprocess.run([str(word) for word in words], capture_output=True, cwd=folder, timeout=60, **owner)
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()

    try:
        call(bin_folder / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        with open(data / "postgresql.conf", "a") as conf:
            conf.writelines(f"{key} = {value}\n" for key, value in SETTINGS.items())
            conf.write(f"unix_socket_directories = '{folder}'\n")
        call(bin_folder / "pg_ctl", "-D", data, "-l", server.log, "-w", "start")
        try:
            yield server
        finally:
            call(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

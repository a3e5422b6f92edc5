"""Clients of OTLP profiles: the collector's library (pdata) and Python's classes, each a program that translates encodings."""
import functools
import pathlib
import subprocess

import pytest

import lib

HOME = pathlib.Path(lib.BUILD) / "interop"
CLASSES = pathlib.Path(__file__).with_name("otlp_classes.py")
CLIENTS = {"pdata": [HOME / "pdata"], "classes": [HOME / "otlp/bin/python", CLASSES]}


@functools.cache
def client(name):
    if not CLIENTS[name][0].exists():
        pytest.skip(f"{name} could not be installed")

    def translate(encoding, to, data):
        done = subprocess.run([*CLIENTS[name], encoding, to], input=data, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return translate

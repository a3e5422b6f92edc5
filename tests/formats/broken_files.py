#!/usr/bin/python3
"""The broken files that no text editor can write: bytes of marshal, gzip, UTF-16, NUL.

    broken_files.py [FOLDER]    writes FORMAT/bad/NAME.in below FOLDER (default: here)

FORMAT/broken_FORMAT.py has FILES, a file for each NAME, and WHOLE, a small good one with every
kind of token, which tests cut anywhere. Other .in files are text, written by hand.
What has to be said of each is in NAME.err.
"""
import gzip
import importlib
import marshal
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.append(str(HERE.parent))  # protobuf_fields, where this runs as a program

# a file of another format, which is bytes to most readers
PSTAT = marshal.dumps({("a.py", 1, "f"): (1, 1, 0.5, 0.5, {})}, 2)


def packed(data):
    """gzip without name and time stamp. Stored, not deflated: zlibs differ in how they deflate."""
    member = bytearray(gzip.compress(data, compresslevel=0, mtime=0))
    member[8:10] = b"\0\xff"  # what made it, and where: Pythons differ
    return bytes(member)


def module(name):
    """broken_FORMAT.py of that format, or None."""
    folder = str(HERE / name)
    if not (HERE / name / f"broken_{name}.py").exists():
        return None
    for path in (folder, str(HERE)):
        if path not in sys.path:
            sys.path.append(path)
    return importlib.import_module(f"broken_{name}")


def modules():
    return {path.parent.name: module(path.parent.name) for path in sorted(HERE.glob("*/broken_*.py"))}


def files():
    """Each file, as (FORMAT/bad/NAME.in, its bytes)."""
    for name, broken in modules().items():
        for case, data in broken.FILES.items():
            yield f"{name}/bad/{case}.in", data


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE)
    for name, data in files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()

"""Names: whose an external symbol is shows in its first word, and a struct tag means one thing."""
import ctypes.util
import re
import subprocess

import lib

SOURCES = sorted(path for folder in ("common", "converters", "tests") for path in (lib.ROOT / folder).rglob("*.[ch]"))


def code_of(path):
    """Without comments and the insides of texts."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', " ", path.read_text(), flags=re.S)


def tags():
    """Each definition of a tag: (tag, its file)."""
    return [(tag, path.relative_to(lib.ROOT).as_posix()) for path in SOURCES
            for tag in re.findall(r"\b(?:struct|enum|union)\s+(\w+)\s*\{", code_of(path))]


def opaque_tags():
    """Structs that a header only names: their members are the module's own."""
    return [(tag, path.relative_to(lib.ROOT).as_posix()) for path in SOURCES if path.suffix == ".h"
            for tag in re.findall(r"^struct (\w+);$", code_of(path), re.M)]


def defined(*files):
    """The external symbols of object files."""
    out = subprocess.run(["nm", "-g", "--defined-only", "-P", *map(str, files)], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in out.splitlines() if len(line.split()) > 2} - {"main"}


def library_symbols():
    found = defined(lib.BIN.parent / "libprofpipe.a")
    assert len(found) > 300
    return {name for name in found if not name.startswith(("__asan", "__odr_asan", "__ubsan", "_Z"))}


# what common/base/num is about, beside its structs
NUMBERS = {"i64", "u64"}


def prefixes(folder):
    """
    What may come first in a name: the file that it is in, the file's folder, the struct that it acts on; or the
    first word that several files or several structs of one folder share (flame_tree and flame_box: flame).
    """
    words = set(NUMBERS)
    groups = {}
    for path in SOURCES:
        name = path.relative_to(lib.ROOT)
        if name.parts[0] == folder:
            words |= {path.stem, *name.parts[1:-1]}
            groups.setdefault((name.parent, path.stem.split("_")[0]), set()).add(path.stem)
    for tag, path in tags() + opaque_tags():
        if path.startswith(f"{folder}/") and path.endswith(".h"):
            words.add(tag)
            groups.setdefault((path.rsplit("/", 1)[0], tag.split("_")[0]), set()).add(tag)
    return words | {first for (_, first), names in groups.items() if len(names) > 1}


def without_prefix(symbols, folders):
    """A module of one verb may be called as its file is: unfold(), radix_sort()."""
    words = set().union(*map(prefixes, folders))
    return sorted(name for name in symbols if name not in words and not any(name.startswith(f"{word}_") for word in words))


def test_each_symbol_of_the_library_has_the_prefix_of_a_module():
    assert without_prefix(library_symbols(), ["common"]) == []


def test_each_symbol_of_a_format_has_the_prefix_of_its_folder():
    """All formats are in one program."""
    objects = [path for path in (lib.BIN.parent / "obj/converters").rglob("*.o")
               if (lib.ROOT / path.relative_to(lib.BIN.parent / "obj").with_suffix(".c")).exists()]
    found = {name for name in defined(*objects) if not name.startswith(("__asan", "__odr_asan"))}
    assert len(found) > 100
    # an HTML page is the picture of flamegraph, and is written beside it
    assert without_prefix(found - {"html_format", "nodegraph_format"}, ["common", "converters"]) == []


def test_no_symbol_of_the_library_is_one_of_the_c_library():
    """The linker would take ours, in libc's own code too: error() was such a one."""
    libc = ctypes.util.find_library("c")
    path = re.search(rf"{re.escape(libc)}.*=> (\S+)", subprocess.run(["ldconfig", "-p"], capture_output=True, text=True,
                                                                   check=True).stdout)
    out = subprocess.run(["nm", "-D", "--defined-only", path[1]], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1].split("@")[0] for line in out.splitlines()}
    assert {"error", "malloc"} <= names
    assert library_symbols() & names == set()


def test_a_tag_is_defined_once():
    """`ptype struct reader` in a debugger shows one struct, and types can be compared across files."""
    files = {}
    for tag, path in tags():
        files.setdefault(tag, []).append(path)
    assert len(files) > 150
    assert {tag: where for tag, where in files.items() if len(where) > 1} == {}

"""proffilter --symbols: what addr2line says of every address, and which mappings belong to a program."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

import lib

sys.path.append(str(lib.ROOT / "tests/formats/pprof"))
from legacy_files import cpu, words  # noqa: E402
from protobuf_fields import message  # noqa: E402

SOURCE = """
static volatile int sum;

static inline __attribute__((always_inline)) int add(int n)
{
    sum += n;
    return sum * n;
}

static inline __attribute__((always_inline)) int twice(int n)
{
    int first = add(n);

    return first + add(n + 1);
}

__attribute__((noinline)) int work(int n)
{
    for (int i = 0; i < n; i++)
        n += twice(i);
    return n;
}
"""
PLUS = """
namespace shop {
template <typename T> struct order {
    T items;
    __attribute__((noinline, noclone)) T total(T price) { return items * price + sum; }
};
}
"""
START = 0x7e0000000000


def has_library(tmp_path):
    """Where it is built, or runs, without elfutils, the option says so."""
    said = lib.run("proffilter", "--symbols", tmp_path / "none", "-t", "pprof", input=b"a 1\n", status=2)[1]
    return b"needs elfutils" not in said


def build(tmp_path, *flags, plus=False, compiler=None):
    if not has_library(tmp_path):
        pytest.skip("no elfutils")
    compiler = compiler or ("g++" if plus else "cc")
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    source = tmp_path / ("shop.cc" if plus else "shop.c")
    main = "int main(int argc, char **argv) { (void)argv; return work(argc)%s; }\n" % (" + shop::order<int>{argc}.total(3)" if plus else "")
    source.write_text(SOURCE + (PLUS if plus else "") + main)
    subprocess.run([compiler, *flags, "-o", tmp_path / "shop", source], check=True)
    return tmp_path / "shop"


def code(program):
    """(address, offset in the file, size) of what can be executed."""
    out = subprocess.run(["readelf", "-lW", program], capture_output=True, text=True, check=True).stdout
    [part] = [line.split() for line in out.splitlines() if re.match(r"\s+LOAD .* R E ", line)]
    return int(part[2], 16), int(part[1], 16), int(part[4], 16)


def addresses(program):
    """Every other byte of its own functions."""
    out = subprocess.run(["nm", "-S", "--defined-only", program], capture_output=True, text=True, check=True).stdout
    found = [line.split() for line in out.splitlines() if re.search(r" [tTwW] (work|_Z4worki|main|.*total.*)$", line)]
    assert found
    return [at for start, size, *_ in found for at in range(int(start, 16), int(start, 16) + int(size, 16), 2)]


def map_of(program, name="/srv/shop"):
    address, offset, size = code(program)
    return f"{START + address:x}-{START + address + size:x} r-xp {offset:08x} 00:00 1 {name}\n"


def places_by_us(program, text, base):
    """{address: [(function, file:line), ...]}, the caller first; a root without a mapping tells the addresses apart."""
    wanted = addresses(program)
    profile = cpu(*((1, base + at, at + 1) for at in wanted), text=text)
    out = lib.run("proffilter", "-q", "--symbols", program, "-t", "collapsed", "--value", "1", "-f", "pprof", input=profile)[0].decode()
    found = {}
    for line in out.splitlines():
        root, *frames = line.rsplit(" ", 1)[0].split(";")
        found[int(root, 16)] = [re.match(r"(.*?)(?: \((.*)\))?$", frame).groups() for frame in frames]
    assert sorted(found) == sorted(wanted)
    return found


def places_by_addr2line(program, wanted):
    out = subprocess.run(["addr2line", "-a", "-f", "-i", "-C", "-e", program, *map(hex, wanted)], capture_output=True, text=True,
                         check=True).stdout.splitlines()
    found, frames = {}, None
    for line in out:
        if line.startswith("0x"):
            frames = found[int(line, 16)] = []
            name = None
        elif name is None:
            name = line
        else:
            frames.insert(0, (name, re.sub(r" \(discriminator \d+\)", "", line)))
            name = None
    return found


@pytest.mark.parametrize("flags, plus", [(("-O2", "-g"), False), (("-O0", "-g"), False), (("-O2", "-g", "-gdwarf-4"), False), (("-O2", "-g"), True)])
def test_as_addr2line(tmp_path, flags, plus):
    program = build(tmp_path, *flags, "-fPIE", "-pie", plus=plus)
    found = places_by_us(program, map_of(program), START)
    want = places_by_addr2line(program, found)
    if plus:  # of a static function in C++ addr2line has the name of the one around it
        innermost = {frames[-1][0] for frames in found.values() if len(frames) == 3}
        assert innermost == {"add"}
        found, want = [{at: [*frames[:-1], frames[-1][1]] if len(frames) > 1 else frames for at, frames in all_of.items()}
                       for all_of in (found, want)]
    assert found == want
    assert flags[0] == "-O0" or max(map(len, found.values())) == 3  # work, twice, add


def test_without_a_section_of_address_ranges(tmp_path):
    """clang and Go leave it out."""
    program = build(tmp_path, "-O1", "-g", "-fPIE", "-pie")
    subprocess.run(["objcopy", "--remove-section", ".debug_aranges", program], check=True)
    found = places_by_us(program, map_of(program), START)
    assert found == places_by_addr2line(program, found)


def test_names_alone(tmp_path):
    """Without debugging information there is the table of symbols."""
    program = build(tmp_path, "-O2", "-fPIE", "-pie", plus=True)
    found = places_by_us(program, map_of(program), START)
    want = places_by_addr2line(program, found)
    assert {at: [name for name, _ in frames] for at, frames in found.items()} == {at: [frame[0] for frame in want[at]] for at in found}
    assert {"work(int)", "shop::order<int>::total(int)", "main"} == {frames[0][0] for frames in found.values()}


def test_without_a_map(tmp_path):
    """A program that is always loaded at one place, as of a text of Go's."""
    program = build(tmp_path, "-O2", "-g", "-no-pie")
    [(at, frames)] = [(at, frames) for at, frames in places_by_addr2line(program, addresses(program)).items() if len(frames) == 3][:1]
    profile = f"goroutine profile: total 1\n1 @ 0x{at + 1:x} 0x10\n".encode()
    out = lib.run("proffilter", "--symbols", program, "-t", "collapsed", input=profile)[0].decode()
    assert out == "0xf;" + ";".join(f"{name} ({place})" for name, place in frames) + " 1\n"
    pie = build(tmp_path, "-O2", "-g", "-fPIE", "-pie")
    _, said = lib.run("proffilter", "--symbols", pie, "-t", "collapsed", input=profile)
    assert said.endswith(b"no address of the profile is in it\n")


def build_id(program):
    return re.search(r"Build ID: (\w+)", subprocess.run(["readelf", "-n", program], capture_output=True, text=True, check=True).stdout)[1]


def pprof(program, name, build):
    """A location in work(), and one that has a function."""
    address, offset, size = code(program)
    at = addresses(program)[0] - address
    strings = ["", "samples", "count", name, build, "main"]
    return message(f1=message(f1=1, f2=2), f2=message(f1=[1, 2], f2=[7]), f3=message(f1=1, f2=START, f3=START + size, f4=offset, f5=3, f6=4),
                   f4=(message(f1=1, f2=1, f3=START + at), message(f1=2, f2=1, f3=START + at + 1, f4=message(f1=1))), f5=message(f1=1, f2=5),
                   f6=tuple(text.encode() for text in strings))


def test_build_ids(tmp_path):
    program = build(tmp_path, "-O2", "-g", "-fPIE", "-pie", "-Wl,--build-id")
    mine = build_id(program)
    names = ["-t", "collapsed", "--frames", "name"]
    [(first, _)] = places_by_addr2line(program, addresses(program)[:1]).popitem()[1][:1]
    for name, build_of_file in (("/other/name", mine), ("/srv/shop", mine), ("/srv/shop", "")):
        out, said = lib.run("proffilter", "--symbols", program, *names, input=pprof(program, name, build_of_file))
        assert out == f"main;{first} 7\n".encode() and said == b""
    for name, build_of_file, why in (("/srv/shop", "abcd", "another build of it (the build id differs): its addresses stay"),
                                     ("/other/name", "abcd", "no address of the profile is in it")):
        out, said = lib.run("proffilter", "--symbols", program, *names, input=pprof(program, name, build_of_file))
        assert b"+0x" in out and said.decode().endswith(f"{why}\n")
        out, said = lib.run("proffilter", "--strict", "--symbols", program, *names, input=pprof(program, name, build_of_file), status=2)
        assert out == b"" and b"--strict: --symbols" in said


def test_what_is_written_has_functions(tmp_path):
    """Inlined frames, lines and the object come back, and other frames stay as they were."""
    program = build(tmp_path, "-O2", "-g", "-fPIE", "-pie")
    profile = cpu(*((1, START + at, at + 1) for at in addresses(program)), text=map_of(program))
    both = [lib.run("proffilter", "-q", "--symbols", program, "-t", "collapsed", "--value", "1", input=profile)[0]]
    written = lib.run("proffilter", "-q", "--symbols", program, "-t", "pprof", input=profile)[0]
    both.append(lib.run("pprof2collapsed", "-q", "--value", "1", input=written)[0])
    assert both[0] == both[1] and b"work" in both[0]
    assert lib.run("profcheck", "-q", "--json", input=written)[0].count(b'"inlined_frames":\t0') == 0


def test_other_formats_with_addresses(tmp_path):
    """What OTLP has of mappings and addresses is enough."""
    program = build(tmp_path, "-O2", "-g", "-fPIE", "-pie")
    profile = cpu(*((1, START + at, at + 1) for at in addresses(program)), text=map_of(program))
    want = lib.run("proffilter", "-q", "--symbols", program, "-t", "collapsed", "--value", "1", input=profile)[0]
    otlp = lib.run("pprof2otlp", "-q", input=profile)[0]
    assert b"work" in want
    assert lib.run("proffilter", "-q", "--symbols", program, "-t", "collapsed", "--value", "1", input=otlp)[0] == want


def test_what_cannot_be_read(tmp_path):
    if not has_library(tmp_path):
        pytest.skip("no elfutils")
    (tmp_path / "text").write_text("no program\n")
    for name in ("none", "text"):
        out, said = lib.run("proffilter", "--symbols", tmp_path / name, "-t", "pprof", input=words(0, 3, 0, 1, 0, 0, 1, 0), status=2)
        assert out == b"" and said.startswith(f"proffilter: --symbols: {tmp_path / name}: ".encode()) and said.count(b"\n") == 1


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    _, said = lib.run("proffilter", "--symbols", tmp_path / "pipe", "-t", "collapsed", input=b"a 1\n", status=2)
    assert said.decode() == f"proffilter: --symbols: {tmp_path / 'pipe'}: expected a program in a file\n"


def test_not_in_a_sandbox(tmp_path):
    _, said = lib.run("proffilter", "--sandbox", "--symbols", tmp_path / "none", "-t", "pprof", input=b"a 1\n", status=2)
    assert said == b"proffilter: --symbols opens programs with a library, which --sandbox does not allow\n"

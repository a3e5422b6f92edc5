"""callgrind files in KCachegrind itself, and their figures as callgrind_annotate reads them."""
import pstats
import re

import pytest

import clients
import lib
from clients import needs

GRAPH = "pstat/cprofile-py3.11-recursion.pstat"
SAMPLED = "speedscope/pyspy.speedscope.json"
THREADS = "speedscope/pyspy-threads-idle.speedscope.json"

FULL = 400  # colours: a window without functions has some 260, these three have 490 to 870

needs_kcachegrind = needs("kcachegrind", "dbus-run-session", "xvfb-run", "xauth", "xdotool", "import", "identify")


def window(path, picture, home):
    """The title of KCachegrind's window with this file, or None; no tip of the day lies on it."""
    settings = home / ".config"
    settings.mkdir(mode=0o700, exist_ok=True)
    (settings / "kcachegrindrc").write_text("[TipOfDay]\nRunOnStart=false\n")
    env = {"HOME": home, "XDG_CONFIG_HOME": settings, "XDG_RUNTIME_DIR": settings, "LC_ALL": "C.UTF-8"}
    done = clients.call("dbus-run-session", "--", "xvfb-run", "-a", "-s", "-screen 0 1600x1000x24",
                        clients.HERE / "kcachegrind_window", path, picture, env={k: str(v) for k, v in env.items()})
    return done.stdout.decode().strip() if done.returncode == 0 else None


@needs_kcachegrind
@pytest.mark.parametrize("sample, picture", [(GRAPH, "kcachegrind"), (SAMPLED, "kcachegrind-sampled"),
                                             (THREADS, "kcachegrind-threads")])
def test_kcachegrind_shows_it(sample, picture, tmp_path):
    folder = tmp_path / "alone"  # it opens all files whose names begin alike
    folder.mkdir()
    target, picture = folder / "callgrind.out.shown", clients.HOME / f"{picture}.png"
    assert clients.convert(lib.SAMPLES / sample, "callgrind", target)
    title = window(target, picture, tmp_path)
    assert title and "callgrind.out.shown" in title
    assert clients.colours(picture) > FULL


@needs_kcachegrind
def test_an_empty_profile_looks_empty(tmp_path):
    """The picture that the test above looks at can say no."""
    empty, picture = tmp_path / "callgrind.out.empty", tmp_path / "picture.png"
    empty.write_text("# callgrind format\npositions: line\nevents: ns\nsummary: 0\n")
    assert "callgrind.out.empty" in window(empty, picture, tmp_path)
    assert clients.colours(picture) < FULL


@needs_kcachegrind
def test_what_is_no_profile_gets_no_window(tmp_path):
    other = tmp_path / "callgrind.out.other"
    other.write_text("no profile\n")
    assert window(other, tmp_path / "picture.png", tmp_path) is None


# --- the figures as text: KCachegrind has none, callgrind_annotate reads the same file ---

LINE = re.compile(r" *([\d,]+|\.) +(?:\([\d.]+%\) +)?(?:([*<>]) +)?(.*?):([^/]*?)(?: \(([\d,]+)x\))?(?: \[\])?")

UNIQUE = re.compile(r" \[[^]]+\](:\d+)")  # of two files with one name: `<module> [a/__init__.py]:1`


def number(text):
    return 0 if text == "." else int(text.replace(",", ""))


def annotated(path):
    """Own values, and (calls, inclusive value) of each arc."""
    out = clients.output("callgrind_annotate", "--tree=calling", "--threshold=100", "--auto=no", "--show-percs=no",
                         path)
    own, arcs, function = {}, {}, None
    for line in out.decode().splitlines():
        match = LINE.fullmatch(UNIQUE.sub(r"\1", line))
        if not match or not match[2]:
            continue
        value, mark, file, name, calls = match.groups()
        if mark == "*":
            function = file, name
            own[function] = number(value)
        elif mark == ">":
            arcs[function, (file, name)] = number(calls), number(value)
    return own, arcs


def recorded(path):
    """The same of a pstat file."""
    rows = pstats.Stats(str(path)).stats
    alike = [(file, name) for file, _, name in rows]

    def function(key):
        file, line, name = key
        same_place = alike.count((file, name)) > 1 or file.endswith("__init__.py") and name == "<module>"
        return file, (f"{name}:{line}" if same_place else name)

    own = {function(key): round(row[2] * 1e9) for key, row in rows.items()}
    arcs = {(function(caller), function(key)): (part[0], round(part[3] * 1e9))
            for key, row in rows.items() for caller, part in row[4].items()}
    return own, arcs


@needs("callgrind_annotate")
def test_callgrind_annotate_has_the_figures_of_the_file(outputs):
    own, arcs = annotated(outputs("callgrind")[GRAPH])
    wanted_own, wanted_arcs = recorded(lib.SAMPLES / GRAPH)
    assert {f: own.get(f) for f in wanted_own} == wanted_own
    assert {a: arcs.get(a) for a in wanted_arcs} == wanted_arcs

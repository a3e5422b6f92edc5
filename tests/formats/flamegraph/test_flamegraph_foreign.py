"""Pictures that other programs drew: what is counted, and what their titles say."""
import re

import pytest

import lib


def exact(boxes):
    """Boxes as inferno draws them: (name, row from the top, x, width, count and unit)."""
    return ('<svg xmlns:fg="http://github.com/jonhoo/inferno">' + "".join(
        f'<g><title>{name} ({count}, {share}%)</title><rect y="{16 * row}" height="15" fg:x="{x}" fg:w="{width}"/></g>'
        for name, row, x, width, count, share in boxes) + "</svg>").encode()


def tree(a, b, total, unit, widths=(3, 1)):
    """all;main;a and all;main;b with these counts in their titles."""
    x, y = widths
    return exact([("a", 0, 0, x, f"{a} {unit}", 75), ("b", 0, x, y, f"{b} {unit}", 25), ("main", 1, 0, x + y, f"{total} {unit}", 100),
                  ("all", 2, 0, x + y, f"{total} {unit}", 100)])


def rounded(a, b, total, unit):
    """The same as flamegraph.pl draws it: places in pixels."""
    left = 10 + 1180 * a / total
    return ('<svg width="1200">' + "".join(
        f'<g><title>{name} ({count} {unit}, {100 * count / total:.2f}%)</title>'
        f'<rect x="{x:.1f}" y="{16 * row}" width="{1180 * count / total:.1f}" height="15"/></g>'
        for name, row, x, count in (("a", 0, 10, a), ("b", 0, left, b), ("main", 1, 10, total), ("all", 2, 10, total))) + "</svg>").encode()


def stacks(picture, *options):
    out, said = lib.run("flamegraph2collapsed", *options, input=picture)
    return out.decode().splitlines(), said.decode()



# --- counts in titles that were multiplied ---

@pytest.mark.parametrize("unit, total", [("ms", "time 0.04 s"), ("samples", "samples 40"), ("bytes", "bytes 40"), ("msec", "time 0.04 s"),
                                         ("kB", "bytes 40000")])
def test_a_factor_of_titles(unit, total):
    picture = tree(30, 10, 40, unit)
    assert f"self total     {total}" in lib.run("profcheck", input=picture)[0].decode()
    factor = 1000 if unit == "kB" else 1
    assert stacks(picture) == ([f"main;a {30 * factor}", f"main;b {10 * factor}"], "")


def test_a_factor_below_one():
    """0.5: titles are cut to integers, 3 of 7 samples are 1 ms there."""
    picture = tree(1, 2, 3, "ms", widths=(3, 4))
    found, said = stacks(picture, "--unit", "ms")
    assert found == ["main;a 1.5", "main;b 2"]
    assert "the simplest factor that fits them is taken" in said
    lib.run("flamegraph2collapsed", "--strict", input=picture, status=2)


def test_titles_that_no_factor_fits():
    found, said = stacks(tree(30, 11, 47, "samples"))
    assert found == ["main;a 3", "main;b 1"]
    assert "do not fit the widths" in said


@pytest.mark.parametrize("count, unit, width, right", [("1.24", "s", 1239870000, 1239870000), ("2", "KiB", 2048, 2048), ("4.5", "samples", 45, 4.5),
                                                       ("1,234", "ms", 1234, 1234), ("2", "kB", 2048, 2048)])
def test_titles_for_people_are_no_factor(count, unit, width, right):
    """A count that is the width in another unit, rounded."""
    picture = exact([("all", 0, 0, width, f"{count} {unit}", 100)])
    assert stacks(picture, "-q")[0] == [f" {right}"]


# --- units ---

@pytest.mark.parametrize("unit, total", [("usec", "time 0.00004 s"), ("msec", "time 0.04 s"), ("sec", "time 40 s"), ("nsec", "time 0.00000004 s"),
                                         ("\u00b5s", "time 0.00004 s"), ("\u03bcs", "time 0.00004 s"), ("kB", "bytes 40000"), ("MB", "bytes 40000000"),
                                         ("KiB", "bytes 40960"), ("KB", "KB 40")])
@pytest.mark.parametrize("draw", [rounded, tree])
def test_units(unit, total, draw):
    picture = draw(30, 10, 40, unit) if draw is rounded else tree(30, 10, 40, unit, widths=(30, 10))
    assert re.search(f"^self total     {total}( bytes)?$", lib.run("profcheck", input=picture)[0].decode(), re.M)


# --- what stands on nothing ---

def counted(*boxes):
    """Boxes with places in value units: (name, row from the ground, x, width)."""
    return exact([(name, 9 - row, x, width, f"{width} samples", 0) for name, row, x, width in boxes])


ROOT = ("all", 0, 0, 70)


@pytest.mark.parametrize("boxes, right", [
    ([("main", 1, 0, 20), ("read", 3, 0, 20), ("other", 1, 20, 50), ("run", 2, 20, 50)], ["main;[missing];read 20", "other;run 50"]),
    ([("main", 1, 0, 30), ("a", 3, 0, 10), ("b", 3, 10, 10), ("f", 4, 10, 5), ("other", 1, 30, 40), ("run", 2, 30, 40)],
     ["main 10", "main;[missing];a 10", "main;[missing];b 5", "main;[missing];b;f 5", "other;run 40"]),
    ([("read", 3, 0, 20), ("other", 1, 20, 50), ("run", 2, 20, 50), ("deep", 4, 0, 5)],
     ["[missing];[missing];read 15", "[missing];[missing];read;deep 5", "other;run 50"])])
def test_a_missing_frame(boxes, right):
    found, said = stacks(counted(ROOT, *boxes))
    assert found == right
    assert f"{1 + ('b' in dict.fromkeys(box[0] for box in boxes))} frames stand on nothing: what was below them is [missing]" in said
    lib.run("flamegraph2collapsed", "--strict", input=counted(ROOT, *boxes), status=2)


def test_a_missing_frame_in_order_of_time():
    """A flame chart: main twice, without what was below read."""
    picture = counted(ROOT, ("main", 1, 0, 20), ("read", 3, 5, 10), ("main", 1, 30, 20), ("run", 2, 30, 20), ("wait", 1, 50, 20))
    file = lib.run("flamegraph2speedscope", "-q", input=picture)[0]
    assert lib.run("speedscope2collapsed", "-q", input=file)[0].decode().splitlines() == [
        " 10", "main 10", "main;[missing];read 10", "main;run 20", "wait 20"]


@pytest.mark.parametrize("boxes", [[("main", 1, 0, 20), ("read", 2, 10, 20)], [("main", 1, 0, 70), ("read", 2, 60, 20)],
                                   [("main", 1, 0, 20), ("a", 2, 30, 40), ("read", 3, 15, 15)], [("main", 1, 60, 20)]])
def test_frames_that_stand_on_part_of_one_are_refused(boxes):
    assert b"expected a frame that stands on one with room for it" in lib.run("flamegraph2collapsed", input=counted(ROOT, *boxes), status=2)[1]


# --- titles without figures ---

def retitled(picture, name, title, more=""):
    """flamegraph.pl's --nameattr with a title."""
    return re.sub(f"<title>{name} \\([^<]*".encode(), f"<title>{title}".encode(), picture).replace(b"</svg>", f"{more}</svg>".encode())


@pytest.mark.parametrize("name, right", [("main", ["the start;a 3", "the start;b 2"]), ("a", ["main;b 2", "main;the start 3"]),
                                         ("b", ["main;a 3", "main;the start 2"])])
def test_a_title_that_was_replaced(name, right):
    picture = retitled(rounded(3, 2, 5, "samples"), name, "the start")
    found, said = stacks(picture)
    assert found == right and "1 titles have no count: it is estimated from widths" in said
    lib.run("flamegraph2collapsed", "--strict", input=picture, status=2)


def test_what_stands_on_a_replaced_title_is_all_of_it():
    """A tenth of a pixel is 85 samples here: no self of that size is invented, and none is lost."""
    boxes = [("all", 3, 10, 1180, 1000000), ("main", 2, 10, 393.3, 333333), ("more", 1, 10, 393.3, 333333), ("a", 0, 10, 131.1, 111111),
             ("b", 0, 141.1, 262.2, 222222), ("other", 2, 403.3, 786.7, 666667)]
    picture = ("<svg>" + "".join(f'<g><title>{name} ({count} samples, 1%)</title><rect x="{x}" y="{16 * row}" width="{width}" height="15"/></g>'
                                 for name, row, x, width, count in boxes) + "</svg>").encode()
    picture = retitled(retitled(picture, "main", "the start"), "more", "the rest")
    assert stacks(picture, "-q")[0] == ["other 666667", "the start;the rest;a 111111", "the start;the rest;b 222222"]


@pytest.mark.parametrize("box", ['<rect x="10" y="160" width="99" height="24"/>', '<rect x="10" y="164" width="99" height="15"/>',
                                 '<rect x="1150" y="16" width="99" height="15"/>', '<rect width="1200" height="118"/>', '<rect x="1" y="0" width="50" height="15"/>'])
def test_boxes_with_a_title_that_are_no_frames(box):
    picture = rounded(3, 2, 5, "samples")
    assert stacks(retitled(picture, "nobody", "", f"<g><title>Reset zoom</title>{box}</g>")) == stacks(picture)


def test_titles_alone_are_no_flame_graph():
    picture = re.sub(rb" \(\d[^<]*", b"", rounded(3, 2, 5, "samples"))
    assert b"expected a flame graph, got no box with a title like" in lib.run("flamegraph2collapsed", input=picture, status=2)[1]

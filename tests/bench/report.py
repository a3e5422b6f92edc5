"""build/bench/report.md, and the plot beside it."""
import os
import platform
import subprocess

import plot
from inputs import HOME


def machine():
    """The processor, its cores, the system."""
    try:
        with open("/proc/cpuinfo") as lines:
            model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True).stdout.splitlines()[:1]
    return ", ".join([model, f"{os.cpu_count()} cores", f"{pages / 2 ** 30:.0f} GiB", f"{platform.system()} {platform.release()}",
                      *compiler])


def times(ratio):
    return f"{ratio:.0f}" if ratio >= 20 else f"{ratio:.1f}" if ratio >= 2 else f"{ratio:.2f}"


def seconds(value):
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def memory_part(part):
    return f"1/{1 / part:.{0 if part < 0.1 else 1}f} of the memory" if part < 0.8 else f"{times(part)} times the memory"


def target_of(row):
    """The "at least" of a row in words."""
    words = []
    if row.faster >= 1:
        words.append(f"{row.faster:g} times faster")
    elif row.faster:
        words.append(f"within {1 / row.faster:g} times")
    if row.memory:
        words.append(f"1/{1 / row.memory:.0f} of the memory")
    if row.megabytes:
        words.append(f"under {row.megabytes} MB")
    return ", ".join(words) or "-"


def reached(result):
    """In the words of the target: times faster, or times as long where it may take longer."""
    ratio, row = result.ratio(), result.row
    word = f"{times(1 / ratio)} times as long" if 0 < row.faster < 1 else f"{times(ratio)} times faster"
    wall = " (wall)" if row.figure == "wall" else ""
    return f"{word}{wall}, {memory_part(result.part())}"


def verdict(result):
    missed = result.missed()
    if missed:
        return "misses " + " and ".join(missed)
    return "yes" if target_of(result.row) != "-" else ""


def cost_cells(command):
    cost = command.median()
    return [seconds(cost.user), seconds(cost.wall), f"{cost.memory:.0f} MB", len(command.costs)]


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head),
            *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows), ""]


def row_cells(result):
    row = result.row
    ours, theirs = cost_cells(result.ours), cost_cells(result.theirs)
    return [row.work, row.peer, target_of(row), reached(result), verdict(result),
            *(f"{our}, {their}" for our, their in zip(ours, theirs))]


def result_lines(results):
    good = [result for result in results if not result.wrong]
    head = ["work", "against", "at least", "reached", "met", "user time of both", "wall time", "memory", "runs"]
    return [*(table(head, map(row_cells, good)) if good else []),
            *(f"- **{result.row.name}**: {result.wrong}" for result in results if result.wrong)]


def size(number):
    return f"{number / 1e6:.3g} MB" if number >= 1e6 else f"{number / 1e3:.3g} kB"


def study_cells(study):
    figures = [(size(point.read), size(point.written), seconds(point.user), f"{point.memory:.0f}") for point in study.points]
    return [study.name, study.program, *(" / ".join(column) for column in zip(*figures)), f"{study.time_exponent():.2f}",
            f"{study.memory_exponent():.2f}", study.wrong() or "yes"]


def study_lines(studies):
    head = ["study", "program", "read", "written", "user time", "MB", "time grows by", "memory grows by", "in proportion"]
    measured = [study for study in studies if study.points]
    return [*table(head, map(study_cells, measured)),
            *(f"- **{study.name}, {study.program}**: {study.failed}" for study in studies if study.failed), ""]


def text(options, results, skipped, studies):
    lines = ["# What the conversions take", "",
             f"Machine: {machine()}. Scale {options.scale:g}, medians of {options.runs} runs (fewer where one side took over "
             f"{options.patience:g} s in all), in turn. Ratios are of user time, or of wall time where it says so. "
             "Totals agree in every row, as far as the peer has one.", "",
             "![Ratios](report.svg)", ""] + result_lines(results)
    lines += [*(f"- skipped: {reason}" for reason in skipped), ""] if skipped else []
    if studies:
        lines += ["## Growth", "", "Exponents of a power law through the last two sizes: 1 is in proportion, 2 quadratic.", ""]
        lines += study_lines(studies)
    return "\n".join(lines)


def write(options, results, skipped, studies):
    path = HOME / "report.md"
    path.write_text(text(options, results, skipped, studies))
    good = [result for result in results if not result.wrong]
    (HOME / "report.svg").write_text(plot.draw(good, machine()))
    return path

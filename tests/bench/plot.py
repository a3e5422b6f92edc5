"""The plot of the report: bars of the time ratio and of the memory, on scales of decades."""
import math
from xml.sax.saxutils import escape

ROW, LABEL, PANEL, GAP, TOP = 30, 350, 330, 60, 92
GOOD, BAD, PLAIN, INK, FAINT = "#2f7d5b", "#c2553d", "#5b7ea6", "#22262b", "#d9dde2"


class Scale:
    """A value's place in a panel, by its logarithm."""

    def __init__(self, left, values):
        self.left = left
        self.low = math.floor(math.log10(min(*values, 0.5)))
        self.high = math.ceil(math.log10(max(*values, 2)))

    def x(self, value):
        return self.left + PANEL * (math.log10(value) - self.low) / (self.high - self.low)

    def decades(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


def words(x, y, text, size=12, anchor="start", colour=INK, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
            f'font-weight="{weight}" stroke="#fff" stroke-width="3" paint-order="stroke">{escape(text)}</text>')


def grid(scale, bottom):
    for value in scale.decades():
        x = scale.x(value)
        yield (f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{bottom}" stroke="{INK if value == 1 else FAINT}" '
               f'stroke-width="1"/>')
        yield words(x, TOP - 12, f"{value:g}", 10, "middle", "#6a7280")


def bar(scale, y, value, target, colour, label):
    start, end = sorted((scale.x(1), scale.x(value)))
    yield (f'<rect x="{start:.1f}" y="{y + 6}" width="{max(end - start, 1):.1f}" height="{ROW - 14}" rx="2" fill="{colour}">'
           f'<title>{escape(label)}</title></rect>')
    if target:
        x = scale.x(target)
        yield f'<line x1="{x:.1f}" y1="{y + 2}" x2="{x:.1f}" y2="{y + ROW - 4}" stroke="{INK}" stroke-width="2.5"/>'
    right = value >= 1
    yield words(end + 5 if right else start - 5, y + 19, label, 11, "start" if right else "end")


def colour_of(result, what):
    has_target = result.row.faster if what == "time" else result.row.memory or result.row.megabytes
    return BAD if what in result.missed() else GOOD if has_target else PLAIN


def memory_target(result):
    """As a ratio of the peer's memory to ours."""
    row = result.row
    if row.megabytes:
        return result.theirs.median().memory / row.megabytes
    return 1 / row.memory if row.memory else 0


def number(value):
    return f"{value:.0f}" if value >= 20 else f"{value:.2g}"


def draw_row(result, y, time, memory):
    ratio, less = result.ratio(), 1 / result.part()
    yield words(LABEL - 12, y + 15, result.row.work, 12, "end")
    yield words(LABEL - 12, y + 27, result.row.peer, 9, "end", "#6a7280")
    yield from bar(time, y, ratio, result.row.faster, colour_of(result, "time"), number(ratio))
    yield from bar(memory, y, less, memory_target(result), colour_of(result, "memory"), number(less))


def draw(results, machine):
    """An SVG; one without bars where nothing was run."""
    width, bottom = LABEL + 2 * PANEL + GAP + 60, TOP + ROW * len(results)
    ratios = [value for result in results for value in (result.ratio(), result.row.faster) if value]
    less = [value for result in results for value in (1 / result.part(), memory_target(result)) if value]
    time, memory = Scale(LABEL, [1, *ratios]), Scale(LABEL + PANEL + GAP, [1, *less])
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + 40}" '
             'font-family="system-ui, Helvetica, Arial, sans-serif">',
             f'<rect width="{width}" height="{bottom + 40}" fill="#fff"/>',
             words(LABEL, 26, "profpipe and its peers", 17, weight="bold"),
             words(LABEL, 44, machine, 10, colour="#6a7280"),
             words(time.left, 66, "times as fast", 12, weight="bold"),
             words(memory.left, 66, "times less memory", 12, weight="bold")]
    for scale in (time, memory):
        parts += grid(scale, bottom)
    for i, result in enumerate(results):
        parts += draw_row(result, TOP + ROW * i, time, memory)
    parts.append(words(LABEL, bottom + 24, "The black mark is the target; green reaches it, red does not, blue has none.", 10,
                       colour="#6a7280"))
    return "\n".join([*parts, "</svg>", ""])

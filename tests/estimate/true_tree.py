"""A true tree: what a program did, one calling context at a time; and what profilers keep of it.

A path is a tuple of functions, the outermost first; a function is a triple as in a pstat file:
(file, line, name), with ("~", 0, name) for a builtin. Every prefix of a path is a path of the tree."""
import marshal
import typing


class Tree(typing.NamedTuple):
    self_ns: dict  # path -> nanoseconds spent in the last function itself
    calls: dict    # path -> how often that context was entered


def frame(function):
    """A function as pstat2collapsed writes it."""
    file, line, name = function
    return name if file == "~" else f"{name} ({file}:{line})"


def inclusive(tree):
    """path -> time spent in that context and in those below it."""
    total = dict(tree.self_ns)
    for path in sorted(total, key=len, reverse=True):
        if len(path) > 1:
            total[path[:-1]] += total[path]
    return total


def is_outermost(path):
    """Whether the last function is not running already: only then does cProfile add up its time."""
    return path[-1] not in path[:-1]


def is_outermost_arc(path):
    """The same for the last call: another call of this caller to this callee may be running already."""
    return path[-2:] not in zip(path[:-1], path[1:-1])


class Row:
    """What cProfile counts for a function, or for a pair of caller and callee."""

    def __init__(self):
        self.calls = self.primitive = self.self_ns = self.inclusive_ns = 0

    def add(self, tree, totals, path, outermost):
        self.calls += tree.calls[path]
        self.self_ns += tree.self_ns[path]
        if outermost:
            self.primitive += tree.calls[path]
            self.inclusive_ns += totals[path]


def rows(tree):
    """(function -> Row, (caller, callee) -> Row), counted as Modules/_lsprof.c does."""
    totals = inclusive(tree)
    functions, arcs = {}, {}
    for path in tree.self_ns:
        functions.setdefault(path[-1], Row()).add(tree, totals, path, is_outermost(path))
        if len(path) > 1:
            arcs.setdefault(path[-2:], Row()).add(tree, totals, path, is_outermost_arc(path))
    return functions, arcs


def pstat_bytes(tree):
    """The file that cProfile writes of this tree."""
    functions, arcs = rows(tree)
    stats = {function: (row.primitive, row.calls, row.self_ns / 1e9, row.inclusive_ns / 1e9, {})
             for function, row in functions.items()}
    # the one place where the order of the counts differs: an arc has all its calls first
    for (caller, callee), row in arcs.items():
        stats[callee][4][caller] = (row.calls, row.primitive, row.self_ns / 1e9, row.inclusive_ns / 1e9)
    return marshal.dumps(stats)


def callgrind_text(tree):
    """The file that valgrind writes of this tree: every activation adds to the cost of its arc."""
    totals = inclusive(tree)
    selfs, arcs = {}, {}
    for path, value in tree.self_ns.items():
        selfs[path[-1]] = selfs.get(path[-1], 0) + value
        if len(path) > 1:
            callees = arcs.setdefault(path[-2], {})
            calls, cost = callees.get(path[-1], (0, 0))
            callees[path[-1]] = calls + tree.calls[path], cost + totals[path]
    lines = ["events: ns"]
    for function, value in selfs.items():
        lines += [f"fn={frame(function)}", f"1 {value}"]
        for callee, (calls, cost) in arcs.get(function, {}).items():
            lines += [f"cfn={frame(callee)}", f"calls={calls} 1", f"1 {cost}"]
    return "\n".join(lines) + "\n"


def collapsed(tree):
    """The true stacks, as pstat2collapsed would write them if it knew them."""
    return "".join(f"{';'.join(map(frame, path))} {value}\n" for path, value in sorted(tree.self_ns.items()) if value)


def recorded(tree):
    """({function: inclusive}, {(caller, callee): inclusive}) as cProfile adds them up, by the text of frames."""
    functions, arcs = rows(tree)
    return ({frame(function): row.inclusive_ns for function, row in functions.items()},
            {(frame(caller), frame(callee)): row.inclusive_ns for (caller, callee), row in arcs.items()})


# --- the same figures from stacks ---

def read_stacks(text):
    """Collapsed stacks -> {path of frames: value}; lines of the same stack add up."""
    stacks = {}
    for line in text.splitlines():
        names, _, value = line.rpartition(" ")
        path = tuple(names.split(";"))
        stacks[path] = stacks.get(path, 0) + int(value)
    return stacks


def inclusive_of(stacks):
    """({function: inclusive}, {(caller, callee): inclusive}): a stack counts once for all that is on it."""
    functions, arcs = {}, {}
    for path, value in stacks.items():
        for function in set(path):
            functions[function] = functions.get(function, 0) + value
        for arc in set(zip(path, path[1:])):
            arcs[arc] = arcs.get(arc, 0) + value
    return functions, arcs


def drawn(text):
    """What recorded() says of the tree, said of stacks. A true tree and its stacks agree."""
    return inclusive_of(read_stacks(text))

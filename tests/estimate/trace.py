#!/usr/bin/env python3
"""trace.py [--quantum NS] OUTBASE SCRIPT [ARGUMENT]...: runs SCRIPT as cProfile does, but keeps its stacks.

Writes OUTBASE.pstat.gz, what cProfile would have recorded, and OUTBASE.collapsed.gz, the true stacks. Both come
from one stream of events, so they agree to the unit; the clock stands still while the tracer works."""
import cProfile, optparse, pstats, runpy  # noqa: E401,F401 - what `-m cProfile` has loaded is no script's import
import re
import sys
import types
from time import perf_counter_ns as now

QUANTUM = 100  # ns: a clock is no better than that, and round numbers pack better

# cProfile's last event: its own end, outside everything else
DISABLE = "<method 'disable' of '_lsprof.Profiler' objects>"


class Context:
    """A function reached by one chain of callers; it is a code object, or the name of a builtin.

    Callees are found by identity: code objects compare equal when two files hold the same function, and
    keeping them keeps their identities from being given to others."""
    __slots__ = ("function", "caller", "callees", "self_ns", "calls")

    def __init__(self, function=None, caller=None):
        self.function, self.caller, self.callees, self.self_ns, self.calls = function, caller, {}, 0, 0

    def callee(self, function):
        found = self.callees.get(id(function))
        if found is None:
            found = self.callees[id(function)] = Context(function, self)
        found.calls += 1
        return found


# --- what runs ---

def builtin_name(function, known={}):
    """What cProfile calls a builtin: see normalizeUserObj() in Modules/_lsprof.c. The same string each time."""
    kind, module, name = type(function.__self__), function.__module__, function.__name__
    key = kind, module, name
    if key not in known:
        # a class in Python may have a method of that name which called this one by super()
        found = [vars(base)[name] for base in kind.__mro__ if name in vars(base)]
        builtin = next((it for it in found if not isinstance(it, types.FunctionType)), None)
        dot = f"{module}." if isinstance(module, str) else ""
        known[key] = f"<built-in method {dot}{name}>" if builtin is None else repr(builtin)
    return known[key]


def run(code, variables):
    """Executes code; gives back the context around all others."""
    root = current = Context()
    since = now()

    def event(frame, what, argument):
        nonlocal current, since
        current.self_ns += now() - since
        if what == "call":
            current = current.callee(frame.f_code)
        elif what == "c_call":
            current = current.callee(DISABLE if argument is sys.setprofile else builtin_name(argument))
        else:  # return, c_return, c_exception
            current = current.caller
        since = now()

    sys.setprofile(event)
    try:
        exec(code, variables)
    except SystemExit:
        pass
    finally:
        sys.setprofile(None)
    assert current.caller is root, "calls and returns do not match"
    return root


# --- what is written ---

def places(script):
    """Folders of this machine -> what stands for them, the innermost first."""
    import os
    import sysconfig
    import tempfile
    packages = {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    found = {os.path.dirname(script): "/srv/app", sysconfig.get_path("stdlib"): "/usr/lib/python3",
             **dict.fromkeys(packages, "/usr/lib/python3/site-packages")}
    # the folder that a program makes for itself has another name in each run
    patterns = [(re.escape(folder) + "/", name + "/") for folder, name in
                sorted(found.items(), key=lambda item: -len(item[0]))]
    return patterns + [(re.escape(tempfile.gettempdir()) + "/(tmp[^/]*/)?", "/srv/tmp/")]


def label(function, patterns):
    """The (file, line, name) of a function; nothing of this machine or of this run is in it."""
    if isinstance(function, str):
        return "~", 0, re.sub(" at 0x[0-9a-f]+", "", function).replace(";", ",")
    file = re.sub("0x[0-9a-f]+", "0x0", function.co_filename)
    for pattern, place in patterns:
        file, changed = re.subn("^" + pattern, place, file)
        if changed:
            break
    return file.replace(";", ","), function.co_firstlineno, function.co_name


def tree_of(root, patterns, quantum):
    """The contexts by path. Different code may look the same, as two lambdas of a line do: one function then."""
    import true_tree
    tree = true_tree.Tree({}, {})
    labels = {}
    todo = [((), root)]
    while todo:
        above, context = todo.pop()
        for key, callee in context.callees.items():
            if key not in labels:
                labels[key] = label(callee.function, patterns)
            path = above + (labels[key],)
            tree.self_ns[path] = tree.self_ns.get(path, 0) + callee.self_ns
            tree.calls[path] = tree.calls.get(path, 0) + callee.calls
            todo.append((path, callee))
    for path, value in tree.self_ns.items():
        tree.self_ns[path] = round(value / quantum) * quantum
    return tree


def write(base, tree):
    import gzip
    import pathlib
    import true_tree
    files = {".pstat.gz": true_tree.pstat_bytes(tree), ".collapsed.gz": true_tree.collapsed(tree).encode()}
    for suffix, data in files.items():
        pathlib.Path(base + suffix).write_bytes(gzip.compress(data, 9, mtime=0))
    functions, arcs = true_tree.rows(tree)
    stacks = files[".collapsed.gz"].count(b"\n")
    print(f"{base}: {len(functions)} functions, {len(arcs)} arcs, {stacks} stacks", file=sys.stderr)


def main(base, script, *arguments):
    import os
    quantum = QUANTUM
    if base == "--quantum":
        quantum, base, script, *arguments = int(script), *arguments
    script, here = os.path.abspath(script), sys.path[0]
    with open(script, "rb") as file:
        code = compile(file.read(), script, "exec")
    sys.argv = [script, *arguments]
    sys.path[:1] = [os.path.dirname(script), os.getcwd()]
    sys.setrecursionlimit(5000)  # the tracer needs room of its own at the end of every stack
    module = sys.modules["__main__"] = types.ModuleType("__main__")  # where pickle and unittest look
    module.__file__ = script
    root = run(code, vars(module))
    sys.path.insert(0, here)
    write(base, tree_of(root, places(script), quantum))


if __name__ == "__main__":
    main(*sys.argv[1:])

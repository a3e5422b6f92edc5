"""Modules tested by the examples in their docstrings: doctest compiles and runs each line by exec."""
import doctest
import types

HELPERS = '''
"""Little helpers.

>>> double(4)
8
"""
import collections

def double(x):
    """Twice.

    >>> [double(n) for n in range(4)]
    [0, 2, 4, 6]
    >>> double("ab")
    'abab'
    """
    return x + x

def flat(xs):
    """Nested lists made flat.

    >>> flat([1, [2, [3, [4, [5]]]]])
    [1, 2, 3, 4, 5]
    >>> flat([[], [[]]])
    []
    """
    return [y for x in xs for y in (flat(x) if isinstance(x, list) else [x])]

class Stack:
    """Last in, first out.

    >>> s = Stack([1, 2]); s.push(3); s
    Stack(3, 2, 1)
    >>> s.pop(), s.pop(), len(s.items)
    (3, 2, 1)
    >>> Stack([]).pop()
    Traceback (most recent call last):
        ...
    IndexError: pop from an empty deque
    """
    def __init__(self, items):
        self.items = collections.deque(items)
    def push(self, item):
        self.items.append(item)
    def pop(self):
        return self.items.pop()
    def __repr__(self):
        return f"Stack({', '.join(map(repr, reversed(self.items)))})"

def run(source):
    """Runs a program inside the program that is run.

    >>> run("x = double(21)")["x"]
    42
    >>> run("y = run('z = flat([[1]])')['z']")["y"]
    [1]
    """
    names = dict(globals())
    exec(source, names)
    return names
'''


def module(name, source):
    made = types.ModuleType(name)
    exec(compile(source, f"{name}.py", "exec"), vars(made))
    return made


def test(modules):
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    for one in modules:
        for found in finder.find(one):
            runner.run(found)
    return runner.summarize(verbose=False)


def main():
    print(test([module(f"helpers{n}", HELPERS) for n in range(5)]))


main()

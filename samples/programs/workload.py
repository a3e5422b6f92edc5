"""The work that the profilers look at; runs on Python 2.7 and on every Python 3.

    python workload.py recursion   fib, ackermann, even/odd, two classes, a generator
    python workload.py text        json and regular expressions
    python workload.py packages    two packages, each with __init__.py:main
    python workload.py names       functions and files with odd names (Python 3 only)
    python workload.py nothing     as near to an empty profile as it gets
    python workload.py spin 1.5    all of it, over and over, for 1.5 seconds
"""

from __future__ import print_function

import sys
import time

import alpha
import beta
import circles
import squares


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


def countdown(n):
    while n:
        yield n
        n -= 1


def shapes():
    total = 0
    for module in (circles, squares):
        for size in range(1, 20):
            total += module.Shape(size).area()
    return total


def recursion():
    total = fib(15) + ackermann(2, 5) + is_even(60) + is_odd(41)
    total += sum(countdown(100)) + shapes()
    total += sum(map(lambda n: n * n, range(50)))
    return total + len(sorted(range(100), key=lambda n: -n))


def text():
    import json
    import re

    record = re.compile(r"(?P<key>\w+)\s*=\s*(?P<value>[^;]+);")
    rows = [dict(id=n, name="row %d" % n, tags=["a", "b" * (n % 7)]) for n in range(200)]
    back = json.loads(json.dumps(rows, indent=1, sort_keys=True))
    line = "; ".join("key%d = value %d" % (row["id"], row["id"]) for row in back) + ";"
    found = record.findall(line)
    return len(found) + len(re.compile(r"(?:row )+(\d+|[a-f]{2,3})$").sub("", line))


def packages():
    return alpha.main(200) + beta.main(200)


def names():
    scope = {}
    source = u"def \u03bb\u0394(n):\n    return n\ndef na\u00efve(n):\n    return \u03bb\u0394(n)\n"
    exec(compile(source, "made up; of parts (x).py", "exec"), scope)
    return sum(scope[u"na\u00efve"](n) for n in range(20))


def nothing():
    pass


def spin(seconds):
    end = time.time() + seconds
    while time.time() < end:
        recursion()
        text()
        packages()


def main(words):
    work = globals()[words[0] if words else "recursion"]
    work(*[float(word) for word in words[1:]])


if __name__ == "__main__":
    main(sys.argv[1:])

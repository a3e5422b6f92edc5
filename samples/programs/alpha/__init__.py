"""One of two packages whose __init__.py has a main."""


def main(n):
    return sum(helper(i) for i in range(n))


def helper(i):
    return i % 7

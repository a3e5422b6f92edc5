"""One of two packages whose __init__.py has a main."""


def main(n):
    return max([helper(i) for i in range(n)])


def helper(i):
    return len(str(i) * 3)

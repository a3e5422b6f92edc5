"""Expressions that overload operators: differentiated, simplified by rules, compared, printed."""
from functools import reduce


class Expression:
    def __add__(self, other):
        return Sum(self, wrap(other))

    def __mul__(self, other):
        return Product(self, wrap(other))

    def __pow__(self, n):
        return self if n == 1 else self * self ** (n - 1)

    def __eq__(self, other):
        return type(self) is type(other) and self.parts() == other.parts()

    def simple(self):
        return self

    def size(self):
        return 1 + sum(part.size() for part in self.parts() if isinstance(part, Expression))


class Constant(Expression):
    def __init__(self, value):
        self.value = value

    def parts(self):
        return (self.value,)

    def by(self, name):
        return Constant(0)

    def __repr__(self):
        return str(self.value)


class Variable(Expression):
    def __init__(self, name):
        self.name = name

    def parts(self):
        return (self.name,)

    def by(self, name):
        return Constant(int(self.name == name))

    def __repr__(self):
        return self.name


class Pair(Expression):
    def __init__(self, left, right):
        self.left, self.right = left, right

    def parts(self):
        return self.left, self.right

    def simple(self):
        left, right = self.left.simple(), self.right.simple()
        if isinstance(left, Constant) and isinstance(right, Constant):
            return Constant(self.value(left.value, right.value))
        return self.rule(left, right)

    def __repr__(self):
        return f"({self.left!r} {self.sign} {self.right!r})"


class Sum(Pair):
    sign = "+"

    def value(self, left, right):
        return left + right

    def by(self, name):
        return self.left.by(name) + self.right.by(name)

    def rule(self, left, right):
        if Constant(0) in (left, right):
            return right if left == Constant(0) else left
        return Constant(2) * left if left == right else Sum(left, right)


class Product(Pair):
    sign = "*"

    def value(self, left, right):
        return left * right

    def by(self, name):
        return self.left.by(name) * self.right + self.left * self.right.by(name)

    def rule(self, left, right):
        if Constant(0) in (left, right):
            return Constant(0)
        return right if left == Constant(1) else left if right == Constant(1) else Product(left, right)


def wrap(value):
    return value if isinstance(value, Expression) else Constant(value)


def fixed(expression):
    """Simplifies until nothing changes."""
    simpler = expression.simple()
    return expression if simpler == expression else fixed(simpler)


def main():
    x, y = Variable("x"), Variable("y")
    f = (x + y * 2) ** 3 + x * y + 5
    for names in ("x", "y", "xx", "xy", "xyx"):
        g = reduce(lambda e, name: fixed(e.by(name)), names, f)
        print(names, f.size(), g.size(), len(repr(g)), g == fixed(g))


main()

"""Formulas: a tokenizer, a recursive descent parser, and nodes that evaluate and print themselves."""
import re

TOKEN = re.compile(r"\s*(?:(\d+\.?\d*)|([A-Za-z_]\w*)|(.))")


class Number:
    def __init__(self, text):
        self.value = float(text)

    def evaluate(self, names):
        return self.value

    def __str__(self):
        return f"{self.value:g}"


class Name:
    def __init__(self, text):
        self.text = text

    def evaluate(self, names):
        return names[self.text]

    def __str__(self):
        return self.text


class Binary:
    WAYS = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
            "/": lambda a, b: a / b if b else 0.0, "^": lambda a, b: abs(a) ** min(b, 3)}

    def __init__(self, sign, left, right):
        self.sign, self.left, self.right = sign, left, right

    def evaluate(self, names):
        return self.WAYS[self.sign](self.left.evaluate(names), self.right.evaluate(names))

    def __str__(self):
        return f"({self.left} {self.sign} {self.right})"


class Call(Binary):
    def __init__(self, name, arguments):
        self.name, self.arguments = name, arguments

    def evaluate(self, names):
        return {"max": max, "min": min, "sum": lambda *v: sum(v)}[self.name](*[a.evaluate(names) for a in self.arguments])

    def __str__(self):
        return f"{self.name}({', '.join(map(str, self.arguments))})"


class Parser:
    def __init__(self, text):
        self.tokens = [m.group(1) or m.group(2) or m.group(3) for m in TOKEN.finditer(text)] + ["end"]
        self.at = 0

    def peek(self):
        return self.tokens[self.at]

    def take(self, *wanted):
        if not wanted or self.peek() in wanted:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def left_to_right(self, operand, *signs):
        node = operand()
        while sign := self.take(*signs):
            node = Binary(sign, node, operand())
        return node

    def sum(self):
        return self.left_to_right(self.product, "+", "-")

    def product(self):
        return self.left_to_right(self.power, "*", "/")

    def power(self):
        base = self.atom()
        return Binary("^", base, self.power()) if self.take("^") else base

    def atom(self):
        if self.take("("):
            node = self.sum()
            self.take(")")
            return node
        token = self.take()
        if token[0].isdigit():
            return Number(token)
        return Call(token, self.arguments()) if self.take("(") else Name(token)

    def arguments(self):
        found = [self.sum()]
        while self.take(","):
            found.append(self.sum())
        self.take(")")
        return found


def nested(depth):
    return f"({nested(depth - 1)} + x * {depth}) / max({nested(depth - 2)}, 2 ^ y, {depth})" if depth > 1 else "(x - 1)"


def main():
    for formula in ("1 + 2 * x", "max(x, y, min(3, x ^ 2)) - (x + y) * (x - y)", nested(6), nested(7), "((((x))))^2^y"):
        tree = Parser(formula).sum()
        values = [tree.evaluate({"x": x, "y": x % 3}) for x in range(12)]
        print(len(str(tree)), round(sum(values), 3))


main()

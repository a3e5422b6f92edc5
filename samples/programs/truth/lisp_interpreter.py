"""A little Lisp: read, evaluate, apply. Its recursion is mutual, and as deep as the program it runs."""
import operator

PROGRAM = """
(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(define (map f xs) (if (null? xs) xs (cons (f (car xs)) (map f (cdr xs)))))
(define (fold f start xs) (if (null? xs) start (fold f (f start (car xs)) (cdr xs))))
(define (range a b) (if (< a b) (cons a (range (+ a 1) b)) (quote ())))
(define (even? n) (if (= n 0) 1 (odd? (- n 1))))
(define (odd? n) (if (= n 0) 0 (even? (- n 1))))
(fib 9)
(fold + 0 (map (lambda (x) (* x x)) (range 0 12)))
(let ((a 3) (b (fib 5))) (+ a (* b (even? 7))))
(map even? (range 0 9))
"""


def tokens(text):
    return text.replace("(", " ( ").replace(")", " ) ").split()


def read(found):
    token = found.pop(0)
    if token != "(":
        return atom(token)
    items = []
    while found[0] != ")":
        items.append(read(found))
    found.pop(0)
    return items


def atom(token):
    try:
        return int(token)
    except ValueError:
        return token


class Scope(dict):
    def __init__(self, names, values, outer=None):
        super().__init__(zip(names, values))
        self.outer = outer

    def find(self, name):
        return self if name in self or self.outer is None else self.outer.find(name)


class Procedure:
    def __init__(self, names, body, scope):
        self.names, self.body, self.scope = names, body, scope

    def __call__(self, *values):
        return evaluate(self.body, Scope(self.names, values, self.scope))


def evaluate(form, scope):
    if isinstance(form, str):
        return scope.find(form)[form]
    if not isinstance(form, list):
        return form
    special = SPECIAL.get(form[0]) if isinstance(form[0], str) else None
    return special(form, scope) if special else apply(form, scope)


def apply(form, scope):
    procedure, *values = [evaluate(part, scope) for part in form]
    return procedure(*values)


def define(form, scope):
    name, *names = form[1]
    scope[name] = Procedure(names, form[2], scope)


def choose(form, scope):
    return evaluate(form[2] if evaluate(form[1], scope) else form[3], scope)


def let(form, scope):
    names, values = zip(*form[1])
    return evaluate(form[2], Scope(names, [evaluate(value, scope) for value in values], scope))


SPECIAL = {"define": define, "if": choose, "let": let, "quote": lambda form, scope: form[1],
           "lambda": lambda form, scope: Procedure(form[1], form[2], scope)}

GLOBALS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "<": operator.lt, "=": operator.eq,
           "null?": lambda xs: not xs, "car": lambda xs: xs[0], "cdr": lambda xs: xs[1:], "cons": lambda x, xs: [x] + xs}


def main():
    scope = Scope(GLOBALS.keys(), GLOBALS.values())
    found = tokens(PROGRAM)
    while found:
        value = evaluate(read(found), scope)
        if value is not None:
            print(value)


main()

"""Python source made smaller: parsed, constants folded, names shortened by a NodeTransformer, unparsed, compiled and run."""
import ast
import operator
import symtable

SOURCE = '''
import math
LIMIT = 60 * 60 * 24

class Shape:
    """A shape."""
    def __init__(self, width, height=2 * 3 + 1):
        self.width, self.height = width, height

    def area(self, *, factor=1.0):
        if factor and self.width > 10 - 3 * 3:
            return self.width * self.height * factor * (2 ** 4 - 15)
        return -1

def total(shapes, start=0):
    """Sum."""
    result = start
    for index, shape in enumerate(shapes):
        result += shape.area() if index % (1 + 1) else math.sqrt(abs(shape.area())) * (10 / 4)
        while result > LIMIT:
            result -= 100 * 1000
    return {"sum": result, "all": [s.width for s in shapes if s.width not in (1, 2)], "f": lambda x: x + 1 * 1}

print(f"{total([Shape(n) for n in range(5 * 4)])['sum']:.2f}", "a" + "b" * 3)
'''

WAYS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow}


class Fold(ast.NodeTransformer):
    """Computes what is known."""

    def visit_BinOp(self, node):
        node = self.generic_visit(node)
        way = WAYS.get(type(node.op))
        if way and isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant):
            return ast.copy_location(ast.Constant(way(node.left.value, node.right.value)), node)
        return node


class Undocument(ast.NodeTransformer):
    def without_docstring(self, node):
        node = self.generic_visit(node)
        if ast.get_docstring(node) and len(node.body) > 1:
            del node.body[0]
        return node

    visit_ClassDef = visit_FunctionDef = visit_Module = without_docstring


class Rename(ast.NodeTransformer):
    def __init__(self, names):
        self.names = names

    def visit_Name(self, node):
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_FunctionDef(self, node):
        inner = Rename({**self.names, **{name: f"_{n}" for n, name in enumerate(self.locals_of(node))}})
        node.body = [inner.visit(part) for part in node.body]
        return node

    @staticmethod
    def locals_of(node):
        return sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)})


def scopes(table):
    return 1 + sum(scopes(child) for child in table.get_children())


def main():
    for times in range(1, 4):
        module = ast.parse(SOURCE * times)
        for step in (Undocument(), Fold(), Rename({})):
            module = step.visit(module)
        ast.fix_missing_locations(module)
        text = ast.unparse(module)
        exec(compile(module, "<optimized>", "exec"), {"__name__": "optimized"})
        print(len(SOURCE * times), len(text), len(ast.dump(module)), scopes(symtable.symtable(text, "small", "exec")))


main()

"""C source parsed by pycparser, walked by visitors of our own, and written as C again."""
from pycparser import c_ast, c_generator, c_parser

SOURCE = """
typedef struct node { int value; struct node *next, *children[4]; } node_t;
static int count(const node_t *n, int (*test)(int)) {
    int sum = 0;
    for (; n != 0; n = n->next) {
        if (test(n->value) && (n->value & 0xff) > 3) sum += 1;
        else if (n->children[0]) { int i; for (i = 0; i < 4; i++) sum += count(n->children[i], test); }
        switch (n->value) { case 1: sum--; break; default: while (sum > 10) sum /= 2; }
    }
    return sum > 0 ? sum * (1 + 2) : -sum;
}
"""


class Calls(c_ast.NodeVisitor):
    def __init__(self):
        self.seen = []

    def visit_FuncCall(self, node):
        self.seen.append(node.name.name)
        self.generic_visit(node)


def describe(kind):
    """A declaration in words."""
    if isinstance(kind, c_ast.PtrDecl):
        return "pointer to " + describe(kind.type)
    if isinstance(kind, c_ast.ArrayDecl):
        return f"array of {kind.dim.value} " + describe(kind.type)
    if isinstance(kind, c_ast.FuncDecl):
        return f"function of ({', '.join(describe(p.type) for p in kind.args.params)}) giving " + describe(kind.type)
    if isinstance(kind, c_ast.TypeDecl):
        return describe(kind.type)
    return " ".join(kind.names) if isinstance(kind, c_ast.IdentifierType) else f"struct {kind.name}"


def depth(node):
    return 1 + max((depth(child) for _, child in node.children()), default=0)


def main():
    tree = c_parser.CParser().parse(SOURCE)
    calls = Calls()
    calls.visit(tree)
    print(calls.seen, depth(tree), len(c_generator.CGenerator().visit(tree)))
    print(describe(tree.ext[1].decl.type))
    print([describe(member.type) for member in tree.ext[0].type.type.decls])


main()

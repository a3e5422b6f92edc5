"""Nested data copied, compared, shortened and printed: copy, pprint, reprlib, textwrap."""
import copy
import io
import pprint
import reprlib
import textwrap


class Account:
    def __init__(self, name, children=()):
        self.name, self.children = name, list(children)
        self.totals = {"open": len(name) * 3, "closed": {"won": 1, "lost": [1, 2, 3]}}

    def __deepcopy__(self, memo):
        twin = Account(self.name)
        twin.children = copy.deepcopy(self.children, memo)
        twin.totals = copy.deepcopy(self.totals, memo)
        return twin

    def __repr__(self):
        return f"Account({self.name!r}, {self.children!r})"

    def __eq__(self, other):
        return self.name == other.name and self.totals == other.totals and self.children == other.children


def hierarchy(depth, name="root"):
    return Account(name, [hierarchy(depth - 1, f"{name}.{n}") for n in range(3)] if depth else [])


def as_data(account):
    return {"name": account.name, "totals": account.totals, "list": [as_data(child) for child in account.children],
            "tags": {f"tag{n}" for n in range(3)}, "pair": (account.name, None, 1.5)}


def walk(account):
    yield account
    for child in account.children:
        yield from walk(child)


def printed(data, **options):
    out = io.StringIO()
    pprint.PrettyPrinter(stream=out, **options).pprint(data)
    return out.getvalue()


def main():
    root = hierarchy(3)
    twin = copy.deepcopy(root)
    print(root == twin, len(list(walk(twin))))
    data = as_data(hierarchy(2))
    other = copy.deepcopy(data)
    other["list"][0]["totals"]["open"] = 0
    wide, narrow = printed(data, width=120), printed(other, width=60, compact=True)
    print(len(wide), len(narrow), len(printed(data, depth=2)), data == other)
    short = reprlib.Repr()
    short.maxlevel = 4
    print(len(short.repr(data)), len(repr(root)), len(textwrap.shorten(repr(root), 200)))


main()

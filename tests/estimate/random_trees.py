"""Random true trees, the same for the same seed, for tests of estimates.

make_tree() grows one; what profilers keep of it comes from true_tree, whose functions are here too."""
import random

from true_tree import Tree, callgrind_text, collapsed, drawn, pstat_bytes, recorded  # noqa: F401

RECURSIONS = ["none", "self", "mutual", "import"]
DEPTH_MOST = 60


def function(name):
    return "~", 0, name


def program(rng, count, recursion):
    """(where it starts, function -> whom it may call, the likelier ones twice): a program before it runs."""
    names = [function(f"f{number}") for number in range(count)]
    callees = {}
    for number, name in enumerate(names):
        later = names[number + 1:]
        near = later[:max(3, count // 4)]
        # helpers stand last: many call them, and they call little
        callees[name] = rng.sample(near, min(len(near), rng.randint(1, 4))) + rng.sample(later, min(len(later), 1))
    if recursion == "self":
        for name in rng.sample(names[1:], max(1, count // 5)):
            callees[name].append(name)
    elif recursion == "mutual":
        inner = names[1:]
        rng.shuffle(inner)
        while len(inner) > count // 2:
            group = [inner.pop() for _ in range(min(len(inner), rng.randint(2, 4)))]
            for caller, callee in zip(group, group[1:] + group[:1]):
                callees[caller].append(callee)
            callees[group[0]].append(rng.choice(group))
    elif recursion == "import":
        names, callees = with_imports(rng, names, callees)
    return [names[0]] + names[1:2] * (rng.random() < 0.3), callees


def with_imports(rng, names, callees):
    """exec runs a module, whose import statements call load, which calls exec: as Python starts a program."""
    execute, load, find = map(function, ("exec", "load", "find"))
    modules = [function(f"module{number}") for number in range(max(2, len(names) // 3))]
    for module in modules:
        callees[module] = [load, load] + rng.sample(names, min(len(names), 3))
    callees[execute] = list(modules)
    callees[load] = [find, execute, execute]
    callees[find] = [names[-1]]
    for name in rng.sample(names, max(1, len(names) // 10)):
        callees[name].append(load)  # an import statement inside a function
    return [execute] + names, callees


class Growth:
    """A tree that grows by one context at a time, below a context picked at random."""

    def __init__(self, rng, roots, callees):
        self.rng, self.callees = rng, callees
        self.paths = [(root,) for root in roots]
        self.seen = set(self.paths)
        self.loaded = set()  # modules run once, wherever they are imported first

    def step(self):
        above = self.rng.choice(self.paths)
        if not self.callees[above[-1]] or len(above) >= DEPTH_MOST:
            return
        path = above + (self.rng.choice(self.callees[above[-1]]),)
        if path not in self.seen and self.may_load(above, path[-1]):
            self.seen.add(path)
            self.paths.append(path)

    def may_load(self, above, callee):
        if above[-1] != function("exec"):
            return True
        if callee in self.loaded or any(above + (module,) in self.seen for module in self.loaded):
            return False
        self.loaded.add(callee)
        return True


def make_tree(seed, functions=30, contexts=200, recursion="none"):
    """A Tree of at most so many contexts. What a function costs depends on the function and on the context."""
    rng = random.Random(f"{seed} {functions} {contexts} {recursion}")
    growth = Growth(rng, *program(rng, functions, recursion))
    for _ in range(30 * contexts):
        if len(growth.paths) >= contexts:
            break
        growth.step()
    cost = {name: int(rng.lognormvariate(9, 2)) for name in growth.callees}
    # a context without time of its own is common: it only calls others
    self_ns = {path: int(cost[path[-1]] * rng.lognormvariate(0, 1)) * (rng.random() > 0.15) for path in growth.paths}
    calls = {path: 1 + int(rng.expovariate(0.5)) for path in growth.paths}
    return Tree(self_ns, calls)

"""Exclusive times of real plans, as another reader of the same rules found them (oracle.json)."""
import collections
import json

import pytest

import lib
import plan_names

ORACLE = json.loads((lib.ROOT / "tests/formats/explain/oracle.json").read_text())
BESIDE = ("Planning", "Execution start and end", "Serialization", "Trigger")
YAML = "samples/explain/cte-18.yaml"  # the plan of cte-18.txt
MICROSECOND = 0.001


def names_of(path):
    path = YAML.replace("yaml", "txt") if path == YAML else path
    return plan_names.plans((lib.ROOT / path).read_bytes())


def in_tree(stack, name):
    """Not what a file says of its statement as a whole."""
    own = stack[1:] if name else stack
    return own and not own[0].startswith(BESIDE)


def by_name(stacks, name):
    """Own values of frames; what a trigger took inside a node is its own for the oracle."""
    sums = collections.Counter()
    for stack, value in stacks.items():
        if in_tree(stack, name):
            sums[stack[-2] if stack[-1].startswith("Trigger") else stack[-1]] += value
    return sums


def tree_of(plan, names, times, roots):
    """The frame above a plan, and the stacks below that and its first node."""
    for root in roots:
        tree = {stack: value for stack, value in times.items() if stack[:2] == (root, names[0]) or root is None
                or (stack[0] == root and stack[1:2] == ("CTE i",))}
        if abs(sum(value for stack, value in tree.items() if in_tree(stack, root)) - plan["root_total"] - plan["cte_outside_root"]) <= 0.02:
            return root, tree
    raise AssertionError(f"no tree of {names[0]} takes {plan['root_total']} ms")


def check_own_times(plan, names, times, root):
    expected, bound = collections.Counter(), collections.Counter()
    for node, name in zip(plan["nodes"], names, strict=True):
        expected[name] += node["leader_self"]
        bound[name] += node["rounding"] + MICROSECOND
    found = by_name(times, root)
    for name, want in expected.items():
        assert abs(found[name] - want) <= bound[name], (name, found[name], want)
    assert not set(found) - set(expected) - {charge["what"] for charge in plan["charges"]} - {n.get("subplan") for n in plan["nodes"]}


def check_charges(plan, names, times):
    for charge in plan["charges"]:
        if charge["to"] == "query":
            paid = sum(value for stack, value in times.items() if charge["what"] == stack[0])
        else:
            pair = (names[charge["to"]], charge["what"])
            paid = sum(value for stack, value in times.items() if pair in zip(stack, stack[1:]))
        alike = sum(other["ms"] for other in plan["charges"] if other["what"] == charge["what"] and
                    (other["to"] == charge["to"] or "query" not in (other["to"], charge["to"]) and names[other["to"]] == names[charge["to"]]))
        assert abs(paid - alike) <= 0.02, charge


def check_sum(plan, times, root):
    total = sum(value for stack, value in times.items() if in_tree(stack, root))
    assert abs(total - plan["root_total"] - plan["cte_outside_root"]) <= 0.02
    if plan["leader_known"]:
        assert abs(plan["leader_self_sum"] - plan["root_total"] - plan["cte_outside_root"]) <= 0.02
    assert min(times.values()) >= 0


def check_workers(plan, names, found, root):
    for worker, total in plan["worker_self_sum"].items():
        times = found[f"worker {worker}", "time"]
        assert abs(sum(times.values()) - total) <= 0.02
        expected = collections.Counter()
        for node, name in zip(plan["nodes"], names):
            expected[name] += node.get("worker_self", {}).get(worker, 0)
        for name, want in expected.items():
            assert abs(by_name(times, root)[name] - want) <= 0.02, (worker, name)


def check_beside(plans, times, root):
    """What is beside the trees makes up the rest of the execution time, and planning."""
    beside = collections.Counter({stack[-1]: value for stack, value in times.items() if stack[:1] == (root,) or root is None
                                  if not in_tree(stack, root)})
    whole = sum(plan["execution_time"] or plan.get("duration") for plan in plans)
    assert abs(beside["Planning"] - sum(plan["planning_time"] or 0 for plan in plans)) <= MICROSECOND
    rest = whole - sum(plan["root_total"] + plan["cte_outside_root"] for plan in plans)
    assert abs(sum(beside.values()) - beside["Planning"] - rest) <= 0.002


@pytest.mark.parametrize("path", ORACLE)
def test_own_times_are_those_of_the_oracle(path):
    found = plan_names.rows(lib.ROOT / path, "--nested")
    leader = found["leader" if any(thread == "leader" for thread, _ in found) else "", "time"]
    all_names, plans = names_of(path), ORACLE[path]
    timed = [(plan, names) for plan, names in zip(plans, all_names, strict=True) if plan.get("timed", True)]
    assert bool(timed) == bool(leader)
    several = len(plans) > 1 or "auto_explain" in path
    roots = {stack[0] for stack in leader} if several else [None]
    of_root = collections.defaultdict(list)
    for plan, names in timed:
        root, times = tree_of(plan, names, leader, roots)
        of_root[root].append(plan)
        check_sum(plan, times, root)
        if plan["leader_known"]:
            check_own_times(plan, names, times, root)
            check_charges(plan, names, times)
            check_workers(plan, names, found, root)
    for root, of_it in of_root.items():
        check_beside(of_it, leader, root)


JSON_PLANS = [path for path in ORACLE if path.endswith(("json", "json.in")) and "aligned" not in path]


@pytest.mark.parametrize("path", JSON_PLANS)
def test_blocks_prove_the_charges(path):
    """Blocks are whole numbers without rounding: none is below zero, and all of them are those of the roots."""
    found = plan_names.rows(lib.ROOT / path)
    for key, title in {"Shared Hit Blocks": "shared_hit", "Shared Read Blocks": "shared_read", "WAL Bytes": "wal_bytes"}.items():
        want = 0
        for query in json.loads((lib.ROOT / path).read_text()):
            outside = [node for node in query["Plan"].get("Plans", []) if node.get("Subplan Name") == "CTE i"]
            want += query["Plan"].get(key, 0) + query.get("Planning", {}).get(key, 0) + sum(node[key] for node in outside)
        values = [value for (_, name), stacks in found.items() if name == title for value in stacks.values()]
        assert sum(values) == want and min(values, default=0) >= 0, key
    assert b"children with more" not in lib.run("explain2collapsed", lib.ROOT / path)[1]

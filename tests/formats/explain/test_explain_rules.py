"""What ran inside what, by plans small enough to add up by hand. Times are in milliseconds here, in microseconds in what we print."""
import json
import marshal

import pytest

import lib


def node(name, ms=None, *plans, loops=1, **more):
    keys = {"Node Type": name}
    if ms is not None:
        keys |= {"Actual Total Time": ms, "Actual Rows": 1, "Actual Loops": loops}
    keys |= {key.replace("_", " "): value for key, value in more.items()}
    return keys | ({"Plans": list(plans)} if plans else {})


def plan(root, **more):
    return {"Plan": root, **{key.replace("_", " "): value for key, value in more.items()}}


def stacks(data, *options, status=0, to="collapsed"):
    """{stack: value} without zeros, and what is said."""
    text = data if isinstance(data, str) else json.dumps(data if isinstance(data, list) else [plan(data)])
    out, said = lib.run(f"explain2{to}", *options, input=text.encode(), status=status)
    rows = (line.rsplit(" ", 1) for line in out.decode().splitlines())
    return {stack: float(value) for stack, value in rows if float(value)}, said.decode()


US = ("--unit", "us")


# --- InitPlans ---

def test_an_initplan_is_below_the_node_that_mentions_its_value():
    init = node("Aggregate", 5, Subplan_Name="InitPlan 1 (returns $0)")
    tree = node("Sort", 9, init, node("Seq Scan", 8, Filter="(a > $0)"))
    assert stacks(tree, *US)[0] == {"Sort": 1000, "Sort;Seq Scan": 3000, "Sort;Seq Scan;InitPlan 1 (returns $0);Aggregate": 5000}


@pytest.mark.parametrize("name, mention, other", [("InitPlan 1 (returns $1)", "$1", "$10"), ("InitPlan 1", "(InitPlan 1).col1", "(InitPlan 10).col1"),
                                                  ("InitPlan 2 (returns $3,$4)", "$4", "$40")])
def test_whole_numbers_are_compared(name, mention, other):
    tree = node("Append", 20, node("Aggregate", 5, Subplan_Name=name), node("Seq Scan", 9, Filter=f"(a > {other})"),
                node("Index Scan", 9, Output=["b", f"(c + {mention})"]))
    found = stacks(tree, *US)[0]
    assert found == {"Append": 2000, "Append;Seq Scan": 9000, "Append;Index Scan": 4000, f"Append;Index Scan;{name};Aggregate": 5000}


def test_the_gather_pays_for_what_is_needed_below_it():
    worker = {"Worker Number": 0, "Actual Total Time": 3, "Actual Rows": 1, "Actual Loops": 1}
    tree = node("Sort", 20, node("Aggregate", 5, Subplan_Name="InitPlan 1"),
                node("Gather", 18, node("Seq Scan", 4, loops=2, Filter="(a > (InitPlan 1).col1)", Workers=[worker], Output=["a"])))
    found, said = stacks(tree, *US)
    assert found == {"Sort": 2000, "Sort;Gather": 18000 - 5000 - 5000, "Sort;Gather;InitPlan 1;Aggregate": 5000, "Sort;Gather;Seq Scan": 8000}
    assert said == ""


def test_without_a_text_the_first_that_is_long_enough_pays():
    tree = node("Limit", 20, node("Aggregate", 5, Subplan_Name="InitPlan 1"), node("Sort", 19, node("Seq Scan", 10), Alias="x"))
    assert stacks(tree, *US)[0] == {"Limit": 1000, "Limit;Sort on x": 4000, "Limit;Sort on x;InitPlan 1;Aggregate": 5000,
                                    "Limit;Sort on x;Seq Scan": 10000}


def test_of_two_users_the_lower_one_that_can_pay_is_chosen():
    def tree(low):
        return node("Append", 20, node("Aggregate", 5, Subplan_Name="InitPlan 1"),
                    node("Sort", 19, node("Seq Scan", low, Filter="((InitPlan 1).col1 = a)"), Output=["(InitPlan 1).col1"]))
    assert stacks(tree(10), *US)[0]["Append;Sort;Seq Scan;InitPlan 1;Aggregate"] == 5000
    assert stacks(tree(4), *US)[0]["Append;Sort;InitPlan 1;Aggregate"] == 5000


def test_initplans_that_need_each_other_are_beside_the_tree():
    tree = node("Append", 1, node("Aggregate", 5, Subplan_Name="InitPlan 1", Filter="$1"), node("Result", 7, Subplan_Name="InitPlan 2", Filter="$0"))
    tree["Plans"][0]["Subplan Name"] += " (returns $0)"
    tree["Plans"][1]["Subplan Name"] += " (returns $1)"
    found, said = stacks(tree, *US)
    assert sum(found.values()) > 0 and all(value > 0 for value in found.values())
    assert "InitPlans need each other's values" in said
    assert "InitPlans need" in stacks(tree, "--strict", status=2)[1]


# --- CTEs ---

def test_scans_pay_as_far_as_they_can():
    scan = {"CTE Name": "m", "Alias": "m"}
    tree = node("Append", 100, node("Seq Scan", 60, Subplan_Name="CTE m", Shared_Hit_Blocks=10),
                {**node("CTE Scan", 20, Shared_Hit_Blocks=10), **scan}, {**node("CTE Scan", 70), **scan, "Alias": "n"}, Shared_Hit_Blocks=10)
    found = stacks(tree, *US)[0]
    assert found == {"Append": 10000, "Append;CTE Scan on m n": 10000, "Append;CTE Scan on m n;CTE m;Seq Scan": 60000, "Append;CTE Scan on m": 20000}
    # blocks by their own measure: the other scan read them
    assert stacks(tree, "--value", "shared_hit")[0] == {"Append;CTE Scan on m;CTE m;Seq Scan": 10}


def test_a_cte_of_two_scans_is_below_both():
    scan = {"CTE Name": "m"}
    tree = node("Append", 100, node("Sort", 60, node("Seq Scan", 45), Subplan_Name="CTE m"),
                {**node("CTE Scan", 50), **scan, "Alias": "a"}, {**node("CTE Scan", 40), **scan, "Alias": "b"})
    found = stacks(tree, *US)[0]
    assert found == {"Append": 10000, "Append;CTE Scan on m a;CTE m;Sort": 12500, "Append;CTE Scan on m a;CTE m;Sort;Seq Scan": 37500,
                     "Append;CTE Scan on m b": 30000, "Append;CTE Scan on m b;CTE m;Sort": 2500, "Append;CTE Scan on m b;CTE m;Sort;Seq Scan": 7500}


def test_of_two_ctes_of_a_name_the_nearest_is_read():
    inner = node("Sort", 30, node("Result", 20, Subplan_Name="CTE m"), node("CTE Scan", 25, CTE_Name="m", Alias="m"))
    tree = node("Append", 100, node("Seq Scan", 40, Subplan_Name="CTE m"), inner, node("CTE Scan", 50, CTE_Name="m", Alias="o"))
    found = stacks(tree, *US)[0]
    assert found["Append;Sort;CTE Scan on m;CTE m;Result"] == 20000
    assert found["Append;CTE Scan on m o;CTE m;Seq Scan"] == 40000
    assert sum(found.values()) == 100000


def test_a_cte_that_writes_and_is_not_read_is_a_root():
    write = node("ModifyTable", 40, Operation="Insert", Relation_Name="t", Subplan_Name="CTE w")
    found = stacks([plan(node("Result", 1, write), Execution_Time=45)], *US)[0]
    assert found == {"Result": 1000, "CTE w;Insert on t": 40000, "Execution start and end": 4000}


# --- rounding and what is beyond it ---

def test_rounding_is_taken_from_the_children():
    tree = node("Nested Loop", 10, node("Memoize", 0.002, node("Index Scan", 0.0025), loops=5000), node("Seq Scan", 1))
    tree["Plans"][0]["Plans"][0]["Actual Loops"] = 5000
    found, said = stacks(tree, *US, "-v")
    assert found == {"Nested Loop;Memoize;Index Scan": 9090.909, "Nested Loop;Seq Scan": 909.091}
    assert "children have 3.500 ms more than their nodes, by rounding: taken from them" in said and "warning" not in said
    assert "children" not in stacks(tree, "--strict", to="speedscope", status=2)[1]  # calls are lost, and nothing is repaired


def test_what_rounding_does_not_explain_is_said():
    tree = node("Sort", 10, node("Seq Scan", 12), node("Result", 8))
    found, said = stacks(tree, *US)
    assert found == {"Sort;Seq Scan": 6000, "Sort;Result": 4000}
    assert "1 nodes have children with more than they have themselves (10.000 ms): taken from the children" in said
    assert "1 nodes have children" in stacks(tree, "--strict", to="speedscope", status=2)[1]
    blocks = node("Sort", 10, node("Seq Scan", 9, Shared_Hit_Blocks=6), Shared_Hit_Blocks=5)
    assert "1 nodes have children" in stacks(blocks)[1]
    assert stacks(blocks, "--value", "shared_hit", "-q")[0] == {"Sort;Seq Scan": 5}


def test_without_verbose_times_below_a_gather_are_scaled():
    tree = node("Sort", 20, node("Gather", 18, node("Aggregate", 10, node("Seq Scan", 8, loops=3), loops=3), Workers_Launched=2))
    found, said = stacks(tree, *US)
    assert found == {"Sort": 2000, "Sort;Gather;Aggregate": 3600, "Sort;Gather;Aggregate;Seq Scan": 14400}
    assert "EXPLAIN has them apart with VERBOSE" in said
    assert "VERBOSE" in stacks(tree, "--strict", to="speedscope", status=2)[1]
    tree["Plans"][0]["Workers Launched"] = 0  # then all of it was the leader's
    tree["Plans"][0]["Plans"][0] = node("Seq Scan", 10)
    assert stacks(tree, *US) == ({"Sort": 2000, "Sort;Gather": 8000, "Sort;Gather;Seq Scan": 10000}, "")


# --- beside the tree ---

def insert(**more):
    return node("ModifyTable", 100, node("Result", 10), Operation="Insert", Relation_Name="t", **more)


def trigger(name, ms, **more):
    return {"Trigger Name": name, "Relation": "t", "Time": ms, "Calls": 3, **{key.replace("_", " "): value for key, value in more.items()}}


def test_triggers_are_inside_or_after():
    triggers = [trigger("before", 60), trigger("after", 5), trigger("RI_1", 12, Constraint_Name="fk")]
    found, said = stacks([plan(insert(), Triggers=triggers, Execution_Time=120, Planning_Time=2)], *US)
    assert found == {"Insert on t": 30000, "Insert on t;Result": 10000, "Insert on t;Trigger before on t": 60000, "Trigger after on t": 5000,
                     "Trigger for constraint fk on t": 12000, "Execution start and end": 3000, "Planning": 2000}
    assert said == ""


def test_triggers_find_the_order_in_which_all_have_a_place():
    """The cheaper one ran before: after the statement it would leave a time that no node has."""
    triggers = [trigger("before", 88), trigger("after", 91)]
    found, said = stacks([plan(insert(), Triggers=triggers, Execution_Time=192)], *US)
    assert found == {"Insert on t": 2000, "Insert on t;Result": 10000, "Insert on t;Trigger before on t": 88000, "Trigger after on t": 91000,
                     "Execution start and end": 1000}
    assert said == ""


def test_triggers_without_the_execution_time_are_a_guess():
    found, said = stacks([plan(insert(), Triggers=[trigger("a", 60)])], *US)
    assert sum(found.values()) == 100000
    assert "triggers may have run before or after the statement" in said


def test_planning_and_serialization():
    found = stacks([plan(node("Result", 1), Planning={"Shared Hit Blocks": 7}, Planning_Time=0.5, Serialization={"Time": 0.25}, Execution_Time=1.5)], *US)[0]
    assert found == {"Result": 1000, "Planning": 500, "Serialization": 250, "Execution start and end": 250}
    assert stacks([plan(node("Result", 1), Planning={"Shared Hit Blocks": 7})], "--value", "shared_hit")[0] == {"Planning": 7}


# --- workers, calls, value types ---

def test_workers_are_threads():
    workers = [{"Worker Number": k, "Actual Total Time": 2 + k, "Actual Rows": 10, "Actual Loops": 1, "Shared Hit Blocks": 5 + k} for k in range(2)]
    tree = node("Gather", 9, node("Seq Scan", 3, loops=3, Workers=workers, Output=["a"], Shared_Hit_Blocks=20), Shared_Hit_Blocks=20)
    for thread, want in {"leader": {"Gather": 5000, "Gather;Seq Scan": 4000}, "worker 0": {"Gather;Seq Scan": 2000}, "worker 1": {"Gather;Seq Scan": 3000}}.items():
        assert stacks(tree, *US, "--thread", thread)[0] == want
    blocks = {thread: stacks(tree, "--value", "shared_hit", "--thread", thread)[0] for thread in ("leader", "worker 0", "worker 1")}
    assert blocks == {"leader": {"Gather;Seq Scan": 9}, "worker 0": {"Gather;Seq Scan": 5}, "worker 1": {"Gather;Seq Scan": 6}}


def test_loops_are_calls():
    sub = node("Index Scan", 0.01, loops=250, Subplan_Name="SubPlan 1")
    rows = marshal.loads(lib.run("explain2pstat", "-q", input=json.dumps([plan(node("Seq Scan", 9, sub))]).encode())[0])
    calls = {key[2]: row[:2] for key, row in rows.items()}
    assert calls["Seq Scan"] == (1, 1) and calls["SubPlan 1"] == (250, 250) and calls["Index Scan"] == (250, 250)
    (arc,) = rows[next(key for key in rows if key[2] == "Index Scan")][4].values()
    assert arc[0] == 250


def test_loops_of_a_cte_are_counted_once():
    """Although it is below two scans."""
    tree = node("Append", 100, node("Sort", 60, node("Index Scan", 0.01, loops=30), Subplan_Name="CTE m"),
                node("CTE Scan", 50, CTE_Name="m", Alias="a"), node("CTE Scan", 40, CTE_Name="m", Alias="b"))
    rows = marshal.loads(lib.run("explain2pstat", "-q", input=json.dumps([plan(tree)]).encode())[0])
    calls = {key[2]: row[1] for key, row in rows.items()}
    assert calls["Sort"] == calls["CTE m"] == 1 and calls["Index Scan"] == 30 and calls["CTE Scan on m a"] == 1


def test_value_types_are_those_that_a_file_has():
    def types(tree):
        out, _ = lib.run("profcheck", "-q", "--json", input=json.dumps([plan(tree)]).encode())
        return {t["name"]: t["self_total"] for t in json.loads(out)["value_types"]}
    assert types(node("Limit", None, node("Sort", Total_Cost=8.5), Total_Cost=2.25)) == {"cost": 2.25}
    assert types({"Node Type": "Sort", "Actual Rows": 3, "Actual Loops": 2, "Total Cost": 1}) == {"rows": 6, "cost": 1}
    full = node("Sort", 5, IO_Read=0)
    full |= {"I/O Read Time": 1.5, "Temp I/O Write Time": 0.25, "WAL Records": 3, "WAL FPI": 1, "WAL Bytes": 99, "Temp Read Blocks": 4, "Local Hit Blocks": 2}
    found = types(full)
    assert found == {"time": 5000000, "rows": 1, "temp_read": 4, "local_hit": 2, "io_read": 1500000, "io_write": 250000, "wal_records": 3, "wal_fpi": 1,
                     "wal_bytes": 99}


def test_what_was_never_executed_took_nothing():
    text = "Sort  (cost=1.00..2.00 rows=1 width=4) (actual time=0.100..0.200 rows=1 loops=1)\n  ->  Seq Scan on t  (cost=1.00..2.00 rows=1 width=4) (never executed)\n"
    assert stacks(text, *US)[0] == {"Sort": 200}
    assert stacks(node("Sort", 0.2, node("Seq Scan", 0, loops=0)), *US)[0] == {"Sort": 200}


def test_a_table_may_be_called_like_the_numbers_of_a_node():
    text = 'Seq Scan on "x  (actual time=9..9 rows=1 loops=1)" y  (cost=1.00..2.00 rows=1 width=4) (actual time=0.100..0.200 rows=1.50 loops=2)\n'
    assert stacks(text, *US)[0] == {'Seq Scan on "x  (actual time=9..9 rows=1 loops=1)" y': 400}
    assert stacks(text, "--value", "rows")[0] == {'Seq Scan on "x  (actual time=9..9 rows=1 loops=1)" y': 3}


# --- hostile plans: as long as the file, not its square ---

def quick(data, *options):
    done = lib.subprocess.run(["sh", "-c", 'ulimit -t 5; exec "$0" -q "$@"', lib.BIN / "explain2collapsed", *options], input=data, capture_output=True)
    assert done.returncode in (0, 2), done.stderr[-300:]
    return done


@pytest.mark.skipif(lib.SANITIZED, reason="a time limit")
def test_hostile_plans_end():
    many = 20000
    leaf = b'{"Node Type":"a","Actual Total Time":1,"Actual Loops":1,'
    # InitPlans whose texts all have one value; without any text; CTEs of one name; two scans of the CTE before, 2^n paths
    same = b",".join(leaf + b'"Subplan Name":"InitPlan 1","Filter":"(InitPlan 1).col1"}' for _ in range(many))
    unknown = b",".join(leaf + b'"Subplan Name":"InitPlan %d"}' % i for i in range(many))
    scans = b",".join(leaf + b'"Node Type":"CTE Scan","CTE Name":"m"}' for _ in range(many))
    tables = b",".join(leaf + b'"Subplan Name":"CTE m"}' for _ in range(many))
    scan = b'{"Node Type":"CTE Scan","CTE Name":"%d","Actual Total Time":%d,"Actual Loops":1}'
    powers = b",".join(leaf.replace(b"Time\":1", b'Time":%d' % 2 ** i) + b'"Subplan Name":"CTE %d","Plans":[' % i
                       + scan % (i - 1, 2 ** (i - 1)) + b"," + scan % (i - 1, 2 ** (i - 1)) + b"]}" for i in range(1, 40))
    triggers = b'],"Execution Time":1}]'
    for children in (same, unknown, scans + b"," + tables, powers):
        done = quick(b'[{"Plan":{"Node Type":"Append","Actual Total Time":9,"Actual Loops":1,"Plans":[' + children + b"]}}]")
        assert done.returncode == 0
    writers = b",".join(b'{"Node Type":"ModifyTable","Actual Total Time":0,"Actual Loops":1}' for _ in range(many))
    done = quick(b'[{"Plan":{"Node Type":"Append","Actual Total Time":9,"Actual Loops":1,"Plans":[' + writers + b']},"Triggers":['
                 + b",".join(b'{"Trigger Name":"t","Time":5,"Calls":1}' for _ in range(many)) + triggers)
    assert done.returncode == 0


@pytest.mark.skipif(lib.SANITIZED, reason="a time limit")
def test_a_million_children_and_a_deep_chain():
    text = b"a  (actual time=1..1 rows=1 loops=1)\n" + b"  ->  b  (actual time=0..0 rows=1 loops=1)\n" * 1000000
    assert quick(text, "--unit", "us").stdout == b"a 1000\na;b 0\n"
    deep = b"a  (actual time=1..1 rows=1 loops=1)\n" + b"".join(b" " * (6 * i - 4) + b"->  b  (actual time=1..1 rows=1 loops=1)\n" for i in range(1, 1900))
    assert quick(deep, "--unit", "us").stdout.endswith(b";b 1000\n")
    assert b"levels of values within each other" in quick(deep + b" " * 20000 + b"->  b  (actual time=1..1 rows=1 loops=1)\n" * 2, "--limit", "nesting=1000").stderr


def test_names_of_markup_are_escaped():
    name = '<script>&"\'</script>'
    out, _ = lib.run("explain2flamegraph", "-q", "--no-time", "--no-script", input=json.dumps([plan(node(name, 5))]).encode())
    assert b"<script>&" not in out and b"&lt;script&gt;" in out

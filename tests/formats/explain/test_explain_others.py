"""Plans of MariaDB, MySQL and DuckDB, against the numbers in the files, added up by a reader of its own."""
import collections
import json
import re

import lib
import plan_names

GOLDEN = lib.ROOT / "tests/formats/explain/golden"


def own_times(path):
    """{frame: ms} without planning; those of one thread."""
    found = plan_names.rows(path)["", "time"]
    sums = collections.Counter()
    for stack, value in found.items():
        sums[stack[-1]] += value
    return +sums


def operators(node):
    for child in node.get("children", []) + node.get("operator", []):
        yield child
        yield from operators(child)


def test_duckdb_of_two_versions():
    for name in ("duckdb-1.1", "duckdb-2.0"):
        top = json.loads((GOLDEN / f"{name}.in").read_text())
        want, rows = collections.Counter(), 0
        for node in operators(top):
            kind = node.get("operator_type") or node["type"]
            table = node["extra_info"].get("Text") or node["extra_info"].get("Table")
            want[f"{kind} {table}" if table else kind] += 1000 * node.get("operator_timing", node.get("timing"))
            rows += node.get("operator_cardinality", node.get("intermediate_rows"))
        found = own_times(GOLDEN / f"{name}.in")
        planning = found.pop("Planning", 0)
        assert len(want) >= 5 and all(abs(found[frame] - value) < 1e-5 for frame, value in want.items()) and found.keys() <= want.keys()
        parts = [top[key]["total_time"] for key in ("optimizer", "planner", "physical_planner") if isinstance(top.get(key), dict)]
        assert len(parts) == (3 if name.endswith("2.0") else 0)
        assert abs(planning - 1000 * sum(parts)) < 1e-5
        counted = plan_names.rows(GOLDEN / f"{name}.in")["", "rows"]
        assert sum(counted.values()) == rows


def tables(node):
    """All objects of a key, wherever they are."""
    for key, value in node.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield key, item
                yield from tables(item)


def test_mariadb():
    top = json.loads((GOLDEN / "mariadb-10.11-json.in").read_text())
    block = top["query_block"]
    want = {f"table {t['table_name']} ({t['access_type']}{' ' + t['key'] if 'key' in t else ''})": t["r_table_time_ms"] + t["r_other_time_ms"]
            for key, t in tables(top) if key == "table"}
    want["filesort"] = block["filesort"]["r_total_time_ms"]
    found = own_times(GOLDEN / "mariadb-10.11-json.in")
    assert all(abs(found[frame] - value) < 1e-5 for frame, value in want.items())
    assert abs(sum(found.values()) - found["Planning"] - block["r_total_time_ms"]) < 1e-5
    assert abs(found["Planning"] - top["query_optimization"]["r_total_time_ms"]) < 1e-5
    assert found["select #1"] > 0
    # loops are calls, rows the mean of the loops times these
    rows = plan_names.rows(GOLDEN / "mariadb-10.11-json.in")["", "rows"]
    assert {stack[-1]: value for stack, value in rows.items()}["table o (ref user_id)"] == 1200
    out, _ = lib.run("proftop", "-q", "--format", "json", GOLDEN / "mariadb-10.11-json.in")
    assert {row["function"]: row["calls"] for row in json.loads(out)}["table o (ref user_id)"] == 100


def test_mariadb_keeps_the_time_of_the_whole_block():
    """Parts may have more than their block: the union of two selects, with a CTE, a subquery and a materialized join."""
    path = GOLDEN / "mariadb-10.11-union.in"
    top = json.loads(path.read_text().removeprefix("ANALYZE\n"))
    want = sum(b["r_total_time_ms"] for key, b in tables(top) if key == "query_block" and b.get("select_id") == 1)
    found = own_times(path)
    assert abs(sum(found.values()) - found["Planning"] - want) < 1e-5 and min(found.values()) >= 0
    assert b"1 nodes have children with more than they have themselves" in lib.run("explain2collapsed", path)[1]


def test_what_the_client_puts_around_a_plan():
    """mysql's \\G, its table, and -B with the name of the column."""
    plan = (GOLDEN / "mariadb-10.11-json.in").read_text()
    want = lib.run("explain2collapsed", "-q", GOLDEN / "mariadb-10.11-json.in")[0]
    width = max(map(len, plan.splitlines()))
    table = f"+{'-' * width}+\n| ANALYZE |\n+{'-' * width}+\n| {plan.rstrip()} |\n+{'-' * width}+\n1 row in set (0.003 sec)\n"
    for text in (table, "ANALYZE\n" + plan, "*************************** 1. row ***************************\nANALYZE: " + plan + "1 row in set (0.003 sec)\n"):
        assert lib.run("explain2collapsed", "-q", input=text.encode())[0] == want
    vertical = own_times(GOLDEN / "mariadb-10.11-vertical.in")
    assert len(vertical) == len(want.splitlines()) - 1  # without the zero of the temporary table


def test_mysql():
    path = GOLDEN / "mysql-8-text.in"
    assert own_times(path) == {"Inner hash join (t2.c2 = t1.c1)": 0.1617, "Table scan on t2": 0.0255, "Table scan on t1": 0.0958}
    plan = re.sub(r"^EXPLAIN: ", "| ", path.read_text().split("\n", 1)[1].replace("\n\n1 row", " |\n+---+\n1 row"))
    want = lib.run("explain2collapsed", "-q", path)[0]
    assert lib.run("explain2collapsed", "-q", input=("+---+\n| EXPLAIN |\n+---+\n" + plan).encode())[0] == want
    two = path.read_text() * 2
    assert lib.run("explain2collapsed", "-q", input=two.encode())[0].count(b";Inner hash join") == 8


def test_mysql_rounds_to_three_digits():
    """1.23e+3 ms may be 5 ms more or less, times the loops."""
    text = ("-> Nested loop  (cost=1 rows=1) (actual time=0.1..1.23e+3 rows=5 loops=1)\n    -> Select #2 (subquery in condition; dependent)\n"
            "        -> Table scan on t  (cost=1 rows=1) (actual time=0.1..0.412 rows=2.5 loops=3000)\n    -> Table scan on u  (never executed)\n")
    out, said = lib.run("explain2collapsed", "--unit", "ms", "-v", input=text.encode())
    assert b"children have 6.000 ms more than their nodes, by rounding" in said and b"warning" not in said
    rows = dict(line.rsplit(b" ", 1) for line in out.splitlines())
    assert rows[b"Nested loop;Select #2 (subquery in condition: dependent);Table scan on t"] == b"1230"
    assert rows[b"Nested loop"] == b"0"


def test_plans_without_times_are_refused():
    for data in (b'{"query_block": {"select_id": 1, "table": {"table_name": "t"}}}', b"-> Table scan on t\n"):
        assert b"expected" in lib.run("explain2collapsed", input=data, status=2)[1]
    # estimates alone are the cost, as with PostgreSQL
    assert lib.run("explain2collapsed", input=b"-> Sort  (cost=12.5 rows=1)\n    -> Table scan on t  (cost=2.25 rows=1)\n")[0] == b"Sort 10.25\nSort;Table scan on t 2.25\n"


def test_documents_behind_a_plan_as_text():
    """With nothing between them, in all syntaxes; a text that is printed over several lines is none."""
    postgres = ("Seq Scan on a  (cost=0.00..9.00 rows=1 width=4) (actual time=0.010..2.000 rows=1 loops=1)\n"
                "  Filter: (\"it's\" = '\n[{\"Plan\": 1}]\n'::text)\nExecution Time: 2.000 ms\n")
    mysql = "-> Table scan on b  (cost=1.15 rows=9) (actual time=0.04..2 rows=9 loops=1)\n"
    numbers = {"Actual Total Time": 3.0, "Actual Rows": 1, "Actual Loops": 1}
    plan = [{"Plan": {"Node Type": "Seq Scan", "Relation Name": "c", **numbers}}]
    tags = "".join(f"<{key}>{value}</{key}>" for key, value in {"Node-Type": "Seq Scan", "Relation-Name": "c", "Actual-Total-Time": 3.0,
                                                                "Actual-Rows": 1, "Actual-Loops": 1}.items())
    others = (json.dumps(plan), json.dumps(plan, indent=2), json.dumps(plan[0]),
              f'<explain xmlns="http://www.postgresql.org/2009/explain"><Query><Plan>{tags}</Plan></Query></explain>',
              '- Plan:\n    Node Type: "Seq Scan"\n    Relation Name: "c"\n' + "".join(f"    {key}: {value}\n" for key, value in numbers.items()))
    for text, name in ((postgres, "Seq Scan on a"), (mysql, "Table scan on b")):
        for other in others:
            out = lib.run("explain2collapsed", "--unit", "us", input=(text + other).encode())[0].decode()
            found = dict(line.rsplit(" ", 1) for line in out.splitlines())
            assert {stack: value for stack, value in found.items() if float(value)} == {f"query 1;{name}": "2000", "query 2;Seq Scan on c": "3000"}
    # the other way round is an error that says where
    said = lib.run("explain2collapsed", input=(others[0] + "\n" + postgres).encode(), status=2)[1].decode()
    assert f"byte {len(others[0]) + 1}: expected a query with its plan, got 'Seq Scan on a" in said

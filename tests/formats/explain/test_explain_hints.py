"""proftop --hints: what stands out of a plan, and only that."""
import json

import pytest

import lib
from test_explain_rules import node, plan


def hints(data, *options):
    text = data if isinstance(data, str) else json.dumps([plan(data)])
    out, said = lib.run("proftop", "--hints", "--format", "json", *options, input=text.encode())
    return [row["hint"] for row in json.loads(out)], said


def child(name, ms=50, *plans, rows=100, planned=100, loops=1, **more):
    return {**node(name, ms, *plans, loops=loops, **more), "Actual Rows": rows, "Plan Rows": planned}


def under(*plans, name="Sort", ms=100):
    return child(name, ms, *plans)


ESTIMATE = " (ANALYZE the table; CREATE STATISTICS if columns depend on each other)"
CASES = {
    "rows too few": (under(child("Seq Scan", rows=5000, planned=10)), ["Seq Scan: 5,000 rows a loop, 10 were estimated, 500 times too few" + ESTIMATE]),
    "rows too many": (under(child("Seq Scan", rows=2, planned=4000)), ["Seq Scan: 2 rows a loop, 4,000 were estimated, 2,000 times too many" + ESTIMATE]),
    "few rows": (under(child("Seq Scan", rows=90, planned=1)), []),
    "a small factor": (under(child("Seq Scan", rows=9990, planned=1000)), []),
    "ended by a limit": (under(child("Seq Scan", rows=2, planned=4000), name="Limit"), []),
    "ended by a semi join": (under(child("Seq Scan", rows=2, planned=4000), name="Nested Loop", ms=100) | {"Join Type": "Semi"}, []),
    "the lowest of those that are wrong": (under(child("Hash Join", 80, child("Seq Scan", rows=5000, planned=10), rows=50000, planned=10)),
                                           ["Seq Scan: 5,000 rows a loop, 10 were estimated, 500 times too few" + ESTIMATE]),
    "filter": (under(child("Seq Scan", rows=10, planned=10, Relation_Name="t", Rows_Removed_by_Filter=1990)),
               ["Seq Scan on t: the filter throws away 99.5% of 2,000 rows a loop (an index on what it compares would read fewer)"]),
    "filter of half": (under(child("Seq Scan", rows=1000, planned=1000, Rows_Removed_by_Filter=1000)), []),
    "filter of a fast scan": (under(child("Seq Scan", 4, rows=10, planned=10, Rows_Removed_by_Filter=1990)), []),
    "sort on disk": (under(child("Sort", Sort_Method="external merge", Sort_Space_Type="Disk", Sort_Space_Used=12345)),
                     ["Sort: 12,345 kB were written to disk (a larger work_mem keeps it in memory)"]),
    "sort in memory": (under(child("Sort", Sort_Space_Type="Memory", Sort_Space_Used=12345)), []),
    "hash": (under(child("Hash", Hash_Batches=4)), ["Hash: it was done in 4 batches, on disk (a larger work_mem keeps it in memory)"]),
    "aggregate": (under(child("Aggregate", Strategy="Hashed", HashAgg_Batches=5, Disk_Usage=700)),
                  ["HashAggregate: 700 kB were written to disk in 5 batches (a larger work_mem keeps it in memory)"]),
    "loops": (under(child("Index Scan", 0.01, loops=5000), name="Nested Loop"),
              ["Index Scan: executed 5,000 times, 50.0 ms in all (a hash or merge join would need it once)"]),
    "loops of a subplan": (under(child("Seq Scan", 0.01, loops=5000, Subplan_Name="SubPlan 1"), name="Result"),
                           ["Seq Scan: executed 5,000 times, 50.0 ms in all (a join in place of the subquery may need it once)"]),
    "few loops": (under(child("Index Scan", 0.05, loops=900), name="Nested Loop"), []),
    "workers": (under(child("Gather", Workers_Planned=4, Workers_Launched=1)),
                ["Gather: 4 workers were planned, 1 launched (max_parallel_workers and max_worker_processes are used up)"]),
    "all workers": (under(child("Gather", Workers_Planned=4, Workers_Launched=4)), []),
    "heap": (under(child("Index Only Scan", Heap_Fetches=1500)), ["Index Only Scan: looked into the table 1,500 times (VACUUM makes an index enough)"]),
    "lossy": (under(child("Bitmap Heap Scan", Exact_Heap_Blocks=5, Lossy_Heap_Blocks=70)),
              ["Bitmap Heap Scan: 70 blocks were searched as a whole (a larger work_mem remembers their rows)"]),
}


@pytest.mark.parametrize("case", CASES)
def test_each_kind(case):
    tree, want = CASES[case]
    found, said = hints(tree)
    assert found == want
    assert (b"no hints: nothing in the plans stands out" in said) == (not want)


def test_plans_as_text_have_the_same():
    text = """Gather  (cost=1.00..2.00 rows=100 width=4) (actual time=0.100..100.000 rows=100 loops=1)
  Output: a
  Workers Planned: 2
  Workers Launched: 1
  ->  Sort  (cost=1.00..2.00 rows=100 width=4) (actual time=0.100..45.000 rows=100 loops=2)
        Sort Method: external merge  Disk: 1000kB
        Worker 0:  actual time=0.100..45.000 rows=100 loops=1
          Sort Method: external merge  Disk: 2000kB
        ->  Seq Scan on t  (cost=1.00..2.00 rows=10 width=4) (actual time=0.100..40.000 rows=5000.00 loops=2)
              Rows Removed by Filter: 95000
"""
    assert hints(text)[0] == [
        "Gather: 2 workers were planned, 1 launched (max_parallel_workers and max_worker_processes are used up)",
        "Sort: 3,000 kB were written to disk (a larger work_mem keeps it in memory)",
        "Seq Scan on t: 5,000 rows a loop, 10 were estimated, 500 times too few" + ESTIMATE,
        "Seq Scan on t: the filter throws away 95% of 100,000 rows a loop (an index on what it compares would read fewer)"]


def test_the_longest_come_first_and_at_most_a_hundred():
    many = [child("Sort", ms, Sort_Space_Type="Disk", Sort_Space_Used=ms) for ms in range(1, 131)]
    found, _ = hints(child("Append", 9000, *many))
    assert len(found) == 101 and found[0].startswith("Sort: 130 kB") and found[99].startswith("Sort: 31 kB") and found[100] == "and 30 more"
    assert len(hints(child("Append", 9000, *many), "-n", "3")[0]) == 3


def test_files_made_of_plans_carry_them(tmp_path):
    tree, want = CASES["workers"]
    for to in ("speedscope", "pprof", "otlp", "callgrind"):
        out, _ = lib.run(f"explain2{to}", "-q", input=json.dumps([plan(tree)]).encode())
        (tmp_path / to).write_bytes(out)
        assert [row["hint"] for row in json.loads(lib.run("proftop", "--hints", "--format", "json", tmp_path / to)[0])] == want, to


def test_other_profiles_have_none():
    out, said = lib.run("proftop", "--hints", lib.smallest("collapsed").path)
    assert said == b"proftop: warning: no hints: only plans of EXPLAIN, and what was made of them, have any\n"
    lib.run("proftop", "--hints", "--tree", lib.smallest("collapsed").path, status=2)
    lib.run("proftop", "--hints", "--format", "openmetrics", lib.smallest("collapsed").path, status=2)


def test_names_are_escaped():
    tree = under(child("Sort", Alias="\x1b[31m\n::error::x", Sort_Space_Type="Disk", Sort_Space_Used=5))
    for form in ("text", "markdown", "csv", "tsv"):
        out, _ = lib.run("proftop", "--hints", "--format", form, input=json.dumps([plan(tree)]).encode())
        assert b"\x1b" not in out and b"\n::error" not in out and out.count(b"\n") <= 4

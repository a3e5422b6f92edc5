"""One plan as psql 15 prints it with every \\pset that changes lines (psql_tables.json): all are the same profile."""
import json

import pytest

import lib

TABLES = json.loads((lib.ROOT / "tests/formats/explain/psql_tables.json").read_text())
WANT = b"Sort 52.33\nSort;Seq Scan on t 17.5\n"


def read(text, status=0):
    return lib.run("explain2collapsed", "-q", input=text.encode(), status=status)


@pytest.mark.parametrize("syntax", TABLES)
def test_all_tables_are_the_same_plan(syntax):
    whole = {settings: text for settings, text in TABLES[syntax].items() if not settings.startswith("wrapped")}
    assert len(whole) >= 8
    for settings, text in whole.items():
        assert read(text)[0] == WANT, settings


def test_a_wrapped_table_is_refused_where_it_cuts_a_line():
    """In some styles psql keeps \\x whole; no wrapped table is half read."""
    refused = 0
    for settings, text in TABLES["text"].items():
        if settings.startswith("wrapped"):
            done = lib.subprocess.run([lib.BIN / "explain2collapsed"], input=text.encode(), capture_output=True)
            assert done.stdout == WANT or (done.returncode == 2 and b"\\pset format wrapped" in done.stderr), settings
            refused += done.returncode == 2
    assert refused >= 8


def test_several_tables_are_several_plans():
    tables = [text for settings, text in TABLES["text"].items() if not settings.startswith("wrapped") and "tuples_only off" in settings
              and "expanded off" in settings]
    out, _ = read("\n".join(tables))
    assert out.count(b"query") == 2 * len(tables)
    assert out.count(b"Seq Scan on t 17.5\n") == len(tables)


def test_what_psql_says_between_plans_is_passed_over():
    plan = "Sort  (cost=1.00..2.00 rows=1 width=4)\n"
    assert read("SET\nTiming is on.\n" + plan + "Time: 3.20 ms\n")[0] == b"Sort 2\n"
    assert read(plan + "\nTime: 3.20 ms\nCOMMIT\n" + plan)[0].count(b";Sort 2\n") == 2
    assert b"line 1: expected a plan of EXPLAIN, got 'hello'" in read("hello\n" + plan, status=2)[1]

"""A live PostgreSQL: twenty queries explained in every syntax, and in its log. Times and blocks add up to the root's, and own ones are
never below zero, which blocks prove without rounding."""
import collections
import itertools
import json
import sys

import pytest

import lib
import postgres_server

sys.path.append(str(lib.ROOT / "tests/formats/explain"))
import plan_names  # noqa: E402

SETUP = """
create table users(id int primary key, name text, grp int);
insert into users select i, 'u' || i, i % 50 from generate_series(1, 2000) i;
create table orders(id int primary key, user_id int references users, amount numeric, day date);
insert into orders select i, 1 + i % 2000, i % 97, date '2026-01-01' + i % 300 from generate_series(1, 20000) i;
create index on orders(user_id); create index on orders(day);
create table big as select i a, i % 500 b, repeat('x', 40) c from generate_series(1, 40000) i;
create table ev(k int, v int) partition by list(k);
create table ev_a partition of ev for values in (1); create table ev_b partition of ev for values in (2);
insert into ev select 1 + i % 2, i from generate_series(1, 10000) i;
create table "Odd ""Name""  (cost=1..2 rows=3 width=4)"(a int); insert into "Odd ""Name""  (cost=1..2 rows=3 width=4)" values (1);
create table log(id serial, t text);
create table tt(id int primary key, uid int references users, v int);
create function slow_note() returns trigger language plpgsql as $$ begin perform pg_sleep(0.002); insert into log(t) values ('x'); return new; end $$;
create trigger b_ins before insert on tt for each row execute function slow_note();
create trigger a_ins after insert on tt for each row execute function slow_note();
create function looks_up(n int) returns bigint language plpgsql as $$ begin perform pg_sleep(0.002); return (select count(*) from orders where user_id = n); end $$;
analyze;
"""

QUERIES = {
    "result": "select 1",
    "scan": "select * from users where name like '%7%'",
    "join": "select u.name, sum(o.amount) from users u join orders o on o.user_id = u.id group by 1 order by 2 desc limit 5",
    "left": "select count(*) from users u left join orders o on o.user_id = u.id and o.day > '2026-08-01' where o.id is null",
    "merge": "set enable_hashjoin = off; select count(*) from users u join orders o on o.user_id = u.id; set enable_hashjoin = on",
    "subplan": "select u.id, (select count(*) from orders o where o.user_id = u.id) from users u where u.grp = 3",
    "hashed_subplan": "select count(*) from users where id not in (select user_id from orders where amount > 95)",
    "initplan": "select count(*) from orders where amount > (select avg(amount) from orders)",
    "initplans": "select count(*) from orders where amount > (select avg(amount) from orders) and day > (select min(day) from orders where amount > (select 50))",
    "initplan_target": "select (select count(*) from big), id from users limit 3",
    "cte_once": "with m as materialized (select user_id, count(*) n from orders group by 1) select count(*) from m where n > 3",
    "cte_twice": "with m as materialized (select user_id, sum(amount) s from orders group by 1) select count(*) from m a join m b on a.user_id = b.user_id + 1",
    "cte_limit": "with m as materialized (select * from orders) (select id from m limit 100) union all (select id from m limit 3000)",
    "recursive": "with recursive r(n) as (select 1 union all select n + 1 from r where n < 500) select sum(n) from r",
    "window": "select sum(amount) over (partition by user_id order by day) from orders limit 500",
    "setop": "select user_id from orders except select id from users where grp = 4",
    "bitmap": "select count(*) from orders where user_id = 7 or user_id = 9",
    "partitions": "select k, count(*) from ev group by k",
    "odd_name": 'select * from "Odd ""Name""  (cost=1..2 rows=3 width=4)" x, "users" "U 2" where x.a = "U 2".id',
    "sort_on_disk": "set work_mem = '64kB'; select count(*) from (select * from big order by c, a offset 0) x; set work_mem = '4MB'",
    "parallel": "set max_parallel_workers_per_gather = 2; select b, count(*) from big group by b; set max_parallel_workers_per_gather = 0",
    "parallel_initplan": "set max_parallel_workers_per_gather = 2; select count(*) from big where b > (select avg(b) from big);"
                         " set max_parallel_workers_per_gather = 0",
    "insert": "insert into tt select i, i, i from generate_series(1, 4) i",
    "writing_cte": "with d as (delete from log where id < 10 returning id), i as (insert into log(t) select 'n' from generate_series(1, 300) returning id)"
                   " select count(*) from d",
    "function": "select sum(looks_up(id)) from users where id < 20",
}
OPTIONS = "analyze, verbose, buffers, wal"
SYNTAXES = ("json", "text", "yaml", "xml")
BESIDE = ("Planning", "Execution start and end", "Serialization", "Trigger")


@pytest.fixture(scope="module")
def server():
    with postgres_server.running() as one:
        one.psql(SETUP)
        yield one


def explained(query, options):
    """Of several statements the one that can be explained."""
    return "; ".join(f"explain ({options}) {part.strip()}" if not part.strip().startswith("set ") else part.strip() for part in query.split(";"))


@pytest.fixture(scope="module")
def explains(server, tmp_path_factory):
    """(query, syntax) -> file, made in one session; nothing that is written stays."""
    folder = tmp_path_factory.mktemp("plans")
    files = {(name, syntax): folder / f"{name}.{syntax}" for name in QUERIES for syntax in SYNTAXES}
    script = "".join(f"begin;\n\\o {path}\n{explained(QUERIES[name], f'{OPTIONS}, format {syntax}')};\n\\o\nrollback;\n" for (name, syntax), path in files.items())
    server.psql(script, "-qAt")
    return files


def root_sums(node):
    return node["Actual Total Time"] * node["Actual Loops"]


def outside(query):
    """What a CTE that writes took after the root."""
    return [node for node in query["Plan"].get("Plans", []) if node.get("Subplan Name", "").startswith("CTE") and node["Node Type"] == "ModifyTable"]


def in_tree(stacks):
    return {stack: value for stack, value in stacks.items() if not stack[0].startswith(BESIDE)}


@pytest.mark.parametrize("name", QUERIES)
def test_times_and_blocks_add_up(explains, name):
    path = explains[name, "json"]
    (query,) = json.loads(path.read_text())
    found = plan_names.rows(path)
    leader = found["leader" if any(thread == "leader" for thread, _ in found) else "", "time"]
    late = sum(value for stack, value in leader.items() if stack[0].startswith("CTE "))
    assert abs(sum(in_tree(leader).values()) - late - root_sums(query["Plan"])) <= 0.02
    assert late <= sum(map(root_sums, outside(query))) + 0.001
    for key, title in {"Shared Hit Blocks": "shared_hit", "Temp Written Blocks": "temp_written", "WAL Records": "wal_records", "WAL Bytes": "wal_bytes"}.items():
        values = [value for (_, value_type), stacks in found.items() if value_type == title
                  for stack, value in stacks.items() if stack[0] != "Planning" and not stack[0].startswith("CTE ")]
        assert sum(values) == query["Plan"][key] and min(values, default=0) >= 0, key
    whole = sum(leader.values()) - leader.get(("Planning",), 0)
    assert abs(whole - query["Execution Time"]) <= 0.002 and abs(leader["Planning",] - query["Planning Time"]) <= 0.001
    said = lib.run("explain2collapsed", path)[1]
    assert said == b"" or (name == "insert" and said.count(b"\n") == 1)


@pytest.mark.parametrize("name", QUERIES)
def test_all_syntaxes_have_the_same_tree(explains, name):
    def frames(path):
        lines = lib.run("explain2collapsed", "-q", path)[0].decode().splitlines()
        return sorted(line.rsplit(" ", 1)[0] for line in lines if not line.startswith(BESIDE) and "Trigger" not in line)
    trees = {syntax: frames(explains[name, syntax]) for syntax in SYNTAXES}
    assert all(tree == trees["json"] for tree in trees.values()), trees


def test_what_the_queries_are_for(explains):
    """The plans have what they are meant to test: a changed default of the server would make them all alike."""
    frames = {name: {frame for (_, _), stacks in plan_names.rows(explains[name, "json"]).items() for stack in stacks for frame in stack} for name in QUERIES}
    for name, part in {"initplans": "InitPlan", "cte_twice": "CTE m", "subplan": "SubPlan", "parallel": "Gather", "recursive": "Recursive Union",
                       "sort_on_disk": "Sort", "insert": "Trigger b_ins", "writing_cte": "CTE i", "merge": "Merge Join", "bitmap": "Bitmap"}.items():
        assert any(frame.startswith(part) for frame in frames[name]), (name, frames[name])
    assert ("worker 0", "time") in plan_names.rows(explains["parallel_initplan", "json"])


def test_every_table_of_psql(server, tmp_path):
    """As tests/formats/explain/psql_tables.json has them of one version."""
    script, files = "", []
    styles = itertools.product("012", ["ascii", "unicode", "old-ascii"], ["off", "on"], ["aligned", "unaligned", "csv"], ["off", "on"], SYNTAXES)
    for number, (border, style, expanded, form, tuples, syntax) in enumerate(styles):
        files.append((tmp_path / str(number), (border, style, expanded, form, tuples, syntax)))
        script += (f"\\pset border {border}\n\\pset linestyle {style}\n\\pset expanded {expanded}\n\\pset format {form}\n\\pset tuples_only {tuples}\n"
                   f"\\o {tmp_path}/{number}\nexplain (format {syntax}) {QUERIES['join']};\n\\o\n")
    server.psql(script, "-q")
    want = lib.run("explain2collapsed", "-q", files[0][0])[0]
    assert want.count(b"\n") >= 5
    for path, settings in files:
        assert lib.run("explain2collapsed", "-q", path)[0] == want, settings


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_the_log_of_auto_explain(server, tmp_path, syntax):
    before = server.log.stat().st_size
    server.psql(f"""load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on; set auto_explain.log_verbose = on;
        set auto_explain.log_buffers = on; set auto_explain.log_nested_statements = on; set auto_explain.log_format = {syntax};
        {QUERIES['cte_twice']}; {QUERIES['function']};""", "-q", "-c", "select 1", "-f", "-")
    log = tmp_path / "log"
    log.write_bytes(server.log.read_bytes()[before:])
    found = plan_names.rows(log)["", "time"]
    queries = {stack[0].rstrip(";") for stack in found}
    assert queries == {QUERIES[name] for name in ("cte_twice", "function")}
    said = lib.run("explain2collapsed", log)[1]
    assert b"38 statements ran within later ones" in said and said.count(b"\n") == 1
    assert any("CTE m" in stack for stack in found)
    inner = collections.Counter()
    for stack, value in plan_names.rows(log, "--nested")["", "time"].items():
        inner[stack[0]] += value
    assert len(inner) == 4 and inner["SELECT pg_sleep(0.002)"] > 38


def test_hints_of_real_plans(explains):
    for syntax in SYNTAXES:
        out, _ = lib.run("proftop", "-q", "--hints", "--format", "json", explains["sort_on_disk", syntax])
        (hint,) = [row["hint"] for row in json.loads(out) if "disk" in row["hint"]]
        assert hint.startswith("Sort: ") and "kB were written to disk" in hint

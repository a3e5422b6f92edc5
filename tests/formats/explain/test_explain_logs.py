"""auto_explain's entries in logs of servers: found among others, in all syntaxes, and not counted within each other twice."""
import json

import lib

TEXT = "Query Text: {query}\n{name}  (cost=0.00..0.01 rows=1 width=4) (actual time=0.001..{ms} rows=1 loops=1)"
XML = """<explain xmlns="http://www.postgresql.org/2009/explain">
  <Query-Text>{query}</Query-Text>
  <Plan>
    <Node-Type>{name}</Node-Type>
    <Actual-Total-Time>{ms}</Actual-Total-Time>
    <Actual-Rows>1</Actual-Rows>
    <Actual-Loops>1</Actual-Loops>
  </Plan>
</explain>"""
YAML = 'Query Text: "{query}"\nPlan: \n  Node Type: "{name}"\n  Actual Total Time: {ms}\n  Actual Rows: 1\n  Actual Loops: 1'
JSON = json.dumps({"Query Text": "{query}", "Plan": {"Node Type": "{name}", "Actual Total Time": "{ms}", "Actual Rows": 1, "Actual Loops": 1}},
                  indent=2).replace("{\n", "{{\n").replace("}\n", "}}\n").replace('"{ms}"', "{ms}") + "}"


def entry(time, process, ms, query="select 1", name="Result", body=TEXT, prefix="2026-11-27 07:51:{time} UTC [{process}] LOG:  "):
    head = prefix.format(time=time, process=process) + f"duration: {ms} ms  plan:"
    return head + "".join(f"\n\t{line}" for line in body.format(query=query, name=name, ms=ms).splitlines()) + "\n"


def read(text, *options, status=0):
    out, said = lib.run("explain2collapsed", "--unit", "us", *options, input=text.encode(), status=status)
    rows = (line.rsplit(" ", 1) for line in out.decode().splitlines())
    return {stack: float(value) for stack, value in rows if float(value)}, said.decode()


def test_all_syntaxes_among_other_entries():
    other = "2026-11-27 07:51:00.000 UTC [7] LOG:  checkpoint starting: time\n2026-11-27 07:51:00.000 UTC [7] ERROR:  no\n\tat all\n"
    bodies = {"text": TEXT, "xml": XML, "yaml": YAML, "json": JSON}
    log = other + other.join(entry(f"1{i}.500", 7, 2.5, query=kind, body=body) for i, (kind, body) in enumerate(bodies.items())) + other
    assert read(log) == ({f"{kind};Result": 2500 for kind in bodies}, "")
    # whatever stands in front; a time and a process are only needed to tell what ran within what
    for prefix in ("", "LOG:  ", "a@b:{process}:{time}: ", "Nov 27 07:51:{time} db postgres[{process}]: [3-1] LOG:  "):
        assert read(entry("10.500", 7, 2.5, prefix=prefix)) == ({"select 1;Result": 2500}, "")


def test_a_query_over_several_lines():
    log = entry("10.500", 7, 2.5, query="select 1\n  from a -- (cost=1..2)\n\n  where b")
    assert read(log)[0] == {"select 1 from a -- (cost=1..2) where b;Result": 2500}


def test_statements_within_others_are_left_out():
    log = (entry("10.000", 7, 5, "before") + entry("10.020", 7, 1, "in the first") + entry("10.030", 8, 2, "of another process")
           + entry("10.040", 7, 20, "in the function") + entry("10.041", 7, 40, "outer") + entry("10.060", 7, 3, "after"))
    found, said = read(log)
    assert set(found) == {f"{query};Result" for query in ("before", "of another process", "outer", "after")}
    assert said.count("\n") == 1 and "2 statements ran within later ones, whose times include theirs: left out (--nested keeps them)" in said
    found, said = read(log, "--nested")
    assert found["in the first;Result"] == 1000 and len(found) == 6 and "both are counted" in said
    assert "ran within" in read(log, "--strict", status=2)[1]


def test_what_ended_in_the_tick_of_the_beginning():
    """Within, if something surely is; else statements that are short and follow each other would be lost."""
    short = "".join(entry("10.000", 7, 0.25, f"short {i}") for i in range(20))
    found, said = read(short)
    assert len(found) == 20 and "19 statements began in the tick of the log's clock in which another ended" in said
    found, said = read(entry("10.005", 7, 0.1, "first") + entry("10.020", 7, 0.1, "second") + entry("10.025", 7, 20, "outer"))
    assert set(found) == {"outer;Result"} and "2 statements ran within" in said
    # short ones that follow each other within one tick are all within
    found, said = read(entry("10.013", 7, 0.1, "a") + entry("10.014", 7, 0.04, "b") + entry("10.014", 7, 0.07, "c") + entry("10.014", 7, 5.8, "outer"))
    assert set(found) == {"outer;Result"} and "3 statements ran within" in said
    # a long one that ended in that tick began too early to be within
    found, said = read(entry("10.005", 7, 30, "long") + entry("10.020", 7, 0.1, "second") + entry("10.025", 7, 20, "outer"))
    assert set(found) == {"long;Result", "outer;Result"} and "1 statements ran within" in said
    # seconds alone are too coarse for anything short
    coarse = entry("10", 7, 5, "a") + entry("10", 7, 5, "b")
    found, said = read(coarse)
    assert found == {"a;Result": 5000, "b;Result": 5000} and "1 statements began in the tick" in said


def test_without_a_time_or_a_process_nothing_is_known():
    plain = entry("", "", 5, "a", prefix="LOG:  ") + entry("", "", 9, "b", prefix="LOG:  ")
    found, said = read(plain)
    assert found == {"a;Result": 5000, "b;Result": 9000}
    assert "2 statements have no time and [process] in front: some may have run within others" in said


def test_the_same_query_is_one_frame():
    log = entry("10.000", 7, 5) + entry("11.000", 8, 6)
    assert read(log) == ({"select 1;Result": 11000}, "")


def test_many_statements_take_no_square_of_the_time():
    if lib.SANITIZED:
        return
    long = "".join(entry("10.000", i % 3, 90000000, f"q{i % 50}") for i in range(30000))
    done = lib.subprocess.run(["sh", "-c", 'ulimit -t 5; exec "$0" -q', lib.BIN / "explain2collapsed"], input=long.encode(), capture_output=True)
    assert done.returncode == 0 and done.stdout.count(b";Result") == 3

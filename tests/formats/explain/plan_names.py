"""Plans as lists of nodes, in the order of the file, by readers of their own: what our frames have to be called. And our rows."""
import collections
import json
import re
import xml.etree.ElementTree

import lib

SCHEMA = "{http://www.postgresql.org/2009/explain}"


def quoted(name):
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'


def kind(node):
    name = node["Node Type"]
    if name == "Aggregate":
        part = node.get("Partial Mode", "Simple")
        name = {"Plain": "Aggregate", "Sorted": "GroupAggregate", "Hashed": "HashAggregate"}[node["Strategy"]]
        return name if part == "Simple" else f"{part} {name}"
    if name == "ModifyTable":
        return node["Operation"]
    join = node.get("Join Type", "Inner")
    if join != "Inner":
        return f"{name.removesuffix(' Join')} {join} Join"
    return name


def name_of(node):
    name = ("Parallel " if node.get("Parallel Aware") in (True, "true") else "") + kind(node)
    if node.get("Scan Direction") == "Backward":
        name += " Backward"
    if "Index Name" in node:
        name += (" on " if node["Node Type"] == "Bitmap Index Scan" else " using ") + quoted(node["Index Name"])
    target = node.get("Relation Name") or node.get("Function Name") or node.get("CTE Name")
    if target or "Alias" in node:
        name += " on"
        if target:
            name += " " + (quoted(node["Schema"]) + "." if "Schema" in node else "") + quoted(target)
        if node.get("Alias", target) != target:
            name += " " + quoted(node["Alias"])
    return name


def below(node):
    yield node
    for child in node.get("Plans", []):
        yield from below(child)


def element(e):
    """An element of XML as JSON has it, texts all."""
    if e.tag.removeprefix(SCHEMA) in ("Plans", "Workers", "Triggers", "Output"):
        return [element(child) for child in e]
    return {child.tag.removeprefix(SCHEMA).replace("-", " "): element(child) for child in e} if len(e) else e.text or ""


def from_text(text):
    """A list of names for each plan; the last groups of a line are those of its node."""
    plans = []
    for line in text.splitlines():
        row = re.match(r"(?:QUERY PLAN \|)?\s*(->  )?(.*?)  \((?:cost=[^()]*\) \()?(?:actual [^()]*|never executed)\)\s*$", line)
        if row and not row[2].startswith("Worker "):
            plans += [] if row[1] else [[]]
            plans[-1].append(row[2])
    return plans


def plans(data):
    """The names of the nodes of each plan in a file."""
    text = data.decode()
    if "<explain" in text:
        root = xml.etree.ElementTree.fromstring(text)
        return [[name_of(node) for node in below(element(plan))] for plan in root.iter(f"{SCHEMA}Plan") if plan in list(root[0])]
    if '"Node Type"' in text:
        text = re.sub(r" *\+$", "", text, flags=re.M)
        text = text[text.index("["):text.rindex("]") + 1]
        return [[name_of(node) for node in below(query["Plan"])] for query in json.loads(text)]
    return from_text(text)


def rows(path, *options):
    """(thread, value type) -> {stack: value}, times in milliseconds; speedscope has threads and value types."""
    out, _ = lib.run("explain2speedscope", "-q", *options, path)
    top = json.loads(out)
    names = [frame["name"] for frame in top["shared"]["frames"]]
    found = collections.defaultdict(collections.Counter)
    for profile in top["profiles"]:
        own = profile.get("profpipe", {})
        value = own.get("value", {}).get("name", "time")
        thread = own["thread"].get("name", "") if "thread" in own else profile["name"]
        for stack, weight in zip(profile["samples"], profile["weights"]):
            found["" if thread in ("time", "main") else thread, value][tuple(names[i] for i in stack)] += weight
    return found

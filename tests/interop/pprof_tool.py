"""What `go tool pprof` prints of a file, as values."""
import collections
import re
import subprocess

UNITS = {"nanoseconds": "ns", "microseconds": "ns", "milliseconds": "ns", "seconds": "ns", "bytes": "B"}


def pprof(*args, status=0):
    done = subprocess.run(["go", "tool", "pprof", "-symbolize=none", *map(str, args)], capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stdout


def raw(*args):
    """(header, value types, {(stack, labels): values}, mappings): equal rows added up, tables by content."""
    head, _, rest = pprof("-raw", *args).partition("Samples:\n")
    samples, _, rest = rest.partition("Locations\n")
    locations, _, mappings = rest.partition("Mappings\n")
    mapping = {number.strip(): text.strip() for number, _, text in (line.partition(": ") for line in mappings.splitlines())}
    location, last = {}, None
    for line in locations.splitlines():
        first = re.match(r"\s*(\d+): (0x[0-9a-f]+) (?:M=(\d+) )?(.*)", line)
        if first:
            last = location[first[1]] = [first[2], mapping.get(first[3]), without_system(first[4])]
        else:
            last.append(without_system(line))
    types, *lines = samples.splitlines()
    rows = []
    for line in lines:
        row = re.match(r"\s*(-?\d+(?:\s+-?\d+)*):\s?([\s\d]*)$", line)
        if row:
            rows.append((row[1].split(), row[2].split(), []))
        else:  # the texts, the numbers
            rows[-1][2].extend(sorted(re.findall(r"\S.*?:\[.*?\](?= |$)", line)))
    sums = {}
    for values, stack, labels in rows:
        key = tuple(tuple(location[i]) for i in stack), tuple(labels)
        sums[key] = [a + int(b) for a, b in zip(sums.get(key, [0] * len(values)), values)]
    return head, types, sums, sorted(mapping.values())


def without_system(line):
    """Of a function whose system name was left out pprof prints "()": it is the same function."""
    return re.sub(r"\(\)$", "", line.strip())


def types_of(path):
    """(name, unit) of each value type."""
    return [tuple(word.removesuffix("[dflt]").split("/", 1)) for word in raw(path)[1].split()]


def top(path, name, unit, *args):
    """{function: [flat, cum]} in nanoseconds, bytes or what is counted; without functions of no value."""
    text = pprof("-top", "-nodefraction=0", "-edgefraction=0", "-nodecount=1000000", f"-sample_index={name}",
                 f"-unit={UNITS.get(unit, 'count')}", *args, path)
    rows = collections.defaultdict(lambda: [0, 0])
    for line in text.partition("cum%\n")[2].splitlines():
        row = re.match(r"\s*(-?\d+)\w*\s+\S+%?\s+\S+%?\s+(-?\d+)\w*\s+\S+%?\s+(.*?)(?: \((?:partial-)?inline\))?$", line)
        assert row, line
        rows[row[3]][0] += int(row[1])
        rows[row[3]][1] += int(row[2])
    return {function: row for function, row in rows.items() if any(row)}


def traces(path, unit, *args):
    """{stack from the root: value}, without samples of no value."""
    sums = collections.Counter()
    text = pprof("-traces", f"-unit={unit}", *args, path)
    for block in re.split(r"^-----------\+-+\n", text, flags=re.M)[1:]:
        stack, value = [], 0
        for line in block.splitlines():
            first = None if stack else re.match(r"\s*(-?\d+)(?:ns|B|count)?   (\S.*)$", line)
            if first:
                value = int(first[1])
            if first or stack:
                stack.append(re.sub(r" \((?:partial-)?inline\)$", "", first[2] if first else line.strip()))
        sums[tuple(reversed(stack))] += value
    return {stack: value for stack, value in sums.items() if value and stack}

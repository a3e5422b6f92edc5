"""Profiles of browsers: generate_js.py cpuprofile|firefox SAMPLES FILE, prints what they add up to.

A .cpuprofile as Node writes it, 60 k nodes at full size, whose samples come in runs of one node; and one thread of the Firefox
Profiler with tables of its own, a sample each. Totals are nanoseconds, and samples with a stack.
"""
import random
import sys


def tree(rng, count):
    """By node from 1 on: its parent, 0 for the root; some deep chains, many bushes."""
    return [0, 0] + [1 if i < 40 else max(2, int(i // rng.choice((2, 3, 1.05, 1.1, 1.2)))) for i in range(2, count + 1)]


def place(i):
    return f"function{i % 5000}", f"file:///srv/app/module{i % 100}.js", i % 900, i % 70


def runs(rng, nodes, count):
    """As profilers see it: a node again and again."""
    while count > 0:
        length = min(count, rng.choice((1, 1, 2, 3, 5, 8)))
        count -= length
        yield rng.randrange(2, nodes + 1), length


def cpuprofile(samples, out):
    rng, nodes = random.Random(1), max(100, samples // 133)
    parents = tree(rng, nodes)
    children = [[] for _ in parents]
    for node, parent in enumerate(parents[2:], 2):
        children[parent].append(node)
    out.write('{"nodes":[')
    for i in range(1, nodes + 1):
        name, url, line, column = ("(root)", "", -1, -1) if i == 1 else place(i)
        below = f',"children":{children[i]}'.replace(" ", "") if children[i] else ""
        out.write(f'{"," if i > 1 else ""}{{"id":{i},"callFrame":{{"functionName":"{name}","scriptId":"{i % 100}","url":"{url}",'
                  f'"lineNumber":{line},"columnNumber":{column}}},"hitCount":0{below}}}')
    deltas = [str(rng.choice((998, 1000, 1001, 1003))) for _ in range(samples)]
    total = sum(map(int, deltas)) - int(deltas[0]) + 500
    out.write(f'],"startTime":1000000,"endTime":{1000000 + total + int(deltas[0])},"samples":[')
    out.write(",".join(",".join([str(node)] * length) for node, length in runs(rng, nodes, samples)))
    out.write('],"timeDeltas":[' + ",".join(deltas) + "]}")
    return total * 1000


def firefox(samples, out):
    rng, nodes = random.Random(1), max(100, samples // 20)
    parents = tree(rng, nodes)
    found = [node - 1 for node, length in runs(rng, nodes, samples) for _ in range(length)]
    out.write('{"meta":{"version":29,"preprocessedProfileVersion":48,"interval":1,"startTime":0,"categories":[{"name":"Other","color":"grey"}]},'
              '"libs":[],"threads":[{"name":"main","pid":"7","tid":1,"samples":{"stack":[')
    out.write(",".join("null" if i % 50 == 0 else str(stack) for i, stack in enumerate(found)) + '],"time":[')
    out.write(",".join(f"{i}.{i * 7919 % 1000000:06}" for i in range(samples)) + f'],"weight":null,"length":{samples}}},"stackTable":{{"frame":[')
    out.write(",".join(str(i % 20000) for i in range(nodes)) + '],"prefix":[')
    out.write(",".join("null" if i == 1 else str(parents[i] - 1) for i in range(1, nodes + 1)) + '],"length":' + f'{nodes}}},"frameTable":{{"func":[')
    out.write(",".join(str(i % 5000) for i in range(20000)) + '],"line":[' + ",".join(str(i % 900) for i in range(20000)) + ']},"funcTable":{"name":[')
    out.write(",".join(str(i) for i in range(5000)) + '],"fileName":[' + ",".join(str(5000 + i % 100) for i in range(5000)) + ']},"stringArray":[')
    out.write(",".join(f'"function{i}"' for i in range(5000)) + "," + ",".join(f'"/srv/app/module{i}.js"' for i in range(100)) + "]}]}")
    return samples


def main():
    kind, samples, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with open(path, "w") as out:
        print({"cpuprofile": cpuprofile, "firefox": firefox}[kind](samples, out))


if __name__ == "__main__":
    main()

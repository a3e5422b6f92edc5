"""Random profiles with labels, times, mappings, kinds of frames: our speedscope files, and what they hold in Python."""
import json
import random

KINDS = ["kernel", "native", "interpreted", "jit", "gc", "idle"]
KEYS = ["user", "request", "bytes", "odd \"key\"\n<&>"]
TEXTS = ["ann", "bob", "", "a,b", "x\u20ac\\", "</metadata>"]


def random_label(rng):
    key = rng.choice(KEYS)
    if rng.random() < 0.4:
        number = rng.choice([0, -5, rng.randint(1, 9) * 1024, 2**53 + 1, 2**63 - 1, -2**63])
        unit = rng.choice(["bytes", "nanoseconds", "things", None])
        return (key, number, unit) if unit else (key, number)
    return (key, rng.choice(TEXTS))


def random_profile(seed, threads=2, timed=True, values=True):
    """(the file's object, the samples as rows: thread, stack of frame numbers, labels, value by type, time)"""
    rng = random.Random(seed)
    mappings = [{"object": f"/lib/l{i}.so", "build_id": f"{i:02x}ff", "start": hex(i << 32), "limit": hex((i << 32) + 0xffff),
                 "offset": hex(i * 4096)} for i in range(1, rng.randint(2, 4))]
    frames = []
    for i in range(rng.randint(3, 9)):
        frame = {"name": f"f{i % 4}", "file": rng.choice(["a.c", "b.c"])}
        if rng.random() < 0.7:
            frame["address"] = hex(rng.choice([i + 1, 2**64 - 1 - i]))
        if rng.random() < 0.5:
            frame["mapping"] = rng.randint(1, len(mappings))
        if rng.random() < 0.5:
            frame["kind"] = rng.choice(KINDS)
        if rng.random() < 0.3:
            frame["inlined"] = True
        if rng.random() < 0.3:
            frame["system"] = f"_Z{i}f"
        if frame not in frames:
            frames.append(frame)
    sets = [[random_label(rng) for _ in range(rng.randint(1, 4))] for _ in range(rng.randint(1, 6))]
    sets.append([("user", "ann"), ("bytes", 2048, "bytes")])
    types = [{"name": "cpu", "unit": "nanoseconds"}, {"name": "samples", "unit": "none"}][:2 if values else 1]
    profiles, rows = [], []
    for thread in range(threads):
        count = rng.randint(1, 12)
        stacks = [[rng.randrange(len(frames)) for _ in range(rng.randint(0 if i else 1, 4))] for i in range(count)]
        labels = [rng.randint(0, len(sets)) if i else len(sets) for i in range(count)]
        times = [rng.choice([None, 1000 * i + rng.randint(0, 999)]) for i in range(count)]
        weights = [[rng.randint(1, 1000) for _ in range(count)] for _ in types]
        for v, value in enumerate(types):
            extra = {"thread": {"name": f"t{thread}", "pid": str(10 + thread)}, "value": value}
            if any(labels):
                extra["labels"] = labels
            if timed and any(time is not None for time in times):
                extra["times"] = times
            profiles.append({"type": "sampled", "name": f"t{thread} {v}", "unit": value["unit"], "startValue": 0, "endValue": 0,
                             "profpipe": extra, "samples": stacks, "weights": weights[v]})
        for i in range(count):
            rows.append({"thread": f"t{thread}", "stack": stacks[i], "labels": sorted(set(sets[labels[i] - 1]), key=repr) if labels[i] else [],
                         "values": [w[i] for w in weights], "time": times[i]})
    recording = {"default": types[-1]["name"], "of": ["cpu", "nanoseconds"], "period": rng.randint(1, 2) * 10**6,
                 "start": 1764252000 * 10**9 + rng.randint(0, 10**9), "duration": rng.randint(1, 10**10)}
    return {"$schema": "https://www.speedscope.app/file-format-schema.json", "exporter": "profpipe",
            "profpipe": {"values": types, "recording": recording, "mappings": mappings, "labelSets": sets},
            "shared": {"frames": frames}, "profiles": profiles}, rows


def random_file(seed, **how):
    return json.dumps(random_profile(seed, **how)[0]).encode()


def content(data, timed=False):
    """What a speedscope file of ours says of its samples, whatever the order and the numbers: a multiset, summed by what is equal."""
    file = json.loads(data)
    extra = file.get("profpipe", {})
    sets = [[]] + extra.get("labelSets", [])
    mappings = [None] + extra.get("mappings", [])
    frames = [{**frame, "mapping": tuple(sorted(mappings[frame.get("mapping", 0)].items())) if frame.get("mapping") else None}
              for frame in file["shared"]["frames"]]
    names = [tuple(sorted((k, v) for k, v in frame.items() if v is not None)) for frame in frames]
    sums = {}
    for profile in file["profiles"]:
        own = profile.get("profpipe", {})
        thread = own.get("thread", {}).get("name", profile["name"])
        value = own.get("value", {}).get("name", "samples" if profile["unit"] == "none" else "time")
        count = len(profile["samples"])
        for stack, weight, labels, time in zip(profile["samples"], profile["weights"], own.get("labels", [0] * count),
                                               own.get("times", [None] * count)):
            key = (thread, value, tuple(names[f] for f in stack), tuple(sorted({tuple(l) for l in sets[labels]}, key=repr)),
                   time if timed else None)
            sums[key] = sums.get(key, 0) + weight
    return {key: total for key, total in sums.items() if total}

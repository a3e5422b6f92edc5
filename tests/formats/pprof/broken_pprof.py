"""Broken pprof files, and a whole one: messages are built here field by field."""
from broken_files import PSTAT, packed
from legacy_files import words
from protobuf_fields import field, message

STRINGS = ["", "samples", "count", "main", "main.go", "/bin/app", "key", "text", "bytes", "leaf"]
TYPE = message(f1=1, f2=2)
SAMPLE = message(f1=[2, 1], f2=[7])
LABELLED = message(f1=[1], f2=[5], f3=(message(f1=6, f2=7), message(f1=6, f3=4096, f4=8)))
MAPPING = message(f1=1, f2=0x1000, f3=0x9000, f5=5, f7=1)
LOCATIONS = (message(f1=1, f2=1, f3=0x1010, f4=message(f1=1, f2=3)),
             message(f1=2, f2=1, f3=0x1020, f4=(message(f1=2, f2=9), message(f1=1, f2=4))))
FUNCTIONS = (message(f1=1, f2=3, f3=3, f4=4, f5=2), message(f1=2, f2=9, f3=9, f4=4))


def profile(types=(TYPE,), samples=(SAMPLE, LABELLED), mappings=(MAPPING,), locations=LOCATIONS, functions=FUNCTIONS,
            strings=STRINGS, **more):
    return message(f1=tuple(types), f2=tuple(samples), f3=tuple(mappings), f4=tuple(locations), f5=tuple(functions),
                   f6=tuple(text.encode() for text in strings), **more)


WHOLE = profile(f9=1795765769000000000, f10=10**9, f11=TYPE, f12=1, f13=[7], f14=1)


FILES = {
    "cut-in-a-string": WHOLE[:-60],
    "cut-in-a-length": profile() + b"\x0a",
    "garbage-at-the-end": profile() + b"\xff\xff\xff",
    "group": profile() + b"\x0b\x0c",
    "field-number-0": profile() + b"\x00\x01",
    "varint-of-11-bytes": profile() + b"\x48" + b"\xff" * 11,
    "string-0-not-empty": profile(strings=["x", *STRINGS[1:]]),
    "string-out-of-range": profile(functions=(message(f1=1, f2=99), FUNCTIONS[1])),
    "label-string-out-of-range": profile(samples=(message(f1=[1], f2=[5], f3=message(f1=77, f2=7)),)),
    "type-string-out-of-range": profile(types=(message(f1=1, f2=50),)),
    "location-0": profile(samples=(message(f1=[0], f2=[5]),)),
    "location-unknown": profile(samples=(message(f1=[1, 9], f2=[5]),)),
    "location-id-0": profile(locations=(message(f1=0, f4=message(f1=1)), *LOCATIONS)),
    "location-twice": profile(locations=(*LOCATIONS, LOCATIONS[0])),
    "mapping-twice": profile(mappings=(MAPPING, MAPPING)),
    "function-twice": profile(functions=(*FUNCTIONS, FUNCTIONS[1])),
    "line-without-function": profile(locations=(message(f1=1, f4=message(f2=3)), LOCATIONS[1])),
    "line-of-unknown-function": profile(locations=(message(f1=1, f4=message(f1=77, f2=3)), LOCATIONS[1])),
    "no-values": profile(samples=(message(f1=[1]),)),
    "two-values-for-one-type": profile(samples=(message(f1=[1], f2=[5, 6]),)),
    "values-differ": profile(samples=(SAMPLE, message(f1=[1], f2=[5, 6]))),
    "no-types": profile(types=()),
    "sample-is-a-number": profile() + field(2, 3),
    "string-is-a-number": profile() + field(6, 3),
    "time-is-bytes": profile() + field(9, b"now"),
    "line-beyond-32-bits": profile(locations=(message(f1=1, f4=message(f1=1, f2=2**33)), LOCATIONS[1])),
    "sum-beyond-64-bits": profile(samples=(message(f1=[1], f2=[2**63 - 1]), message(f1=[1], f2=[5]))),
    "seconds-beyond-64-bits": profile(types=(message(f1=1, f2=10),), strings=[*STRINGS, "seconds"],
                                      samples=(message(f1=[1], f2=[2**40]),)),
    "stacks-of-one-long-location": profile(locations=(message(f1=1, f4=(message(f1=1),) * 300), LOCATIONS[1]),
                                          samples=(message(f1=[1] * 3000, f2=[1]),)),
    "label-cut": profile(samples=(message(f1=[1], f2=[5], f3=b"\x08"),)),
    "packed-cut": profile(samples=(message(f1=b"\x01\xff", f2=[5]),)),
    "no-strings": message(f1=TYPE, f2=message(f1=[1], f2=[5])) * 3,
    "note-broken": profile(strings=[*STRINGS, "profpipe: metadata [[1"], f13=[10]),
    "second-file-cut": profile() + profile()[:-30],
    "gzip-cut": packed(WHOLE)[:100],
    "gzip-checksum": packed(WHOLE)[:-8] + b"\0" * 8,
    "pstat": PSTAT,
    "legacy-cpu-cut": words(0, 3, 0, 10000, 0, 1, 2, 0x10)[:-3],
    "legacy-cpu-deep": words(0, 3, 0, 10000, 0, 1, 2**40, 0x10),
    "legacy-cpu-java": words(0, 3, 1, 10000, 0, 1, 1, 0x10, 0, 1, 0),
    "legacy-cpu-period": words(0, 3, 0, 2**63, 0, 1, 1, 0x10, 0, 1, 0),
    "legacy-cpu-count": words(0, 3, 0, 10000, 0, 2**62, 1, 0x10, 0, 1, 0),
    "legacy-cpu-twice": words(0, 3, 0, 10000, 0, 1, 1, 0x10, 0, 1, 0) * 2,
}

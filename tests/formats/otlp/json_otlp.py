"""OTLP profiles as JSON: a whole one, which says what broken_otlp.WHOLE does, and broken ones."""
import copy
import json

WHOLE = {
    "resourceProfiles": [{
        "resource": {"attributes": [{"keyStrindex": 11, "value": {"stringValueStrindex": 12}}]},
        "scopeProfiles": [{
            "scope": {"name": "agent", "version": "1.0"},
            "profiles": [{
                "sampleType": {"typeStrindex": 1, "unitStrindex": 2},
                "samples": [
                    {"stackIndex": 1, "attributeIndices": [1], "linkIndex": 1, "values": ["7"]},
                    {"stackIndex": 2, "attributeIndices": [1], "timestampsUnixNano": ["5", "6"]},
                    {"stackIndex": 3, "values": ["3"]}],
                "timeUnixNano": "1795765769000000000", "durationNano": "1000000000",
                "periodType": {"typeStrindex": 9, "unitStrindex": 10}, "period": "10000000"}]}]}],
    "dictionary": {
        "mappingTable": [{}, {"memoryStart": "4096", "memoryLimit": "36864", "filenameStrindex": 5}],
        "locationTable": [
            {}, {"mappingIndex": 1, "address": "4112", "lines": [{"functionIndex": 1, "line": "3"}], "attributeIndices": [2]},
            {"mappingIndex": 1, "address": "4128", "lines": [{"functionIndex": 2, "line": "9"}, {"functionIndex": 1, "line": "4"}]},
            {"mappingIndex": 1, "address": "4249"}],
        "functionTable": [{}, {"nameStrindex": 3, "systemNameStrindex": 0, "filenameStrindex": 4, "startLine": "2"},
                          {"nameStrindex": 8, "filenameStrindex": 4}],
        "linkTable": [{}, {"traceId": "11" * 16, "spanId": "22" * 8}],
        "stringTable": ["", "samples", "count", "main", "main.c", "/bin/app", "thread.name", "profile.frame.type", "leaf", "cpu",
                        "nanoseconds", "service.name", "shop"],
        "attributeTable": [{}, {"keyStrindex": 6, "value": {"stringValue": "worker"}},
                           {"keyStrindex": 7, "value": {"stringValue": "native"}}],
        "stackTable": [{}, {"locationIndices": [2, 1]}, {"locationIndices": [1]}, {"locationIndices": [3, 0, 1]}]}}


def at(document, path):
    """What holds the last step of "a.0.b", and that step."""
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        document = document[step]
    return document, last


PROFILE = "resourceProfiles.0.scopeProfiles.0.profiles.0"


def changed(**changes):
    """WHOLE with another second row in a table, or another field in the first sample; or `to` at `path`."""
    document = copy.deepcopy(WHOLE)
    if "path" in changes:
        holder, last = at(document, changes.pop("path"))
        holder[last] = changes.pop("to")
    for name, value in changes.items():
        if name in document["dictionary"]:
            document["dictionary"][name][1] = value
        else:
            at(document, PROFILE + ".samples.0." + name)[0][name] = value
    return document


def text(document):
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


# 1.7: stacks are ranges of the profile's locations, attributes have their keys in them
RANGES = changed(path=PROFILE, to={
    "sampleType": [{"typeStrindex": 1, "unitStrindex": 2}], "locationIndices": [2, 1, 1],
    "sample": [{"locationsLength": 2, "value": ["7"], "attributeIndices": [1]},
               {"locationsStartIndex": 1, "locationsLength": 2, "value": [5], "timestampsUnixNano": ["1", "300"]}],
    "timeNanos": "1795765769000000000", "durationNanos": "1000000000"})
RANGES["dictionary"]["attributeTable"] = [{}, {"key": "thread.name", "value": {"stringValue": "worker"}},
                                          {"key": "profile.frame.type", "value": {"stringValue": "native"}}]
RANGES["dictionary"]["attributeUnits"] = [{"attributeKeyStrindex": 1, "unitStrindex": 2}]
for row in RANGES["dictionary"]["locationTable"]:
    if "lines" in row:
        row["line"] = row.pop("lines")
del RANGES["dictionary"]["stackTable"]


# 1.6: the tables stand where the dictionary is later
ON_TOP = {"resourceProfiles": RANGES["resourceProfiles"], **RANGES["dictionary"]}


def nested(depth):
    value = {"stringValue": "deep"}
    for _ in range(depth):
        value = {"arrayValue": {"values": [value]}}
    return value


MIXED = changed(locationsLength=1)
WITHOUT = {"resourceProfiles": WHOLE["resourceProfiles"]}

FILES = {
    "json-cut-in-a-text": text(WHOLE)[:-400],
    "json-cut-in-a-list": text(WHOLE)[:220],
    "json-comma-at-the-end": text(WHOLE).replace(b'"values":["7"]', b'"values":["7",]'),
    "json-list-for-an-object": text(changed(functionTable=[])),
    "json-object-for-a-list": text(changed(locationTable={"lines": {"functionIndex": 1}})),
    "json-number-for-a-text": text(changed(stringTable=5)),
    "json-null-in-a-list": text(changed(stackTable=None)),
    "json-word-for-a-number": text(changed(stackIndex="first")),
    "json-half-a-number": text(changed(stackIndex=1.5)),
    "json-index-beyond-32-bits": text(changed(stackIndex=2**31)),
    "json-value-beyond-64-bits": text(changed(values=[str(2**63)])),
    "json-time-below-0": text(changed(timestampsUnixNano=["-1"])),
    "json-number-for-a-truth": text(changed(attributeTable={"keyStrindex": 6, "value": {"boolValue": 1}})),
    "json-no-double": text(changed(attributeTable={"keyStrindex": 6, "value": {"doubleValue": "0x1p3"}})),
    "json-no-base64": text(changed(attributeTable={"keyStrindex": 6, "value": {"bytesValue": "AB=C"}})),
    "json-id-of-31-digits": text(changed(linkTable={"traceId": "1" * 31})),
    "json-id-of-other-letters": text(changed(linkTable={"spanId": "2" * 15 + "g"})),
    "json-values-nested-too-deep": text(changed(attributeTable={"keyStrindex": 6, "value": nested(40)})),
    "json-two-layouts-of-tables": text({**WHOLE, "stringTable": [""]}),
    "json-no-dictionary": text(WITHOUT),
    "json-two-layouts": text(MIXED),
    "json-stack-out-of-range": text(changed(stackIndex=9)),
    "json-function-out-of-range": text(changed(locationTable={"lines": [{}, {"functionIndex": 9}]})),
    "json-string-0-not-empty": text(changed(path="dictionary.stringTable.0", to="x")),
    "json-string-out-of-range": text(changed(functionTable={"nameStrindex": -1})),
    "json-second-line-broken": text(WHOLE) + text(changed(stackIndex=9)),
    "json-no-object-behind": text(WHOLE) + b"[]\n",
}

GOLDEN = {"json": text(WHOLE), "json-layout-1.7": text(RANGES), "json-layout-1.6": text(ON_TOP),
          "json-lines": text(WHOLE) + text(RANGES)}

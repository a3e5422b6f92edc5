"""OTLP profiles as JSON: read as the same profile in protobuf is."""
import base64
import gzip
import json
import pathlib
import re
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import broken_files  # noqa: E402
import lib

HERE = pathlib.Path(__file__).parent
broken = broken_files.module("otlp")
documents = broken.json_otlp


def as_pprof(data, *args, status=0):
    """All that pprof keeps of it, which is all that otlp reads."""
    return lib.run("otlp2pprof", "-q", *args, input=data, status=status)[0]


WHOLE = as_pprof(documents.text(documents.WHOLE))


def test_both_encodings_are_one_profile():
    assert as_pprof(broken.WHOLE) == WHOLE
    sample = lib.SAMPLES / "otlp/ebpf.otlp"
    assert as_pprof(pathlib.Path(f"{sample}.json").read_bytes()) == as_pprof(pathlib.Path(f"{sample}.pb").read_bytes())


def renamed(value, change):
    if isinstance(value, dict):
        return {change(key): renamed(inner, change) for key, inner in value.items()}
    return [renamed(inner, change) for inner in value] if isinstance(value, list) else value


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def as_numbers(value):
    """64-bit numbers without quotes, but no ids, which are of 16 digits or more."""
    if isinstance(value, dict):
        return {key: as_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_numbers(inner) for inner in value]
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,15}|[0-9]{19}", value) else value


def as_texts(value):
    if isinstance(value, dict):
        return {key: as_texts(inner) for key, inner in value.items()}
    return [as_texts(inner) for inner in value] if isinstance(value, list) else f"{value}.0" if isinstance(value, int) else value


def last_first(value):
    if isinstance(value, dict):
        return {key: last_first(inner) for key, inner in reversed(value.items())}
    return [last_first(inner) for inner in value] if isinstance(value, list) else value


def with_more(value):
    """Unknown fields of every kind, and fields that are null."""
    if isinstance(value, dict):
        return {"newer": {"a": [{"b": None}, "]"]}, "startLine": None, "schemaUrl": None, "values_": None,
                **{key: with_more(inner) for key, inner in value.items()}, "entityRefs": [1.5, True, "x"]}
    return [with_more(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("change", [
    lambda whole: renamed(whole, snake), as_numbers, as_texts, last_first, lambda whole: with_more(with_more(whole))],
    ids=["snake case", "numbers", "texts", "another order", "unknown and null"])
def test_other_spellings(change):
    assert change(documents.WHOLE) != documents.WHOLE or change is last_first
    assert as_pprof(documents.text(change(documents.WHOLE))) == WHOLE


@pytest.mark.parametrize("separators, indent, end", [((", ", ": "), "\t", "\n"), ((" ,", " :"), None, ""), ((",", ":"), 1, "\r\n \t\n")])
def test_blanks(separators, indent, end):
    data = b"\n " + json.dumps(documents.WHOLE, separators=separators, indent=indent).encode() + end.encode()
    assert lib.run("profconv", "-q", "-t", "pprof", input=data)[0] == WHOLE


def test_escapes_in_names_and_keys():
    data = documents.text(documents.WHOLE).replace(b'"main"', b'"m\\u0061in"').replace(b'"stackTable"', b'"st\\u0061ckTable"')
    assert as_pprof(data) == WHOLE


@pytest.mark.parametrize("code", [base64.b64encode, base64.urlsafe_b64encode, lambda data: base64.b64encode(data).rstrip(b"=")])
def test_ids_in_base64(code):
    """As protobuf's own JSON has them; bytes whose two alphabets differ."""
    trace, span = bytes([0xFB, 0xFF] * 8), bytes([0xFF, 0xFE] * 4)
    hexes = documents.changed(linkTable={"traceId": trace.hex(), "spanId": span.hex().upper()})
    coded = documents.changed(linkTable={"traceId": code(trace).decode(), "spanId": code(span).decode()})
    assert as_pprof(documents.text(coded)) == as_pprof(documents.text(hexes))
    assert trace.hex().encode() in as_pprof(documents.text(coded)) and span.hex().encode() in as_pprof(documents.text(hexes))


@pytest.mark.parametrize("value, text", [
    ({"stringValue": "a"}, b"a"), ({"boolValue": True}, b"true"), ({"boolValue": False}, b"false"), ({"doubleValue": 1.5}, b"1.5"),
    ({"doubleValue": "-25e-1"}, b"-2.5"), ({"doubleValue": "Infinity"}, b"inf"), ({"arrayValue": {"values": [{"stringValue": "one"}]}}, b"one"),
    ({"arrayValue": {"values": [{"boolValue": True}, {"stringValue": "b"}]}}, b"[true,b]"),
    ({"kvlistValue": {"values": [{"key": "k", "value": {"intValue": "2"}}]}}, b"{k:2}"),
    ({"kvlistValue": {"values": [{"keyStrindex": 3, "value": {"intValue": "-2"}}]}}, b"{main:-2}"),
    ({"bytesValue": "Af8="}, b"01ff"), ({"bytesValue": "Af8"}, b"01ff"), ({"bytesValue": "/-+_"}, b"ffefbf"),
    ({"stringValueStrindex": 3}, b"main"), ({"string_value_strindex": 3}, b"main")])
def test_values_of_attributes(value, text):
    out = as_pprof(documents.text(documents.changed(attributeTable={"keyStrindex": 9, "value": value})))
    assert broken.field(6, text) in out


def test_a_value_of_0_is_one():
    """Every member of a oneof is there if it is named."""
    out = as_pprof(documents.text(documents.changed(attributeTable={"keyStrindex": 9, "value": {"intValue": "0"}})))
    assert out == as_pprof(broken.export(attributes=(b"", broken.message(f1=9, f2=b"\x18\x00"), broken.ATTRIBUTES[2])))


def test_numbers_at_the_edges():
    """Addresses and values are exact to the last bit, with quotes or without."""
    for quote in (str, int):
        document = documents.changed(locationTable={"mappingIndex": 0, "address": quote(2**64 - 1)}, values=[quote(-2**63), quote(2**62), quote(2**62)])
        assert as_pprof(documents.text(document)) == as_pprof(broken.of(
            broken.message(f1=1, f2=[1], f3=1, f4=[2**63, 2**62, 2**62]), *broken.SAMPLES[1:],
            locations=(b"", broken.message(f2=2**64 - 1), *broken.LOCATIONS[2:])))


def test_objects_one_behind_the_other():
    """Each has tables of its own; between them is a line's end, blanks or nothing."""
    other = documents.text(documents.changed(path="dictionary.stringTable.3", to="other"))
    found = [lib.run("otlp2collapsed", "-q", input=documents.text(documents.WHOLE).strip() + between + other)[0] for between in (b"\n", b"", b" \r\n\n")]
    assert found[0] == found[1] == found[2] and found[0].count(b"main.c:3);main (") == 1 == found[0].count(b"main.c:3);other (")


def test_layouts_are_known_by_names():
    ranges = documents.text(documents.RANGES)
    assert as_pprof(documents.text(documents.ON_TOP)) == as_pprof(ranges) == as_pprof(documents.text(last_first(documents.ON_TOP)), "--otlp-layout", "1.6")
    assert as_pprof(ranges, "--otlp-layout", "1.7") == as_pprof(ranges)
    assert as_pprof(documents.text(documents.WHOLE), "--otlp-layout", "1.9") == WHOLE
    for data, layout, found in ((ranges, "1.11", b"1.8 or later, got names of 1.7"), (documents.text(documents.WHOLE), "1.7", b"1.7 or before, got names of 1.8")):
        _, said = lib.run("otlp2pprof", "--otlp-layout", layout, input=data, status=2)
        assert b"expected names of layout " + found.split(b",")[0] in said and said.count(b"\n") == 1, said


def test_before_1_8_there_are_several_types():
    document = json.loads(documents.text(documents.RANGES))
    profile = document["resourceProfiles"][0]["scopeProfiles"][0]["profiles"][0]
    profile["sampleType"].append({"typeStrindex": 9, "unitStrindex": 10})
    for sample in profile["sample"]:
        sample["value"].append("1000")
    found = json.loads(lib.run("profcheck", "-q", "--json", input=documents.text(document))[0])
    assert [(one["name"], one["self_total"]) for one in found["value_types"]] == [("samples", 12), ("cpu", 2000)]


def test_a_range_of_no_locations_is_no_stack():
    profile = {"sampleType": [{"typeStrindex": 1, "unitStrindex": 2}], "sample": [{"locationsStartIndex": 0, "value": ["7"]}]}
    data = documents.text({**documents.RANGES, "resourceProfiles": [{"scopeProfiles": [{"profiles": [profile]}]}]})
    found = json.loads(lib.run("profcheck", "-q", "--json", input=data)[0])
    assert [one["self_total"] for one in found["value_types"]] == [7] and found["depth"] == 0


@pytest.mark.parametrize("first", ["resourceProfiles", "resource_profiles", "dictionary", "schema"])
def test_it_is_known_by_its_first_name(first):
    """A dictionary of another kind of file does not make it one."""
    whole = {"schema": 1, **documents.WHOLE} if first == "schema" else documents.WHOLE
    named = renamed(whole, snake if "_" in first else str)
    data = documents.text({first: named[first], **named})
    assert json.loads(lib.run("profcheck", "-q", "--json", input=data)[0])["format"] == "otlp"
    assert as_pprof(gzip.compress(data)) == WHOLE
    lib.run("profcheck", input=b'{"dictionary":{"a":1}}', status=2)


def test_an_empty_object_is_an_empty_profile():
    assert lib.run("otlp2collapsed", "-q", input=b" {} \n")[0] == b""


def test_a_path_too_long_for_a_line_is_shortened():
    document = documents.changed(attributeTable={"keyStrindex": 6, "value": documents.nested(30)})
    data = documents.text(document).replace(b'"deep"', b"5")
    _, said = lib.run("otlp2collapsed", input=data, status=2)
    assert said.count(b"\n") == 1 and b".stringValue, got '5" in said and len(said) < 400


def test_nesting_is_limited():
    data = documents.text(documents.changed(attributeTable={"keyStrindex": 6, "value": "NESTED"})).replace(b'"NESTED"', b'{"arrayValue":{"values":[' * 4000)
    _, said = lib.run("otlp2collapsed", input=data, status=2)
    assert said.count(b"\n") == 1 and b"--limit nesting=N" in said

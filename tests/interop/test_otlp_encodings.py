"""OTLP profiles as JSON: the collector's library and Python's classes read ours, and we read theirs."""
import pytest

import lib
from otlp_clients import client

# of layout 1.11, which both have, and what we write
THEIRS = ["otlp/ebpf.otlp.pb", "otlp/pdata-block.otlp.pb", "otlp/asyncprofiler-4.6.otlp.pb"]
SAMPLES = [sample for sample in lib.samples() if sample.format != "otlp" or sample.name in THEIRS]


def canonical(data):
    return lib.run("otlp2otlp", "-q", input=data)[0]


@pytest.mark.parametrize("name", THEIRS)
@pytest.mark.parametrize("who, spelling", [("pdata", "json"), ("classes", "json"), ("classes", "snake")])
def test_theirs_is_read(name, who, spelling):
    """pdata has ids in hexadecimal digits, protobuf's own JSON in base64."""
    wire = (lib.SAMPLES / name).read_bytes()
    assert canonical(client(who)("protobuf", spelling, wire)) == canonical(wire)


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_ours_is_read_by_the_collector(sample):
    """What it made of our JSON, and of our protobuf, is the same profile in its own encodings."""
    text, wire = (lib.run(f"{sample.format}2otlp", "-q", "--encoding", encoding, sample.path)[0] for encoding in ("json", "protobuf"))
    translate = client("pdata")
    again = translate("json", "protobuf", text)
    assert again == translate("protobuf", "protobuf", wire)
    assert canonical(again) == canonical(wire)
    assert canonical(translate("protobuf", "json", wire)) == canonical(wire)


@pytest.mark.parametrize("sample", [sample for sample in SAMPLES if sample.format in ("collapsed", "speedscope")],
                         ids=[sample.name for sample in SAMPLES if sample.format in ("collapsed", "speedscope")])
def test_ours_is_read_by_the_classes(sample):
    """Those without links: their ids are base64 there."""
    text, wire = (lib.run(f"{sample.format}2otlp", "-q", "--encoding", encoding, sample.path)[0] for encoding in ("json", "protobuf"))
    assert client("classes")("json", "protobuf", text) == client("classes")("protobuf", "protobuf", wire)

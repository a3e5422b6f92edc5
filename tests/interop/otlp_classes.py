"""Reads a profile by the classes of opentelemetry-proto and writes it again: json|protobuf json|snake|protobuf < in > out"""
import sys

from google.protobuf import json_format
from opentelemetry.proto.profiles.v1development.profiles_pb2 import ProfilesData

data = sys.stdin.buffer.read()
profiles = json_format.Parse(data, ProfilesData()) if sys.argv[1] == "json" else ProfilesData.FromString(data)
if sys.argv[2] == "protobuf":
    sys.stdout.buffer.write(profiles.SerializeToString())
else:
    sys.stdout.write(json_format.MessageToJson(profiles, preserving_proto_field_name=sys.argv[2] == "snake"))

"""What Python's opentelemetry-proto reads of OTLP profiles: the JSON of each file that is named, one a line."""
import pathlib
import sys

from google.protobuf import json_format
from opentelemetry.proto.profiles.v1development import profiles_pb2

for path in sys.argv[1:]:
    message = profiles_pb2.ProfilesData()
    message.ParseFromString(pathlib.Path(path).read_bytes())
    print(json_format.MessageToJson(message, indent=None))

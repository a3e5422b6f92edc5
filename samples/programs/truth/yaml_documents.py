"""YAML read and written by the pure Python half of PyYAML: scanner, parser, composer, constructor, representer, emitter."""
import yaml

TEXT = """
defaults: &base
  image: "app:1.0"
  ports: [80, 443, {name: admin, port: 8080}]
services:
  web:
    <<: *base
    env: {DEBUG: no, LEVEL: 3, RATIO: 1.5e3}
    text: |
      several
      lines
  store:
    <<: *base
    nested: {a: {b: {c: [1, [2, [3, [4]]]]}}}
    when: 2023-01-01
    point: !point 3,4
"""


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def read_point(loader, node):
    return Point(*map(int, loader.construct_scalar(node).split(",")))


def write_point(dumper, point):
    return dumper.represent_scalar("!point", f"{point.x},{point.y}")


def keys(value):
    if isinstance(value, dict):
        return len(value) + sum(map(keys, value.values()))
    return sum(map(keys, value)) if isinstance(value, list) else 0


def main():
    yaml.SafeLoader.add_constructor("!point", read_point)
    yaml.SafeDumper.add_representer(Point, write_point)
    for _ in range(2):
        data = yaml.safe_load(TEXT)
        text = yaml.safe_dump(data, default_flow_style=False)
        print(keys(data), len(text), len(list(yaml.scan(text))))


main()

"""A validator for JSON by schema, with $ref: validators are looked up by keyword and call the validator again."""
import json
import random
import re

SCHEMA = json.loads("""{
  "definitions": {
    "node": {"type": "object", "required": ["name", "kids"], "properties": {
      "name": {"type": "string", "pattern": "^[a-z]+[0-9]*$", "maxLength": 12},
      "kids": {"type": "array", "items": {"anyOf": [{"$ref": "#/definitions/leaf"}, {"$ref": "#/definitions/node"}]}},
      "size": {"type": "integer", "minimum": 0, "not": {"enum": [13]}}}},
    "leaf": {"type": "object", "required": ["value"], "properties": {
      "value": {"oneOf": [{"type": "number"}, {"type": "string", "format": "date"}, {"type": "boolean"}]},
      "unit": {"enum": ["kg", "m", "s"]}}}
  },
  "allOf": [{"$ref": "#/definitions/node"}, {"type": "object"}]
}""")

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}


class Validator:
    def __init__(self, schema):
        self.root = schema

    def errors(self, value, schema, path="$"):
        if "$ref" in schema:
            yield from self.errors(value, self.resolve(schema["$ref"]), path)
            return
        for keyword, wanted in schema.items():
            check = getattr(self, "check_" + keyword, None)
            if check:
                yield from check(value, wanted, path)

    def valid(self, value, schema):
        return next(self.errors(value, schema), None) is None

    def resolve(self, reference):
        node = self.root
        for part in reference.lstrip("#/").split("/"):
            node = node[part]
        return node

    def check_type(self, value, wanted, path):
        if not isinstance(value, TYPES[wanted]):
            yield f"{path}: no {wanted}"

    def check_required(self, value, wanted, path):
        yield from (f"{path}: {name} is missing" for name in wanted if name not in value)

    def check_properties(self, value, wanted, path):
        for name, schema in wanted.items():
            if isinstance(value, dict) and name in value:
                yield from self.errors(value[name], schema, f"{path}.{name}")

    def check_items(self, value, wanted, path):
        for number, item in enumerate(value):
            yield from self.errors(item, wanted, f"{path}[{number}]")

    def check_anyOf(self, value, wanted, path):
        if not any(self.valid(value, schema) for schema in wanted):
            yield f"{path}: fits none of {len(wanted)}"

    def check_oneOf(self, value, wanted, path):
        if sum(self.valid(value, schema) for schema in wanted) != 1:
            yield f"{path}: does not fit one"

    def check_allOf(self, value, wanted, path):
        for schema in wanted:
            yield from self.errors(value, schema, path)

    def check_not(self, value, wanted, path):
        if self.valid(value, wanted):
            yield f"{path}: is what it must not be"

    def check_enum(self, value, wanted, path):
        if value not in wanted:
            yield f"{path}: not one of {wanted}"

    def check_pattern(self, value, wanted, path):
        if isinstance(value, str) and not re.search(wanted, value):
            yield f"{path}: does not match"

    def check_minimum(self, value, wanted, path):
        if value < wanted:
            yield f"{path}: too small"


def tree(rng, depth):
    if depth == 0:
        return {"value": rng.choice([1, 2.5, "2023-01-01", None]), "unit": rng.choice(["kg", "m", "ft"])}
    kids = [tree(rng, depth - 1 - (rng.random() < 0.3 and depth > 1)) for _ in range(rng.randint(1, 4))]
    return {"name": rng.choice(["ab1", "root", "X"]), "kids": kids, "size": rng.randint(-1, 14)}


def main():
    rng = random.Random(11)
    validator = Validator(SCHEMA)
    for _ in range(12):
        errors = list(validator.errors(tree(rng, 4), SCHEMA))
        print(len(errors), errors[:1])


main()

"""TypeScript types of the models, from the schemas of the OpenAPI document."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

HEAD = "// Made from the models of the API by scripts/dashboard-types. Do not edit: a test compares.\n"

type Schema = Mapping[str, Any]


def make_types(schemas: Mapping[str, Schema]) -> str:
    """Return one exported type per schema, in the order of their names."""
    return HEAD + "".join(f"\n{_export(name, schema)}" for name, schema in sorted(schemas.items()))


def _export(name: str, schema: Schema) -> str:
    comment = _comment(schema.get("description"), "")
    if schema.get("type") == "object" and "properties" in schema:
        return f"{comment}export interface {name} {{\n{_members(schema)}}}\n"
    return f"{comment}export type {name} = {type_of(schema)};\n"


def _members(schema: Schema) -> str:
    required = schema.get("required", ())
    lines = []
    for name, member in schema["properties"].items():
        key = name if name.isidentifier() else json.dumps(name)
        mark = "" if name in required else "?"
        lines.append(f"{_comment(member.get('description'), '  ')}  {key}{mark}: {type_of(member)};\n")
    return "".join(lines)


def type_of(schema: Schema) -> str:
    """Return the type of the values that fit a schema."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_of(option) for option in schema["anyOf"]))
    match schema.get("type"):
        case "array":
            return _array(schema)
        case "object":
            return f"Record<string, {_of_others(schema)}>"
        case "integer" | "number":
            return "number"
        case "string" | "boolean" | "null" as plain:
            return str(plain)
        case _:
            return "unknown"


def _of_others(schema: Schema) -> str:
    others = schema.get("additionalProperties", True)
    return "unknown" if isinstance(others, bool) else type_of(others)


def _array(schema: Schema) -> str:
    item = type_of(schema.get("items", {}))
    return f"({item})[]" if " " in item else f"{item}[]"


def _comment(text: str | None, indent: str) -> str:
    if not text:
        return ""
    lines = [line.rstrip() for line in text.replace("*/", "* /").splitlines()]
    return f"{indent}/** {_joined(lines, indent)} */\n"


def _joined(lines: Sequence[str], indent: str) -> str:
    return f"\n{indent} * ".join(lines)

"""The part of JSON Schema that `docs/report.schema.json` uses; anything else in it is refused."""

from typing import Any

WORDS = {
    "$schema", "$defs", "$ref", "title", "description", "type", "enum", "required", "properties",
    "additionalProperties", "items",
}  # fmt: skip
KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def errors(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """Return what a value breaks, each with its place."""
    assert set(schema) <= WORDS, schema
    if "$ref" in schema:
        return errors(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    kinds = schema.get("type", [])
    if kinds and not any(is_a(value, k) for k in ([kinds] if isinstance(kinds, str) else kinds)):
        return [f"{at} is no {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at} is none of {schema['enum']}"]
    if isinstance(value, dict):
        return in_object(value, schema, root, at)
    if isinstance(value, list) and "items" in schema:
        return [
            e
            for i, item in enumerate(value)
            for e in errors(item, schema["items"], root, f"{at}[{i}]")
        ]
    return []


def in_object(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str
) -> list[str]:
    known = schema.get("properties", {})
    other = schema.get("additionalProperties", {})
    found = [f"{at} lacks {name}" for name in schema.get("required", []) if name not in value]
    for name, item in value.items():
        below = known.get(name, other)
        if below is False:
            found.append(f"{at} has {name}")
        else:
            found += errors(item, below, root, f"{at}.{name}")
    return found


def is_a(value: Any, kind: str) -> bool:
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))

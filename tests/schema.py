"""The part of JSON Schema that the schemas in `docs` use; anything else in them is refused."""

import re
from collections.abc import Callable
from typing import Any

WORDS = {
    "$schema", "$defs", "$ref", "title", "description", "type", "enum", "required", "properties",
    "additionalProperties", "items", "anyOf", "pattern", "minLength", "minItems", "maxItems",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
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

Bound = tuple[type, Callable[[Any, Any], object]]
BOUNDS: dict[str, Bound] = {
    "pattern": (str, lambda value, wanted: bool(re.search(wanted, value))),
    "minLength": (str, lambda value, least: len(value) >= least),
    "minItems": (list, lambda value, least: len(value) >= least),
    "maxItems": (list, lambda value, most: len(value) <= most),
    "minimum": (float, lambda value, least: value >= least),
    "maximum": (float, lambda value, most: value <= most),
    "exclusiveMinimum": (float, lambda value, low: value > low),
    "exclusiveMaximum": (float, lambda value, high: value < high),
}
"""What each word bounds, and whether a value keeps to it; values of other kinds do."""


def errors(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """Return what a value breaks, each with its place."""
    assert set(schema) <= WORDS, schema
    if "$ref" in schema:
        return errors(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    if "anyOf" in schema and all(errors(value, one, root, at) for one in schema["anyOf"]):
        return [f"{at} is none of {schema['anyOf']}"]
    kinds = schema.get("type", [])
    if kinds and not any(is_a(value, k) for k in ([kinds] if isinstance(kinds, str) else kinds)):
        return [f"{at} is no {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at} is none of {schema['enum']}"]
    if broken := [word for word, holds in BOUNDS.items() if breaks(value, schema, word, holds)]:
        return [f"{at} breaks {word} {schema[word]}" for word in broken]
    if isinstance(value, dict):
        return in_object(value, schema, root, at)
    if isinstance(value, list) and "items" in schema:
        return [
            e
            for i, item in enumerate(value)
            for e in errors(item, schema["items"], root, f"{at}[{i}]")
        ]
    return []


def breaks(value: Any, schema: dict[str, Any], word: str, bound: Bound) -> bool:
    kind, holds = bound
    fits = is_a(value, "number") if kind is float else isinstance(value, kind)
    return word in schema and fits and not holds(value, schema[word])


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

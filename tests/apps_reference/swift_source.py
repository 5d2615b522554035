"""Swift files as trees: what is no Swift, and which words a user reads.

Parsed by tree-sitter, which needs no Apple machine and no compiler.
"""

from collections.abc import Iterator
from pathlib import Path

import tree_sitter_swift
from tree_sitter import Language, Node, Parser

# It gives a capsule; its stub says int, which is deprecated.
PARSER = Parser(Language(tree_sitter_swift.language()))  # pyright: ignore[reportDeprecated]
LOCALISED = frozenset(
    {
        "Text", "Label", "Button", "Picker", "Section", "LabeledContent", "LabeledSlider", "row",
        "ProgressView", "ContentUnavailableView", "SharePreview", "navigationTitle",
        "accessibilityLabel",
    }
)  # fmt: skip
"""Calls of SwiftUI, and ours, whose first argument is a key of the string catalogue."""


def faults(source: bytes) -> list[int]:
    """Return the lines, from 1, that the grammar cannot read."""
    return [
        node.start_point.row + 1
        for node in _all(PARSER.parse(source).root_node)
        if node.is_error or node.is_missing
    ]


def localised(path: Path) -> set[str]:
    """Return the catalogue's keys that a view names, and those of a `LocalizedStringKey` switch."""
    tree = PARSER.parse(path.read_bytes()).root_node
    calls = {
        key
        for node in _all(tree)
        if node.type == "call_expression" and _callee(node) in LOCALISED
        for key in _first_argument(node)
    }
    labels = {
        key
        for node in _all(tree)
        if node.type == "property_declaration" and b": LocalizedStringKey {" in _text(node)
        for entry in _all(node)
        if entry.type == "switch_entry"
        for key in _strings(entry)
    }
    return calls | labels


def formats(path: Path) -> set[str]:
    """Return the first argument of every `Refusal(…)`: its sentence in English."""
    tree = PARSER.parse(path.read_bytes()).root_node
    return {
        key
        for node in _all(tree)
        if node.type == "call_expression" and _callee(node) == "Refusal"
        for key in _first_argument(node)
    }


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _text(node: Node) -> bytes:
    return node.text or b""


def _callee(call: Node) -> str:
    return _text(call.children[0]).decode().rpartition(".")[2]


def _first_argument(call: Node) -> list[str]:
    """Return the first argument where it is a plain literal without a name."""
    arguments = next((n for n in _all(call.children[-1]) if n.type == "value_argument"), None)
    if arguments is None or arguments.children[0].type != "line_string_literal":
        return []
    return _strings(arguments)


def _strings(node: Node) -> list[str]:
    found = [n for n in _all(node) if n.type == "line_string_literal"]
    return [_text(literal).decode()[1:-1] for literal in found]

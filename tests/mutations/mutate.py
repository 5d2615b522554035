"""Mutations: seeded ways to spoil bytes and JSON, from one flipped bit to giant dimensions."""

import copy
import json
import random
import struct
from collections.abc import Callable
from typing import Any

Bytes = Callable[[random.Random, bytearray], None]
GIANT = (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFF, 1 << 28)
EVIL: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, 10**30, float("nan"), float("inf"), "", "../../../etc/passwd",
    "/etc/passwd", "\x00", "a" * 100_000, [], {}, [[[]]], [2**31, 2**31, 3, 1], {"a": {"a": {}}},
)  # fmt: skip


def flip(generator: random.Random, content: bytearray) -> None:
    for _ in range(generator.choice((1, 1, 1, 8, 64))):
        content[generator.randrange(len(content))] ^= 1 << generator.randrange(8)


def truncate(generator: random.Random, content: bytearray) -> None:
    del content[generator.randrange(len(content)) :]


def insert(generator: random.Random, content: bytearray) -> None:
    at = generator.randrange(len(content))
    content[at:at] = generator.randbytes(generator.choice((1, 4, 1000)))


def cut_out(generator: random.Random, content: bytearray) -> None:
    at = generator.randrange(len(content))
    del content[at : at + generator.choice((1, 4, 1000))]


def repeat(generator: random.Random, content: bytearray) -> None:
    at = generator.randrange(len(content))
    content[at:at] = content[at : at + generator.randrange(1, 2000)]


def blank(generator: random.Random, content: bytearray) -> None:
    at = generator.randrange(len(content))
    end = min(len(content), at + generator.choice((4, 64, 4096)))
    content[at:end] = bytes([generator.choice((0, 0xFF))]) * (end - at)


def giant(generator: random.Random, content: bytearray) -> None:
    """Write a huge number over four bytes, more often near the front, where headers are."""
    front = generator.random() < 0.7
    at = generator.randrange(max(1, min(len(content), 256) if front else len(content)))
    word = struct.pack(generator.choice("<>") + "I", generator.choice(GIANT))
    content[at : at + 4] = word[: max(0, len(content) - at)]


MUTATIONS: tuple[Bytes, ...] = (flip, flip, truncate, insert, cut_out, repeat, blank, giant, giant)


def mutated(generator: random.Random, content: bytes) -> bytes:
    """Return a spoiled copy."""
    copied = bytearray(content)
    generator.choice(MUTATIONS)(generator, copied)
    return bytes(copied)


def edited(generator: random.Random, text: str) -> str:
    """Return JSON with one value, at any depth, replaced, dropped, doubled or added."""
    data = copy.deepcopy(json.loads(text))
    parent, key = generator.choice(_places(data))
    action = generator.choice(("replace", "replace", "replace", "drop", "add", "negate"))
    if action == "replace":
        parent[key] = generator.choice(EVIL)
    elif action == "drop":
        del parent[key]
    elif action == "add" and isinstance(parent, dict):
        parent[generator.choice(("model_file", "__class__", "", "ios", "path"))] = parent[key]
    elif isinstance(parent[key], int | float):
        parent[key] = -parent[key] * 10**9
    return json.dumps(data)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return (container, key) of every value inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[tuple[Any, Any]] = []
    for key, item in items:
        found.append((value, key))
        if isinstance(item, dict | list):
            found += _places(item)
    return found

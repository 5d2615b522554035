"""An OpenStep property list, as Xcode writes project files: text -> dictionaries, lists, text."""

import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<plain>[A-Za-z0-9_./$:-]+)
      | (?P<mark>[{}()=;,])""",
    re.VERBOSE | re.DOTALL,
)


def parse(text: str) -> Any:
    """Return the one value of a property list.

    Raises:
        ValueError: it is none; the message names the place.
    """
    tokens = [*_tokens(text), ""]
    value, rest = _value(tokens, 0)
    if tokens[rest]:
        raise ValueError(f"nothing may follow the value, {tokens[rest]!r} does")
    return value


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"no token at {text[at : at + 30]!r}")
        at = found.end()
        if found.lastgroup != "skip":
            yield found.group()


def _value(tokens: list[str], at: int) -> tuple[Any, int]:
    token = tokens[at]
    if token == "{":
        return _dictionary(tokens, at + 1)
    if token == "(":
        return _list(tokens, at + 1)
    if token in ("", *"})=;,"):
        raise ValueError(f"a value must stand where {token!r} is")
    return token.strip('"'), at + 1


def _dictionary(tokens: list[str], at: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while tokens[at] != "}":
        key, at = _value(tokens, at)
        value, at = _value(tokens, _after(tokens, at, "="))
        if key in found:
            raise ValueError(f"{key} comes twice")
        found[key] = value
        at = _after(tokens, at, ";")
    return found, at + 1


def _list(tokens: list[str], at: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while tokens[at] != ")":
        value, at = _value(tokens, at)
        found.append(value)
        at = at if tokens[at] == ")" else _after(tokens, at, ",")
    return found, at + 1


def _after(tokens: list[str], at: int, mark: str) -> int:
    if tokens[at] != mark:
        raise ValueError(f"{mark!r} must stand where {tokens[at]!r} is")
    return at + 1

"""What the words of a command line must be before any is read; nothing is dropped in silence."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from skinseg_mobile.runtime_py.errors import InputError


def require_filled(words: Sequence[str]) -> None:
    """Refuse an empty word, as of a variable that is not set: many a check would then be left out.

    Raises:
        InputError: there is one.
    """
    for before, word in pairwise(["skinseg-mobile", *words]):
        if not word or (word.startswith("--") and word.endswith("=")):
            name = word.removesuffix("=") or before
            raise InputError(
                f"What follows {name} is empty. Give a value; if it comes from a variable, set it."
            )


def require_once(command: Any, words: Sequence[str]) -> None:
    """Refuse an option that takes one value and has two: the parser would keep the last.

    `command` is click's, with the commands that it holds.

    Raises:
        InputError: there is one.
    """
    seen: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word == "--":
            return
        if found := getattr(command, "commands", {}).get(word):
            command = found
            continue
        name, _, value = word.partition("=")
        option = _named(command, name)
        if option is None:
            continue
        given = name if option.is_flag else f"{name} {value or next(rest, '')}"
        if not option.multiple and seen.setdefault(option.name, given) != given:
            raise InputError(
                f"There are {seen[option.name]} and {given}, and one is taken. Leave one out, or"
                " run the command twice."
            )


def _named(command: Any, name: str) -> Any:
    """Return the option of a name, which begins with a dash, or None."""
    options = (p for p in command.params if name in (*p.opts, *p.secondary_opts))
    return next(options, None) if name.startswith("-") else None

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
        options = (option for option in command.params if name in option.opts)
        option = next(options, None) if name.startswith("-") else None
        if option is None or option.is_flag:
            continue
        value = value or next(rest, "")
        if not option.multiple and seen.setdefault(name, value) != value:
            raise InputError(
                f"{name} takes one value, got {seen[name]} and {value}. Give it once, or run the"
                " command for each."
            )

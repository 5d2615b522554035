"""Every N-th item of a sorted list: the share of one of N machines, without a scheduler."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from skinseg_mobile.runtime_py.errors import InputError

T = TypeVar("T")


@dataclass(frozen=True)
class Shard:
    """Number `number` of `of` shards, counted from 1."""

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise ValueError(f"a shard must be 1 to {self.of}, got {self.number}")

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def select(self, items: Sequence[T]) -> Sequence[T]:
        """Return the items number K, K+N, K+2N and so on; where there are few, none.

        >>> [Shard(number, 3).select("abcde") for number in (1, 2, 3)]
        ['ad', 'be', 'c']
        """
        return items[self.number - 1 :: self.of]


def shard_named(text: str) -> Shard:
    """Return the shard that K/N names.

    Raises:
        InputError: it names none.
    """
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    try:
        return Shard(*map(int, found.groups() if found else (0, 0)))
    except ValueError as error:
        raise InputError(
            f"The shard '{text}' does not exist. Write K/N with K from 1 to N, as in 2/3."
        ) from error

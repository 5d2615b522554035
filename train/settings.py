"""What a setting of a config may be, and the sentence where it is not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skinseg_mobile.runtime_py.errors import InputError


@dataclass(frozen=True)
class Allowed:
    """The values of a setting: a test, and how to say it after "Choose"."""

    fits: Callable[[float], bool]
    words: str

    def require(self, name: str, value: float | None) -> None:
        """Check a value that people know by a name; None is left out.

        Raises:
            InputError: it does not fit.
        """
        if value is not None and not self.fits(value):
            raise InputError(f"{name} is {value}. Choose {self.words}.")


COUNT = Allowed(lambda number: number >= 1, "1 or more")
NOT_NEGATIVE = Allowed(lambda number: 0 <= number < float("inf"), "a finite number, 0 or more")
POSITIVE = Allowed(lambda number: 0 < number < float("inf"), "a finite number above 0")
SHARE = Allowed(lambda number: 0 < number <= 1, "a number above 0, at most 1")
BETWEEN = Allowed(lambda number: 0 < number < 1, "a number between 0 and 1")
DECAY = Allowed(lambda number: 0 <= number < 1, "0 or more, below 1")
SEED = Allowed(lambda number: 0 <= number < 2**63, "0 or more, below 2^63")

SIDE_DIVISOR, MOST_SIDE = 32, 4096


def require(config: Any, **allowed: Allowed) -> None:
    """Check settings by name; None is left out.

    Raises:
        InputError: the first that does not fit.
    """
    for name, rule in allowed.items():
        rule.require(name, getattr(config, name))


def require_side(side: int) -> None:
    """Check a height or width of a net's input, in pixels.

    Raises:
        InputError: it is no multiple of 32, or too small or large.
    """
    if not 0 < side <= MOST_SIDE or side % SIDE_DIVISOR:
        near = min(max(-(-side // SIDE_DIVISOR), 1) * SIDE_DIVISOR, MOST_SIDE)
        raise InputError(
            f"input_size {side} is no multiple of {SIDE_DIVISOR} from {SIDE_DIVISOR} to {MOST_SIDE}"
            f" pixels. Choose {near}."
        )

"""The sentence for a setting that does not fit names it, its value and what fits."""

from types import SimpleNamespace

import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.settings import COUNT, NOT_NEGATIVE, SEED, SHARE, require


@pytest.mark.parametrize(
    ("value", "allowed", "words"),
    [
        (0, COUNT, "1 or more"),
        (float("nan"), SHARE, "a number above 0, at most 1"),
        (float("inf"), NOT_NEGATIVE, "a finite number, 0 or more"),
        (2**63, SEED, r"0 or more, below 2\^63"),
    ],
)
def test_a_value_that_does_not_fit(value: float, allowed: object, words: str) -> None:
    with pytest.raises(InputError, match=f"^it is {value}. Choose {words}.$"):
        require(SimpleNamespace(it=value), it=allowed)  # type: ignore[arg-type]


def test_none_is_left_out() -> None:
    require(SimpleNamespace(it=None, other=1), it=COUNT, other=COUNT)

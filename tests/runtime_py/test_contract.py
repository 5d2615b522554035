"""A contract refuses what cannot be, and says in words what is its own."""

from typing import Any

import pytest

from skinseg_mobile.runtime_py.contract import OURS, ColourOrder, Contract, Fit


@pytest.mark.parametrize(
    "values",
    [
        {"pad": 256},
        {"pad": -1},
        {"deviation": (1.0, 0.0, 1.0)},
        {"mean": (float("nan"), 0.0, 0.0)},
        {"channel": -1},
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any]) -> None:
    (name,) = values
    with pytest.raises(ValueError, match=name):
        Contract(**values)


def test_what_is_its_own_is_said_in_words() -> None:
    assert OURS.own == ""
    mine = Contract(fit=Fit.LETTERBOX, colour=ColourOrder.BGR, mean=(1.0, 2.0, 3.5))
    assert mine.own == "fit is letterbox, colour is BGR, mean is [1, 2, 3.5]"


def test_a_frame_is_named_by_all_that_it_is() -> None:
    frames = [OURS.frame(4, 6), OURS.frame(6, 4), Contract(fit=Fit.CROP).frame(4, 6)]
    assert len({frame.key for frame in frames}) == len(frames)

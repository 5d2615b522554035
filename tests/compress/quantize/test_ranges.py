"""Percentile ranges against a sort, and channels that are constant or no numbers."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from skinseg_mobile.compress.quantize.calibrate import ranges_on
from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet
from skinseg_mobile.compress.quantize.channels import sentence
from skinseg_mobile.compress.quantize.extremes import BINS
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.fold import folded

STEM_NORM = "stem.1"


def changed(checkpoint: Checkpoint, name: str, channel: int, value: float) -> Checkpoint:
    weights = {**checkpoint.weights, name: checkpoint.weights[name].clone()}
    weights[name][channel] = value
    return replace(checkpoint, weights=weights)


@pytest.mark.parametrize("percentile", [90.0, 99.0, 99.9])
def test_percentiles_equal_sorted_values(
    uneven: Checkpoint, chosen: CalibrationSet, percentile: float
) -> None:
    whole = ranges_on(uneven, chosen).ranges
    found = ranges_on(uneven, replace(chosen, percentile=percentile)).ranges
    net = folded(uneven.build())
    with torch.no_grad():
        normalised = net.get_submodule("normalise")(chosen.images)
        values = net.get_submodule("stem.0")(normalised).numpy()
    outside = (100 - percentile) / 2
    bin_width = (whole["conv2d"][1] - whole["conv2d"][0]) / BINS
    slow = (
        np.percentile(values, outside, method="lower"),
        np.percentile(values, 100 - outside, method="higher"),
    )
    np.testing.assert_allclose(found["conv2d"], slow, atol=1.5 * bin_width)
    assert found["image"] == whole["image"]
    assert set(found) == set(whole)


def test_a_channel_that_never_changes_is_named(uneven: Checkpoint, chosen: CalibrationSet) -> None:
    assert "stem.0" not in ranges_on(uneven, chosen).constant_channels
    dead = changed(uneven, f"{STEM_NORM}.bias", 3, -1e4)  # below zero whatever it sees
    found = ranges_on(dead, chosen).constant_channels
    assert found["stem.0"] == (3,)


@pytest.mark.parametrize(
    ("channels", "says"),
    [
        ({"stem.0": (3,)}, "stem.0: channel 3 never changes over the calibration set"),
        ({"head": (1, 2)}, "head: channels 1, 2 never change over the calibration set"),
        (
            {"head": tuple(range(900))},
            "head: channels 0, 1, 2, 3, 4 and 895 more never change over the calibration set",
        ),
        (
            {f"blocks.{n}": tuple(range(n)) for n in range(1, 100)},
            "4950 channels of 99 layers never change over the calibration set, 99 in blocks.99",
        ),
    ],
)
def test_the_warning_is_one_short_line(channels: dict[str, tuple[int, ...]], says: str) -> None:
    assert sentence(channels) == says


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_channel_that_gives_no_numbers_is_refused(
    uneven: Checkpoint, chosen: CalibrationSet, value: float
) -> None:
    broken = changed(uneven, f"{STEM_NORM}.weight", 5, value)
    with pytest.raises(InputError, match=r"stem\.0 gives NaN or infinity in channel 5\. Restore"):
        ranges_on(broken, chosen)

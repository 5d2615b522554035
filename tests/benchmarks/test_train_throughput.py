"""The speed of training, measured on a narrow net: what is counted, and what is a share of what."""

from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.train_throughput import measure
from skinseg_mobile.train.nets.narrow import narrowed
from skinseg_mobile.train.presets import preset

PRESET, WIDTH = "hypercolumn-isic2017", 64


@pytest.mark.slow
def test_a_row_counts_forward_and_backward() -> None:
    row = measure(PRESET, WIDTH, steps=1)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        pixels = torch.zeros(5, 1600, 2, dtype=torch.int64)
        net: Any = narrowed(preset(PRESET).spec, WIDTH).build()
        net.at_pixels(torch.zeros(5, 3, 224, 224), pixels)
    forward = counter.get_total_flops() / 1e12
    assert 2.5 * forward < row["TFLOP of a step"] <= 3 * forward  # the first layer needs no dx
    assert row["images/s"] == pytest.approx(5 / row["step seconds"])
    assert 0 < row["share of time waiting for data"] < 1

"""Faults of quantization: activation ranges that are not those of the net on its photographs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from skinseg_mobile.compress.quantize.calibrate import calibrate
from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.quantization import Quantization

Ranges = dict[str, tuple[float, float]]
Remake = Callable[[Ranges], Ranges]


def scales_saturated(ranges: Ranges) -> Ranges:
    """Leave half of every range out."""
    return {node: (low / 2, high / 2) for node, (low, high) in ranges.items()}


def zero_points_shifted(ranges: Ranges) -> Ranges:
    """Move every range down by a quarter of its width."""
    return {
        node: (low - (high - low) / 4, high - (high - low) / 4)
        for node, (low, high) in ranges.items()
    }


def ranges_mixed_up(ranges: Ranges) -> Ranges:
    """Give every node the range of the next."""
    values = list(ranges.values())
    return dict(zip(ranges, [*values[1:], values[0]], strict=True))


def moving_average(ranges: Ranges) -> Ranges:
    """Clip the ends as a vendor's running mean of ranges does."""
    return {node: (low * 0.8, high * 0.8) for node, (low, high) in ranges.items()}


BROKEN_RANGES: dict[str, tuple[Remake, str]] = {
    "scales saturated": (scales_saturated, "agreement"),
    "zero points shifted": (zero_points_shifted, "agreement"),
    "ranges mixed up": (ranges_mixed_up, "agreement"),
    "ranges clipped": (moving_average, "agreement"),
}


def with_ranges(student: Checkpoint, remake: Remake) -> Checkpoint:
    assert student.quantization is not None
    ranges = remake(dict(student.quantization.ranges))
    return replace(student, quantization=replace(student.quantization, ranges=ranges))


def calibrated_on_black(student: Checkpoint, folder: Path) -> Quantization:
    """Measure ranges on pictures of a closed lens; the operations left in float stay the same."""
    assert student.quantization is not None
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    for number in range(2):
        for kind in ("images", "masks"):
            black = np.zeros((64, 64, 3), np.uint8)
            Image.fromarray(black).save(folder / kind / f"black_{number}.png")
    (folder / "split.csv").write_text("id,split\nblack_0,train\nblack_1,train\n")
    found = calibrate(student, read_dataset(folder))
    return replace(found, float_nodes=student.quantization.float_nodes)

"""Measures activation ranges: a checkpoint and training photographs become a `Quantization`.

The folded net runs in float on each photograph and the true least and greatest value of every
operation is kept, or what holds a percentile of its values.
"""

from skinseg_mobile.compress.quantize.calibration_set import (
    Calibration,
    CalibrationSet,
    read_calibration_set,
)
from skinseg_mobile.compress.quantize.channels import constant_channels, require_numbers
from skinseg_mobile.compress.quantize.extremes import extremes_of
from skinseg_mobile.compress.quantize.float_nodes import float_nodes
from skinseg_mobile.compress.quantize.percentile import percentile_ranges
from skinseg_mobile.compress.quantize.trace import trace
from skinseg_mobile.runtime_py.data.dataset import Dataset
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.quantization import Quantization

DEFAULT = Calibration()


def calibrate(
    checkpoint: Checkpoint, data: Dataset, calibration: Calibration = DEFAULT
) -> Quantization:
    """Measure ranges on train photographs of `data`.

    Raises:
        InputError: there is no train photograph, an id is none, or the net gives no numbers.
    """
    size = checkpoint.record.spec.size
    return ranges_on(checkpoint, read_calibration_set(data, calibration, size))


def ranges_on(checkpoint: Checkpoint, chosen: CalibrationSet) -> Quantization:
    """Measure ranges on a decoded calibration set.

    Raises:
        InputError: the net gives NaN or infinity.
    """
    graph = trace(checkpoint)
    extremes = extremes_of(graph, chosen.images)
    require_numbers(graph, extremes)
    ranges = {name: (float(low.min()), float(high.max())) for name, (low, high) in extremes.items()}
    if chosen.percentile < 100:
        ranges = percentile_ranges(graph, chosen.images, ranges, chosen.percentile)
    return Quantization(
        weights_sha256=checkpoint.record.weights_sha256,
        ranges=ranges,
        float_nodes=float_nodes(graph, ranges),
        calibration=chosen.record,
        constant_channels=constant_channels(graph, extremes),
    )

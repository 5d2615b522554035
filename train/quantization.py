"""`Quantization`: activation ranges of a checkpoint, which every exporter obeys.

Ranges are keyed by the node names of the folded net's `torch.export` graph (`graph_of`), which
depend on our own code alone: no exporter's naming can invalidate a stored calibration.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import fx

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import read_json, to_json, write_file
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.nets.spec import InputSize, height_and_width

QUANTIZATION = "quantization.json"
FORMAT = 1


@dataclass(frozen=True)
class Quantization:
    """What `quantization.json` says."""

    weights_sha256: str
    """The weights the ranges were measured with."""
    ranges: Mapping[str, tuple[float, float]]
    """Least and greatest value of each node's result over the calibration set."""
    float_nodes: tuple[str, ...]
    """Operations left in float, by node."""
    calibration: dict[str, Any] = field(default_factory=dict[str, Any])
    """Data hash, percentile and ids of the calibration set, all of them training images."""
    constant_channels: Mapping[str, tuple[int, ...]] = field(
        default_factory=dict[str, tuple[int, ...]]
    )
    """Channels that never changed over the calibration set, by layer."""
    format: int = FORMAT

    def __post_init__(self) -> None:
        for node, (low, high) in self.ranges.items():
            if low > high:
                raise ValueError(f"the range of {node} must rise, got {low} to {high}")


def write_quantization(quantization: Quantization, folder: Path) -> None:
    """Write `quantization.json` into a checkpoint's folder."""
    write_file(folder / QUANTIZATION, to_json(asdict(quantization)))


def read_quantization(folder: Path, weights_sha256: str) -> Quantization | None:
    """Return a checkpoint's ranges, or None where it has none.

    Raises:
        InputError: damaged, or measured with other weights.
    """
    if not (folder / QUANTIZATION).exists():
        return None
    data = read_json(folder / QUANTIZATION)
    try:
        found = rebuild(Quantization, data)
    except ValueError as error:
        raise InputError(f"{QUANTIZATION} must be whole, {folder} is damaged: {error}") from error
    if found.format != FORMAT or found.weights_sha256 != weights_sha256:
        raise InputError(
            f"{QUANTIZATION} must belong to the weights beside it, that of {folder} does not;"
            " calibrate again"
        )
    return found


def scale_and_zero(span: tuple[float, float]) -> tuple[float, int]:
    """Return the step and the level of zero of 256 levels over `span`, widened to hold zero."""
    low, high = min(span[0], 0.0), max(span[1], 0.0)
    scale = max(high - low, 1e-8) / 255
    return scale, round(-low / scale)


def graph_of(form: ExportForm, size: InputSize) -> fx.GraphModule:
    """Return the traced graph of an export form for (N, 3, H, W) images of `size`."""
    image = torch.zeros(2, 3, *height_and_width(size))
    batch = {0: torch.export.Dim("batch", min=1)}
    return torch.export.export(form, (image,), dynamic_shapes=(batch,)).module(check_guards=False)  # type: ignore[return-value]

"""Arrays in and out of a model's own dtype, layout and quantization."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.contract import OURS, ColourOrder, Contract, OutputKind
from skinseg_mobile.runtime_py.targets.spec import (
    Described,
    ModelFile,
    Placed,
    TensorInfo,
)

Run = Callable[[NDArray[Any]], Mapping[str, NDArray[Any]]]
"""The model's own batch of one -> its results by name, as it stores them.

No method of an engine that keeps it: what holds itself is let go late, with all its memory.
"""


class TensorEngine:
    """An engine made of a function that runs the model file; see `Engine` for the other names."""

    def __init__(
        self,
        name: str,
        model: ModelFile,
        described: Described,
        run: Run,
        claim: str = "",
        placement: tuple[Placed, ...] = (),
    ) -> None:
        self.name, self.claim, self.placement = name, claim, placement
        self.model, self.described, self.run = model, described, run

    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        model = self.model
        found = self.run(store(tensor, model.input, model.contract))
        return restore(found[model.output.name], model.output, model.contract)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `Engine`."""
        found = self.run(store(tensor, self.model.input)) if self.model.taps else {}
        layout = self.model.output.layout
        return {name: channels_first(found[name], layout) for name in self.model.taps}


def store(
    levels: NDArray[np.float32], info: TensorInfo, contract: Contract = OURS
) -> NDArray[np.generic]:
    """Return (h, w, 3) RGB levels of 0 to 255 as the model's own batch of one.

    Mean, deviation and colour are the contract's, then layout, dtype and quantization the tensor's.
    """
    real = _normalised(levels, contract)
    value: NDArray[np.generic] = real
    dtype = np.dtype(info.dtype)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        value = np.rint(real / info.scale + info.zero_point).clip(limits.min, limits.max)
    batch = value[None].astype(dtype)
    return batch if info.layout == "NHWC" else np.ascontiguousarray(batch.transpose(0, 3, 1, 2))


def channels_first(stored: NDArray[np.generic], layout: str) -> NDArray[np.float32]:
    """Return a float batch of one as (c, h, w)."""
    one = stored[0].astype(np.float32)
    return one.transpose(2, 0, 1) if layout == "NHWC" else one


def _normalised(levels: NDArray[np.float32], contract: Contract) -> NDArray[np.float32]:
    if (contract.mean, contract.deviation) != (OURS.mean, OURS.deviation):
        mean, deviation = (np.array(v, np.float32) for v in (contract.mean, contract.deviation))
        levels = (levels - mean) / deviation
    return levels[..., ::-1] if contract.colour is ColourOrder.BGR else levels


def restore(
    stored: NDArray[np.generic], info: TensorInfo, contract: Contract = OURS
) -> NDArray[np.float32]:
    """Return the model's batch of one as a probability map (h, w): the contract's channel."""
    if contract.output is OutputKind.SOFTMAX:
        planes = np.moveaxis(_real(stored, info), -1 if info.layout == "NHWC" else 1, 0)[:, 0]
        powers = np.exp(planes - planes.max(axis=0))
        found = powers[contract.channel] / powers.sum(axis=0)
    else:
        at = contract.channel
        plane = stored[0, :, :, at] if info.layout == "NHWC" else stored[0, at]
        found = _probability(_real(plane, info), contract.output)
    return 1 - found if contract.inverted else found


def _real(stored: NDArray[np.generic], info: TensorInfo) -> NDArray[np.float32]:
    if np.dtype(info.dtype).kind in "iu":
        return ((stored.astype(np.float32) - info.zero_point) * np.float32(info.scale)).astype(
            np.float32
        )
    return stored.astype(np.float32)


def _probability(value: NDArray[np.float32], kind: OutputKind) -> NDArray[np.float32]:
    if kind is OutputKind.LOGITS:
        return (1 / (1 + np.exp(-value.clip(-80, 80)))).astype(np.float32)
    return value / np.float32(255) if kind is OutputKind.BYTES else value

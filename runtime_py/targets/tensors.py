"""Arrays in and out of a model's own dtype, layout and quantization."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        found = self.run(store(tensor, self.model.input))
        return restore(found[self.model.output.name], self.model.output)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `Engine`."""
        found = self.run(store(tensor, self.model.input)) if self.model.taps else {}
        layout = self.model.output.layout
        return {name: channels_first(found[name], layout) for name in self.model.taps}


def store(real: NDArray[np.float32], info: TensorInfo) -> NDArray[np.generic]:
    """Return (h, w, 3) real values as the model's own batch of one: layout, dtype, quantization."""
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


def restore(stored: NDArray[np.generic], info: TensorInfo) -> NDArray[np.float32]:
    """Return the model's batch of one as a real (h, w) map."""
    plane = stored[0, :, :, 0] if info.layout == "NHWC" else stored[0, 0]
    if np.dtype(info.dtype).kind in "iu":
        return ((plane.astype(np.float32) - info.zero_point) * np.float32(info.scale)).astype(
            np.float32
        )
    return plane.astype(np.float32)

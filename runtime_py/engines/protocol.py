"""The protocol of everything that turns a tensor into probabilities."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.manifest import MANIFEST, Manifest, TensorInfo
from skinseg_mobile.runtime_py.errors import InputError

Tensors = Mapping[str, tuple[tuple[int, ...], str]]
"""(shape, dtype) of a model file's own tensors by name."""


class Engine(Protocol):
    """Runs one net: an artefact's file or a checkpoint."""

    @property
    def name(self) -> str:
        """Engine and version, as reports print it."""
        ...

    @property
    def claim(self) -> str:
        """What a report must add about this engine's results; empty where apps use it."""
        ...

    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """(h, w, 3) float32 RGB in [0, 255] -> probability (h, w) float32 in [0, 1]."""
        ...

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return the net's named stages, each (c, h, w) float32; empty without taps."""
        ...


def require_described(manifest: Manifest, inputs: Tensors, outputs: Tensors) -> None:
    """Raise InputError where the model's own tensors are not what its manifest says."""
    for info, found in ((manifest.input, inputs), (manifest.output, outputs)):
        if found.get(info.name) != (info.shape, info.dtype):
            has = ", ".join(f"{name} {shape} {dtype}" for name, (shape, dtype) in found.items())
            raise InputError(
                f"{MANIFEST} must describe its model, {info.name} {info.shape} {info.dtype} is not"
                f" among the model's own {has}; export it again"
            )
    for tap in manifest.taps:
        if tap not in outputs:
            raise InputError(
                f"{MANIFEST} must describe its model, which has no {tap}; export it again"
            )


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

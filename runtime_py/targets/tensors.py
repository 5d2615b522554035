"""Arrays in and out of a model's own dtype, layout and quantization."""

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.targets.spec import TensorInfo


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

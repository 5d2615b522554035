"""Images into a net's frame and maps out of it, by the rules of `Contract`.

This project's own files squash with `resize`, which every port repeats to the bit; the other rules
are those of files that came from elsewhere, in float32.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.contract import Filter, Fit, Frame
from skinseg_mobile.runtime_py.images import Mask, Photo
from skinseg_mobile.runtime_py.images.pipeline import (
    Probability,
    to_mask,
    to_photo_mask,
)
from skinseg_mobile.runtime_py.images.resize import Image, resize

Part = tuple[slice, slice]
Size = tuple[int, int]


def fitted(image: Image, frame: Frame) -> NDArray[np.float32]:
    """Return an image (H, W[, C]) in a frame: (height, width[, C]) float32 in the image's levels.

    A photo has levels of 0 to 255, a map 0 to 1, and what lies beside a map is 0.
    """
    size = frame.height, frame.width
    if frame.fit is Fit.SQUASH:
        return _resampled(image, size, frame.filter)
    if frame.fit is Fit.CROP:
        return _resampled(image[_middle(image.shape[:2], size)], size, frame.filter)
    rows, columns = inner = _middle(size, image.shape[:2])
    beside = frame.pad if image.dtype == np.uint8 else 0
    out = np.full((*size, *image.shape[2:]), beside, np.float32)
    out[inner] = _resampled(image, (_length(rows), _length(columns)), frame.filter)
    return out


def unfitted(probability: Probability, image: Size, frame: Frame) -> Probability:
    """Return a net's map (h, w), of any size, at the image's own (height, width).

    What a centre crop leaves out is 0.
    """
    if frame.fit is Fit.SQUASH:
        return _resampled(probability, image, frame.filter)
    size = frame.height, frame.width
    if frame.fit is Fit.LETTERBOX:
        inner = _scaled(_middle(size, image), size, probability.shape)
        return _resampled(probability[inner], image, frame.filter)
    rows, columns = part = _middle(image, size)
    out = np.zeros(image, np.float32)
    out[part] = _resampled(probability, (_length(rows), _length(columns)), frame.filter)
    return out


def mask_in(
    probability: Probability, height: int, width: int, frame: Frame, threshold: float
) -> Mask:
    """Return `to_mask(unfitted(…))`; for this project's own frame without a map of that size."""
    if (frame.fit, frame.filter) == (Fit.SQUASH, Filter.ANTIALIASED):
        return to_photo_mask(probability, height, width, threshold)
    return to_mask(unfitted(probability, (height, width), frame), threshold)


def reframed(
    probability: Probability, image: Size, frames: tuple[Frame, Frame], size: Size
) -> Probability:
    """Return a map of one frame as the (h, w) `size` map of another frame of the same image.

    A map that is there already is returned as it is; any other is resampled twice, through the
    image's own (height, width).
    """
    old, new = frames
    if old == new and probability.shape == size:
        return probability
    return fitted(unfitted(probability, image, old), replace(new, height=size[0], width=size[1]))


def photo_in(photo: Photo, frame: Frame) -> NDArray[np.float32]:
    """Return a photo (H, W, 3) uint8 as the frame's (height, width, 3) float32 in [0, 255]."""
    return fitted(photo, frame)


def _resampled(image: Image, size: Size, kind: Filter) -> NDArray[np.float32]:
    if kind is Filter.ANTIALIASED:
        return resize(image, *size)
    found: NDArray[np.float32] = image.astype(np.float32)
    for axis, target in enumerate(size):
        low, high, share = _taps(image.shape[axis], target, kind)
        shape = [-1 if n == axis else 1 for n in range(found.ndim)]
        part = share.reshape(shape)
        first, second = found.take(low, axis), found.take(high, axis)
        found = (first + (second - first) * part).astype(np.float32)
    return found


@lru_cache(maxsize=64)
def _taps(
    source: int, target: int, kind: Filter
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Return the two source samples of each target sample, and the share of the second."""
    at = np.arange(target, dtype=np.float64)
    if kind is Filter.ALIGNED:
        place = at * ((source - 1) / max(target - 1, 1))
    elif kind is Filter.ASYMMETRIC:
        place = at * (source / target)
    else:
        place = (at + 0.5) * (source / target) - 0.5
    place = place.clip(0, source - 1)
    low = np.floor(place).astype(np.intp)
    high = np.minimum(low + 1, source - 1)
    return low, high, (place - low).astype(np.float32)


def _middle(outer: Size, like: Size) -> Part:
    """Return the largest part in the middle of `outer` that has the aspect of `like`."""
    scale = min(outer[0] / like[0], outer[1] / like[1])
    lengths = (max(1, min(o, round(n * scale))) for o, n in zip(outer, like, strict=True))
    rows, columns = (
        slice((whole - n) // 2, (whole - n) // 2 + n)
        for n, whole in zip(lengths, outer, strict=True)
    )
    return rows, columns


def _scaled(part: Part, size: Size, found: tuple[int, ...]) -> Part:
    """Return a part of a frame of `size` in a map of another size, in whole samples."""
    ends = [
        (round(s.start * f / n), round(s.stop * f / n))
        for s, n, f in zip(part, size, found, strict=True)
    ]
    rows, columns = (slice(low, max(low + 1, high)) for low, high in ends)
    return rows, columns


def _length(part: slice) -> int:
    return part.stop - part.start

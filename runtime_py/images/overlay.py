"""Draws a mask on its photograph: a light tint inside, a line on the border."""

import numpy as np

from skinseg_mobile.runtime_py.images.image_file import Mask, Photo

COLOUR = (0, 229, 255)  # cyan: on no skin, no lesion
TINT = 0.28
LINE_PER_SIDE = 1 / 220


def overlay(photo: Photo, mask: Mask) -> Photo:
    """(H, W, 3) uint8 and (H, W) bool -> (H, W, 3) uint8."""
    out = photo.copy()
    width = max(1, round(min(mask.shape) * LINE_PER_SIDE))
    box = box_of(mask, width)
    part, inside = out[box], mask[box]
    levels = np.arange(256)[:, None] * (1 - TINT) + np.array(COLOUR) * TINT
    for channel, tinted in enumerate(levels.astype(np.uint8).T):
        np.copyto(part[..., channel], tinted[part[..., channel]], where=inside)
    part[border(inside, width)] = COLOUR
    return out


def box_of(mask: Mask, margin: int) -> tuple[slice, slice]:
    """Return the rows and columns that hold the mask and `margin` pixels around it."""
    found = [np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0)]
    if not found[0].size:
        return slice(0), slice(0)
    rows, columns = (slice(max(0, n[0] - margin), n[-1] + margin + 1) for n in found)
    return rows, columns


def border(mask: Mask, width: int) -> Mask:
    """Return the pixels of `mask` within `width` rows and columns of its outside.

    The frame's edge is no outside.
    """
    near = ~mask
    for axis in (0, 1):
        reach = 0
        while reach < width:  # each step doubles the reach: 50 pixels take 6 steps
            step = min(reach + 1, width - reach)
            reached = _shifted(near, step, axis)
            reached |= _shifted(near, -step, axis)
            near |= reached
            reach += step
    return mask & near


def _shifted(mask: Mask, step: int, axis: int) -> Mask:
    """Move a mask along an axis; what comes in from beyond the frame is False."""
    out = np.zeros_like(mask)
    source, target = np.moveaxis(mask, axis, 0), np.moveaxis(out, axis, 0)
    if step > 0:
        target[step:] = source[:-step]
    else:
        target[:step] = source[-step:]
    return out

"""Draws a mask on its photograph: a light tint inside, a line on the border."""

import numpy as np

from skinseg_mobile.runtime_py.images.image_file import Mask, Photo

COLOUR = (0, 229, 255)  # cyan: on no skin, no lesion
TINT = 0.28
LINE_PER_SIDE = 1 / 220


def overlay(photo: Photo, mask: Mask) -> Photo:
    """(H, W, 3) uint8 and (H, W) bool -> (H, W, 3) uint8."""
    out = photo.copy()
    for channel, colour in enumerate(COLOUR):  # by a table: a large photograph stays 8 bits
        tinted = (np.arange(256) * (1 - TINT) + colour * TINT).astype(np.uint8)
        np.copyto(out[..., channel], tinted[photo[..., channel]], where=mask)
    out[border(mask, max(1, round(min(mask.shape) * LINE_PER_SIDE)))] = COLOUR
    return out


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

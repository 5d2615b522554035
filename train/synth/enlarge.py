"""A small plane -> rows of a larger one, bicubic with half-pixel centres, by Pillow."""

import numpy as np
from PIL import Image

from skinseg_mobile.train.synth.grid import Plane


def enlarge(plane: Plane, height: int, width: int) -> Plane:
    """Return (h, w) float32 as (height, width) float32; the plane itself where nothing changes."""
    return enlarge_rows(plane, height, width, slice(0, height))


def enlarge_rows(plane: Plane, height: int, width: int, rows: slice) -> Plane:
    """Return only `rows` of the enlarged plane; bands put together equal the whole."""
    if plane.shape == (height, width):
        return plane[rows]
    scale = plane.shape[0] / height
    box = (0, rows.start * scale, plane.shape[1], rows.stop * scale)
    band = Image.fromarray(plane).resize(
        (width, rows.stop - rows.start), Image.Resampling.BICUBIC, box
    )
    return np.asarray(band)

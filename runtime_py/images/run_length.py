"""Masks as run lengths: small, exact, and read by every language that reads JSON."""

from collections.abc import Sequence

import numpy as np

from skinseg_mobile.runtime_py.images.image_file import Mask


def runs(mask: Mask) -> tuple[int, ...]:
    """Return the lengths of a mask's runs, row by row, in turn False and True, False first.

    >>> runs(np.array([[1, 1, 0], [0, 1, 0]], bool))
    (0, 2, 2, 1, 1)
    """
    edges = np.flatnonzero(np.diff(mask.ravel(), prepend=False))
    return tuple(int(n) for n in np.diff([0, *edges, mask.size]))


def from_runs(lengths: Sequence[int], height: int, width: int) -> Mask:
    """Return the (height, width) mask of its run lengths.

    >>> from_runs((0, 2, 2, 1, 1), 2, 3)
    array([[ True,  True, False],
           [False,  True, False]])
    """
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape(height, width)

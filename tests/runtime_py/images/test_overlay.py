"""The line on a mask's border: as wide as it says, on thin gaps too, and never on the frame."""

import numpy as np
import pytest
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.images.overlay import COLOUR, TINT, border, overlay

Mask = NDArray[np.bool_]


def slow_border(mask: Mask, width: int) -> Mask:
    out = np.zeros_like(mask)
    for row, column in np.argwhere(mask):
        rows = slice(max(0, row - width), row + width + 1)
        columns = slice(max(0, column - width), column + width + 1)
        out[row, column] = not mask[rows, columns].all()
    return out


@pytest.mark.parametrize("width", [1, 2, 3, 5, 13, 14, 40])
def test_border_equals_the_slow_loop(width: int) -> None:
    generator = np.random.default_rng(width)
    for shape in ((30, 41), (1, 7), (9, 1)):
        blocks = generator.random(tuple(-(-side // 6) for side in shape)) < 0.7
        mask = np.kron(blocks, np.ones((6, 6), bool)).astype(bool)[: shape[0], : shape[1]]
        np.testing.assert_array_equal(border(mask, width), slow_border(mask, width))


def test_a_thin_gap_has_a_line_on_both_sides() -> None:
    mask = np.ones((1, 21), bool)
    mask[0, 10] = False
    assert np.flatnonzero(border(mask, 3)[0]).tolist() == [7, 8, 9, 11, 12, 13]


def test_the_frame_is_no_border() -> None:
    assert not border(np.ones((12, 15), bool), 3).any()
    half = np.zeros((12, 15), bool)
    half[:, :8] = True
    assert np.flatnonzero(border(half, 2).any(axis=0)).tolist() == [6, 7]


def test_overlay_tints_inside_draws_the_border_and_keeps_the_rest() -> None:
    photo = np.full((440, 500, 3), 200, np.uint8)
    mask = np.zeros((440, 500), bool)
    mask[100:200, 150:300] = True
    found = overlay(photo, mask)
    assert (photo == 200).all(), "the photograph was touched"
    assert (found[~mask] == 200).all()
    lined = border(mask, 2)  # 440 / 220
    assert (found[lined] == COLOUR).all()
    tinted = (np.full(3, 200.0) * (1 - TINT) + np.array(COLOUR) * TINT).astype(np.uint8)
    assert (found[mask & ~lined] == tinted).all()


def test_only_what_is_near_the_mask_is_looked_at() -> None:
    """The line is that of the whole frame, wherever in it the mask lies."""
    photo, mask = np.full((450, 470, 3), 90, np.uint8), np.zeros((450, 470), bool)
    mask[:60, 5:80] = mask[430:, 400:] = True
    lined = (overlay(photo, mask) == COLOUR).all(axis=2)
    np.testing.assert_array_equal(lined, border(mask, 2))


@pytest.mark.parametrize("shape", [(1, 1), (2, 3)])
@pytest.mark.parametrize("value", [True, False])
def test_smallest_photographs(shape: tuple[int, int], value: bool) -> None:
    photo = np.full((*shape, 3), 100, np.uint8)
    found = overlay(photo, np.full(shape, value))
    assert found.shape == photo.shape
    assert (found != photo).any() == value

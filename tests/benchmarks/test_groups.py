"""Skin tones and group verdicts, against published colours and plain cases."""

import numpy as np
import pytest

from benchmarks.groups import LEAST, judged, seen, to_lab


@pytest.mark.parametrize(
    ("colour", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)  # D65 values as colour tables print them
def test_lab_is_that_of_the_tables(
    colour: tuple[int, int, int], lab: tuple[float, float, float]
) -> None:
    np.testing.assert_allclose(to_lab(np.array([colour], np.uint8))[0], lab, atol=0.05)


def test_a_group_fails_only_where_its_whole_interval_lies_below_the_margin() -> None:
    noise = np.random.default_rng(0).normal(0, 0.02, 60)
    assert judged(noise - 0.05)["verdict"] == "failed"
    assert judged(noise)["verdict"] == "passed"
    wide = np.where(np.arange(60) == 0, -1.5, 0.0)  # the mean is -0.025, one photograph's doing
    assert judged(wide)["verdict"] == "passed"
    assert judged(noise[: LEAST - 1] - 1)["verdict"].startswith("not judged")


@pytest.mark.parametrize(
    ("side", "size"),
    [(0, "below 5 %"), (20, "below 5 %"), (30, "5 % to a fifth"), (60, "a fifth to a half")],
)
def test_the_size_is_the_lesions_share(side: int, size: str) -> None:
    image, truth = np.full((100, 100, 3), 200, np.uint8), np.zeros((100, 100), np.bool_)
    truth[:side, :side] = True
    assert seen(image, truth)["size"] == size


@pytest.mark.parametrize(
    ("grey", "contrast"), [(180, "low"), (120, "middle"), (40, "high")]
)  # L* 81 of the skin against 73, 50 and 16
def test_the_contrast_is_lesion_against_skin(grey: int, contrast: str) -> None:
    image, truth = np.full((10, 10, 3), 200, np.uint8), np.eye(10, dtype=np.bool_)
    image[truth] = grey
    assert seen(image, truth)["contrast"].startswith(contrast)


def test_without_skin_or_lesion_there_is_no_contrast() -> None:
    image = np.full((4, 4, 3), 200, np.uint8)
    full = seen(image, np.ones((4, 4), np.bool_))
    assert full == {"size": "over half of the image", "skin": "none visible"}
    assert seen(image, np.zeros((4, 4), np.bool_)).keys() == {"size", "skin"}

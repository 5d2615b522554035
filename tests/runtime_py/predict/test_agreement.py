"""Agreement of two ways of running a net, counted by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.predict.agreement import agreement
from tests.dark import disc


@pytest.fixture
def photos(tmp_path: Path) -> dict[str, Path]:
    for number in range(3):
        Image.fromarray(disc(number)[0]).save(tmp_path / f"{number}.png")
    return {f"photo {number}": tmp_path / f"{number}.png" for number in range(3)}


def test_a_net_agrees_with_itself(dark: Path, photos: dict[str, Path]) -> None:
    net = load(dark)
    found = agreement(net, net, photos)
    assert (found.images, found.mean, found.worst) == (3, 1, 1)


def test_the_worst_image_is_named(dark: Path, photos: dict[str, Path]) -> None:
    net = load(dark)
    bolder = replace(net, threshold=0.02)
    scores: dict[str, float] = {}
    for number in range(3):
        probability = net(disc(number)[0])
        one, other = probability >= 0.02, probability >= net.threshold
        scores[f"photo {number}"] = float((one & other).sum() / (one | other).sum())
    found = agreement(bolder, net, photos)
    assert found.mean == pytest.approx(np.mean(list(scores.values())))
    assert found.worst == pytest.approx(min(scores.values()))
    assert scores[found.worst_image] == min(scores.values()) < 1
    assert f"worst {found.worst:.5f} ({found.worst_image})" in found.sentence


def test_an_unreadable_photo(dark: Path, tmp_path: Path) -> None:
    net = load(dark)
    with pytest.raises(InputError):
        agreement(net, net, {"none": tmp_path / "none.png"})

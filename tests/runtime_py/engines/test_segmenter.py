"""The contract around a net: what it is fed, and what comes back at the photograph's own size."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.images.pipeline import to_photo, to_tensor
from skinseg_mobile.runtime_py.targets.spec import Placed

Array = NDArray[np.float32]


@dataclass
class Red:
    """An engine whose probability is the share of red."""

    name: str = "red"
    claim: str = ""
    placement: tuple[Placed, ...] = ()
    fed: list[Array] = field(default_factory=list[Array])

    def __call__(self, tensor: Array) -> Array:
        self.fed.append(tensor)
        return tensor[..., 0] / np.float32(255)

    def stages(self, tensor: Array) -> dict[str, Array]:
        return {}


@pytest.mark.parametrize("size", [(1, 1), (12, 20), (100, 30), (7, 640)])
def test_any_size_in_and_the_same_size_out(size: tuple[int, int]) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    engine = Red()
    net = Segmenter("red", engine, 12, 20, 0.5)
    found = net(photo)
    (fed,) = engine.fed
    np.testing.assert_array_equal(fed, to_tensor(photo, 12, 20), strict=True)
    assert fed.shape == (12, 20, 3)
    np.testing.assert_array_equal(found, to_photo(fed[..., 0] / np.float32(255), *size))
    assert found.shape == size
    assert found.dtype == np.float32
    assert 0 <= found.min() <= found.max() <= 1


def test_channels_come_as_red_green_blue() -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    net = Segmenter("red", Red(), 4, 4, 0.5)
    assert (net.at_net_size(red) == 1).all()
    assert (net.at_net_size(red[..., ::-1].copy()) == 0).all()


def test_the_threshold_belongs_to_the_mask() -> None:
    net = Segmenter("red", Red(), 2, 2, 0.3)
    probability = np.array([[0.29, 0.3], [0.31, 0.0]], np.float32)
    assert net.mask(probability, 2, 2).tolist() == [[False, True], [True, False]]
    assert net.mask(probability, 5, 9).shape == (5, 9)
    assert net.mask(probability, 5, 9).dtype == np.bool_

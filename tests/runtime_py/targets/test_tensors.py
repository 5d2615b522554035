"""Levels into a file's own numbers and back, by contracts of every kind, against plain formulas."""

import numpy as np
import pytest
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.contract import ColourOrder, Contract, OutputKind
from skinseg_mobile.runtime_py.targets.spec import TensorInfo
from skinseg_mobile.runtime_py.targets.tensors import restore, store

LEVELS = np.random.default_rng(0).integers(0, 256, (4, 6, 3)).astype(np.float32)
NHWC = TensorInfo("image", (1, 4, 6, 3), "float32", "NHWC", (0.0, 255.0))
NCHW = TensorInfo("image", (1, 3, 4, 6), "float32", "NCHW", (0.0, 255.0))
Array = NDArray[np.float32]


def map_of(channels: int, layout: str = "NHWC", dtype: str = "float32") -> TensorInfo:
    shape = (1, 4, 6, channels) if layout == "NHWC" else (1, channels, 4, 6)
    return TensorInfo("map", shape, dtype, layout, (0.0, 1.0), 0.5, 3)


def test_mean_and_deviation_are_of_red_green_and_blue() -> None:
    contract = Contract(mean=(1.0, 2.0, 3.0), deviation=(10.0, 20.0, 30.0))
    expected = np.stack([(LEVELS[..., c] - (c + 1)) / (10 * (c + 1)) for c in range(3)], axis=-1)
    np.testing.assert_allclose(store(LEVELS, NHWC, contract)[0], expected, rtol=1e-6)
    first = store(LEVELS, NCHW, contract)[0]
    np.testing.assert_allclose(first, expected.transpose(2, 0, 1), rtol=1e-6)


def test_blue_comes_first_after_each_channel_was_normalised() -> None:
    contract = Contract(colour=ColourOrder.BGR, mean=(1.0, 2.0, 3.0))
    found = store(LEVELS, NHWC, contract)[0]
    np.testing.assert_allclose(found[..., 0], LEVELS[..., 2] - 3)
    np.testing.assert_allclose(found[..., 2], LEVELS[..., 0] - 1)


def test_quantization_comes_after_the_contract() -> None:
    info = TensorInfo("image", (1, 4, 6, 3), "int8", "NHWC", (0.0, 255.0), 1 / 127.5, -1)
    contract = Contract(mean=(127.5, 127.5, 127.5), deviation=(127.5, 127.5, 127.5))
    expected = np.rint((LEVELS - 127.5) - 1).clip(-128, 127)
    np.testing.assert_allclose(store(LEVELS, info, contract)[0], expected, atol=1)


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
def test_each_kind_of_output(layout: str) -> None:
    raw = np.random.default_rng(1).normal(0, 3, map_of(2, layout).shape).astype(np.float32)
    first, second = (raw[..., 0], raw[..., 1]) if layout == "NHWC" else (raw[:, 0], raw[:, 1])
    powers = np.exp(first[0]), np.exp(second[0])
    expected = {
        OutputKind.PROBABILITY: second[0],
        OutputKind.LOGITS: 1 / (1 + np.exp(-second[0])),
        OutputKind.SOFTMAX: powers[1] / sum(powers),
        OutputKind.BYTES: second[0] / 255,
    }
    for kind, value in expected.items():
        found = restore(raw, map_of(2, layout), Contract(output=kind, channel=1))
        np.testing.assert_allclose(found, value, rtol=1e-5)
        turned = restore(raw, map_of(2, layout), Contract(output=kind, channel=1, inverted=True))
        np.testing.assert_allclose(turned, 1 - found, rtol=1e-6)


def test_stored_integers_are_made_real_before_the_sigmoid() -> None:
    raw = np.arange(24, dtype=np.int8).reshape(1, 4, 6, 1)
    found = restore(raw, map_of(1, dtype="int8"), Contract(output=OutputKind.LOGITS))
    real = (np.arange(24).reshape(4, 6) - 3) * 0.5
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-real)), rtol=1e-5)


def test_a_huge_logit_is_no_overflow() -> None:
    raw: Array = np.full((1, 4, 6, 1), -1e30, np.float32)
    with np.errstate(all="raise"):
        found = restore(raw, map_of(1), Contract(output=OutputKind.LOGITS))
    assert (found >= 0).all()
    assert found.max() < 1e-30

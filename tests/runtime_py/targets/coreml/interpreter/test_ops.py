"""Operations against torch, where a mistake would be quiet; `tests/conformance` has the rest."""

import doctest
import importlib
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops import OPS
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.padding import window_padding

ATOL = 2e-5
"""Float32 sums of a hundred products, in another order."""


def random(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


def close(found: Any, expected: torch.Tensor) -> None:
    np.testing.assert_allclose(found, expected.numpy(), atol=ATOL, rtol=1e-5)


@given(
    st.sampled_from([1, 2, 3]),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(0, 2),
    st.sampled_from([1, 2]),
)
@settings(max_examples=25, deadline=None)
def test_conv_and_its_transpose(
    spatial: int, kernel: int, stride: int, pad: int, groups: int
) -> None:
    x, weight, bias = (
        random(1, 4, *[7] * spatial),
        random(6, 4 // groups, *[kernel] * spatial),
        random(6),
    )
    options = {"strides": np.array([stride] * spatial), "groups": groups}
    options |= {"pad_type": "custom", "pad": np.array([pad] * 2 * spatial)}
    forward = (F.conv1d, F.conv2d, F.conv3d)[spatial - 1]
    found = OPS["conv"](x, weight, bias, **options)
    image, filters, shift = map(torch.from_numpy, (x, weight, bias))
    close(found, forward(image, filters, shift, stride, pad, 1, groups))
    back = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[spatial - 1]
    weight = random(4, 6 // groups, *[kernel] * spatial)
    if (7 - 1) * stride + kernel > 2 * pad:
        found = OPS["conv_transpose"](x, weight, bias, **options)
        close(found, back(image, torch.from_numpy(weight), shift, stride, pad, 0, groups))


@given(st.integers(1, 3), st.integers(1, 3), st.booleans(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_pools(kernel: int, stride: int, ceil: bool, padded: bool) -> None:
    x = random(2, 3, 8, 11)
    stride = min(stride, kernel)  # else MIL documents a last window that torch leaves out
    pad = kernel // 2 if padded else 0
    options = {
        "kernel_sizes": np.array([kernel] * 2),
        "strides": np.array([stride] * 2),
        "pad_type": "custom",
        "pad": np.array([pad] * 4),
        "ceil_mode": ceil,
    }
    image = torch.from_numpy(x)
    close(OPS["max_pool"](x, **options), F.max_pool2d(image, kernel, stride, pad, ceil_mode=ceil))
    for counted in (True, False):
        found = OPS["avg_pool"](x, exclude_padding_from_average=not counted, **options)
        close(found, F.avg_pool2d(image, kernel, stride, pad, ceil, counted))


@pytest.mark.parametrize("factor", [1, 2, 3, 8])
@pytest.mark.parametrize("align", [True, False])
def test_bilinear_upsampling(factor: int, align: bool) -> None:
    x = random(1, 3, 5, 6)
    found = OPS["upsample_bilinear"](x, factor, factor, align)
    size = (5 * factor, 6 * factor)
    close(found, F.interpolate(torch.from_numpy(x), size, mode="bilinear", align_corners=align))


def test_same_padding_puts_the_odd_element_behind_or_in_front() -> None:
    given_sizes = {"lengths": [5, 6], "windows": [3, 2], "strides": [2, 1]}
    assert window_padding("same", None, **given_sizes) == [(1, 1), (0, 1)]
    assert window_padding("same_lower", None, **given_sizes) == [(1, 1), (1, 0)]
    assert window_padding("valid", None, **given_sizes) == [(0, 0), (0, 0)]
    with pytest.raises(InputError, match="Known are valid, same, same_lower and custom"):
        window_padding("reflect", None, **given_sizes)
    with pytest.raises(InputError, match="It needs 4 numbers"):
        window_padding("custom", [1], **given_sizes)


@pytest.mark.parametrize(
    ("kind", "arguments", "says"),
    [
        ("cast", {"x": random(2), "dtype": "fp8"}, "A cast gives 'fp8'"),
        ("gather", {"x": random(3), "indices": np.array([3])}, "They lie in"),
        (
            "gather",
            {"x": random(3), "indices": np.array([-1]), "validate_indices": False},
            "They lie in 0 to",
        ),
        ("resize_bilinear", {"x": random(1, 2, 2), "sampling_mode": "LANCZOS"}, "sampling mode"),
        ("pad", {"x": random(2), "pad": np.array([1, 1]), "mode": "wrap"}, "padding is 'wrap'"),
        ("gelu", {"x": random(2), "mode": "ROUGH"}, "gelu has the mode 'ROUGH'"),
    ],
)
def test_what_an_operation_does_not_know_it_refuses(
    kind: str, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        OPS[kind](**arguments)


def test_what_the_suite_leaves_out() -> None:
    x = random(50)
    left, right = x > 0, np.roll(x, 1) > 0
    assert np.array_equal(OPS["ceil"](x), np.ceil(x))
    assert np.array_equal(OPS["logical_not"](left), ~left)
    assert np.array_equal(OPS["logical_and"](left, right), left & right)
    assert np.array_equal(OPS["logical_or"](left, right), left | right)
    assert np.array_equal(OPS["logical_xor"](left, right), left ^ right)


@pytest.mark.parametrize("name", ["wire", "dtypes", "half", "ops.resize"])
def test_examples_in_docstrings(name: str) -> None:
    module = importlib.import_module(f"skinseg_mobile.runtime_py.targets.coreml.interpreter.{name}")
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed

"""Each rewrite computes what torch's own operation does."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from skinseg_mobile.train.nets.adopted.resizing import nearest
from skinseg_mobile.train.nets.adopted.rewrites import RULES, kind_of, rewritten

aten = torch.ops.aten
X = torch.randn(2, 6, 15, 17, generator=torch.Generator().manual_seed(0)) * 4
EVEN = X[:, :, :12, :16]
WEIGHT = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(1))
BIAS = torch.arange(4.0)
SCALE = torch.arange(1.0, 7.0)

CASES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "hardsigmoid": (aten.hardsigmoid.default, (X,)),
    "hardswish": (aten.hardswish.default, (X,)),
    "silu": (aten.silu.default, (X,)),
    "relu6": (aten.hardtanh.default, (X, 0.0, 6.0)),
    "hard tanh": (aten.hardtanh.default, (X,)),
    "pool to one": (aten.adaptive_avg_pool2d.default, (X, [1, 1])),
    "pool that divides": (aten.adaptive_avg_pool2d.default, (EVEN, [3, 4])),
    "pool that does not": (aten.adaptive_avg_pool2d.default, (X, [7, 6])),
    "max that divides": (aten.adaptive_max_pool2d.default, (EVEN, [3, 4])),
    "max that does not": (aten.adaptive_max_pool2d.default, (X, [7, 6])),
    "max to one": (aten.adaptive_max_pool2d.default, (X, [1, 1])),
    "bilinear, whole": (aten.upsample_bilinear2d.vec, (X, None, False, [2.0, 2.0])),
    "bilinear, corners": (aten.upsample_bilinear2d.vec, (X, None, True, [1.7, 1.7])),
    "reversed": (aten.flip.default, (X, [1])),
    "in order": (aten.index.Tensor, (X, [None, torch.tensor([2, 0, -1, 1])])),
    "split": (aten.split.Tensor, (X, 4, 1)),
    "split by sizes": (aten.split_with_sizes.default, (X, [1, 5], 1)),
    "everything": (aten.slice.Tensor, (X, 0, 0, 2**63 - 1)),
    "some": (aten.slice.Tensor, (X, 1, 0, 4)),
    "instance norm": (
        aten.instance_norm.default, (X + 1000, SCALE, SCALE, None, None, True, 0.1, 1e-5, False),
    ),
    "group norm": (aten.group_norm.default, (X, 3, SCALE, SCALE, 1e-5, False)),
    "layer norm": (aten.group_norm.default, (X, 1, None, None, 1e-5, False)),
    "torus": (aten.pad.default, (X, [1, 2, 3, 0], "circular")),
    "number minus maps": (aten.rsub.Scalar, (X, 3.5, 2)),
    "maps minus maps": (aten.rsub.Tensor, (X, EVEN[:1, :1, :1, :1])),
    "mirror": (aten.pad.default, (X, [1, 2, 3, 0], "reflect")),
    "transposed": (
        aten.conv_transpose2d.input, (X, WEIGHT, BIAS, [2, 2], [1, 1], [1, 1], 1, [1, 1]),
    ),
    "transposed, plain": (aten.conv_transpose2d.input, (X, WEIGHT, None, [2, 2])),
    "transposed, rows of bias": (
        aten.conv_transpose2d.input, (X, WEIGHT, BIAS, [3, 2], [0, 1], [2, 1], 1, [1, 1]),
    ),
    "transposed, dilated": (
        aten.conv_transpose2d.input, (X, WEIGHT, BIAS, [3, 3], [1, 1], [2, 2], 1, [2, 2]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_rewrite_changes_no_number(name: str) -> None:
    target, arguments = CASES[name]
    expected, found = target(*arguments), rewritten(target, arguments, {})
    if isinstance(expected, Tensor):
        expected, found = [expected], [found]
    for one, other in zip(expected, found, strict=False):  # no net reads where a maximum was
        assert one.shape == other.shape
        assert float((one - other).abs().max()) <= 2e-4 * float(one.abs().max())


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("size", [(30, 34), (20, 23), (5, 17), (7, 4), (15, 17), (1, 1), (45, 68)])
def test_nearest_is_repetition_and_a_slice(mode: str, size: tuple[int, int]) -> None:
    found = nearest(mode)(X, size, None)
    assert found is not NotImplemented
    assert torch.equal(found, F.interpolate(X, size=size, mode=mode))


def test_nearest_by_an_odd_factor_is_left_alone() -> None:
    assert RULES["upsample_nearest2d"](X, None, [1.7, 1.7]) is NotImplemented
    assert RULES["upsample_bilinear2d"](X, None, False, [1.7, 1.7]) is NotImplemented


def test_kinds_are_names_without_overload() -> None:
    assert kind_of(aten.relu_.default) == "relu"
    operator: Callable[..., Any] = tuple.__getitem__
    assert "getitem" in kind_of(operator)

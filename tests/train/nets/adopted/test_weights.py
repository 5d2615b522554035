"""Weights as scripts and wrappers save them, straight into a net."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.adopted.weights import load_into, weights_of


@pytest.mark.parametrize("prefixes", [(), ("module.",), ("_orig_mod.", "module.", "model.")])
def test_what_wrappers_add_is_taken_off(prefixes: tuple[str, ...]) -> None:
    net, other = nn.Linear(2, 1), nn.Linear(2, 1)
    found: Mapping[str, Any] = weights_of(net)
    for prefix in reversed(prefixes):
        found = {f"{prefix}{name}": value for name, value in found.items()}
    load_into(other, found, "linear")
    assert torch.equal(other.weight, net.weight)


def of_type(dtype: str) -> dict[str, torch.Tensor]:
    return {"weight": torch.ones(1, 2, dtype=getattr(torch, dtype)), "bias": torch.ones(1)}


@pytest.mark.parametrize("dtype", ["float16", "float64", "bfloat16"])
def test_another_precision_fits(dtype: str) -> None:
    net = nn.Linear(2, 1)
    load_into(net, of_type(dtype), "linear")
    assert torch.equal(net.weight, torch.ones(1, 2))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"weight": torch.ones(1, 2)}, "the file lacks bias"),
        ({"weight": torch.ones(1, 2), "bias": torch.ones(2)}, r"bias is \(2,\) in the file"),
        ({**nn.Linear(2, 1).state_dict(), "scale": torch.ones(1)}, "the net has no scale"),
        (of_type("int8"), "weight is int8 in the file and float32 in the net"),
        (of_type("complex64"), "weight is complex64 in the file"),
        (
            {"weight": torch.ones(1, 2).to_sparse(), "bias": torch.ones(1)},
            "weight is sparse float32",
        ),
    ],
)
def test_what_does_not_fit_is_named(found: Mapping[str, torch.Tensor], words: str) -> None:
    with pytest.raises(InputError, match=f"The weights do not fit linear: {words}"):
        load_into(nn.Linear(2, 1), found, "linear")

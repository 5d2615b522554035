"""What is left out of a graph, and what stays: the values are the same."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from skinseg_mobile.train.nets.adopted.rewrites import kind_of
from skinseg_mobile.train.nets.adopted.simplify import simplify


class Net(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> tuple[Tensor]:
        return (self.function(x),)


def scaled(x: Tensor) -> Tensor:
    return x * x.mean((2, 3), keepdim=True).expand_as(x)


def joined(x: Tensor) -> Tensor:
    return torch.cat([x, x.mean((2, 3), keepdim=True).expand_as(x)], 1)


def largest(x: Tensor) -> Tensor:
    return torch.max(x, 1, keepdim=True)[0]


def places(x: Tensor) -> Tensor:
    values, where = torch.max(x, 1, keepdim=True)
    return values * where


@pytest.mark.filterwarnings("ignore:`isinstance:FutureWarning")  # torch, of its own pytree
@pytest.mark.parametrize(
    ("function", "gone", "kept"),
    [
        (scaled, "expand", "mul"),
        (joined, "", "expand"),
        (largest, "max", "amax"),
        (places, "", "max"),
    ],
)
def test_only_what_changes_nothing_goes(
    function: Callable[[Tensor], Tensor], gone: str, kept: str
) -> None:
    image = torch.rand(2, 4, 4, 4, generator=torch.Generator().manual_seed(0))
    program = torch.export.export(Net(function), (image,)).run_decompositions({})
    graph = program.module(check_guards=False)
    assert isinstance(graph, torch.fx.GraphModule)
    simplify(graph)
    graph.recompile()
    kinds = {kind_of(n.target) for n in graph.graph.nodes if n.op == "call_function"}
    assert gone not in kinds
    assert kept in kinds
    torch.testing.assert_close(graph(image)[0], function(image))

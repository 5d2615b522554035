"""Tensors of a file find the operation whose values they hold."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import fx

from skinseg_mobile.export.targets.match import match, probe
from skinseg_mobile.train.adopt import Adoption, adopt_module
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.quantization import graph_of
from tests import foreign

SIZE = (64, 64)


class _Values(fx.Interpreter):
    def __init__(self, graph: fx.GraphModule) -> None:
        super().__init__(graph)
        self.found: dict[str, NDArray[np.float32]] = {}

    def run_node(self, n: fx.Node) -> object:
        value = super().run_node(n)
        if n.op == "call_function":
            self.found[n.name] = value.detach().numpy()
        return value


def test_each_order_of_axes_is_known_and_what_is_none_is_not(tmp_path: Path) -> None:
    adoption = Adoption(size=64, input="0..1")
    unet = foreign.unet()
    form = ExportForm(adopt_module("tests.foreign:unet", unet, adoption, tmp_path / "a").build())
    run = _Values(graph_of(form, 64))
    run.run(torch.from_numpy(probe(SIZE)))
    last = {f"{name}_last": np.moveaxis(v, 1, -1) for name, v in run.found.items()}
    scaled = {f"{name}_scaled": np.float32(1.01) * value for name, value in run.found.items()}
    found = match(form, SIZE, {**run.found, **last, **scaled})
    assert {name: found[name] for name in run.found} == {name: name for name in run.found}
    same = {name: run.found[found[name]] for name in last}
    assert all(np.array_equal(np.moveaxis(v, 1, -1), last[name]) for name, v in same.items())
    assert not found.keys() & scaled.keys()

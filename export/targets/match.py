"""Finds the traced operation whose result a file's tensor holds, by the numbers themselves.

A user's net has operations that a converter joins, splits or names as it likes. So the file and the
trace both run on the same images, and a tensor is that operation whose values it has. What matches
none stays in float: a range on the wrong tensor is a silently wrong net.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import fx

from skinseg_mobile.train.quantization import graph_of, has_range

IMAGE = "image"
CLOSE = 1e-4
"""Largest difference of two equal tensors, of their largest magnitude."""
Array = NDArray[np.float32]


def probe(size: tuple[int, int]) -> Array:
    """Return an image (1, 3, H, W) in [0, 255] that reaches most operations' whole range."""
    random = np.random.default_rng(0)
    coarse = random.uniform(0, 255, (1, 3, size[0] // 8, size[1] // 8)).repeat(8, 2).repeat(8, 3)
    return np.clip(coarse + random.normal(0, 25, coarse.shape), 0, 255).astype(np.float32)


@dataclass(frozen=True)
class _Value:
    """A traced result in both orders of axes."""

    node: str
    first: Array
    last: Array

    @cached_property
    def size(self) -> float:
        """Its largest magnitude."""
        return float(np.abs(self.first).max(initial=0))


def match(form: Any, size: tuple[int, int], tensors: Mapping[str, Array]) -> dict[str, str]:
    """Return traced nodes by the file's tensors, which ran on `probe(size)` in this order.

    Of several nodes with the same values, a tensor is the first that comes after the last match.
    """
    values = _values(form, size)
    found: dict[str, str] = {}
    at = -1
    for name, tensor in tensors.items():
        flat = tensor.reshape(-1)
        same = [i for i, value in enumerate(values) if _equal(value, flat)]
        if same:
            at = next((i for i in same if i > at), same[-1])
            found[name] = values[at].node
    return found


def _values(form: Any, size: tuple[int, int]) -> Sequence[_Value]:
    run = _AllValues(graph_of(form, size))
    with torch.inference_mode():
        run.run(torch.from_numpy(probe(size)))
    return [_both_orders(name, value) for name, value in run.found.items()]


class _AllValues(fx.Interpreter):
    """Runs a graph and keeps what every node with a range gives."""

    def __init__(self, graph: fx.GraphModule) -> None:
        super().__init__(graph)
        self.found: dict[str, Array] = {}

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if has_range(value) and n.op in ("placeholder", "call_function"):
            self.found[IMAGE if n.op == "placeholder" else n.name] = value.float().numpy()
        return value


def _both_orders(name: str, value: Array) -> _Value:
    last = np.moveaxis(value, 1, -1) if value.ndim > 2 else value
    return _Value(name, value.reshape(-1), np.ascontiguousarray(last).reshape(-1))


def _equal(value: _Value, flat: Array) -> bool:
    if value.first.size != flat.size:
        return False
    limit = CLOSE * value.size + 1e-12
    return any(float(np.abs(order - flat).max()) <= limit for order in (value.first, value.last))

"""Ranks operations by what their 8 bits cost: each in turn is left in float, the others rounded.

The cheap measure comes first: by how many decibels the logits' signal-to-noise ratio over some
calibration photographs rises. The few that raise it most are then ranked by what counts, the mean
Jaccard on dev. What is left in float goes into `float_nodes`, which every exporter obeys; its
result is rounded all the same where an operation in 8 bits reads it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Tensor, fx

from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet
from skinseg_mobile.compress.quantize.config import SCORED
from skinseg_mobile.compress.quantize.extremes import BATCH
from skinseg_mobile.compress.quantize.fake_quantize import RoundedNet
from skinseg_mobile.compress.quantize.trace import trace
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.data.images import DecodedSplit
from skinseg_mobile.train.quantization import (
    Quantization,
    activation_after,
    is_activation,
    is_convolution,
    layer_of,
)
from skinseg_mobile.train.references.score import mean_jaccard

PHOTOGRAPHS = 16


@dataclass(frozen=True)
class OperationSensitivity:
    """One operation, with the activation that it fuses, and what leaving it in float brings."""

    operation: str
    """The layer's own name, or the node's where it has no weights."""
    nodes: tuple[str, ...]
    gain_db: float
    """Rise of the logits' signal-to-noise ratio."""
    delta_jaccard: float | None = None
    """Rise of the mean Jaccard on dev; None where it was not measured."""


def rank(
    checkpoint: Checkpoint,
    quantization: Quantization,
    chosen: CalibrationSet,
    dev_split: DecodedSplit,
    *,
    on_dev: int = SCORED,
) -> list[OperationSensitivity]:
    """Return every operation in 8 bits, the one that costs most first.

    The first `on_dev` of them are measured on dev and ordered by it.
    """
    images, graph = chosen.images[:PHOTOGRAPHS], trace(checkpoint)
    exact = _logits(checkpoint.build(), images)

    def noise_db(floats: Sequence[str]) -> float:
        return _snr(exact, _logits(_left(graph, quantization, floats), images))

    whole, units = noise_db(()), [*_units(graph, quantization)]
    found = [
        OperationSensitivity(name, nodes, noise_db(nodes) - whole)
        for name, nodes in track(units, "ranking operations")
    ]
    found.sort(key=lambda item: -item.gain_db)
    scored = _on_dev(graph, quantization, found[:on_dev], dev_split)
    return [*sorted(scored, key=lambda item: -(item.delta_jaccard or 0)), *found[on_dev:]]


def with_worst_in_float(
    quantization: Quantization, ranked: Sequence[OperationSensitivity], count: int
) -> Quantization:
    """Leave the first `count` ranked operations in float too."""
    nodes = {node for item in ranked[:count] for node in item.nodes} | {*quantization.float_nodes}
    in_order = tuple(node for node in quantization.ranges if node in nodes)
    return replace(quantization, float_nodes=in_order)


def _units(
    graph: fx.GraphModule, quantization: Quantization
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in graph.graph.nodes:
        rounded = node.op == "call_function" and node.name not in quantization.float_nodes
        if not rounded or is_activation(node):
            continue
        activation = activation_after(node)
        name = layer_of(node) if is_convolution(node) else str(node.name)
        yield name, (node.name, *([activation.name] if activation else []))


def _on_dev(
    graph: fx.GraphModule,
    quantization: Quantization,
    items: Sequence[OperationSensitivity],
    dev_split: DecodedSplit,
) -> list[OperationSensitivity]:
    def jaccard(floats: Sequence[str]) -> float:
        return mean_jaccard(_left(graph, quantization, floats), dev_split)

    if not items:
        return []
    whole = jaccard(())
    return [
        replace(item, delta_jaccard=jaccard(item.nodes) - whole)
        for item in track(items, "scoring the worst on dev")
    ]


def _left(graph: fx.GraphModule, quantization: Quantization, floats: Sequence[str]) -> RoundedNet:
    kept = (*quantization.float_nodes, *floats)
    return RoundedNet(graph, replace(quantization, float_nodes=kept))


def _logits(net: torch.nn.Module, images: Tensor) -> Tensor:
    with torch.inference_mode():
        return torch.cat([cast(Tensor, net(batch)) for batch in images.split(BATCH)])


def _snr(exact: Tensor, found: Tensor) -> float:
    noise = (found - exact).square().mean().clamp_min(1e-20)
    return float(10 * torch.log10(exact.square().mean() / noise))

"""Finds channels that say nothing: constant ones, and ones whose values are no numbers.

A channel that never changes was pruned by training itself and costs time for nothing; one NaN or
infinity makes a range that no 8 bits can hold. Both are named as `layer: channels`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, fx

from skinseg_mobile.compress.quantize.extremes import Extremes
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.quantization import (
    activation_after,
    convolutions,
    is_convolution,
    layer_of,
)

Channels = dict[str, tuple[int, ...]]


def constant_channels(graph: fx.GraphModule, extremes: Extremes) -> Channels:
    """Return, by layer, the channels of a convolution and its activation that never change."""
    found: Channels = {}
    for node in convolutions(graph):
        low, high = extremes[(activation_after(node) or node).name]
        found[layer_of(node)] = _numbers(low == high)
    return {layer: channels for layer, channels in found.items() if channels}


def require_numbers(graph: fx.GraphModule, extremes: Extremes) -> None:
    """Check that every value is a number.

    Raises:
        InputError: one is not; names the first layer, and its channels.
    """
    for node in graph.graph.nodes:
        if node.name not in extremes:
            continue
        low, high = extremes[node.name]
        broken = _numbers(~(low.isfinite() & high.isfinite()))
        if broken:
            layer = layer_of(node) if is_convolution(node) else node.name
            raise InputError(
                f"{layer} gives NaN or infinity in {channels_text(broken)}. Restore the net or"
                " train it again."
            )


def sentence(channels: Mapping[str, tuple[int, ...]]) -> str:
    """Return one short line for people about the channels, by layer, that never change."""
    count = sum(map(len, channels.values()))
    layer, most = max(channels.items(), key=lambda item: len(item[1]))
    if count == len(most):
        return f"{layer}: {channels_text(most)} never change{'s' if count == 1 else ''}{_OVER}"
    return f"{count} channels of {len(channels)} layers never change{_OVER}, {len(most)} in {layer}"


_OVER = " over the calibration set"
_NAMED = 5


def channels_text(numbers: tuple[int, ...]) -> str:
    """Return `channel 3`, `channels 3, 17`, or the first five and how many more there are."""
    named, more = ", ".join(map(str, numbers[:_NAMED])), len(numbers) - _NAMED
    return f"channel{'s' if len(numbers) > 1 else ''} {named}" + f" and {more} more" * (more > 0)


def _numbers(chosen: Tensor) -> tuple[int, ...]:
    return tuple(int(number) for number in torch.nonzero(chosen)[:, 0])

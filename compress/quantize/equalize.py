"""Cross-layer equalization: channels of neighbouring convolutions made alike, the net unchanged.

A convolution's channel divided by s, and what the next one multiplies it with times s, cancel
(Nagel et al., arXiv 1906.04721, section 4.1) where the activation between has f(x / s)·s = f(x).
ReLU has. ReLU6 clips at 6 and has it only below: a channel is enlarged no further than half of
the clip, so that photographs that were not measured stay below too; one that reaches it is left.

Where we differ: weights are rounded per channel here, which no scale changes, and results per
tensor. So the first range is that of the channel's *results*, not of its weights, and before a
depthwise convolution, whose weights have a scale for each channel, it alone counts: every channel
gets the 256 levels of the widest.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, fx

from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet
from skinseg_mobile.compress.quantize.extremes import Extremes, extremes_of
from skinseg_mobile.compress.quantize.trace import trace, with_weights_of
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.quantization import (
    bias_of,
    convolutions,
    has_own_weight,
    is_activation,
    is_convolution,
    weight_of,
)

CLIP = 6.0
HEADROOM = 2.0
"""How far beyond the measured values a scaled channel stays linear."""
TINY = 1e-8


@dataclass(frozen=True)
class Pair:
    """Two convolutions of which the second alone reads the first."""

    first: fx.Node
    activation: fx.Node | None
    second: fx.Node

    @property
    def clips(self) -> bool:
        """Whether the activation between them clips at 6."""
        return self.activation is not None and "relu." not in str(self.activation.target)


def equalize(checkpoint: Checkpoint, chosen: CalibrationSet) -> Checkpoint:
    """Return a checkpoint in memory of the same function whose channels use their range alike."""
    graph = trace(checkpoint)
    extremes = extremes_of(graph, chosen.images)
    for pair in pairs(graph):
        _scale(graph, pair, scales(graph, pair, extremes))
    return with_weights_of(checkpoint, graph.state_dict())


def pairs(graph: fx.GraphModule) -> Iterator[Pair]:
    """Yield neighbours: convolution, perhaps an activation, convolution; nothing else reads them.

    A sum of a residual block stands between two pairs and belongs to none.
    """
    for first in convolutions(graph):
        after = _only_user(first)
        activation = after if after and is_activation(after) else None
        second = _only_user(activation) if activation else after
        if not (second and is_convolution(second)) or "transpose" in f"{first}{second}":
            continue
        if has_own_weight(graph, first) and has_own_weight(graph, second):
            yield Pair(first, activation, second)


def scales(graph: fx.GraphModule, pair: Pair, extremes: Extremes) -> Tensor:
    """Return what each of the first convolution's channels is to be divided by: (C,) in (0, 1].

    Channels are only enlarged, and none beyond the widest: what was sure to fit still does.
    """
    low, high = extremes[pair.first.name]
    reach = high.clamp_min(0) if pair.activation else torch.maximum(low.abs(), high.abs())
    kept = reach.clamp_max(CLIP) if pair.clips else reach
    wanted = _share(kept)
    if not _is_depthwise(graph, pair.second):  # formula (11), each range relative to the widest
        wanted = (wanted / _share(weight_of(graph, pair.second).abs().amax((0, 2, 3)))).sqrt()
    scale = torch.maximum(wanted, _share(high - low))
    if pair.clips:
        scale = torch.maximum(scale, HEADROOM * reach / CLIP)
    return torch.where(reach > 0, scale.clamp_max(1), 1.0)


def _share(values: Tensor) -> Tensor:
    return (values / values.max().clamp_min(TINY)).clamp_min(TINY)


@torch.no_grad()
def _scale(graph: fx.GraphModule, pair: Pair, scale: Tensor) -> None:
    weight_of(graph, pair.first).div_(scale.view(-1, 1, 1, 1))
    bias = bias_of(graph, pair.first)
    if bias is not None:
        bias.div_(scale)
    along = (-1, 1, 1, 1) if _is_depthwise(graph, pair.second) else (1, -1, 1, 1)
    weight_of(graph, pair.second).mul_(scale.view(along))


def _is_depthwise(graph: fx.GraphModule, convolution: fx.Node) -> bool:
    return weight_of(graph, convolution).shape[1] == 1


def _only_user(node: fx.Node) -> fx.Node | None:
    users = list(node.users)
    return users[0] if len(users) == 1 else None

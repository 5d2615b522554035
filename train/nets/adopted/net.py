"""A user's net inside our contract: RGB 0..255 in, one channel of logits out.

    image -> normalise -> BGR where asked -> the user's net -> one channel -> logits

Logits are exact for every kind of output:

    logits        the channel itself
    softmax       z_k - log(sum of exp(z_j) over the others): its sigmoid is the softmax of k
    probability   log(p / (1 - p)); the graph drops a sigmoid and this, which cancel
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.contract import ColourOrder, Three
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.adopted.factory import build
from skinseg_mobile.train.nets.adopted.trace import GraphForm, traced, unfolded
from skinseg_mobile.train.nets.family import Family
from skinseg_mobile.train.nets.head import Size, upsample
from skinseg_mobile.train.nets.normalise import Normalise

EPSILON = 1e-6
"""Probabilities are kept so far from 0 and 1."""
STAGES = 3
"""A net is compared at the first depth of its modules that has so many maps."""
HEAD = "head"


class NetOutput(StrEnum):
    """What a net gives."""

    LOGITS = "logits"
    """The sigmoid of the channel is the probability."""
    PROBABILITY = "probability"
    """The channel itself is."""
    SOFTMAX = "softmax"
    """Scores of all classes, of which the softmax over channels is."""


@dataclass(frozen=True)
class AdoptedLayout:
    """How a user's net is built, and what it reads and gives."""

    factory: str
    """`package.module:function`."""
    source_sha256: str
    """Of the file that defines the factory."""
    size: Size
    """(height, width) of the input."""
    mean: Three
    """Of each channel in the order that the net reads, in units of 0..255."""
    deviation: Three
    """As `mean`."""
    colour: ColourOrder
    output: NetOutput
    channel: int
    """Of the output, the one of the mask."""
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    """Keyword arguments of the factory: JSON values."""

    def __post_init__(self) -> None:
        if not all(value > 0 for value in self.deviation):
            raise ValueError(f"deviation is {self.deviation}, and each is greater than 0")
        if self.channel < 0:
            raise ValueError(f"channel is {self.channel}, and the first one is 0")

    @property
    def only_size(self) -> Size:
        """See `FitsOneSize`: what a user's code does at another size is not known."""
        return self.size

    def build(self) -> "Adopted":
        """Return the net with the weights that its factory gives it.

        Raises:
            InputError: the factory is missing, changed or failing.
        """
        with torch.device("cpu"):  # not on meta: a user's code may compute as it builds
            return Adopted(build(self.factory, self.arguments, self.source_sha256), self)


class Adopted(nn.Module):
    """Image (N, 3, H, W) float32 in [0, 255] -> logits (N, 1, H, W)."""

    def __init__(self, net: nn.Module, layout: AdoptedLayout) -> None:
        super().__init__()
        flipped = slice(None, None, -1 if layout.colour is ColourOrder.BGR else 1)
        plain = not any(layout.mean) and set(layout.deviation) == {1.0}
        self.normalise = (
            nn.Identity() if plain else Normalise(layout.mean[flipped], layout.deviation[flipped])
        )
        self.body = net  # not `net`: that is what forms wrap
        self.layout = layout

    def forward(self, image: Tensor) -> Tensor:
        """Return logits at the image's own size."""
        return upsample(self._logits(image), (image.shape[-2], image.shape[-1]))

    def stages(self, image: Tensor) -> dict[str, Tensor]:
        """Return what can be compared stage by stage: maps of the net's modules, the logits."""
        found: dict[str, list[Any]] = {}
        hooks = [
            module.register_forward_hook(
                lambda _m, _i, result, name=name: found.setdefault(name, []).append(result)
            )
            for name, module in self._modules_by_depth()
        ]
        try:
            logits = self._logits(image)
        finally:
            for hook in hooks:
                hook.remove()
        return {**_readable(found), HEAD: logits}

    def graph_form(self) -> GraphForm:
        """Return the net as a folded graph; see `HasGraphForm`.

        Raises:
            InputError: the net cannot be traced.
        """
        return traced(self, self.layout.size)

    def from_graph_form(self, tuned: GraphForm) -> nn.Module:
        """Return a copy of the net that computes what its changed graph does."""
        return unfolded(self, tuned)

    def scores(self, image: Tensor) -> Tensor:
        """Return what the user's net gives for the image: (N, channels, h, w)."""
        image = self.normalise(image)
        if self.layout.colour is ColourOrder.BGR:
            image = image.flip(1)
        return map_of(self.body(image), self.layout.factory)

    def _logits(self, image: Tensor) -> Tensor:
        return self._one_logit(self.scores(image))

    def _one_logit(self, scores: Tensor) -> Tensor:
        require_map(scores, self.layout)
        at = self.layout.channel
        one = scores[:, at : at + 1]
        if self.layout.output is NetOutput.PROBABILITY:
            one = one.clamp(EPSILON, 1 - EPSILON)
            return torch.log(one / (1 - one))
        if self.layout.output is NetOutput.SOFTMAX:
            return one - _log_sum_exp(_without(scores, at))
        return one

    def _modules_by_depth(self) -> list[tuple[str, nn.Module]]:
        named = [*self.body.named_modules()][1:]
        return [(name, module) for name, module in named if any(module.children())]


def _readable(found: Mapping[str, list[Any]]) -> dict[str, Tensor]:
    """Return the maps of the first depth of modules that has `STAGES` of them, or the most."""
    maps = {
        name.replace(".", "_"): (name.count("."), results[0])
        for name, results in found.items()
        if len(results) == 1 and isinstance(results[0], Tensor) and results[0].ndim == 4
    }
    depths = [depth for depth, _ in maps.values()]
    enough = [depth for depth in sorted(set(depths)) if depths.count(depth) >= STAGES]
    best = enough[0] if enough else max(depths, key=depths.count, default=0)
    return {
        name: value
        for name, (depth, value) in maps.items()
        if depth == best and name not in (HEAD, "probability", "image")  # what a file names so
    }


def map_of(result: Any, factory: str) -> Tensor:
    """Return the one tensor of a net's result; of a mapping, its `out` or its only one.

    Raises:
        InputError: there are several, or there is none.
    """
    if isinstance(result, Tensor):
        return result
    named = _named(result)
    if "out" in named:  # torchvision's segmentation nets, beside their auxiliary head
        return named["out"]
    if len(named) != 1:
        names = ", ".join(map(str, named)) or "none"
        raise InputError(
            f"{factory} gives {len(named)} results ({names}) and not one. Name a factory of your"
            " own that returns the mask's alone."
        )
    return next(iter(named.values()))


def _named(result: Any) -> dict[Any, Tensor]:
    if isinstance(result, Mapping):
        items = list(cast(Mapping[Any, Any], result).items())
    else:
        items = [*enumerate(result)] if isinstance(result, tuple | list) else []
    return {name: value for name, value in items if isinstance(value, Tensor)}


def require_map(scores: Tensor, layout: AdoptedLayout) -> None:
    """Check the shape of what a net gives.

    Raises:
        InputError: it is no map of scores, lacks the channel, or does not fit the input.
    """
    shape = tuple(scores.shape[1:])
    if shape == tuple(layout.size):
        raise InputError(
            f"{layout.factory} gives values of shape (N, {shape[0]}, {shape[1]}), without channels."
            " Return result[:, None] in a factory of your own."
        )
    if scores.ndim != 4:
        raise InputError(
            f"{layout.factory} gives values of shape (N, {', '.join(map(str, shape))}) and not maps"
            " (N, channels, height, width). A classification net or a 3-D net has no mask."
        )
    channels, *size = shape
    if layout.channel >= channels:
        raise InputError(
            f"{layout.factory} gives {channels} channels and has no channel {layout.channel}. The"
            " first is 0."
        )
    if layout.output is NetOutput.SOFTMAX and channels == 1:
        raise InputError(
            f"{layout.factory} gives one channel, whose softmax is 1 everywhere. Give --output"
            " logits."
        )
    if any(whole % side for whole, side in zip(layout.size, size, strict=True)):
        raise InputError(
            f"{layout.factory} gives maps of {size[0]}×{size[1]} for an input of"
            f" {layout.size[0]}×{layout.size[1]}, which do not divide it. Change --size, or pad"
            " inside the net."
        )
    down, across = (whole // side for whole, side in zip(layout.size, size, strict=True))
    if down != across:
        raise InputError(
            f"{layout.factory} gives {channels} channels of {size[0]}×{size[1]} for an input of"
            f" {layout.size[0]}×{layout.size[1]}, smaller by {down} and by {across}. If channels"
            " are its last axis, return result.permute(0, 3, 1, 2) in a factory of your own."
        )


def _without(scores: Tensor, channel: int) -> Tensor:
    parts = [scores[:, :channel], scores[:, channel + 1 :]]
    kept = [part for part in parts if part.shape[1]]
    return kept[0] if len(kept) == 1 else torch.cat(kept, 1)


def _log_sum_exp(scores: Tensor) -> Tensor:
    """(N, K, H, W) -> (N, 1, H, W); of one channel, that channel."""
    if scores.shape[1] == 1:
        return scores
    largest = scores.amax(1, keepdim=True)
    return (scores - largest).exp().sum(1, keepdim=True).log() + largest


FAMILY = Family(AdoptedLayout, {})

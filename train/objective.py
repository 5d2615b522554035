"""What a training step makes small: a net, its images and their truth become one loss.

An objective is a module around the net: whatever learns beside it, a distillation's adapters for
instance, is optimised, shared between processes, saved and resumed with it.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.losses import LOSSES


class Labels(nn.Module):
    """The config's loss against the masks, over whole images or at pixels of them."""

    def __init__(self, net: nn.Module, config: TrainConfig) -> None:
        super().__init__()
        if config.pixels and not hasattr(net, "at_pixels"):
            raise InputError(
                f"only hypercolumn nets learn from pixels, {config.preset} is none; leave --pixels"
                " out"
            )
        self.net: Any = net
        self.loss = LOSSES[config.loss]

    def forward(self, image: Tensor, truth: Tensor, pixels: Tensor | None) -> Tensor:
        """Return the loss of images (N, 3, H, W) in [0, 255] with truth (N, 1, H, W) or (N, P)."""
        logits = self.net(image) if pixels is None else self.net.at_pixels(image, pixels)
        return self.loss(logits.float(), truth)


Objective = Callable[[nn.Module, TrainConfig], nn.Module]
"""Makes such a module; its attribute `net` is the net."""

"""Faults of weights: each changes the folded net of the packaged student in place.

The stem takes n = (x - 127) / 128. Another normalisation, a·n + b, is a stem of weight a·W and bias
c + b·ΣW, save where its padding meets the frame.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

Break = Callable[[nn.Module], None]
STEM = "net.stem.0"
MIDDLE = "net.blocks.5.layers"
LAST = "net.head.mlp.3"
HIDDEN = "net.head.mlp.0"


def weight_of(net: nn.Module, name: str) -> Tensor:
    return net.get_parameter(f"{name}.weight")


def bias_of(net: nn.Module, name: str) -> Tensor:
    return net.get_parameter(f"{name}.bias")


def red_and_blue_swapped(net: nn.Module) -> None:
    weight_of(net, STEM).copy_(weight_of(net, STEM)[:, [2, 1, 0]])


def normalised_otherwise(scale: Sequence[float], shift: Sequence[float]) -> Break:
    """Feed the stem scale·n + shift, per colour."""

    def break_net(net: nn.Module) -> None:
        weight = weight_of(net, STEM)
        bias_of(net, STEM).add_((weight.sum((2, 3)) * torch.tensor(shift)).sum(1))
        weight.mul_(torch.tensor(scale).view(1, 3, 1, 1))

    return break_net


def seen_through(mean: Sequence[float], deviation: Sequence[float]) -> Break:
    """Normalise x by another mean and deviation, in levels of 0..255."""
    scale = [128 / d for d in deviation]
    shift = [(127 - m) / d for m, d in zip(mean, deviation, strict=True)]
    return normalised_otherwise(scale, shift)


def normalised_twice(net: nn.Module) -> None:
    normalised_otherwise([1 / 128] * 3, [-127 / 128] * 3)(net)


def fed_from_0_to_1(net: nn.Module) -> None:
    normalised_otherwise([1 / 255] * 3, [(127 / 255 - 127) / 128] * 3)(net)


def biases_dropped(net: nn.Module) -> None:
    for name, parameter in net.named_parameters():
        if name.endswith("bias"):
            parameter.zero_()


def one_bias_zeroed(net: nn.Module) -> None:
    bias_of(net, HIDDEN).zero_()


def logit_offset(net: nn.Module) -> None:
    bias_of(net, LAST).add_(0.05)


def channels_swapped(net: nn.Module) -> None:
    for kind in (weight_of, bias_of):
        parameter = kind(net, "net.blocks.2.layers.2.0")
        parameter.copy_(parameter.flip(0))


def channels_zeroed(net: nn.Module) -> None:
    weight_of(net, f"{MIDDLE}.2.0")[::10].zero_()
    bias_of(net, f"{MIDDLE}.2.0")[::10].zero_()


def one_layer_scaled(net: nn.Module) -> None:
    weight_of(net, f"{MIDDLE}.2.0").mul_(1.1)


def axes_transposed(net: nn.Module) -> None:
    """Read kernels column by column."""
    for name, parameter in net.named_parameters():
        if name.endswith("weight") and parameter.shape[-1] > 1:
            parameter.copy_(parameter.transpose(2, 3).clone())


def kernels_flipped(net: nn.Module) -> None:
    """Convolve where the net correlates."""
    parameter = weight_of(net, f"{MIDDLE}.1.0")
    parameter.copy_(parameter.flip(2, 3))


def kernels_one_pixel_off(net: nn.Module) -> None:
    """Pad at one side only, in one block of stride 2: off by one pixel there, four of the image."""
    parameter = weight_of(net, "net.blocks.1.layers.1.0")
    parameter.copy_(parameter.roll(1, 3))


def rounded_to(bits: int) -> Break:
    """Round every weight to so many bits, a scale a tensor."""

    def break_net(net: nn.Module) -> None:
        for name, parameter in net.named_parameters():
            if name.endswith("weight"):
                step = parameter.abs().max() / (2 ** (bits - 1) - 1)
                parameter.copy_((parameter / step).round() * step)

    return break_net


def clipped(net: nn.Module) -> None:
    """Lose what is beyond a narrow number's range."""
    for name, parameter in net.named_parameters():
        if name.endswith("weight"):
            parameter.clamp_(-0.5, 0.5)


def overflowed(block: str) -> Break:
    """One weight beyond float16's range became infinity."""

    def break_net(net: nn.Module) -> None:
        weight_of(net, block)[7, 3] = float("inf")

    return break_net


def scales_permuted(net: nn.Module) -> None:
    """Give each channel of an 8-bit weight its neighbour's scale."""
    weight = weight_of(net, f"{MIDDLE}.0.0")
    scale = weight.abs().amax((1, 2, 3), keepdim=True)
    weight.mul_(scale.roll(1, 0) / scale)


BROKEN_WEIGHTS: dict[str, tuple[Break, str]] = {
    "red and blue swapped": (red_and_blue_swapped, "agreement"),
    "mean 20 levels off": (seen_through([147] * 3, [128] * 3), "agreement"),
    "deviation 255 for 128": (seen_through([127] * 3, [255] * 3), "agreement"),
    "ImageNet's mean and deviation": (
        seen_through([123.7, 116.3, 103.5], [58.4, 57.1, 57.4]),
        "agreement",
    ),
    "normalisation missing": (seen_through([0] * 3, [1] * 3), "agreement"),
    "normalised twice": (normalised_twice, "agreement"),
    "input 0 to 1": (fed_from_0_to_1, "agreement"),
    "biases dropped": (biases_dropped, "agreement"),
    "one bias zeroed": (one_bias_zeroed, "probability"),
    "logits 0.05 too high": (logit_offset, "probability"),
    "channels swapped": (channels_swapped, "agreement"),
    "channels zeroed": (channels_zeroed, "agreement"),
    "one layer scaled by 1.1": (one_layer_scaled, "agreement"),
    "kernels transposed": (axes_transposed, "agreement"),
    "kernels flipped": (kernels_flipped, "agreement"),
    "kernels one pixel off": (kernels_one_pixel_off, "shift"),
    "weights of 8 bits, a scale a tensor": (rounded_to(8), "agreement"),
    "weights clipped": (clipped, "agreement"),
    "a weight overflowed": (overflowed(f"{MIDDLE}.2.0"), "finite"),
    "a weight overflowed before ReLU6": (overflowed(f"{MIDDLE}.0.0"), "probability"),
    "scales permuted": (scales_permuted, "agreement"),
}

"""Bias correction gives the rounded net the float net's channel means."""

from typing import Any

import torch
from torch import nn

from skinseg_mobile.compress.quantize.calibrate import ranges_on
from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet
from skinseg_mobile.compress.quantize.correct_bias import correct_bias
from skinseg_mobile.compress.quantize.fake_quantize import FakeQuantized, RoundedNet
from skinseg_mobile.compress.quantize.trace import trace
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.fold import folded
from skinseg_mobile.train.quantization import Quantization, bias_of, convolutions, layer_of


class Means(FakeQuantized):
    """Keeps each convolution's channel means, rounded or not."""

    def __init__(self, checkpoint: Checkpoint, quantization: Quantization) -> None:
        super().__init__(trace(checkpoint), quantization)
        self.found: dict[str, torch.Tensor] = {}

    def convolve(self, node: torch.fx.Node) -> torch.Tensor:
        value = super().convolve(node)
        self.found[node.name] = value.mean((0, 2, 3))
        return value


def float_means(checkpoint: Checkpoint, images: torch.Tensor) -> dict[str, torch.Tensor]:
    """Hook the modules of the folded net: its own order, no trace."""
    net, found = folded(checkpoint.build()), dict[str, torch.Tensor]()

    def keep(layer: str, value: Any) -> None:
        found[layer] = value.mean((0, 2, 3))

    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda _, __, value, name=name: keep(name, value))
    with torch.no_grad():
        net(images)
    return found


def test_means_are_the_float_nets(uneven: Checkpoint, chosen: CalibrationSet) -> None:
    ranges = ranges_on(uneven, chosen)
    wanted = float_means(uneven, chosen.images)
    corrected = correct_bias(uneven, ranges, chosen)
    before, after = Means(uneven, ranges), Means(corrected, ranges)
    with torch.no_grad():
        before.run(chosen.images)
        after.run(chosen.images)
    graph = trace(uneven)
    held = {n.name: layer_of(n) for n in convolutions(graph) if bias_of(graph, n) is not None}
    assert len(held) > 5
    worst = max(float((before.found[n] - wanted[layer]).abs().max()) for n, layer in held.items())
    assert worst > 1e-3
    for name, layer in held.items():
        torch.testing.assert_close(after.found[name], wanted[layer], rtol=1e-3, atol=1e-4)


def test_the_logits_come_nearer(uneven: Checkpoint, chosen: CalibrationSet) -> None:
    ranges = ranges_on(uneven, chosen)
    corrected = correct_bias(uneven, ranges, chosen)
    with torch.no_grad():
        expected = uneven.build()(chosen.images)
        errors = [
            float((RoundedNet(trace(some), ranges)(chosen.images) - expected).square().mean())
            for some in (uneven, corrected)
        ]
    assert errors[1] < errors[0]

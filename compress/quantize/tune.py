"""Quantization-aware fine-tuning: a net learns to survive 8 bits.

The folded net learns, with every weight and result rounded as its int8 file will round it, to
give the probabilities that the float net gave (its teacher, on the same augmented view) and the
labels.
"""

from collections.abc import Callable
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from skinseg_mobile.compress.quantize.config import QuantizeConfig
from skinseg_mobile.compress.quantize.fake_quantize import FakeQuantized, logits_of
from skinseg_mobile.compress.quantize.trace import trace, with_weights_of
from skinseg_mobile.runtime_py.progress import bar
from skinseg_mobile.train.augment import Augmentation
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.data.photographs import Photographs
from skinseg_mobile.train.losses import segmentation_loss
from skinseg_mobile.train.quantization import Quantization
from skinseg_mobile.train.views import Views

Say = Callable[[str], None]


def tune(
    checkpoint: Checkpoint,
    quantization: Quantization,
    teacher: nn.Module,
    photographs: Photographs,
    config: QuantizeConfig,
    say: Say,
) -> Checkpoint:
    """Return a checkpoint in memory, fine-tuned on train `photographs` for these ranges."""
    graph = trace(checkpoint)
    _fit(FakeQuantized(graph, quantization), teacher, photographs, config, say)
    return with_weights_of(checkpoint, graph)


def _fit(
    rounded: FakeQuantized,
    teacher: nn.Module,
    photographs: Photographs,
    config: QuantizeConfig,
    say: Say,
) -> None:
    """Change the graph's weights in place; the teacher never changes.

    Channels last: torch's backward of depthwise convolutions is 30 times slower without.
    """
    graph = _channels_last(cast(fx.GraphModule, rounded.module))
    teacher = _channels_last(teacher)
    optimizer = torch.optim.Adam(graph.parameters(), lr=config.learning_rate)
    views = Views(photographs, Augmentation.DEFAULT, config.seed, torch.device("cpu"))
    batch = min(config.batch, len(photographs.ids))
    steps = config.epochs * (len(photographs.ids) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    with bar() as progress:
        task = progress.add_task("fine-tuning for 8 bits", total=steps, note="")
        for epoch in range(config.epochs):
            losses: list[float] = []
            for rows in views.batches(epoch, batch):
                image, mask = views.draw(epoch, rows)
                optimizer.zero_grad(set_to_none=True)
                image = image.contiguous(memory_format=torch.channels_last)
                loss = _loss(rounded, teacher, image, mask, config)
                loss.backward()
                optimizer.step()
                schedule.step()
                losses.append(float(loss.detach()))
                progress.advance(task)
            say(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.4f}")


def _channels_last(net: nn.Module) -> nn.Module:
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _loss(
    rounded: FakeQuantized, teacher: nn.Module, image: Tensor, mask: Tensor, config: QuantizeConfig
) -> Tensor:
    with torch.no_grad():
        expected = teacher(image).sigmoid()
    logits = logits_of(rounded, image)
    distilled = F.binary_cross_entropy_with_logits(logits, expected)
    return distilled + config.label_weight * segmentation_loss(logits, mask)

"""Quantization-aware fine-tuning: a float checkpoint becomes one that survives 8 bits.

The folded net learns, with every weight and result rounded as its int8 file will round it, to
give the probabilities that the float net gave (its teacher, on the same augmented view) and the
labels. In the end the weights are rounded for good: 8 bits then lose nothing of them, and what is
validated in float is what the phone holds. What comes out is an ordinary float checkpoint of the
same spec, with new ranges.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.compress.calibrate import calibrate
from skinseg_mobile.compress.fake_quantize import FakeQuantized
from skinseg_mobile.runtime_py.dataset import Dataset, Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.folders import new_folder
from skinseg_mobile.runtime_py.progress import bar
from skinseg_mobile.train.augment import Augmentation
from skinseg_mobile.train.checkpoint import Checkpoint, load_checkpoint, write_checkpoint
from skinseg_mobile.train.data.photographs import Photographs, read_photographs
from skinseg_mobile.train.judge import dev_scores
from skinseg_mobile.train.loop import samples_for_training
from skinseg_mobile.train.losses import segmentation_loss
from skinseg_mobile.train.nets.fold import ExportForm, unfold
from skinseg_mobile.train.quantization import graph_of, write_quantization
from skinseg_mobile.train.views import Views


@dataclass(frozen=True, kw_only=True)
class QuantizeConfig:
    """What a fine-tuning run depends on beside its data."""

    epochs: int = 3
    """Passes over train."""
    batch: int = 16
    """Photographs a step."""
    learning_rate: float = 1e-4
    """Peak; a cosine takes it to zero."""
    label_weight: float = 0.3
    """Share of the labels' loss beside the teacher's."""
    seed: int = 0
    """Seed of order and augmentation."""

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 1:
            raise InputError(f"epochs and batch must be 1 or more, got {self.epochs}, {self.batch}")
        if not 0 < self.learning_rate < 1:
            raise InputError(f"learning_rate must be in (0, 1), got {self.learning_rate}")
        if not 0 <= self.seed < 2**63:
            raise InputError(f"seed must be 0 or more and below 2^63, got {self.seed}")


@dataclass(frozen=True)
class Tuned:
    """The tuned net, and how it does on dev in float and with 8 bits simulated."""

    net: nn.Module
    dev_jaccard: float
    dev_jaccard_rounded: float


OnEpoch = Callable[[str], None]


def quantize(
    checkpoint: Checkpoint, data: Dataset, config: QuantizeConfig, out: Path, on_epoch: OnEpoch
) -> Checkpoint:
    """Write the new checkpoint folder `out`: tuned float weights and their activation ranges.

    Raises:
        InputError: `out` exists, or `data` has no train or dev photographs.
    """
    with new_folder(out) as folder:  # first: an hour of tuning must have a place to go
        tuned = tune(checkpoint, data, config, on_epoch)
        record = replace(
            checkpoint.record,
            name=out.name,
            parent=checkpoint.digest,
            config={**checkpoint.record.config, "quantize": asdict(config)},
            metrics={
                **checkpoint.record.metrics,
                "tuned_dev_jaccard": tuned.dev_jaccard,
                "tuned_dev_jaccard_rounded": tuned.dev_jaccard_rounded,
            },
        )
        write_checkpoint(record, tuned.net.state_dict(), folder)
        write_quantization(calibrate(load_checkpoint(folder), data), folder)
    return load_checkpoint(out)


def tune(checkpoint: Checkpoint, data: Dataset, config: QuantizeConfig, on_epoch: OnEpoch) -> Tuned:
    """Fine-tune `checkpoint` for 8 bits on the train split of `data`.

    Raises:
        InputError: `data` has no train or dev photographs.
    """
    size = checkpoint.record.spec.input_size
    photographs = read_photographs(samples_for_training(data, Split.TRAIN), size, "reading train")
    judged = read_photographs(samples_for_training(data, Split.DEV), size, "reading dev")
    quantization = checkpoint.quantization or calibrate(checkpoint, data)
    form = ExportForm(checkpoint.build())
    rounded = FakeQuantized(graph_of(form, size), quantization)
    _fit(rounded, checkpoint.build(), photographs, config, on_epoch)
    rounded.round_weights_in_place()
    form.load_state_dict(rounded.module.state_dict(), strict=False)
    tuned = unfold(checkpoint.build(), form.net)
    cpu = torch.device("cpu")
    return Tuned(
        tuned,
        dev_scores(tuned, judged, cpu).jaccard_mean,
        dev_scores(_Logits(rounded), judged, cpu).jaccard_mean,
    )


def _fit(
    rounded: FakeQuantized,
    teacher: nn.Module,
    photographs: Photographs,
    config: QuantizeConfig,
    on_epoch: OnEpoch,
) -> None:
    """Change the graph's weights in place; the teacher never changes.

    Channels last: torch's backward of depthwise convolutions is 30 times slower without.
    """
    rounded.module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    teacher = teacher.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.Adam(rounded.module.parameters(), lr=config.learning_rate)
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
            on_epoch(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.4f}")


def _loss(
    rounded: FakeQuantized, teacher: nn.Module, image: Tensor, mask: Tensor, config: QuantizeConfig
) -> Tensor:
    with torch.no_grad():
        expected = teacher(image).sigmoid()
    logits = _logits(rounded, image)
    distilled = F.binary_cross_entropy_with_logits(logits, expected)
    return distilled + config.label_weight * segmentation_loss(logits, mask)


def _logits(rounded: FakeQuantized, image: Tensor) -> Tensor:
    """Return what the graph gives before its sigmoid, which stays in float."""
    (probability,) = rounded.run(image)
    return torch.logit(probability, eps=1e-6)


class _Logits(nn.Module):
    """The rounded net as a module, for judging."""

    def __init__(self, rounded: FakeQuantized) -> None:
        super().__init__()
        self.rounded: Any = rounded

    def forward(self, image: Tensor) -> Tensor:
        return _logits(self.rounded, image)

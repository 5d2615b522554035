"""Quantization-aware fine-tuning: a net learns to survive 8 bits, in the one training loop.

The folded net learns, with every weight and result rounded as its int8 file will round it, to
give the probabilities that the float net gave (its teacher, on the same augmented view) and the
labels. It is scored rounded, and the epoch with the best dev Jaccard is kept.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.compress.quantize.config import QuantizeConfig
from skinseg_mobile.compress.quantize.fake_quantize import RoundedNet
from skinseg_mobile.compress.quantize.trace import with_weights_of
from skinseg_mobile.runtime_py.data.dataset import Dataset
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.config import Optimizer, TrainConfig
from skinseg_mobile.train.loop import OnEpoch, train
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.objective import Teaching, Weights, segmentation_loss
from skinseg_mobile.train.quantization import Quantization, graph_of


class FineTuning(nn.Module):
    """A rounded net that learns from labels and from its float teacher, no part of its state.

    Channels last: torch's backward of depthwise convolutions is 30 times slower without.
    """

    def __init__(self, net: nn.Module, teacher: nn.Module, label_weight: float) -> None:
        super().__init__()
        self.net = net
        device = next(net.parameters()).device
        moved: Any = teacher.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.unsaved = {"teacher": moved}  # in a dict: modules that are attributes would be saved
        self.label_weight = label_weight

    def forward(self, image: Tensor, truth: Tensor, pixels: Tensor | None) -> Tensor:
        """Return the loss of images (N, 3, H, W) in [0, 255] with truth (N, 1, H, W)."""
        del pixels  # the config has none
        with torch.no_grad():
            expected = self.unsaved["teacher"](image).sigmoid()
        logits = self.net(image)
        distilled = F.binary_cross_entropy_with_logits(logits, expected)
        return distilled + self.label_weight * segmentation_loss(logits, truth)


def training_config(spec: NetSpec, config: QuantizeConfig) -> TrainConfig:
    """Return how fine-tuning trains: Adam, a cosine to zero, no warm-up, every epoch scored."""
    return TrainConfig(
        preset="quantize",
        spec=spec,
        epochs=config.epochs,
        batch=config.batch,
        optimizer=Optimizer.ADAM,
        learning_rate=config.learning_rate,
        warmup_epochs=0,
        weight_decay=0,
        clip_norm=config.clip_norm,
        ema_decay=config.ema_decay,
        patience=config.epochs,
        seed=config.seed,
    )


def tune(
    checkpoint: Checkpoint,
    quantization: Quantization,
    data: Dataset,
    config: QuantizeConfig,
    *,
    teacher: Checkpoint,
    run: Path,
    on_epoch: OnEpoch,
) -> Checkpoint:
    """Return the checkpoint, fine-tuned for these ranges in the run folder `run`.

    Raises:
        InputError: all that `train.loop.train` refuses.
    """

    def learning(net: nn.Module) -> nn.Module:
        form = ExportForm(net)
        return RoundedNet(graph_of(form, checkpoint.record.spec.size), quantization, form)

    def kept(weights: Weights) -> Weights:
        traced = {name.removeprefix("form."): value for name, value in weights.items()}
        return with_weights_of(checkpoint, traced).weights

    def objective(net: nn.Module, _: TrainConfig) -> nn.Module:
        return FineTuning(net, teacher.build(), config.label_weight)

    return train(
        training_config(checkpoint.record.spec, config),
        data,
        run,
        task=checkpoint.record.task,
        init=checkpoint,
        teaching=Teaching(
            objective=objective,
            learning=learning,
            kept=kept,
            recorded={"quantize": asdict(config)},
        ),
        on_epoch=on_epoch,
    )

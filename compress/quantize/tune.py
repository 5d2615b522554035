"""Quantization-aware fine-tuning: a net learns to survive 8 bits.

The folded net learns, with every weight and result rounded as its int8 file will round it, to
give the probabilities that the float net gave (its teacher, on the same augmented view) and the
labels. Every draw is a function of (seed, epoch, row) and the state is kept after every epoch, so
a run that was killed and goes on ends with the same weights.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from skinseg_mobile.compress.quantize.config import QuantizeConfig
from skinseg_mobile.compress.quantize.fake_quantize import FakeQuantized, logits_of
from skinseg_mobile.compress.quantize.trace import trace, with_weights_of
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.progress import bar
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.data.augment import Augmentation
from skinseg_mobile.train.data.images import Photographs
from skinseg_mobile.train.data.views import Rows, Views
from skinseg_mobile.train.objective import segmentation_loss
from skinseg_mobile.train.optimizers import restore
from skinseg_mobile.train.quantization import Quantization
from skinseg_mobile.train.resume import STATE, State, load_state, save_state

Say = Callable[[str], None]


@dataclass(frozen=True)
class Unfinished:
    """Where a run keeps its state, and what it must have begun with to go on from there."""

    folder: Path
    identity: dict[str, Any]

    def load(self) -> State | None:
        """Return the state of the last whole epoch, or None where the run begins.

        Raises:
            InputError: it is damaged, or of a run that began differently.
        """
        if not (self.folder / STATE).exists():
            return None
        state = load_state(self.folder)
        if state.numbers["identity"] != self.identity:
            raise InputError(
                f"an unfinished fine-tuning goes on as it began, {self.folder} began differently;"
                " remove it or choose another --out"
            )
        return state


def tune(
    checkpoint: Checkpoint,
    quantization: Quantization,
    photographs: Photographs,
    config: QuantizeConfig,
    *,
    teacher: nn.Module,
    unfinished: Unfinished,
    say: Say,
) -> Checkpoint:
    """Return a checkpoint in memory, fine-tuned on train `photographs` for these ranges.

    Raises:
        InputError: an unfinished run began differently.
    """
    graph = trace(checkpoint)
    tuner = _Tuner(FakeQuantized(graph, quantization), teacher, photographs, config)
    tuner.fit(unfinished, say)
    return with_weights_of(checkpoint, graph)


class _Tuner:
    """A run in memory. It changes the graph's weights in place, never the teacher's.

    Channels last: torch's backward of depthwise convolutions is 30 times slower without.
    """

    def __init__(
        self,
        rounded: FakeQuantized,
        teacher: nn.Module,
        photographs: Photographs,
        config: QuantizeConfig,
    ) -> None:
        self.rounded = rounded
        self.graph = _channels_last(cast(fx.GraphModule, rounded.module))
        self.teacher = _channels_last(teacher)
        self.config = config
        self.optimizer = torch.optim.Adam(self.graph.parameters(), lr=config.learning_rate)
        self.views = Views(photographs, Augmentation.DEFAULT, config.seed, torch.device("cpu"))
        self.batch = min(config.batch, len(photographs.ids))
        self.epoch = 0

    def fit(self, unfinished: Unfinished, say: Say) -> None:
        """Run the epochs that are left, and keep the state after each."""
        state = unfinished.load()
        if state:
            self._restore(state)
        steps = len(self.views.ids) // self.batch
        with bar() as progress:
            task = progress.add_task(
                "fine-tuning for 8 bits",
                total=self.config.epochs * steps,
                completed=self.epoch * steps,
                note="",
            )
            while self.epoch < self.config.epochs:
                losses: list[float] = []
                for number, rows in enumerate(self.views.batches(self.epoch, self.batch)):
                    losses.append(self._step(rows, self.epoch + number / steps))
                    progress.advance(task)
                self.epoch += 1
                unfinished.folder.mkdir(parents=True, exist_ok=True)
                save_state(self._state(unfinished.identity), unfinished.folder)
                say(f"epoch {self.epoch}: loss {sum(losses) / len(losses):.4f}")

    def _step(self, rows: Rows, done: float) -> float:
        """Learn from one batch; `done` epochs of the cosine are behind it."""
        for group in self.optimizer.param_groups:
            cosine = math.cos(math.pi * done / self.config.epochs)
            group["lr"] = self.config.learning_rate * 0.5 * (1 + cosine)
        image, mask = self.views.draw(self.epoch, rows)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self._loss(image.contiguous(memory_format=torch.channels_last), mask)
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    def _loss(self, image: Tensor, mask: Tensor) -> Tensor:
        with torch.no_grad():
            expected = self.teacher(image).sigmoid()
        logits = logits_of(self.rounded, image)
        distilled = F.binary_cross_entropy_with_logits(logits, expected)
        return distilled + self.config.label_weight * segmentation_loss(logits, mask)

    def _state(self, identity: dict[str, Any]) -> State:
        numbers = {"epoch": self.epoch, "identity": identity}
        return State(self.graph.state_dict(), {}, {}, self.optimizer.state_dict(), numbers)

    def _restore(self, state: State) -> None:
        self.graph.load_state_dict(state.net)
        restore(self.optimizer, state.optimizer)
        self.epoch = state.numbers["epoch"]


def _channels_last(net: nn.Module) -> nn.Module:
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

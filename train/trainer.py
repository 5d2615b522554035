"""A training run in memory: one epoch at a time, everything a function of (seed, epoch, row).

Several processes (`accelerate launch`) share each batch in equal parts, in its order, and average
their gradients: the step is that of the whole batch. Batch norm uses each process's own part, the
running statistics that are kept are the main process's.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.config import Keep, Optimizer, Schedule, TrainConfig
from skinseg_mobile.train.data.draws import Purpose, seed_for
from skinseg_mobile.train.data.images import DecodedSplit
from skinseg_mobile.train.data.views import Rows, Views
from skinseg_mobile.train.initial_weights import First, first_net
from skinseg_mobile.train.nets.fold import restore_statistics
from skinseg_mobile.train.nets.sparse import values_at
from skinseg_mobile.train.objective import LABELS, Teaching
from skinseg_mobile.train.references.score import dev_scores
from skinseg_mobile.train.resume import State


def is_main_process() -> bool:
    """Whether this process writes and speaks: the first that `accelerate launch` started.

    A `PartialState()` made before the `Accelerator` would not look at ACCELERATE_USE_CPU: each CPU
    process would then believe that it is alone.
    """
    accelerate = vendor("accelerate", "train")
    cpu = accelerate.utils.parse_flag_from_env("ACCELERATE_USE_CPU")
    return accelerate.PartialState(cpu=cpu).is_main_process


def optimizer_for(
    config: TrainConfig, parameters: Iterable[torch.nn.Parameter]
) -> torch.optim.Optimizer:
    """Return the optimiser, fused: one pass over the memory a step, on CPUs and GPUs alike."""
    rate, decay = config.learning_rate, config.weight_decay
    match config.optimizer:
        case Optimizer.ADAMW:
            return torch.optim.AdamW(parameters, rate, weight_decay=decay, fused=True)
        case Optimizer.ADAM:
            return torch.optim.Adam(parameters, rate, weight_decay=decay, fused=True)
        case Optimizer.SGD:
            return torch.optim.SGD(
                parameters, rate, config.momentum, weight_decay=decay, fused=True
            )


def restore(optimizer: Any, state: dict[str, Any]) -> None:
    """Load a saved state, each moment in its parameter's own memory order.

    Fused steps walk the memory of parameter and moment side by side, whatever their strides say: a
    contiguous moment beside a channels-last weight would be another weight's.
    """
    optimizer.load_state_dict(state)
    for parameter, moments in optimizer.state.items():
        for name, value in moments.items():
            if value.shape == parameter.shape:
                moments[name] = torch.empty_like(parameter).copy_(value)


def learning_rate(config: TrainConfig, step: int, epoch_steps: int) -> float:
    """Linear warm-up, then the schedule; `step` counts from 0, an epoch has `epoch_steps`."""
    total, warmup = config.epochs * epoch_steps, config.warmup_epochs * epoch_steps
    if step < warmup:
        return config.learning_rate * (step + 1) / warmup
    if config.schedule is Schedule.CONSTANT:
        return config.learning_rate
    done = min(1, (step - warmup) / max(1, total - warmup))
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


RESTORING = 16
"""Batches whose statistics folded norms get back."""
PROGRESS = ("epoch", "step", "best_jaccard", "best_epoch")
CHECKED_EVERY = 16
"""Steps between looks at the loss: each look waits for the GPU."""


@dataclass(frozen=True)
class EpochLog:
    """One line of `log.jsonl`."""

    epoch: int
    loss: float
    learning_rate: float
    dev_jaccard: float
    seconds: float

    @property
    def sentence(self) -> str:
        """The line for people."""
        numbers = f"loss {self.loss:.4f}, dev Jaccard {self.dev_jaccard:.4f}"
        return f"epoch {self.epoch}: {numbers}, {self.seconds:.0f} s"


class Trainer:
    """A run in memory: net, averaged net, optimiser and how far they are."""

    def __init__(
        self,
        config: TrainConfig,
        decoded: DecodedSplit,
        init: First = None,
        teaching: Teaching = LABELS,
    ) -> None:
        accelerate = vendor("accelerate", "train")
        config = replace(config, batch=min(config.batch, len(decoded.ids)))
        self.config = config
        self.accelerator = accelerate.Accelerator(mixed_precision="no")
        device = self.accelerator.device
        torch.backends.cudnn.benchmark = device.type == "cuda"  # every batch has the same shape
        torch.manual_seed(config.seed)
        net, self.origin = first_net(config, init)
        self.net = teaching.learning(net).to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.views = Views(decoded, config.augmentation, config.seed, device)
        if self.origin.folded:
            first = self.views.batches(0, config.batch)[:RESTORING]
            restore_statistics(self.net, (self.views.draw(0, rows)[0] for rows in first))
        self.ema = AveragedModel(self.net, multi_avg_fn=self._average, use_buffers=True)
        self.part = part_of(
            config.batch, self.accelerator.process_index, self.accelerator.num_processes
        )
        self.objective = teaching.objective(self.net, config).to(device)
        run: Any = torch.compile(self.objective) if config.compile else self.objective
        self.run, self.optimizer = self.accelerator.prepare(
            run, optimizer_for(config, self.objective.parameters())
        )
        self.steps = len(decoded.ids) // config.batch
        self.epoch = self.step = 0
        self.best: dict[str, Tensor] = {}
        self.best_jaccard = -1.0
        self.best_epoch = 0

    @property
    def stalled(self) -> bool:
        """Whether `patience` epochs went by without a better dev Jaccard."""
        return self.epoch - self.best_epoch >= self.config.patience

    def run_epoch(self, dev_split: DecodedSplit, on_step: Callable[[], object]) -> EpochLog:
        """Pass once over the train split, then score the averaged weights on dev.

        Raises:
            InputError: a loss is not finite.
        """
        started = time.monotonic()
        self.objective.train()
        rank = self.accelerator.process_index
        torch.manual_seed(seed_for(Purpose.NOISE, self.config.seed, self.epoch, rank))
        batches = self.views.batches(self.epoch, self.config.batch)
        losses: list[float] = []
        for at in range(0, len(batches), CHECKED_EVERY):
            losses += self._learn(batches[at : at + CHECKED_EVERY], on_step)
        self.epoch += 1
        dev = self._score(dev_split)
        if dev > self.best_jaccard or self.config.keep is Keep.LAST:
            self.best_jaccard, self.best_epoch = dev, self.epoch
            self.best = {
                name: value.detach().clone() for name, value in self.ema.module.state_dict().items()
            }
        seconds = time.monotonic() - started
        return EpochLog(self.epoch, float(np.mean(losses)), self.learning_rate(), dev, seconds)

    def learning_rate(self) -> float:
        """Return that of the next step."""
        return learning_rate(self.config, self.step, self.steps)

    @property
    def progress(self) -> dict[str, Any]:
        """How far the run is: plain numbers."""
        return {name: getattr(self, name) for name in PROGRESS}

    def state(self, identity: dict[str, Any]) -> State:
        """Return everything the next epoch depends on."""
        numbers = {**identity, **self.progress}
        optimizer = self.optimizer.state_dict()
        return State(
            self.objective.state_dict(), self.ema.state_dict(), self.best, optimizer, numbers
        )

    def restore(self, state: State) -> None:
        """Take over a saved state."""
        self.objective.load_state_dict(state.net)
        self.ema.load_state_dict(state.ema)
        restore(self.optimizer, state.optimizer)
        self.best = state.best
        for name in PROGRESS:
            setattr(self, name, state.numbers[name])

    def draw(self, rows: Rows) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return this process's part of a batch: image, truth, and pixels where they are drawn.

        With pixels the truth is theirs, (N, P), else (N, C, H, W), the mask first.
        """
        mine = rows[self.part]
        image, mask = self.views.draw(self.epoch, mine)
        image = image.contiguous(memory_format=torch.channels_last)
        if not self.config.pixels:
            return image, mask, None
        pixels = self.views.pixels(self.epoch, mine, self.config.pixels_per_image)
        return image, values_at(mask, pixels), pixels

    def learn(self, image: Tensor, truth: Tensor, pixels: Tensor | None) -> Tensor:
        """Take one step and return its loss, which is still on the device."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        with self.autocast():
            loss = self.run(image, truth, pixels).float()
        self.accelerator.backward(loss)
        if self.config.clip_norm:
            self.accelerator.clip_grad_norm_(self.objective.parameters(), self.config.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.ema.update_parameters(self.net)
        self.step += 1
        return loss.detach()

    def autocast(self) -> torch.autocast:
        """Return bfloat16 for this run alone: accelerate's own holds for the whole process."""
        device = self.accelerator.device.type
        return torch.autocast(device, torch.bfloat16, enabled=self.config.bf16)

    def _learn(self, batches: Sequence[Rows], on_step: Callable[[], object]) -> list[float]:
        """Take a step a batch and return the losses, averaged over processes."""
        losses: list[Tensor] = []
        for rows in batches:
            losses.append(self.learn(*self.draw(rows)))
            on_step()
        found: list[float] = self.accelerator.reduce(torch.stack(losses), "mean").tolist()
        for number, (loss, rows) in enumerate(zip(found, batches, strict=True), 1):
            if not np.isfinite(loss):
                step = self.step - len(batches) + number
                raise InputError(self._not_finite(loss, step, rows))
        return found

    def _not_finite(self, loss: float, step: int, rows: Rows) -> str:
        ids = ", ".join(self.views.ids[row] for row in rows)
        return (
            f"Step {step} (epoch {self.epoch + 1}) gave the loss {loss} on {ids}. Look at these"
            " images, or start anew with a lower --learning-rate (the last saved state is kept)."
        )

    def _score(self, dev_split: DecodedSplit) -> float:
        """Score the averaged net in the main process, whose batch norms it has; tell the others."""
        utils = vendor("accelerate.utils", "train")
        found = [0.0]
        if self.accelerator.is_main_process:
            with self.autocast():
                device = self.accelerator.device
                scores = dev_scores(self.ema.module, dev_split, device, batch=self.config.batch)
            found = [scores.jaccard_mean]
        return utils.broadcast_object_list(found)[0]

    def _average(self, old: Any, new: Any, count: Any) -> None:
        """Apply the EMA rule; a young average follows faster: a short run is not its start."""
        kept = min(self.config.ema_decay, (1 + self.step) / (10 + self.step))
        get_ema_multi_avg_fn(kept)(old, new, count)


def part_of(batch: int, process: int, processes: int) -> slice:
    """Return a process's rows of a batch.

    Raises:
        InputError: the batch has no equal parts.
    """
    share, rest = divmod(batch, processes)
    if rest:
        raise InputError(
            f"A batch of {batch} has no equal parts for {processes} processes. Change --batch or"
            " --num_processes."
        )
    return slice(share * process, share * (process + 1))

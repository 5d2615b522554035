"""A training run in memory: one epoch at a time, everything a function of (seed, epoch, row)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from skinseg_mobile.runtime_py.contract import THRESHOLD, to_mask, to_photo
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.metrics import Scores, confusion, score
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.augment import AugmentedViews, EpochOrder
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.data.photographs import Photographs
from skinseg_mobile.train.losses import LOSSES
from skinseg_mobile.train.nets.imagenet import load_imagenet_trunk
from skinseg_mobile.train.nets.lean import Lean
from skinseg_mobile.train.optimizers import learning_rate, optimizer_for
from skinseg_mobile.train.resume import State

PROGRESS = ("epoch", "step", "best_jaccard", "best_epoch")


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

    def __init__(self, config: TrainConfig, photographs: Photographs) -> None:
        accelerate = vendor("accelerate", "train")
        self.config = config
        self.accelerator = accelerate.Accelerator(mixed_precision="bf16" if config.bf16 else "no")
        torch.manual_seed(config.seed)
        net = config.spec.build()
        if config.imagenet:
            if not isinstance(net, Lean):
                raise InputError(
                    f"ImageNet weights are for lean nets, {config.preset} is none; leave"
                    " --imagenet out"
                )
            load_imagenet_trunk(net)
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.order = EpochOrder(len(photographs.ids), config.seed)
        batch = min(config.batch, len(photographs.ids))
        loader = torch.utils.data.DataLoader(
            AugmentedViews(photographs, config.seed),
            batch,
            sampler=self.order,
            drop_last=True,
        )
        optimizer = optimizer_for(config, net.parameters())
        self.net, self.optimizer, self.loader = self.accelerator.prepare(net, optimizer, loader)
        self.ema = AveragedModel(
            self.accelerator.unwrap_model(self.net),
            avg_fn=_average(config.ema_decay),
            use_buffers=True,
        )
        self.steps = len(self.loader)
        self.epoch = self.step = 0
        self.best: dict[str, Tensor] = {}
        self.best_jaccard = -1.0
        self.best_epoch = 0

    @property
    def stalled(self) -> bool:
        """Whether `patience` epochs went by without a better dev Jaccard."""
        return self.epoch - self.best_epoch >= self.config.patience

    def run_epoch(self, judged: Photographs, on_step: Callable[[], None]) -> EpochLog:
        """Pass once over the train split, then judge the averaged weights on dev."""
        started = time.monotonic()
        losses = [self._step(image, mask, on_step) for image, mask in self._batches()]
        self.epoch += 1
        dev = dev_scores(self.ema.module, judged, self.accelerator.device).jaccard_mean
        if dev > self.best_jaccard:
            self.best_jaccard, self.best_epoch = dev, self.epoch
            self.best = {
                name: value.detach().clone() for name, value in self.ema.module.state_dict().items()
            }
        return EpochLog(
            self.epoch,
            float(np.mean(losses)),
            self.learning_rate(),
            dev,
            time.monotonic() - started,
        )

    def learning_rate(self) -> float:
        """Return that of the next step."""
        return learning_rate(self.config, self.step, self.steps)

    @property
    def progress(self) -> dict[str, Any]:
        """How far the run is: plain numbers."""
        return {name: getattr(self, name) for name in PROGRESS}

    def state(self, identity: dict[str, Any]) -> State:
        """Return everything the next epoch depends on."""
        net = self.accelerator.unwrap_model(self.net).state_dict()
        numbers = {**identity, **self.progress}
        return State(net, self.ema.state_dict(), self.best, self.optimizer.state_dict(), numbers)

    def restore(self, state: State) -> None:
        """Take over a saved state."""
        self.accelerator.unwrap_model(self.net).load_state_dict(state.net)
        self.ema.load_state_dict(state.ema)
        self.optimizer.load_state_dict(state.optimizer)
        self.best = state.best
        for name in PROGRESS:
            setattr(self, name, state.numbers[name])

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        self.order.epoch = self.epoch
        self.net.train()
        return iter(self.loader)

    def _step(self, image: Tensor, mask: Tensor, on_step: Callable[[], None]) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        with self.accelerator.autocast():
            logits = self.net(image.to(memory_format=torch.channels_last))
        loss = LOSSES[self.config.loss](logits.float(), mask)
        self.accelerator.backward(loss)
        if self.config.clip_norm:
            self.accelerator.clip_grad_norm_(self.net.parameters(), self.config.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.ema.update_parameters(self.accelerator.unwrap_model(self.net))
        self.step += 1
        on_step()
        return float(loss.detach())


@torch.inference_mode()
def dev_scores(net: nn.Module, photographs: Photographs, device: torch.device) -> Scores:
    """Score a net on decoded photographs, each at its truth's own size."""
    net.eval()
    images = photographs.images.split(16)
    batches = [net(batch.to(device).float()).sigmoid().float().cpu().numpy() for batch in images]
    found = [
        confusion(to_mask(to_photo(p[0], *truth.shape), THRESHOLD), truth)
        for p, truth in zip(np.concatenate(batches), photographs.truths, strict=True)
    ]
    return score(found)


def _average(decay: float) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """Return the EMA rule; young averages follow faster, so that short runs are not their start."""

    def average(old: Tensor, new: Tensor, count: Tensor | int) -> Tensor:
        kept = min(decay, (1 + int(count)) / (10 + int(count)))
        return old * kept + new * (1 - kept)

    return average

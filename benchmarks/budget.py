"""How many epochs fit into a time, measured before the run: schedules are cut in advance."""

import time
from dataclasses import dataclass, replace

import torch

from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.data.images import DecodedSplit
from skinseg_mobile.train.references.score import dev_scores
from skinseg_mobile.train.trainer import Trainer

WARM, TIMED = 2, 6
"""Steps; the first ones pick kernels and fill caches."""
USED = 0.9
"""Share of the time that is planned for."""


@dataclass(frozen=True)
class Pace:
    """Seconds of a step and of judging a photograph, on this device."""

    step: float
    judged: float

    def epoch(self, steps: int, judged: int) -> float:
        """Seconds of an epoch with so many steps and photographs to judge."""
        return steps * self.step + judged * self.judged


def measure_pace(config: TrainConfig, some: DecodedSplit) -> Pace:
    """Time a throwaway run of the config on a few decoded photographs."""
    trainer = Trainer(config, some)
    device = trainer.accelerator.device
    trainer.net.train()
    rows = list(range(trainer.config.batch))
    for step in range(WARM + TIMED):
        if step == WARM:
            started = seconds(device)
        trainer.learn(*trainer.draw(rows))
    stepped = seconds(device)
    with trainer.autocast():
        dev_scores(trainer.net, some, device, batch=config.batch)
        warm = seconds(device)
        dev_scores(trainer.net, some, device, batch=config.batch)
    judged = (seconds(device) - warm) / len(some.ids)
    return Pace((stepped - started) / TIMED, judged)  # pyright: ignore[reportPossiblyUnboundVariable]


def cut(config: TrainConfig, epoch_seconds: float, available: float) -> TrainConfig:
    """Return the config with the epochs that fit, at least one; never more than it asks for."""
    return replace(config, epochs=max(1, min(config.epochs, int(USED * available / epoch_seconds))))


def seconds(device: torch.device) -> float:
    """Return the clock once the device has done what it was asked."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()

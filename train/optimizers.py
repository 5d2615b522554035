"""The config's optimiser and learning rate, both torch's: a step is a function of its number."""

import math
from collections.abc import Iterable
from typing import Any

import torch

from skinseg_mobile.train.config import Optimizer, Schedule, TrainConfig


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

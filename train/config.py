"""Training presets: named instances; what was resolved is saved beside every result."""

import types
from collections.abc import Mapping
from dataclasses import dataclass

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.nets.spec import NetSpec


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Everything a training run depends on beside its data."""

    preset: str
    """Name the run started from."""
    spec: NetSpec
    """The net."""
    imagenet: bool = False
    """Start the trunk from ImageNet weights."""
    epochs: int = 30
    """Passes over the train split."""
    batch: int = 16
    """Photographs a step."""
    learning_rate: float = 1e-3
    """Peak of the cosine schedule (AdamW)."""
    weight_decay: float = 1e-2
    """AdamW's decoupled decay."""
    warmup_epochs: float = 1.0
    """Linear rise of the learning rate."""
    ema_decay: float = 0.998
    """Decay a step of the averaged weights, which are what is judged and kept."""
    patience: int = 12
    """Epochs without a better dev Jaccard before stopping."""
    seed: int = 0
    """Seed of weights, order and augmentation."""
    bf16: bool = False
    """bfloat16 autocast, for GPUs."""
    workers: int = 0
    """Processes that augment; 0 does it in the main one. The result is the same."""

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "patience"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be 1 or more, got {getattr(self, name)}")
        for name in ("weight_decay", "warmup_epochs", "workers"):
            if not getattr(self, name) >= 0:
                raise InputError(f"{name} must be 0 or more, got {getattr(self, name)}")
        if not 0 <= self.seed < 2**63:
            raise InputError(f"seed must be 0 or more and below 2^63, got {self.seed}")
        if not 0 < self.learning_rate < 1:
            raise InputError(f"learning_rate must be in (0, 1), got {self.learning_rate}")
        if not 0 <= self.ema_decay < 1:
            raise InputError(f"ema_decay must be in [0, 1), got {self.ema_decay}")


PRESETS: Mapping[str, TrainConfig] = types.MappingProxyType(
    {
        "lean": TrainConfig(preset="lean", spec=NETS["lean"].spec, imagenet=True),
        "hypercolumn": TrainConfig(
            preset="hypercolumn", spec=NETS["hypercolumn"].spec, epochs=120, batch=5
        ),
        "hypercolumn-plain": TrainConfig(
            preset="hypercolumn-plain", spec=NETS["hypercolumn-plain"].spec, epochs=120, batch=5
        ),
    }
)


def preset(name: str) -> TrainConfig:
    """Return a preset by name.

    Raises:
        InputError: there is none of that name; the sentence lists them.
    """
    if name not in PRESETS:
        raise InputError(f"a preset must be one of {', '.join(PRESETS)}, got '{name}'")
    return PRESETS[name]

"""What a run learns from beside its labels: where distillation enters the one loop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from skinseg_mobile.train.data.photographs import Photographs
from skinseg_mobile.train.objective import Labels, Objective


def _unchanged(photographs: Photographs) -> Photographs:
    return photographs


@dataclass(frozen=True, kw_only=True)
class Teaching:
    """A change of the objective, and of the photographs it is learnt on."""

    objective: Objective
    shown: Callable[[Photographs], Photographs] = _unchanged
    """Adds a teacher's masks behind the labels', and photographs without labels."""
    recorded: dict[str, Any] = field(default_factory=dict[str, Any])
    """Goes into the run's identity and into the checkpoint's config."""


LABELS = Teaching(objective=Labels)

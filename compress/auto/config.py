"""`AutoConfig` and `ReleaseBudget`: what a search tries, and what its result must keep."""

from collections.abc import Mapping
from dataclasses import dataclass

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.train.settings import (
    COUNT,
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    require,
    require_side,
)

JOBS: Mapping[str, tuple[Precision, ...]] = {
    "tflite": (Precision.FP16, Precision.INT8),
    "onnx": (Precision.FP16, Precision.INT8),
    "coreml": (Precision.FP16, Precision.INT8),
}


@dataclass(frozen=True, kw_only=True)
class AutoConfig:
    """Every width with every input size is a candidate; each is trained."""

    keeps: tuple[float, ...] = (1.0, 0.5, 0.25)
    """Shares of the parent's multiply-adds at its own input size."""
    sizes: tuple[int, ...] = (192, 160)
    """Sides of the input in pixels."""
    epochs: int = 12
    """Passes over train after pruning."""
    tuning_epochs: int = 1
    """Passes over train for 8 bits."""
    seed: int = 0
    """Seed of order and augmentation."""

    def __post_init__(self) -> None:
        if not self.keeps:
            raise InputError("A search needs a share to keep. Give one or more, such as 0.5.")
        for keep in self.keeps:
            SHARE.require("keep", keep)
        if not self.sizes:
            raise InputError("A search needs an input size. Give one or more, such as 192.")
        for size in self.sizes:
            require_side(size)
        require(self, epochs=COUNT, tuning_epochs=NOT_NEGATIVE)

    @property
    def candidates(self) -> tuple["Candidate", ...]:
        """All of them, the largest first."""
        return tuple(
            Candidate(keep, size)
            for keep in sorted(set(self.keeps), reverse=True)
            for size in sorted(set(self.sizes), reverse=True)
        )


@dataclass(frozen=True)
class Candidate:
    """A share of the multiply-adds, and an input size."""

    keep: float
    size: int

    @property
    def name(self) -> str:
        """Its folder: `keep-50-at-192`."""
        return f"keep-{self.keep * 100:.15g}-at-{self.size}"


@dataclass(frozen=True, kw_only=True)
class ReleaseBudget:
    """What the chosen file must keep; None does not limit."""

    budget_mb: float | None = None
    budget_ms: float | None = None
    """Of one inference on this machine, one thread."""
    max_drop: float | None = None
    """Jaccard on dev below the parent's own."""
    target: str = "tflite"

    def __post_init__(self) -> None:
        if self.target not in JOBS:
            raise InputError(
                f"A search writes no '{self.target}' files. Choose --target from {', '.join(JOBS)}."
            )
        from skinseg_mobile.runtime_py.engines.load import engine_for

        if self.budget_ms is not None and not engine_for(self.target).timed:
            raise InputError(
                "Core ML files are not timed here, so --budget-ms cannot be kept. Leave it out, or"
                " choose --target tflite or onnx."
            )
        require(self, budget_mb=POSITIVE, budget_ms=POSITIVE, max_drop=NOT_NEGATIVE)

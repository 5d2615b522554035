"""What a quantized checkpoint depends on beside its parent and its data."""

from dataclasses import dataclass, field

from skinseg_mobile.compress.quantize.calibration_set import Calibration
from skinseg_mobile.train.settings import (
    BETWEEN,
    COUNT,
    NOT_NEGATIVE,
    SEED,
    Allowed,
    require,
)

SCORED = 5
"""Operations that are scored on dev: that costs ten times as much as the ranking."""
WORST = Allowed(lambda value: 0 <= value <= SCORED, f"0 to {SCORED}")


@dataclass(frozen=True, kw_only=True)
class QuantizeConfig:
    """The steps of `compress quantize`; saved in the checkpoint that comes out."""

    calibration: Calibration = field(default_factory=Calibration)
    """Photographs and rule of the ranges."""
    equalize: bool = True
    """Make channels of neighbouring convolutions alike."""
    correct_bias: bool = True
    """Take off what rounding moves each channel's mean by."""
    float_worst: int = 0
    """Operations left in float beside those that ranges tell, the worst by Jaccard on dev."""
    epochs: int = 3
    """Passes over train with 8 bits simulated; 0: no learning."""
    batch: int = 16
    """Photographs a step."""
    learning_rate: float = 1e-4
    """Peak; a cosine takes it to zero."""
    label_weight: float = 0.3
    """Share of the labels' loss beside the teacher's."""
    clip_norm: float | None = None
    """Largest norm of all gradients together; None clips nothing."""
    ema_decay: float = 0.0
    """Decay a step of averaged weights; 0: the last ones."""
    seed: int = 0
    """Seed of order and augmentation."""

    def __post_init__(self) -> None:
        require(self, float_worst=WORST, epochs=NOT_NEGATIVE, batch=COUNT)
        require(self, learning_rate=BETWEEN, seed=SEED)

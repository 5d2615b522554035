"""What a quantized checkpoint depends on beside its parent and its data."""

from dataclasses import dataclass, field

from skinseg_mobile.compress.quantize.calibration_set import Calibration
from skinseg_mobile.runtime_py.errors import InputError

JUDGED = 5
"""Operations that are judged on dev: their scores cost ten times as much as the ranking."""


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
        if not 0 <= self.float_worst <= JUDGED:
            raise InputError(f"float_worst must be in [0, {JUDGED}], got {self.float_worst}")
        if self.epochs < 0 or self.batch < 1:
            raise InputError(
                f"epochs must be 0 or more and batch 1 or more, got {self.epochs}, {self.batch}"
            )
        if not 0 < self.learning_rate < 1:
            raise InputError(f"learning_rate must be in (0, 1), got {self.learning_rate}")
        if not 0 <= self.seed < 2**63:
            raise InputError(f"seed must be 0 or more and below 2^63, got {self.seed}")

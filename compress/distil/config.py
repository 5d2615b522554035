"""`DistilConfig`: what a distillation depends on beside its training config and its teachers."""

from dataclasses import dataclass

from skinseg_mobile.runtime_py.errors import InputError


@dataclass(frozen=True, kw_only=True)
class DistilConfig:
    """Weights of the terms; a weight of 0 leaves its term out."""

    labels: float = 1.0
    """Soft Jaccard and cross-entropy against the labels."""
    teacher: float = 1.0
    """Binary distillation: cross-entropy against the teacher's softened probability."""
    temperature: float = 2.0
    """Divides both logits of the binary distillation; its loss is multiplied by the square."""
    boundary: float = 0.5
    """Cross-entropy on the pixels near the label's outline alone."""
    features: float = 0.0
    """Channel-wise distillation of one stage through a 1×1 adapter; needs one live teacher."""
    stage: str = "level_3"
    """The stage whose features are compared, by its name in both nets."""
    views: int = 1
    """Flips and quarter turns that a live teacher is averaged over: 1 or all 8."""

    def __post_init__(self) -> None:
        for name in ("labels", "teacher", "boundary", "features"):
            if not getattr(self, name) >= 0:
                raise InputError(f"{name} must be 0 or more, got {getattr(self, name)}")
        if not 0.1 <= self.temperature <= 100:
            raise InputError(f"temperature must be in 0.1 to 100, got {self.temperature}")
        if not self.labels + self.teacher > 0:
            raise InputError("a student must learn from labels or teacher, both weigh 0; raise one")
        if self.views not in (1, 8):
            raise InputError(f"views must be 1 or 8, got {self.views}")

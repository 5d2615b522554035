"""`DistilConfig`: what a distillation depends on beside its training config and its teachers."""

from dataclasses import dataclass

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.settings import NOT_NEGATIVE, Allowed, require

TEMPERATURE = Allowed(lambda value: 0.1 <= value <= 100, "0.1 to 100")
VIEWS = Allowed(lambda value: value in (1, 8), "1 or 8")


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
        terms = dict.fromkeys(("labels", "boundary", "features"), NOT_NEGATIVE)
        require(self, **terms, temperature=TEMPERATURE, views=VIEWS)
        NOT_NEGATIVE.require("weight", self.teacher)  # as the option is called
        if not self.labels + self.teacher > 0:
            raise InputError(
                "Labels and teacher both weigh 0, so there is nothing to learn. Raise one."
            )

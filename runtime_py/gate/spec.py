"""What a check is made of: a rule, its limit, what it measures of an image, and what of the set."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.formats import Precision, Tolerance
from skinseg_mobile.runtime_py.gate.compare import Comparison, GroupResult, ImageResult
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading, Rule
from skinseg_mobile.runtime_py.metrics.bootstrap import bootstrap_interval

T = TypeVar("T")
LEAST_BOOTSTRAP = 10
"""An interval from fewer images says nothing."""


@dataclass(frozen=True)
class Facts:
    """What a file costs; None where it is not known."""

    megabytes: float | None = None
    parameters: int | None = None
    latency_ms: float | None = None
    """Median milliseconds an image, engine only, one thread."""
    latency_ratio: float | None = None
    """The same over the baseline's, measured in turns in the same run."""
    fallback: int | None = None
    """Operations that an engine has left to a unit that it is not for."""


UNKNOWN = Facts()


@dataclass(frozen=True)
class Bootstrap:
    """How the interval of the mean ΔJaccard is drawn."""

    confidence: float = 0.95
    """Two-sided: 0.95 leaves 2.5 % below the lower bound, as non-inferiority trials do (ICH E9)."""
    resamples: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0.5 <= self.confidence < 1 and 100 <= self.resamples <= 1_000_000):
            raise ValueError(
                "confidence must be in [0.5, 1) and resamples in [100, 1000000],"
                f" got {self.confidence} and {self.resamples}"
            )
        if self.seed < 0:
            raise ValueError(f"seed must be 0 or more, got {self.seed}")

    def interval(self, delta: NDArray[np.float64]) -> tuple[float, float] | None:
        """Return the confidence interval of the mean, None where the images are too few."""
        if len(delta) < LEAST_BOOTSTRAP:
            return None
        return bootstrap_interval(
            delta, confidence=self.confidence, resamples=self.resamples, seed=self.seed
        )


@dataclass(frozen=True)
class Measurements(Generic[T]):
    """What a check has measured of each image, in the order of ids, and what is known beside it."""

    values: Sequence[T]
    images: Sequence[ImageResult]
    """Those in which the ground truth or one of the two masks has a positive pixel."""
    groups: Sequence[GroupResult]
    """Of the same images."""
    facts: Facts
    bootstrap: Bootstrap


@dataclass(frozen=True, kw_only=True)
class ToleranceLimit:
    """A limit that loosens with a precision's tolerance; `[limits.<precision>]` may set it."""

    key: str
    meaning: str
    """As gate.toml explains the key."""
    rounding: float
    half: float
    eight_bits: float
    four_bits: float
    npu: float | None = None
    """Of a neural processor, where half precision's is too strict for it."""
    most: float = 1
    """Largest value that gate.toml may give; the least is 0."""

    def default(self, precision: Precision) -> float:
        """Return the limit that holds without a gate.toml."""
        return {
            Tolerance.ROUNDING: self.rounding,
            Tolerance.HALF: self.half,
            Tolerance.EIGHT_BITS: self.eight_bits,
            Tolerance.FOUR_BITS: self.four_bits,
        }[precision.tolerance]


@dataclass(frozen=True)
class FixedLimit:
    """The same limit for every file; gate.toml does not set it."""

    value: float


@dataclass(frozen=True)
class BudgetLimit:
    """A limit that holds only where `[budgets]` sets it, and that must then be checked."""

    key: str
    kind: type[float] | type[int]
    example: float
    """As the template of gate.toml shows it, commented out."""


@dataclass(frozen=True, kw_only=True)
class CheckSpec(Rule, Generic[T]):
    """One check of the gate; each file of `gate/checks` holds one as `CHECK`."""

    order: int
    """Place in reports; numbers leave room for more."""
    catches: str
    """The fault that it finds, as docs/gate.md says."""
    limit: ToleranceLimit | FixedLimit | BudgetLimit
    negative: bool = False
    """The value is a loss below zero and must stay above minus the limit."""
    symbol: str = ""
    """What is measured, as docs/gate.md shows it."""
    needs_positives: bool = True
    """Not run on a set whose ground truth has no positive pixel."""
    always_required: bool = False
    """Nothing is proved without it: where it was not run, the report does not pass."""
    measure: Callable[[Comparison], T]
    """Shards write its result as JSON and read it by the annotation: None, numbers, arrays of
    float64, tuples, or frozen dataclasses of them."""
    reduce: Callable[[Measurements[T]], Reading]

    def limit_of(self, limits: Mapping[str, float], budgets: Mapping[str, float]) -> float | None:
        """Return the limit by the values of gate.toml; None where a budget is not set."""
        if isinstance(self.limit, FixedLimit):
            return self.limit.value
        if isinstance(self.limit, BudgetLimit):
            return budgets.get(self.limit.key)
        return -limits[self.limit.key] if self.negative else limits[self.limit.key]

    def is_looser(self, given: float, built_in: float) -> bool:
        """Return whether a value of the limit's key lets more pass than another."""
        at_least = self.bound is Bound.AT_LEAST and not self.negative
        return given < built_in if at_least else given > built_in

    @property
    def required(self) -> bool:
        """Whether the report cannot pass without it; a budget was asked for by gate.toml."""
        return self.always_required or isinstance(self.limit, BudgetLimit)


def nothing(_: Comparison) -> None:
    """Measure nothing: the check is about the file or reads the results that all images have."""


AnyCheck = CheckSpec[Any]

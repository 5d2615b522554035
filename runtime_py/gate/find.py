"""Measured photographs -> one number a rule, with the image or group it comes from.

A rule for which nothing could be measured gets the reason instead: it is "not run" later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.gate.config import Bootstrap
from skinseg_mobile.runtime_py.gate.groups import GroupResult
from skinseg_mobile.runtime_py.gate.limits import LEAST_BOOTSTRAP, LEAST_GROUP, LOSES_MORE_THAN
from skinseg_mobile.runtime_py.gate.outcome import Measured
from skinseg_mobile.runtime_py.gate.verdict import Found
from skinseg_mobile.runtime_py.metrics.bootstrap import bootstrap_interval
from skinseg_mobile.runtime_py.metrics.calibration import mean_error
from skinseg_mobile.runtime_py.metrics.displacement import displacement


@dataclass(frozen=True)
class Facts:
    """What a file costs; None where it is not known."""

    megabytes: float | None = None
    parameters: int | None = None
    latency_ms: float | None = None
    """Median milliseconds a photograph, engine only, one thread."""
    latency_ratio: float | None = None
    """The same over the baseline's, measured in turns in the same run."""


UNKNOWN = Facts()


def find_numbers(
    images: Sequence[Measured], groups: Sequence[GroupResult], bootstrap: Bootstrap
) -> dict[str, Found]:
    """Return the numbers of every rule about photographs, by rule."""
    results = [image.result for image in images]
    delta = np.array([result.delta for result in results])
    agreement = np.array([result.agreement for result in results])
    worst, loser = int(agreement.argmin()), int(delta.argmin())
    errors = [
        mean_error([getattr(image, f"reliability_{side}") for image in images])
        for side in ("artefact", "reference")
    ]
    reference = np.mean([result.jaccard_reference for result in results])
    values = {
        "finite": sum(not image.finite for image in images),
        "reference": reference,
        "delta": np.mean([result.jaccard_artefact for result in results]) - reference,
        "losing": np.mean(delta < -LOSES_MORE_THAN),
        "agreement": agreement.mean(),
        "boundary": np.mean([result.boundary for result in results]),
        "calibration": errors[0] - errors[1],
        "probability": np.mean([result.p99_abs_delta for result in results]),
    }
    return {
        **{name: Found(float(value)) for name, value in values.items()},
        "constant": _spread(images),
        "worst-image": Found(float(delta[loser]), results[loser].id),
        "worst-agreement": Found(float(agreement[worst]), results[worst].id),
        "non-inferiority": _lower_bound(delta, bootstrap),
        "worst-group": _worst_group(groups),
        **_displaced(images),
    }


def interval_of(delta: NDArray[np.float64], bootstrap: Bootstrap) -> tuple[float, float] | None:
    """Return the confidence interval of the mean, None where the photographs are too few."""
    if len(delta) < LEAST_BOOTSTRAP:
        return None
    return bootstrap_interval(
        delta,
        confidence=bootstrap.confidence,
        resamples=bootstrap.resamples,
        seed=bootstrap.seed,
    )


def _lower_bound(delta: NDArray[np.float64], bootstrap: Bootstrap) -> Found:
    interval = interval_of(delta, bootstrap)
    if interval is None:
        return Found(None, reason=f"it needs {LEAST_BOOTSTRAP} photographs, there are {len(delta)}")
    return Found(interval[0])


def _spread(images: Sequence[Measured]) -> Found:
    lows = [image.low for image in images if image.finite]
    highs = [image.high for image in images if image.finite]
    if not lows:
        return Found(None, reason="no photograph has numbers everywhere")
    return Found(max(highs) - min(lows), f"{min(lows):.3f} to {max(highs):.3f}")


def _worst_group(groups: Sequence[GroupResult]) -> Found:
    judged = [group for group in groups if group.judged]
    if not judged:
        return Found(
            None,
            reason=f"no group has {LEAST_GROUP} photographs" if groups else "the set has no groups",
        )
    worst = min(judged, key=lambda group: group.delta_jaccard)
    return Found(worst.delta_jaccard, worst.label)


def _displaced(images: Sequence[Measured]) -> Mapping[str, Found]:
    found = displacement(image.equations for image in images)
    if found is None:
        nothing = Found(None, reason="no map has an edge")
        return {"shift": nothing, "stretch": nothing}
    down, right = found.shift
    return {
        "shift": Found(found.shift_length, f"{down:+.3f} down, {right:+.3f} right"),
        "stretch": Found(found.stretch_length),
    }

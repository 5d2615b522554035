"""Finds the first stage at which an artefact leaves its reference.

A debug artefact (`export --taps`) gives the net's named stages beside the probability: each
hypercolumn level, the head's logits. Stage by stage the signal-to-noise ratio over all images is

    SNR = 10 · log10(Σ reference² / Σ (reference - artefact)²)   in dB

and the first stage below the floor of its precision is where to look. The engine may be any that
runs the file: a stage that is right on this machine's processor and wrong on an accelerator is the
accelerator's.

A file without taps is compared where its engine logs what it computes (`LoggingEngine`): a stage is
then the result that comes nearest to the reference's, of all results of its shape. Where none comes
above the floor, the file computes that stage nowhere.
"""

import math
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.images.image_file import Photo
from skinseg_mobile.runtime_py.targets.spec import Engine, LoggingEngine

Stage = NDArray[np.float32]
"""(c, h, w)."""
Found = Mapping[str, Mapping[str, Stage]]
"""By stage, what may be it in an artefact, by name: one tap, or several results."""
FLOORS: Mapping[Precision, float] = types.MappingProxyType(
    {
        Precision.FP32: 80.0,
        Precision.FP16: 40.0,
        Precision.INT8: 12.0,
        Precision.INT8_IO: 12.0,
        Precision.W8: 20.0,
        Precision.PAL6: 14.0,
        Precision.PAL4: 4.0,
    }
)
"""Least SNR of a healthy stage in dB."""
NPU_FLOOR = 30.0
"""That of a float file on a neural processor; the packaged nets' lowest is 34.3 dB on the simulated
Snapdragon 8 Gen 1."""


@dataclass(frozen=True)
class StageDifference:
    """One stage: its SNR in dB, infinite where both are equal to the bit."""

    stage: str
    snr_db: float


@dataclass(frozen=True)
class DiffReport:
    """All stages in order; `first_divergence` is None where every one is above the floor."""

    artefact: str
    engine: str
    """Its name and version, and of an accelerator what it is."""
    reference: str
    floor_db: float
    stages: tuple[StageDifference, ...]
    first_divergence: str | None
    logged: bool = False
    """Whether the artefact has no taps, and each stage is the nearest result in its engine's log.
    """


def floor_of(precision: Precision, kind: EngineClass) -> float:
    """Return the least SNR of a healthy stage in dB, for a file and a class of engines."""
    floor = FLOORS[precision]
    return min(floor, NPU_FLOOR) if kind is EngineClass.NPU else floor


def diff(
    artefact: Segmenter, reference: Segmenter, floor: float, photos: Iterable[Photo]
) -> DiffReport:
    """Compare the stages of two nets on the same images; below `floor`, in dB, one is no longer it.

    Raises:
        InputError: one of them has no taps, or their stages differ in name or shape.
    """
    signal: dict[str, float] = {}
    noise: dict[str, dict[str, float]] = {}
    logged = False
    for photo in photos:
        tensor = artefact.tensor_of(photo)
        expected = reference.engine.stages(tensor)
        logged, found = _candidates(artefact.engine, tensor, expected)
        _require_same(found, expected, artefact, reference)
        for stage, value in expected.items():
            signal[stage] = signal.get(stage, 0.0) + float(np.square(value, dtype=np.float64).sum())
            sums = noise.setdefault(stage, {})
            for name, result in found[stage].items():
                gap = np.subtract(value, result, dtype=np.float64)
                sums[name] = sums.get(name, 0.0) + float(np.square(gap).sum())
    stages = tuple(StageDifference(n, _decibels(signal[n], _least(noise[n]))) for n in signal)
    first = next((s.stage for s in stages if not s.snr_db >= floor), None)
    return DiffReport(
        artefact.label, artefact.engine.name, reference.label, floor, stages, first, logged
    )


def _candidates(engine: Engine, tensor: Stage, expected: Mapping[str, Stage]) -> tuple[bool, Found]:
    """Return whether the engine's log gave them, and what may be each stage, by name."""
    stages = engine.stages(tensor)
    if stages or not isinstance(engine, LoggingEngine):
        return False, {name: {name: value} for name, value in stages.items()}
    found = engine.results(tensor, {_shape(value) for value in expected.values()})
    alike = {
        stage: {name: result for name, result in found.items() if result.shape == value.shape}
        for stage, value in expected.items()
    }
    return True, {stage: results for stage, results in alike.items() if results}


def _shape(stage: Stage) -> tuple[int, int, int]:
    channels, height, width = stage.shape
    return channels, height, width


def _least(sums: Mapping[str, float]) -> float:
    """Return the least of some sums that is a number, NaN where none is."""
    return min(sums.values(), key=lambda value: math.inf if math.isnan(value) else value)


def _decibels(signal: float, noise: float) -> float:
    if noise == 0:
        return math.inf
    if noise == math.inf:
        return -math.inf
    return 10 * math.log10(signal / noise) if signal > 0 else -math.inf


def _require_same(
    found: Found, expected: Mapping[str, Stage], artefact: Segmenter, reference: Segmenter
) -> None:
    for stages, net in ((found, artefact), (expected, reference)):
        if not stages:
            raise InputError(
                f"{net.label} has no taps, and `diff` needs them. Export it with --taps; a model"
                " file from elsewhere has none."
            )
    has = {name: next(iter(results.values())).shape for name, results in found.items()}
    wants = {name: value.shape for name, value in expected.items()}
    for stage in wants | has:
        if has.get(stage) != wants.get(stage):
            ours, theirs = (_said(shapes.get(stage)) for shapes in (has, wants))
            raise InputError(
                f"The stage '{stage}' is {ours} in {artefact.label} and {theirs} in"
                f" {reference.label}. Name the checkpoint that the artefact was exported from."
            )


def _said(shape: tuple[int, ...] | None) -> str:
    return "absent" if shape is None else "×".join(map(str, shape))

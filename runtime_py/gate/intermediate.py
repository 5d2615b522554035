"""Finds the first stage at which an artefact leaves its reference.

A debug artefact (`export --taps`) gives the net's named stages beside the probability: each
hypercolumn level, the head's logits. Stage by stage the signal-to-noise ratio over all images is

    SNR = 10 · log10(Σ reference² / Σ (reference - artefact)²)   in dB

and the first stage below the floor of its precision is where to look.
"""

import math
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.images.image_file import Photo

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
"""Least SNR of a healthy stage in dB; `benchmarks/stages.py` prints what the student reaches."""


@dataclass(frozen=True)
class StageDifference:
    """One stage: its SNR in dB, infinite where both are equal to the bit."""

    stage: str
    snr_db: float


@dataclass(frozen=True)
class DiffReport:
    """All stages in order; `first_divergence` is None where every one is above the floor."""

    artefact: str
    reference: str
    floor_db: float
    stages: tuple[StageDifference, ...]
    first_divergence: str | None


def diff(
    artefact: Segmenter, reference: Segmenter, precision: Precision, photos: Iterable[Photo]
) -> DiffReport:
    """Compare the stages of two nets on the same images.

    Raises:
        InputError: one of them has no taps, or their stages differ in name or shape.
    """
    signal: dict[str, float] = {}
    noise: dict[str, float] = {}
    for photo in photos:
        tensor = artefact.tensor_of(photo)
        found, expected = artefact.engine.stages(tensor), reference.engine.stages(tensor)
        _require_same(found, expected, artefact, reference)
        for stage, value in expected.items():
            signal[stage] = signal.get(stage, 0.0) + float(np.square(value, dtype=np.float64).sum())
            gap = np.subtract(value, found[stage], dtype=np.float64)
            noise[stage] = noise.get(stage, 0.0) + float(np.square(gap).sum())
    stages = tuple(StageDifference(name, _decibels(signal[name], noise[name])) for name in signal)
    floor = FLOORS[precision]
    first = next((s.stage for s in stages if not s.snr_db >= floor), None)
    return DiffReport(artefact.label, reference.label, floor, stages, first)


def _decibels(signal: float, noise: float) -> float:
    if noise == 0:
        return math.inf
    return 10 * math.log10(signal / noise) if signal > 0 else -math.inf


def _require_same(
    found: Mapping[str, np.ndarray],
    expected: Mapping[str, np.ndarray],
    artefact: Segmenter,
    reference: Segmenter,
) -> None:
    for stages, net in ((found, artefact), (expected, reference)):
        if not stages:
            raise InputError(
                f"{net.label} has no taps, and `diff` needs them. Export it with --taps."
            )
    shapes = [{name: v.shape for name, v in stages.items()} for stages in (found, expected)]
    if shapes[0] != shapes[1]:
        raise InputError(
            f"{artefact.label} has the stages {shapes[0]} and {reference.label} {shapes[1]}. Name"
            " the checkpoint that the artefact was exported from."
        )

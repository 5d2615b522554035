"""A contract guessed from what a file says of itself: shapes, types, metadata, operations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from skinseg_mobile.export.adopt.foreign_model import ForeignModel
from skinseg_mobile.export.adopt.values import IMAGENET, LEVELS, SIGNED, UNIT, Values, three
from skinseg_mobile.runtime_py.contract import (
    OURS,
    ColourOrder,
    Contract,
    Filter,
    OutputKind,
)
from skinseg_mobile.runtime_py.images.pipeline import THRESHOLD
from skinseg_mobile.runtime_py.targets.spec import METADATA_PREFIX, TensorInfo


@dataclass(frozen=True)
class Guess:
    """A contract with the reason for each part of it."""

    contract: Contract
    threshold: float = THRESHOLD
    reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    """By what they are about: `values`, `colour`, `output`, `resize`."""
    sure: bool = False
    """Whether the values are what the file itself declares."""


def guess(model: ForeignModel) -> Guess:
    """Return the likeliest contract of a file; data or a reference then check it."""
    metadata = model.foreign.metadata
    own = json.dumps({"colour": "RGB", "range": [0, 255], "size": model.input.side})
    if metadata.get(f"{METADATA_PREFIX}.input") == own:
        why = {"all": "this toolkit exported the file"}
        return Guess(OURS, _threshold(metadata), why, sure=True)
    (mean, deviation), why = _values(model)
    kind, channel, result = _output(model)
    contract = Contract(
        filter=Filter.BILINEAR,
        colour=ColourOrder.RGB,
        mean=mean,
        deviation=deviation,
        output=kind,
        channel=channel,
    )
    reasons = {
        "values": why,
        "colour": "most nets take RGB",
        "output": result,
        "resize": "most apps squash the image, by plain bilinear",
    }
    return Guess(contract, reasons=reasons, sure=_declares_values(model))


def _declares_values(model: ForeignModel) -> bool:
    foreign = model.foreign
    return bool(foreign.inputs[0].image or foreign.deviation or foreign.first)


def _threshold(metadata: Mapping[str, str]) -> float:
    try:
        return float(metadata[f"{METADATA_PREFIX}.threshold"])
    except (KeyError, ValueError):
        return THRESHOLD


def _values(model: ForeignModel) -> tuple[Values, str]:
    foreign, given = model.foreign, model.input
    if foreign.inputs[0].image:
        return LEVELS, "the input is an image of levels"
    if foreign.mean and foreign.deviation:
        return (three(foreign.mean), three(foreign.deviation)), "its metadata says so"
    if foreign.first:
        return _inside(foreign.first)
    if given.dtype in ("int8", "uint8"):
        return _quantized(given)
    if model.target == "onnx":
        return IMAGENET, "nothing in the file; most nets of torch take it"
    return UNIT, "nothing in the file; most nets for phones take it"


def _inside(first: tuple[tuple[str, tuple[float, ...]], ...]) -> tuple[Values, str]:
    """Return what comes before the file's own normalisation: levels, or parts of 1."""
    kind, values = first[0]
    size = max(abs(value) for value in values)
    takes_levels = (
        (kind in ("add", "sub") and size > 2)
        or (kind == "div" and size > 20)
        or (kind == "mul" and size < 0.05)
    )
    said = ", ".join(f"{name} {max(found, key=abs):g}" for name, found in first)
    return (LEVELS if takes_levels else UNIT), f"the file normalises inside ({said})"


def _quantized(given: TensorInfo) -> tuple[Values, str]:
    """Return the usual values whose range is that of the stored integers."""
    stored = (-128, 127) if given.dtype == "int8" else (0, 255)
    low, high = (given.scale * (value - given.zero_point) for value in stored)
    usual = {LEVELS: (0.0, 255.0), UNIT: (0.0, 1.0), SIGNED: (-1.0, 1.0), IMAGENET: (-2.1, 2.64)}
    near = min(usual, key=lambda v: abs(usual[v][0] - low) + abs(usual[v][1] - high))
    return near, f"its integers stand for {low:.3g} to {high:.3g}"


def _output(model: ForeignModel) -> tuple[OutputKind, int, str]:
    channels, last = model.output.channels, model.foreign.last
    channel = 1 if channels == 2 else 0
    if model.foreign.outputs[0].image and model.output.dtype == "uint8":
        return OutputKind.BYTES, channel, "the output is an image"
    if last in ("sigmoid", "softmax"):
        return OutputKind.PROBABILITY, channel, f"the file ends in a {last}"
    if channels > 1:
        return OutputKind.SOFTMAX, channel, f"the file ends in {last or 'its input'}"
    return OutputKind.LOGITS, channel, f"the file ends in {last or 'its input'}"

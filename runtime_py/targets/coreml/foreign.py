"""Reads Core ML packages that came from elsewhere: features, first and last operations, metadata.

An image's scale and bias are operations of an ML Program, so that levels of 0 to 255 come in.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from skinseg_mobile.runtime_py.targets.coreml.engine import precision_of
from skinseg_mobile.runtime_py.targets.coreml.interpreter import Feature, Program, load_package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import Op
from skinseg_mobile.runtime_py.targets.spec import Foreign, ForeignTensor

_SAME = {
    "identity", "cast", "reshape", "squeeze", "expand_dims", "transpose", "dequantize", "quantize",
}  # fmt: skip
"""Operations after which a value is still what it was."""
_ARITHMETIC = {"add": "add", "sub": "sub", "mul": "mul", "real_div": "div"}


def foreign(path: Path) -> Foreign:
    """Return what a package says of itself.

    Raises:
        InputError: damaged, or not supported by the interpreter.
    """
    program = load_package(path)
    inputs, outputs = (_tensors(features) for features in (program.inputs, program.outputs))
    return Foreign(
        inputs,
        outputs,
        precision_of(program),
        dict(sorted(Counter(op.kind for op in program.ops).items())),
        program.metadata,
        tuple(_first(program, inputs[0].name)) if inputs else (),
        _last(program, outputs[0].name) if outputs else "",
    )


def _tensors(features: tuple[Feature, ...]) -> tuple[ForeignTensor, ...]:
    return tuple(
        ForeignTensor(
            feature.name,
            _shape(feature),
            "uint8" if feature.holds_bytes else feature.dtype,
            image=str(feature.colour or ""),
        )
        for feature in features
    )


def _shape(feature: Feature) -> tuple[int | None, ...]:
    """Return the lengths; None for one of which the package allows several."""
    if len(feature.limits) > 1:
        return tuple(None for _ in feature.limits[0])
    if feature.limits:
        return tuple(low if low == high else None for low, high in feature.limits[0])
    return feature.shape or ()


def _first(program: Program, at: str) -> Iterator[tuple[str, tuple[float, ...]]]:
    for op in program.ops:
        names = [name for some in op.inputs.values() for name in some]
        if at not in names:
            continue
        values = _constant(program, names, at)
        if op.kind in _ARITHMETIC and values is not None:
            yield _ARITHMETIC[op.kind], values
        elif op.kind not in _SAME:
            return
        at = op.name


def _constant(program: Program, names: list[str], at: str) -> tuple[float, ...] | None:
    held = [program.constants[name] for name in names if name != at and name in program.constants]
    if len(held) != 1 or isinstance(held[0], str) or held[0].size not in (1, 3):
        return None
    return tuple(map(float, np.ravel(held[0])))


def _last(program: Program, at: str) -> str:
    made: dict[str, Op] = {named.name: op for op in program.ops for named in op.outputs}
    while at in made:
        op = made[at]
        if op.kind not in _SAME:
            return op.kind
        at = next(iter(op.inputs["x" if "x" in op.inputs else "input"]))
    return ""

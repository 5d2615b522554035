"""Runs `model.mlpackage`: anywhere with our own executor, on macOS with Core ML itself."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.coreml.interpreter import (
    Feature,
    Program,
    Rounding,
    execute,
    load_package,
)
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import FLOAT16
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile, Tensors
from skinseg_mobile.runtime_py.targets.tensors import Run, TensorEngine
from skinseg_mobile.runtime_py.vendors import vendor


class CoremlReferenceEngine(TensorEngine):
    """A program and a rounding; see `interpreter`."""

    def __init__(self, model: ModelFile, rounding: str) -> None:
        self.rounding = Rounding(rounding)
        self.program = load_package(model.path)
        described = _described(self.program)
        name = f"coreml-reference, rounding {self.rounding}"
        run = partial(_executed, self.program, self.rounding, model.input.name)
        super().__init__(name, model, described, run, _claim(self.rounding))


def _executed(
    program: Program, rounding: Rounding, name: str, stored: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    return execute(program, {name: stored}, rounding=rounding)


def _claim(rounding: Rounding) -> str:
    """Return what results of this engine mean, and what they do not."""
    rounded = (
        "results rounded to declared types" if rounding is Rounding.DECLARED else "nothing rounded"
    )
    return (
        "The saved package, executed op by op from its file by our reference executor"
        f" (documented MIL semantics, fp32 arithmetic, {rounded}). This checks conversion,"
        " weights, compression and preprocessing. It is not a measurement on Apple hardware."
    )


class CoremlEngine(TensorEngine):
    """Core ML with a model on one compute unit; results may differ between units."""

    def __init__(self, model: ModelFile, unit: str) -> None:
        ct = vendor("coremltools", "coreml")
        described = inspect(model.path)
        units = getattr(ct.ComputeUnit, unit)
        predict = ct.models.MLModel(str(model.path), compute_units=units).predict
        run: Run = lambda stored: arrays(predict({model.input.name: picture(stored)}))  # noqa: E731
        super().__init__(f"coreml {unit}", model, described, run)


def picture(stored: NDArray[Any]) -> Any:
    """Return what Core ML takes: a picture where the package declares an image, which is bytes.

    >>> picture(np.zeros((1, 3, 4, 6), np.uint8)).size
    (6, 4)
    """
    if stored.dtype != np.uint8:
        return stored
    return Image.fromarray(np.ascontiguousarray(stored[0].transpose(1, 2, 0)))


def arrays(found: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Return Core ML's results as arrays: a picture as (1, channels, height, width) uint8.

    >>> arrays({"map": Image.new("L", (6, 4))})["map"].shape
    (1, 1, 4, 6)
    """
    return {
        name: np.atleast_3d(np.asarray(value)).transpose(2, 0, 1)[None]
        if isinstance(value, Image.Image)
        else value
        for name, value in found.items()
    }


def inspect(path: Path) -> Described:
    """Return what a package says of itself.

    Raises:
        InputError: damaged, foreign or not supported by the interpreter.
    """
    return _described(load_package(path))


def _described(program: Program) -> Described:
    tensors = _tensors(program.inputs), _tensors(program.outputs)
    return Described(*tensors, program.metadata, precision_of(program))


def precision_of(program: Program) -> Precision:
    """Return how a program stores and computes numbers."""
    if any(op.kind == "quantize" for op in program.ops):
        return Precision.INT8
    if program.palettes:
        return Precision.PAL4 if max(program.palettes) <= 16 else Precision.PAL6
    if program.compressed:
        return Precision.W8
    halves = any(named.type.dtype is FLOAT16 for op in program.ops for named in op.outputs)
    return Precision.FP16 if halves else Precision.FP32


def _tensors(features: tuple[Feature, ...]) -> Tensors:
    """Return the program's own tensors; an image is a buffer of 8 bits, which we never write."""
    return {
        feature.name: (
            tuple(length or 0 for length in feature.shape or ()),
            "uint8" if feature.holds_bytes else feature.dtype,
        )
        for feature in features
    }

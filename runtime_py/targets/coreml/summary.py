"""What the command line shows of a package: its features and operations, or one run of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError, because, choices
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.storage.atomic import require_absent, write_file
from skinseg_mobile.runtime_py.targets.coreml.interpreter.executor import Rounding, execute
from skinseg_mobile.runtime_py.targets.coreml.interpreter.hazards import hazards
from skinseg_mobile.runtime_py.targets.coreml.interpreter.parse import load_package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import Feature, Program

LUMA = np.array([0.299, 0.587, 0.114])
"""How much red, green and blue make of a grey (ITU-R BT.601, as Pillow's "L")."""


@dataclass(frozen=True)
class Summary:
    """A package at a glance."""

    opset: str
    features: tuple[tuple[str, Feature], ...]
    """("input" or "output", feature)."""
    operations: dict[str, int]
    compressed: dict[str, int]
    metadata: dict[str, str]


@dataclass(frozen=True)
class Output:
    """One output of a run and the span of its values."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    least: float
    mean: float
    greatest: float


@dataclass(frozen=True)
class Run:
    """What one run gave."""

    outputs: tuple[Output, ...]
    hazards: tuple[str, ...]


def summarise(package: Path) -> Summary:
    """Read a package.

    Raises:
        InputError: damaged, foreign or unsupported; the sentence names what.
    """
    program = load_package(package)
    features = [
        *(("input", feature) for feature in program.inputs),
        *(("output", feature) for feature in program.outputs),
    ]
    operations = Counter(op.kind for op in program.ops)
    compressed = Counter(program.compressed)
    return Summary(
        program.opset,
        tuple(features),
        dict(sorted(operations.items())),
        dict(sorted(compressed.items())),
        dict(program.metadata),
    )


def run_files(
    package: Path,
    inputs: Sequence[str],
    rounding: str,
    *,
    out: Path | None = None,
    with_hazards: bool = False,
) -> Run:
    """Execute a package on files given as `NAME=FILE` and write its outputs to `out`.

    Raises:
        InputError: a damaged package, an unknown input or rounding, or an `out` that exists
            or is no .npz file.
    """
    if rounding not in list(Rounding):
        raise InputError(f"There is no --rounding '{rounding}'. {choices(rounding, Rounding)}")
    if out:
        require_absent(out, ".npz")
    program = load_package(package)
    feeds = dict(_read_input(program, item) for item in inputs)
    results = execute(program, feeds, rounding=Rounding(rounding))
    if out:
        write_file(out, _npz(results))
    found = tuple(map(str, hazards(program, feeds))) if with_hazards else ()
    return Run(tuple(_describe(name, value) for name, value in results.items()), found)


def _read_input(program: Program, item: str) -> tuple[str, NDArray[Any]]:
    name, equals, file = item.partition("=")
    features = {feature.name: feature for feature in program.inputs}
    if not equals:
        raise InputError(
            f"The input '{item}' is not NAME=FILE. Give one for each of {', '.join(features)}."
        )
    if name not in features:
        raise InputError(
            f"The package has no input '{name}'. Give NAME=FILE for each of {', '.join(features)}."
        )
    if Path(file).suffix != ".npy":
        return name, _image(Path(file), features[name])
    try:
        return name, np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(
            f"{file} is no whole .npy file ({because(error)}). Save the array again."
        ) from error


def _image(path: Path, feature: Feature) -> NDArray[np.float32]:
    """Return the image in the default size, channels and layout of the input, a batch of one."""
    *batch, first, second, last = (0, 0, 0, *(feature.default or ()))[-4:]
    shape = (1, first, second, last)
    possible = len(batch) == 1 and min(shape) > 0 and feature.admits(shape)
    if not possible or not {first, last} & {1, 3}:
        raise InputError(
            f"'{feature.name}' takes {feature.shapes} and was given the image {path}. Give it an"
            " array as .npy."
        )
    channels_first = first in (1, 3)
    channels, *sides = shape[1:] if channels_first else (last, first, second)
    tensor = to_tensor(read_photo(path), *sides)
    if channels == 1:
        tensor = (tensor @ LUMA).astype(np.float32)[..., None]
    if feature.holds_bytes or not feature.dtype.startswith("float"):
        tensor = np.rint(tensor)
    return np.ascontiguousarray(tensor.transpose(2, 0, 1) if channels_first else tensor)[None]


def _describe(name: str, value: NDArray[Any]) -> Output:
    wide = value.astype(np.float64)
    span = (float(wide.min()), float(wide.mean()), float(wide.max())) if wide.size else (0.0,) * 3
    return Output(name, value.shape, str(value.dtype), *span)


def _npz(results: dict[str, NDArray[Any]]) -> bytes:
    import io

    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **results)
    return buffer.getvalue()

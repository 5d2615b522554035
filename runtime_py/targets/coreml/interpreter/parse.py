"""Turns a decoded model into a checked `Program`, or refuses it by name; nothing is executed here.

Checked: an ML Program with one function; known opset, operations and parameters; each name defined
once and before its use (so there is no cycle); every weight present and whole; the model's
description and its function agree.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter import schema
from skinseg_mobile.runtime_py.targets.coreml.interpreter.block import MilBlock, read_block
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import FLOAT16
from skinseg_mobile.runtime_py.targets.coreml.interpreter.package import open_package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import (
    Colour,
    Constant,
    Feature,
    Limits,
    Program,
    TensorType,
    TypedName,
)
from skinseg_mobile.runtime_py.targets.coreml.interpreter.signatures import OPSETS
from skinseg_mobile.runtime_py.targets.coreml.interpreter.values import tensor_type
from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import Decoded, decode

_NOT_SUPPORTED = {
    "functions": "several functions. Export the one you need as a package of its own.",
    "state": "states. Export the model with its memory as inputs and outputs.",
    "predictedFeatureName": "class labels as a result. Export it without a ClassifierConfig.",
}
"""Parts of a description that are refused, and how."""
_SPECIFICATION = {6: 5, 7: 6, 8: 7, 9: 8}
"""specificationVersion -> the newest opset that it may use."""


def load_package(path: Path | str) -> Program:
    """Read, check and decompress the `.mlpackage` folder `path`.

    Raises:
        InputError: damaged, foreign or not supported; the sentence names what.
    """
    package = open_package(Path(path))
    model = decode(package.model.read_bytes(), schema.MODEL)
    function = _function(model, package.model)
    opset = _opset(function, model)
    inputs = tuple(
        TypedName(item.get("name", ""), tensor_type(item.get("type", {}), item.get("name", "")))
        for item in function["inputs"]
    )
    block = read_block(function["block_specializations"][opset], inputs, OPSETS[opset], package)
    return _program(model["description"], opset, inputs, block)


def _function(model: Decoded, path: Path) -> Decoded:
    """Return the one function of an ML Program."""
    other = [name for name in schema.OTHER_MODELS.values() if name in model]
    if other or "mlProgram" not in model:
        kind = other[0] if other else "empty"
        raise InputError(
            f"{path} is of kind {kind}. Only ML Programs run here: convert the net with"
            ' convert_to="mlprogram".'
        )
    description = model.get("description", {})
    if model.get("isUpdatable"):
        raise InputError(f"{path} is updatable. Only fixed models run here: export it as one.")
    for part, advice in _NOT_SUPPORTED.items():
        if description.get(part):
            raise InputError(f"{path} has {advice}")
    functions: Mapping[str, Decoded] = model["mlProgram"]["functions"]
    if set(functions) != {"main"} or not description:
        raise InputError(
            f"{path} has the functions {', '.join(functions) or 'none'}. Only packages with one"
            " function, main, run here."
        )
    return functions["main"]


def _opset(function: Decoded, model: Decoded) -> str:
    opset: str = function.get("opset", "")
    version: int = model.get("specificationVersion", 0)
    if version not in _SPECIFICATION:
        raise InputError(
            f"The model is of specificationVersion {version}. Versions 6 to 9 (iOS 15 to 18) run"
            " here."
        )
    if opset not in OPSETS:
        raise InputError(f"The program is of opset '{opset}'. Known are {', '.join(OPSETS)}.")
    if OPSETS[opset] > _SPECIFICATION[version]:
        raise InputError(
            f"The program is of opset {opset}, which is newer than the model's specificationVersion"
            f" {version}. Export the model again."
        )
    if set(function["block_specializations"]) != {opset}:
        raise InputError(
            f"The program has not just one block, for {opset}. Export the model again."
        )
    return opset


def _program(
    description: Decoded, opset: str, inputs: tuple[TypedName, ...], block: MilBlock
) -> Program:
    outputs = tuple(TypedName(name, block.types[name]) for name in block.outputs)
    metadata = description.get("metadata", {})
    return Program(
        inputs=input_features(description["input"], inputs),
        outputs=output_features(description["output"], outputs),
        opset=opset,
        metadata={
            **{key: text for key, text in metadata.items() if isinstance(text, str)},
            **metadata.get("userDefined", {}),
        },
        ops=tuple(block.ops),
        constants={
            name: _widened(held, block.types[name]) for name, held in block.constants.items()
        },
        types=block.types,
        compressed=tuple(block.compressed),
        palettes=tuple(block.palettes),
    )


def _widened(held: Constant, declared: TensorType) -> Constant:
    """Return float16 as float32: arithmetic is float32 throughout, and the widening is exact."""
    if isinstance(held, str):
        return held
    wide = held.astype(np.float32) if declared.dtype is FLOAT16 else held
    wide.flags.writeable = False
    return wide


# The model's inputs and outputs: what the description says must agree with the function.
#
# An image is 0 to 255, NCHW. Its scale and bias are operations of the program.


_COLOURS = {10: Colour.GRAY, 20: Colour.RGB, 30: Colour.BGR, 40: Colour.GRAY_FLOAT16}
ARRAYS = {65568: "float32", 65552: "float16", 131104: "int32", 131080: "int8", 65600: "float64"}
"""dtypes of arrays, by the number that a package's description gives them."""


def input_features(
    described: Sequence[Decoded], declared: tuple[TypedName, ...]
) -> tuple[Feature, ...]:
    """Return the inputs in the order of the function.

    Raises:
        InputError: description and function differ, or an input is optional or no tensor.
    """
    return _features(described, declared, "input")


def output_features(
    described: Sequence[Decoded], declared: tuple[TypedName, ...]
) -> tuple[Feature, ...]:
    """Return the outputs in the order of the block; raises as `input_features`."""
    return _features(described, declared, "output")


def _features(
    described: Sequence[Decoded], declared: tuple[TypedName, ...], what: str
) -> tuple[Feature, ...]:
    by_name = {feature.get("name", ""): feature.get("type", {}) for feature in described}
    names = [named.name for named in declared]
    if len(by_name) != len(described) or sorted(by_name) != sorted(names):
        raise InputError(
            f"The model describes the {what}s {sorted(by_name)}, and its function has {names}."
            " Export the model again."
        )
    return tuple(_feature(by_name[named.name], named) for named in declared)


def _feature(kind: Decoded, named: TypedName) -> Feature:
    if kind.get("isOptional"):
        raise InputError(
            f"'{named.name}' is optional. Export the model with inputs that are always given."
        )
    if "imageType" in kind:
        return _image(kind["imageType"], named)
    if "multiArrayType" not in kind:
        raise InputError(
            f"'{named.name}' is a {', '.join(kind)}. Only images and arrays are supported here."
        )
    array, dtype = kind["multiArrayType"], named.type.dtype.name
    if ARRAYS.get(array.get("dataType", 0)) != dtype:
        raise InputError(
            f"'{named.name}' is {dtype} in the program and another type in its description. Export"
            " the model again."
        )
    ranges = array.get("shapeRange", {}).get("sizeRanges", [])
    listed = [
        tuple(shape["shape"]) for shape in array.get("enumeratedShapes", {}).get("shapes", [])
    ]
    limits = (tuple(map(_span, ranges)),) if ranges else tuple(map(_exactly, listed))
    return _feature_of(named, tuple(array["shape"]), limits)


def _feature_of(
    named: TypedName,
    described: tuple[int, ...],
    limits: tuple[Limits, ...],
    colour: Colour | None = None,
) -> Feature:
    """Return the feature; the description's shape must fit the program and its own limits."""
    if described and not limits:
        limits = (_exactly(described),)
    feature = Feature(
        named.name, named.type.shape, named.type.dtype.name, colour, described or None, limits
    )
    if described and not (named.type.admits(described) and feature.admits(described)):
        raise InputError(
            f"'{named.name}' is {named.type} in the program and {feature.shapes} in its"
            " description. Export the model again."
        )
    return feature


def _exactly(shape: Sequence[int]) -> Limits:
    return tuple((length, length) for length in shape)


def _span(limits: Decoded) -> tuple[int, int | None]:
    """Return least and greatest length of an axis; a negative greatest means that there is none."""
    high = limits.get("upperBound", 0)
    return limits.get("lowerBound", 0), None if high < 0 else high


def _image(image: Decoded, named: TypedName) -> Feature:
    """Return an image, whose type must be (1, channels, height, width)."""
    colour = _COLOURS.get(image.get("colorSpace", 0))
    if colour is None:
        raise InputError(
            f"The image '{named.name}' has an unknown colour space. Known are RGB, BGR and grey."
        )
    fixed = _exactly((1, 3 if colour in (Colour.RGB, Colour.BGR) else 1))
    sides, listed = image.get("imageSizeRange"), image.get("enumeratedSizes", {}).get("sizes", [])
    limits = tuple((*fixed, *_exactly(_sides(size))) for size in listed)
    if sides is not None:
        limits = (
            (*fixed, _span(sides.get("heightRange", {})), _span(sides.get("widthRange", {}))),
        )
    return _feature_of(named, (1, fixed[1][0], *_sides(image)), limits, colour)


def _sides(size: Decoded) -> tuple[int, int]:
    return size.get("height", 0), size.get("width", 0)

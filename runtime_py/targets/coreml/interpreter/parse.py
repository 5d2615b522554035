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
    Program,
    TensorType,
    TypedName,
)
from skinseg_mobile.runtime_py.targets.coreml.interpreter.signatures import OPSETS
from skinseg_mobile.runtime_py.targets.coreml.interpreter.values import tensor_type
from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import Decoded, decode

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
            f"a model must be an ML Program, {path} is of kind {kind}; export it as one"
        )
    description = model.get("description", {})
    if model.get("isUpdatable"):
        raise InputError(f"a model must be fixed, {path} is updatable: not supported here")
    for part in ("functions", "state", "predictedFeatureName"):
        if description.get(part):
            raise InputError(
                f"a model must map tensors to tensors, {path} has {part}: not supported"
            )
    functions: Mapping[str, Decoded] = model["mlProgram"]["functions"]
    if set(functions) != {"main"} or not description:
        raise InputError(
            f"an ML Program must have one function, main, {path} has {list(functions)}"
        )
    return functions["main"]


def _opset(function: Decoded, model: Decoded) -> str:
    opset: str = function.get("opset", "")
    version: int = model.get("specificationVersion", 0)
    if version not in _SPECIFICATION:
        raise InputError(f"specificationVersion must be 6 to 9, the model has {version}")
    if opset not in OPSETS:
        raise InputError(f"an opset must be one of {', '.join(OPSETS)}, the program has '{opset}'")
    if OPSETS[opset] > _SPECIFICATION[version]:
        raise InputError(
            f"opset {opset} must fit the model's specificationVersion, {version} is older;"
            " export again"
        )
    if set(function["block_specializations"]) != {opset}:
        raise InputError(f"the program must have one block, for {opset}; export again")
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


_COLOURS = {10: Colour.GRAY, 20: Colour.RGB, 30: Colour.BGR, 40: Colour.GRAY}
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
            f"a model's {what}s must be its function's, it describes {sorted(by_name)}"
            f" for {names}; export again"
        )
    return tuple(_feature(by_name[named.name], named) for named in declared)


def _feature(kind: Decoded, named: TypedName) -> Feature:
    if kind.get("isOptional"):
        raise InputError(f"'{named.name}' is optional: not supported here")
    shape, dtype = named.type.shape, named.type.dtype.name
    if "imageType" in kind:
        return Feature(named.name, shape, dtype, _colour(kind["imageType"], named))
    if "multiArrayType" not in kind:
        raise InputError(f"'{named.name}' must be an image or an array, it is {', '.join(kind)}")
    array = kind["multiArrayType"]
    if ARRAYS.get(array.get("dataType", 0)) != dtype:
        raise InputError(f"'{named.name}' is {dtype} in the program, its description differs")
    flexible = "enumeratedShapes" in array or "shapeRange" in array
    described = tuple(array["shape"])
    if described and not flexible and not named.type.admits(described):
        raise InputError(f"'{named.name}' is {named.type}, its description says {described}")
    return Feature(named.name, shape, dtype)


def _colour(image: Decoded, named: TypedName) -> Colour:
    """Return the channel order of an image, whose type must be (1, channels, height, width)."""
    colour = _COLOURS.get(image.get("colorSpace", 0))
    if colour is None:
        raise InputError(f"'{named.name}' must be RGB, BGR or grey, its colour space is unknown")
    channels = 1 if colour is Colour.GRAY else 3
    size = (1, channels, image.get("height", 0), image.get("width", 0))
    flexible = "enumeratedSizes" in image or "imageSizeRange" in image
    known = named.type.shape is not None and len(named.type.shape) == 4
    if not known or not (flexible or named.type.admits(size)):
        raise InputError(f"'{named.name}' must be an image {size}, the program has {named.type}")
    return colour

"""The model's inputs and outputs: what the description says must agree with the function.

An image is 0 to 255, NCHW. Its scale and bias are operations of the program.
"""

from collections.abc import Sequence

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import Colour, Feature, Named
from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import Decoded

_COLOURS = {10: Colour.GRAY, 20: Colour.RGB, 30: Colour.BGR, 40: Colour.GRAY}
ARRAYS = {65568: "float32", 65552: "float16", 131104: "int32", 131080: "int8", 65600: "float64"}
"""dtypes of arrays, by the number that a package's description gives them."""


def input_features(
    described: Sequence[Decoded], declared: tuple[Named, ...]
) -> tuple[Feature, ...]:
    """Return the inputs in the order of the function.

    Raises:
        InputError: description and function differ, or an input is optional or no tensor.
    """
    return _features(described, declared, "input")


def output_features(
    described: Sequence[Decoded], declared: tuple[Named, ...]
) -> tuple[Feature, ...]:
    """Return the outputs in the order of the block; raises as `input_features`."""
    return _features(described, declared, "output")


def _features(
    described: Sequence[Decoded], declared: tuple[Named, ...], what: str
) -> tuple[Feature, ...]:
    by_name = {feature.get("name", ""): feature.get("type", {}) for feature in described}
    names = [named.name for named in declared]
    if len(by_name) != len(described) or sorted(by_name) != sorted(names):
        raise InputError(
            f"a model's {what}s must be its function's, it describes {sorted(by_name)}"
            f" for {names}; export again"
        )
    return tuple(_feature(by_name[named.name], named) for named in declared)


def _feature(kind: Decoded, named: Named) -> Feature:
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


def _colour(image: Decoded, named: Named) -> Colour:
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

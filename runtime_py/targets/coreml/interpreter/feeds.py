"""Brings the caller's arrays into the declared types, and the outputs back.

Images come and go as RGB; where the file declares BGR the channels are swapped here.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import FLOAT16
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import Colour, Feature, Program

Array = NDArray[Any]


def fed(program: Program, feeds: Mapping[str, Array], exact: bool) -> dict[str, Array]:
    """Return the inputs as the program's first values; float16 ones are rounded unless `exact`.

    Raises:
        InputError: a name is missing or unknown, or an array does not fit.
    """
    names = [feature.name for feature in program.inputs]
    if sorted(feeds) != sorted(names):
        raise InputError(f"feeds must be {sorted(names)}, got {sorted(feeds)}")
    return {
        feature.name: _fed(feeds[feature.name], feature, program, exact)
        for feature in program.inputs
    }


def _fed(array: Array, feature: Feature, program: Program, exact: bool) -> Array:
    came, declared = np.asarray(array), program.types[feature.name]
    if came.dtype.kind not in "fiub" or not declared.admits(came.shape):
        raise InputError(f"'{feature.name}' must be {declared}, got {came.dtype.name} {came.shape}")
    if feature.colour is Colour.BGR:
        came = came[:, ::-1]
    if not declared.dtype.is_float:
        held = came.astype(declared.dtype.storage)
        if not np.array_equal(held, came):
            raise InputError(f"'{feature.name}' must hold {declared.dtype.name}, some do not fit")
        return held
    if declared.dtype is FLOAT16 and not exact:
        with np.errstate(over="ignore"):
            came = came.astype(np.float16)
    return came.astype(np.float32)


def handed_back(program: Program, values: Mapping[str, Array], exact: bool) -> dict[str, Array]:
    """Return the outputs, in their declared types unless `exact`."""
    found: dict[str, Array] = {}
    for feature in program.outputs:
        held = values.get(feature.name)
        constant = program.constants.get(feature.name)
        if held is None and not isinstance(constant, np.ndarray):
            raise InputError(f"the output '{feature.name}' must be a tensor, it is text")
        held = constant if held is None else held
        held = np.asarray(held)
        held = held[:, ::-1] if feature.colour is Colour.BGR else held
        half = feature.dtype == "float16" and not exact
        found[feature.name] = held.astype(np.float16) if half else np.array(held)
    return found

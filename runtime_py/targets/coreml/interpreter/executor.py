"""Executes a `Program` operation by operation, as its file declares it.

declared   float32 arithmetic, every result rounded to its declared type (float16 programs run as a
           phone stores them)
none       the same arithmetic, nothing rounded: what is left over `declared` is the graph's own

After every operation the declared shape and type are checked. A value is freed after its last use.
float16 values are held in float32 arrays, which holds every float16 exactly.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import FLOAT16, MISFITS
from skinseg_mobile.runtime_py.targets.coreml.interpreter.half import to_half
from skinseg_mobile.runtime_py.targets.coreml.interpreter.kernels import Slot
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops import OPS, PREPARED, TYPED
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import (
    Colour,
    Constant,
    Feature,
    Op,
    Program,
    TypedName,
    overwritten,
)
from skinseg_mobile.runtime_py.targets.coreml.interpreter.signatures import TUPLES

Array = NDArray[Any]
Trace = Callable[[str, Array], None]
Observe = Callable[[Op, TypedName, Array], None]


class Rounding(StrEnum):
    """What happens to each result."""

    DECLARED = "declared"
    NONE = "none"


def execute(
    program: Program,
    feeds: Mapping[str, Array],
    rounding: str = Rounding.DECLARED,
    trace: Trace | None = None,
) -> dict[str, Array]:
    """Return the outputs by name.

    `feeds` holds one array per input, of a shape that the package allows. Images come and go as
    (1, 3, H, W) RGB or (1, 1, H, W), in whatever order the file declares: whole values of 0 to 255,
    uint8 results. `trace` is called with the name and the array of every
    intermediate result. Under `none` float outputs are float32.

    Raises:
        InputError: a feed does not fit, or an operation does not yield what the file declares.
    """
    if trace is None:
        return run(program, feeds, rounding)
    told = trace
    return run(program, feeds, rounding, traced=lambda _, named, held: told(named.name, held))


def run(
    program: Program,
    feeds: Mapping[str, Array],
    rounding: str = Rounding.DECLARED,
    *,
    observed: Observe | None = None,
    traced: Observe | None = None,
) -> dict[str, Array]:
    """Return the outputs; `observed` sees each result before it is rounded, `traced` after."""
    if rounding not in list(Rounding):
        raise InputError(f"There is no rounding '{rounding}'. Choose {' or '.join(Rounding)}.")
    exact = rounding == Rounding.NONE
    values = fed(program, feeds, exact)
    last = last_uses(program)
    watched = observed is not None or traced is not None  # who watches may keep what was shown
    reused = {} if watched else overwritten(program)
    with np.errstate(all="ignore"):  # infinities are results here; `hazards` tells them
        for at, op in enumerate(program.ops):
            for named, raw in zip(op.outputs, _results(op, program, values, reused), strict=True):
                checked = _checked(raw, named, op)
                if observed is not None:
                    observed(op, named, checked)
                values[named.name] = _rounded(checked, named, exact)
                if traced is not None:
                    traced(op, named, values[named.name])
                del raw, checked  # nothing may outlive its last use
            for name in last[at]:
                values.pop(name, None)
    return handed_back(program, values, exact)


def last_uses(program: Program) -> list[list[str]]:
    """Return, for each operation, the names that nothing behind it needs."""
    kept = {feature.name for feature in program.outputs}
    last: list[list[str]] = [[] for _ in program.ops]
    for at in reversed(range(len(program.ops))):
        op = program.ops[at]
        touched = [named.name for named in op.outputs]
        touched += [name for names in op.inputs.values() for name in names]
        for name in touched:
            if name not in kept:
                kept.add(name)
                last[at].append(name)
    return last


def _results(
    op: Op, program: Program, values: Mapping[str, Array], reused: Mapping[str, str]
) -> tuple[Any, ...]:
    arguments: dict[str, Any] = {
        parameter: _argument(parameter, names, program.constants, values)
        for parameter, names in op.inputs.items()
    }
    if op.kind in PREPARED and _can_be_prepared(op, program):
        arguments["slot"] = Slot(program.kernels, op.name)
    if op.name in reused:
        arguments["out"] = values[reused[op.name]]
    if op.kind in TYPED:
        arguments["result"] = op.outputs[0].type.dtype.storage
    try:
        found = OPS[op.kind](**arguments)
    except InputError as error:
        raise InputError(f"'{op.name}' ({op.kind}) cannot run: {error}") from error
    except MISFITS as error:
        raise InputError(
            f"'{op.name}' ({op.kind}) does not fit its inputs ({error}). Export the model again."
        ) from error
    results = found if isinstance(found, tuple) else (found,)
    if len(results) != len(op.outputs):
        raise InputError(
            f"'{op.name}' ({op.kind}) declares {len(op.outputs)} outputs and gives {len(results)}."
            " Export the model again."
        )
    return results


def _argument(
    parameter: str,
    names: tuple[str, ...],
    constants: Mapping[str, Constant],
    values: Mapping[str, Array],
) -> Constant | tuple[Constant, ...]:
    held = tuple(constants[name] if name in constants else values[name] for name in names)
    return held if parameter in TUPLES else held[0]


def _can_be_prepared(op: Op, program: Program) -> bool:
    """Whether all but `x` are constants, and `x` has one shape: a session is kept for each."""
    shape = program.types[op.inputs["x"][0]].shape
    return (
        shape is not None
        and None not in shape
        and all(
            names[0] in program.constants
            for parameter, names in op.inputs.items()
            if parameter != "x"
        )
    )


def _checked(raw: Any, named: TypedName, op: Op) -> Array:
    """Return the result as an array of the declared kind and shape."""
    found = np.asarray(raw)
    declared = named.type.dtype
    fits = found.dtype.kind == "f" if declared.is_float else found.dtype == declared.storage
    if not fits or not named.type.admits(found.shape):
        raise InputError(
            f"'{named.name}' ({op.kind}) declares {named.type} and gives {found.dtype.name}"
            f" {found.shape}. Export the model again."
        )
    return found


def _rounded(found: Array, named: TypedName, exact: bool) -> Array:
    if not named.type.dtype.is_float:
        return found
    if named.type.dtype is FLOAT16 and not exact:
        return to_half(found)
    return found.astype(np.float32, copy=False)


# Brings the caller's arrays into the declared types, and the outputs back.
#
# Images come and go as RGB; where the file declares BGR the channels are swapped here. Core ML
# hands images over in pixel buffers of 8 bits a channel (FeatureTypes.proto), so a probability
# given out as an image is 0 or 1 (coremltools issues 906 and 2449). Values outside 0 to 255 are
# clipped. How fractions are rounded Apple does not say: here to the nearest whole value, half to
# even. Only GRAYSCALE_FLOAT16 holds fractions.


def fed(program: Program, feeds: Mapping[str, Array], exact: bool) -> dict[str, Array]:
    """Return the inputs as the program's first values; float16 ones are rounded unless `exact`.

    Raises:
        InputError: a name is missing or unknown, or an array does not fit.
    """
    names = [feature.name for feature in program.inputs]
    if sorted(feeds) != sorted(names):
        raise InputError(
            f"The model was given the inputs {_named(feeds)}. Its inputs are {_named(names)}."
        )
    return {
        feature.name: _fed(feeds[feature.name], feature, program, exact)
        for feature in program.inputs
    }


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names)) or "none"


def _fed(array: Array, feature: Feature, program: Program, exact: bool) -> Array:
    came, declared = np.asarray(array), program.types[feature.name]
    fits = declared.admits(came.shape) and feature.admits(came.shape)
    if came.dtype.kind not in "fiub" or not fits:
        raise InputError(
            f"'{feature.name}' was given {came.dtype.name} {came.shape} and takes {feature.kind}"
            f" {feature.shapes}. Give it an array of that shape."
        )
    if feature.holds_bytes and not np.array_equal(_to_bytes(came), came):
        raise InputError(
            f"'{feature.name}' is an image of 8 bits and was given values of {came.min():.5g} to"
            f" {came.max():.5g}. Give it whole values of 0 to 255."
        )
    if feature.colour is Colour.BGR:
        came = came[:, ::-1]
    if not declared.dtype.is_float:
        held = came.astype(declared.dtype.storage)
        if not np.array_equal(held, came):
            raise InputError(
                f"'{feature.name}' was given values that are no {declared.dtype.name}. Round or"
                " scale them first."
            )
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
            raise InputError(
                f"The output '{feature.name}' is text. Only tensors are supported here."
            )
        held = constant if held is None else held
        held = np.asarray(held)
        held = held[:, ::-1] if feature.colour is Colour.BGR else held
        found[feature.name] = np.array(held) if exact else _given_back(held, feature)
    return found


def _given_back(held: Array, feature: Feature) -> Array:
    """Return an output in its declared type, an image as its pixel buffer holds it."""
    if feature.holds_bytes:
        return _to_bytes(held)
    half = feature.dtype == "float16" or feature.colour is Colour.GRAY_FLOAT16
    return held.astype(np.float16) if half else np.array(held)


def _to_bytes(values: Array) -> NDArray[np.uint8]:
    """Return the nearest levels of 8 bits; what is no number becomes 0."""
    return np.nan_to_num(np.rint(values)).clip(0, 255).astype(np.uint8)

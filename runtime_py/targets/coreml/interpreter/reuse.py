"""Which value an operation may overwrite with its result, instead of writing fresh memory.

The maps of a full-size net are 800 MB each: the first touch of so much new memory costs more than
the addition itself. Overwriting is safe where nobody else can see the value: a listed operation
made it (their results are never views), this operation alone reads it, and it has the result's
type.
"""

from collections import Counter
from collections.abc import Mapping

from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import Op, Program

IN_PLACE = frozenset({"add", "relu"})
"""Operations that take an `out`, which may be one of their inputs."""
_FRESH = IN_PLACE | {"conv", "upsample_bilinear"}


def overwritten(program: Program) -> Mapping[str, str]:
    """Return, by the name of an operation in `IN_PLACE`, the value that it may overwrite."""
    readers = Counter(name for op in program.ops for name in _read(op))
    readers.update(feature.name for feature in program.outputs)
    private = {op.name for op in program.ops if op.kind in _FRESH and readers[op.name] == 1}
    found: dict[str, str] = {}
    for op in program.ops:
        fitting = [name for name in _read(op) if name in private and _fits(program, name, op)]
        if op.kind in IN_PLACE and fitting:
            found[op.name] = fitting[0]
    return found


def _read(op: Op) -> list[str]:
    return [name for names in op.inputs.values() for name in names]


def _fits(program: Program, name: str, op: Op) -> bool:
    """Whether a float value has exactly the declared type, all lengths known, of the result."""
    declared = op.outputs[0].type
    known = declared.shape is not None and None not in declared.shape
    return known and declared.dtype.is_float and program.types[name] == declared

"""What every operation computes: name -> function of its parameters, in one dict.

Functions take NumPy arrays (floats as float32) and text, and know nothing of declared types or
rounding: the executor checks and rounds what they return.
"""

from collections.abc import Callable, Mapping
from typing import Any

from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.activation import ACTIVATION
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.conv import CONV
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.elementwise import ELEMENTWISE
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.generate import GENERATE
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.index import INDEX
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.linear import LINEAR
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.normalise import NORMALISE
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.pool import POOL
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.reduce import REDUCE
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.resize import RESIZE
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.shape import SHAPE

OPS: Mapping[str, Callable[..., Any]] = {
    **ACTIVATION,
    **CONV,
    **ELEMENTWISE,
    **GENERATE,
    **INDEX,
    **LINEAR,
    **NORMALISE,
    **POOL,
    **REDUCE,
    **RESIZE,
    **SHAPE,
}
PREPARED = frozenset(CONV)
"""Operations that take a `slot`: their constant weights are packed once."""
TYPED = frozenset({"matmul"})
"""Operations that take the declared type of their `result`, because the inputs leave it open."""

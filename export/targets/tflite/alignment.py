"""Finds, for each operation of a TFLite file, the traced node whose range its result has.

Both lists are in execution order and hold the same operations, except that TFLite fuses
activations into the operation before and pads, cuts and reshapes as it likes. So they are walked
side by side; any disagreement is an error, because a range on the wrong tensor is a silently wrong
net.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.adopted.rewrites import kind_of

_KINDS = {
    "MUL": ("mul",),
    "ADD": ("add",),
    "CONV_2D": ("conv2d",),
    "DEPTHWISE_CONV_2D": ("conv2d",),
    "RESIZE_BILINEAR": ("upsample_bilinear2d",),
    "RESIZE_NEAREST_NEIGHBOR": ("upsample_nearest2d",),
    "AVERAGE_POOL_2D": ("avg_pool2d",),
    "LOGISTIC": ("sigmoid",),
    "MAX_POOL_2D": ("max_pool2d",),
    "RELU": ("relu",),
    "RELU6": ("hardtanh", "relu6"),
    "CONCATENATION": ("cat",),
    "TRANSPOSE_CONV": ("conv_transpose2d",),
    "MEAN": ("mean",),
    "SUB": ("sub",),
    "DIV": ("div",),
    "SQRT": ("sqrt",),
    "POW": ("pow",),
    "MAXIMUM": ("maximum", "clamp_min"),
    "MINIMUM": ("minimum",),
    "EQUAL": ("eq",),
    "LESS": ("lt",),
    "GREATER": ("gt",),
    "SELECT": ("where",),
}
_ACTIVATIONS = ("relu", "relu6", "hardtanh")
KEEPS_VALUES = ("PAD", "PADV2", "RESHAPE", "SLICE")
_MOVES_VALUES = ("view", "permute", "slice")


@dataclass(frozen=True)
class TfliteOperation:
    """One operation of a TFLite file."""

    kind: str
    inputs: tuple[str, ...]
    """Names of tensors."""
    output: str
    activation: bool
    """Whether it fuses one."""
    gives_float: bool = True


def align(operations: Sequence[TfliteOperation], nodes: Sequence[Any]) -> dict[str, str]:
    """Return node names by the names of the tensors that carry their results.

    Raises:
        InputError: the two lists disagree.
    """
    walk = iter([node for node in nodes if _kind(node) not in _MOVES_VALUES])
    found: dict[str, str] = {}
    for operation in operations:
        if operation.kind in KEEPS_VALUES:
            found[operation.output] = found.get(operation.inputs[0], "image")
            continue
        node = _expect(next(walk, None), _KINDS.get(operation.kind, ()), operation)
        found[operation.output] = (
            _expect(next(walk, None), _ACTIVATIONS, operation) if operation.activation else node
        )
    leftover = next(walk, None)
    if leftover is not None:
        raise InputError(
            f"The TFLite file lacks {leftover.name}, which the net has. Use the pinned versions of"
            " constraints.txt."
        )
    return found


def _expect(node: Any, kinds: Sequence[str], operation: TfliteOperation) -> str:
    kind = "nothing" if node is None else _kind(node)
    if node is None or kind not in kinds:
        raise InputError(
            f"The TFLite file has {operation.kind} ({operation.output[-60:]}) where the net has"
            f" {kind}. Use the pinned versions of constraints.txt."
        )
    return str(node.name)


def _kind(node: Any) -> str:
    return kind_of(node.target)

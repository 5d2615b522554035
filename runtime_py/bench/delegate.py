"""Which share of a TFLite file's operations the XNNPACK delegate takes, as LiteRT itself says.

LiteRT keeps the nodes that a delegate replaced and adds a DELEGATE node with its inputs and
results; what leads from its inputs to its results is what it took. The rest runs on slower
kernels, and each border between the two copies a tensor.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.vendors import vendor, vendor_noise_to

_NODE = "DELEGATE"


@dataclass(frozen=True)
class Delegation:
    """How much of a file XNNPACK runs."""

    share: float
    """Of all operations, 0 to 1."""
    parts: int
    """Delegated stretches; more than one means copies in between."""
    left: dict[str, int]
    """Operations on LiteRT's own kernels, by type."""


def delegation_of(path: Path) -> Delegation | None:
    """Return how LiteRT splits a file; None where this version does not tell."""
    litert = vendor("ai_edge_litert.interpreter", "")
    interpreter = litert.Interpreter(model_path=str(path), num_threads=1)
    with vendor_noise_to(Path(os.devnull)):
        interpreter.allocate_tensors()
    list_operations = getattr(interpreter, "_get_ops_details", None)
    return split(list_operations()) if list_operations else None


def split(nodes: Sequence[dict[str, Any]]) -> Delegation | None:
    """Sort nodes (`op_name`, `inputs`, `outputs`) into delegated ones and others."""
    delegates = [node for node in nodes if node["op_name"] == _NODE]
    operations = [node for node in nodes if node["op_name"] != _NODE]
    if not operations:
        return None
    maker = {int(out): i for i, node in enumerate(operations) for out in node["outputs"]}
    taken: set[int] = set()
    for delegate in delegates:
        borders = {int(tensor) for tensor in delegate["inputs"]}
        wanted = [int(tensor) for tensor in delegate["outputs"]]
        while wanted:
            number = maker.get(wanted.pop())
            if number is not None and number not in taken:
                taken.add(number)
                wanted += [int(t) for t in operations[number]["inputs"] if int(t) not in borders]
    left = Counter(node["op_name"] for i, node in enumerate(operations) if i not in taken)
    return Delegation(len(taken) / len(operations), len(delegates), dict(sorted(left.items())))

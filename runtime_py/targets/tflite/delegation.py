"""How LiteRT has split a file between a delegate (XNNPACK, a GPU) and its own kernels.

LiteRT keeps the nodes that a delegate replaced and adds a DELEGATE node with its inputs and
results; what leads from its inputs to its results is what it took. The rest runs on slower
kernels, and each border between the two copies a tensor.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skinseg_mobile.runtime_py.targets.spec import Placed

_NODE = "DELEGATE"
Nodes = Sequence[dict[str, Any]]
"""LiteRT's own list: `op_name`, `inputs`, `outputs` of each."""


@dataclass(frozen=True)
class Delegation:
    """How much of a file XNNPACK runs."""

    share: float
    """Of all operations, 0 to 1."""
    parts: int
    """Delegated stretches; more than one means copies in between."""
    left: dict[str, int]
    """Operations on LiteRT's own kernels, by type."""


def split(nodes: Nodes) -> Delegation | None:
    """Sum up what was delegated; None where there are no operations."""
    taken, left = _sorted(nodes)
    if not taken + left:
        return None
    parts = sum(node["op_name"] == _NODE for node in nodes)
    return Delegation(taken.total() / (taken + left).total(), parts, dict(sorted(left.items())))


def placed(nodes: Nodes) -> tuple[Placed, ...]:
    """Return what XNNPACK computes, and what it leaves to LiteRT's own kernels."""
    taken, left = _sorted(nodes)
    found = (
        Placed("XNNPACK", dict(sorted(taken.items()))),
        Placed("CPU", dict(sorted(left.items())), fallback=True),
    )
    return tuple(part for part in found if part.count)


def _sorted(nodes: Nodes) -> tuple[Counter[str], Counter[str]]:
    """Count the operations that were delegated, and the others."""
    delegates = [node for node in nodes if node["op_name"] == _NODE]
    operations = [node for node in nodes if node["op_name"] != _NODE]
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
    names = [node["op_name"] for node in operations]
    left = Counter(name for i, name in enumerate(names) if i not in taken)
    return Counter(names[i] for i in taken), left

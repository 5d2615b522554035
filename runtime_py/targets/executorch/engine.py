"""Runs `model.pte` with ExecuTorch's own runtime, in a process of its own."""

from dataclasses import replace
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.executorch.delegate import delegate_of, portable_of
from skinseg_mobile.runtime_py.targets.in_child import ChildEngine, described
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile, Placed

NAMES = "tensors"
"""The method that returns the names of inputs and results, which a .pte has not."""
CLAIM = (
    "Computed by ExecuTorch's runtime with XNNPACK's kernels for this machine's processor. A phone"
    " has others of the same library; nothing is said of delegates to a GPU or a neural engine."
)


class ExecutorchEngine(ChildEngine):
    """One method in memory, one thread."""

    def __init__(self, model: ModelFile) -> None:
        super().__init__("executorch", model, CLAIM)
        self.described = _with_precision(self.described, model.path)
        self.placement = _placement(model.path)


def inspect(path: Path) -> Described:
    """Return what the file says of itself.

    Raises:
        InputError: ExecuTorch does not load it, or it is none of ours.
    """
    return _with_precision(described("executorch", path), path)


def _placement(path: Path) -> tuple[Placed, ...]:
    """Return what XNNPACK computes, and what it leaves to portable kernels."""
    content = path.read_bytes()
    found = (
        Placed("XNNPACK", delegate_of(content).operations),
        Placed("CPU", portable_of(content), fallback=True),
    )
    return tuple(part for part in found if part.count)


def _with_precision(found: Described, path: Path) -> Described:
    try:
        return replace(found, precision=delegate_of(path.read_bytes()).precision)
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}). Export it again.") from error

"""Runs `model.pte` with ExecuTorch's own runtime, in a process of its own."""

from dataclasses import replace
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.executorch.delegate import Delegate, delegate_of, portable_of
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
        delegate, portable = _read(model.path)
        self.described = replace(self.described, precision=delegate.precision)
        found = Placed("XNNPACK", delegate.operations), Placed("CPU", portable, fallback=True)
        self.placement = tuple(part for part in found if part.count)


def inspect(path: Path) -> Described:
    """Return what the file says of itself.

    Raises:
        InputError: ExecuTorch does not load it, or it is none of ours.
    """
    found = described("executorch", path)
    return replace(found, precision=_read(path)[0].precision)


def _read(path: Path) -> tuple[Delegate, dict[str, int]]:
    """Return what XNNPACK computes, and what it leaves to portable kernels."""
    content = path.read_bytes()
    try:
        return delegate_of(content), portable_of(content)
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}). Export it again.") from error

"""Runs `model.aimodel` with Apple's Core AI runtime, in a process of its own.

A truncated asset ends the process that opens it, and a fork after a run hangs: so a new process,
and only after the checksums of all files.
"""

from pathlib import Path

from skinseg_mobile.runtime_py.targets.in_child import ChildEngine, described
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile

CLAIM = (
    "The saved asset, run by Apple's own Core AI runtime on this machine's processor. This checks"
    " conversion, weights, compression and preprocessing. It is not a measurement on a phone: its"
    " GPU and Neural Engine compute otherwise, and int8 is computed in float here."
)


class CoreaiEngine(ChildEngine):
    """One function in memory."""

    def __init__(self, model: ModelFile) -> None:
        super().__init__("coreai", model, CLAIM)


def inspect(path: Path) -> Described:
    """Return what an asset says of itself.

    Raises:
        InputError: the runtime does not load it.
        SkinsegError: the runtime ended.
    """
    return described("coreai", path)

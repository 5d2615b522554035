"""Runs `model.aimodel` with Apple's Core AI runtime, in a process of its own.

A truncated asset ends the process that opens it, and a fork after a run hangs: so a new process,
and only after the checksums of all files.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.child.process import Child, Greeting
from skinseg_mobile.runtime_py.targets.in_child import ChildEngine, ask, described, start
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile
from skinseg_mobile.runtime_py.targets.tensors import store

CLAIM = (
    "The saved asset, run by Apple's own Core AI runtime on this machine's processor. This checks"
    " conversion, weights, compression and preprocessing. It is not a measurement on a phone: its"
    " GPU and Neural Engine compute otherwise, and int8 is computed in float here."
)


class CoreaiEngine(ChildEngine):
    """One function in memory."""

    def __init__(self, model: ModelFile) -> None:
        super().__init__("coreai", model, CLAIM)
        self.logged: dict[str, tuple[Child, Greeting]] = {}

    def results(
        self, tensor: NDArray[np.float32], shapes: Collection[tuple[int, int, int]]
    ) -> Mapping[str, NDArray[np.float32]]:
        """See `LoggingEngine`; Apple's logger needs a process of its own, for each set of shapes.

        Raises:
            SkinsegError: the runtime ended.
        """
        wanted = json.dumps(sorted((1, *shape) for shape in shapes))
        if wanted not in self.logged:
            child = start("coreai-logged", self.model.path, wanted)
            self.logged[wanted] = child, child.greeting()
        child, said = self.logged[wanted]
        found: dict[str, NDArray[Any]] = ask(child, said.outputs, store(tensor, self.model.input))
        return {name: result[0] for name, result in found.items()}


def inspect(path: Path) -> Described:
    """Return what an asset says of itself.

    Raises:
        InputError: the runtime does not load it.
        SkinsegError: the runtime ended.
    """
    return described("coreai", path)

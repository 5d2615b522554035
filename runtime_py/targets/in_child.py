"""`ChildEngine`: a vendor's runtime that a damaged file can kill, kept out of this process."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.child import accelerated
from skinseg_mobile.runtime_py.child.process import ONE_THREAD, Child, Greeting, started
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile, Placed, Tensors
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine


class ChildEngine(TensorEngine):
    """A process that holds the model; `runtime` is one of the worker's engines.

    Raises:
        InputError: the runtime does not load the model.
        SkinsegError: the process died.
    """

    def __init__(self, runtime: str, model: ModelFile, claim: str) -> None:
        self.child = start(runtime, model.path)
        said = self.child.greeting()
        run = partial(ask, self.child, said.outputs)
        name = f"{runtime} {said.version}"
        on = (Placed("CPU", said.on),) if said.on else ()
        super().__init__(name, model, _described(said), run, claim, on)


def described(runtime: str, path: Path) -> Described:
    """Return what a runtime says of a file; its process ends with that.

    Raises:
        InputError: the runtime does not load the file.
        SkinsegError: the process died.
    """
    return _described(start(runtime, path).greeting())


def ask(running: Child, outputs: Tensors, stored: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return a child's results by name for one input; see `TensorEngine`."""
    found = running.ask(stored.tobytes(), len(outputs))
    return {
        name: np.frombuffer(values, dtype).reshape(shape)
        for (name, (shape, dtype)), values in zip(outputs.items(), found, strict=True)
    }


def start(runtime: str, path: Path, *arguments: str) -> Child:
    """Start the worker of a runtime with a model file."""
    script, place = accelerated.__file__, str(path.absolute())
    return started(script, runtime, place, *arguments, environment=ONE_THREAD)


def _described(said: Greeting) -> Described:
    precision = Precision(said.precision) if said.precision else None
    return Described(said.inputs, said.outputs, said.metadata, precision)

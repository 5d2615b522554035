"""Runs `model.tflite` with LiteRT (XNNPACK kernels) on the CPU."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.spec import (
    METADATA_PREFIX,
    Described,
    ModelFile,
    Placed,
    Tensors,
)
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine
from skinseg_mobile.runtime_py.targets.tflite.delegation import placed
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import precision_of, schema
from skinseg_mobile.runtime_py.vendors import vendor, vendor_noise_to


class LiteRtEngine(TensorEngine):
    """One interpreter; the vendor's is not safe for several threads at once."""

    library = "LiteRT"
    claim_of_kernels = ""
    """What a report must add; see `Engine.claim`."""

    def __init__(self, model: ModelFile) -> None:
        with _must_load(model.path, self.library):
            self.interpreter = self._interpreter(model.path, model.threads)
            self.interpreter.allocate_tensors()
            self.runner = runner_of(self.interpreter)  # holds it weakly
        described = _described(self.runner, model.path)
        run = partial(_run, self.runner, model, self.library)
        super().__init__(
            self._label(), model, described, run, self.claim_of_kernels, self._placement()
        )

    def _placement(self) -> tuple[Placed, ...]:
        tell = getattr(self.interpreter, "_get_ops_details", None)  # no public way tells it
        return placed(tell()) if tell else ()

    def _interpreter(self, path: Path, threads: int) -> Any:
        litert = vendor("ai_edge_litert.interpreter", "")
        return litert.Interpreter(model_path=str(path), num_threads=threads)

    def _label(self) -> str:
        return f"litert {version('ai-edge-litert')}"


class _Unsigned:
    """What a signature's runner is, for a file without one: tensors go by their own names."""

    def __init__(self, interpreter: Any) -> None:
        self.interpreter = interpreter
        self.ready = False

    def get_input_details(self) -> dict[str, Any]:
        """Return what each input is, by name."""
        return {tensor["name"]: tensor for tensor in self.interpreter.get_input_details()}

    def get_output_details(self) -> dict[str, Any]:
        """Return what each output is, by name."""
        return {tensor["name"]: tensor for tensor in self.interpreter.get_output_details()}

    def __call__(self, **given: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return the outputs by name."""
        if not self.ready:
            self.interpreter.allocate_tensors()
            self.ready = True
        inputs = self.get_input_details()
        for name, value in given.items():
            self.interpreter.set_tensor(inputs[name]["index"], value)
        self.interpreter.invoke()
        found = self.get_output_details()
        return {name: self.interpreter.get_tensor(at["index"]) for name, at in found.items()}


def runner_of(interpreter: Any) -> Any:
    """Return what runs a file by the names of its one signature, or of its tensors."""
    signed = len(interpreter.get_signature_list()) == 1
    return interpreter.get_signature_runner() if signed else _Unsigned(interpreter)


def _run(
    runner: Any, model: ModelFile, library: str, stored: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    try:
        return runner(**{model.input.name: stored})
    except (ValueError, RuntimeError) as error:  # it loads, and is damaged further in
        raise InputError(
            f"{model.path} does not run in {library} ({' '.join(str(error).split())}). Export it"
            " again."
        ) from error


def inspect(path: Path) -> Described:
    """Return what the file says of itself.

    Raises:
        InputError: LiteRT does not load it, or its metadata cannot be read.
    """
    interpreter = opened_interpreter(path)
    return _described(runner_of(interpreter), path)


def opened_interpreter(path: Path) -> Any:
    """Return LiteRT's interpreter of a file; nothing is allocated.

    Raises:
        InputError: LiteRT does not load it.
    """
    with _must_load(path, LiteRtEngine.library):
        litert = vendor("ai_edge_litert.interpreter", "")
        return litert.Interpreter(model_path=str(path), num_threads=1)


@contextmanager
def _must_load(path: Path, library: str) -> Generator[None]:
    try:
        with vendor_noise_to(Path(os.devnull)):  # it announces its kernels
            yield
    except (ValueError, RuntimeError) as error:
        raise InputError(
            f"{path} does not load in {library} ({' '.join(str(error).split())}). Export it again."
        ) from error


def _described(runner: Any, path: Path) -> Described:
    inputs, outputs = runner.get_input_details(), runner.get_output_details()
    try:
        model = schema().Model.GetRootAs(path.read_bytes(), 0)
        metadata, precision = texts_of(model), precision_of(model)
    except Exception as error:  # a damaged flatbuffer fails in a dozen ways
        raise InputError(f"{path} is damaged ({error}). Export it again.") from error
    return Described(_tensors(inputs), _tensors(outputs), metadata, precision)


def _tensors(details: dict[str, Any]) -> Tensors:
    return {
        name: (tuple(int(n) for n in tensor["shape"]), np.dtype(tensor["dtype"]).name)
        for name, tensor in details.items()
    }


def texts_of(model: Any) -> dict[str, str]:
    """Return our own texts in a TFLite file that LiteRT has accepted."""
    entries = [model.Metadata(number) for number in range(model.MetadataLength())]
    return {
        entry.Name().decode(): _text(model.Buffers(entry.Buffer()))
        for entry in entries
        if entry.Name().decode().startswith(METADATA_PREFIX)
    }


def _text(buffer: Any) -> str:
    return np.asarray(buffer.DataAsNumpy(), np.uint8).tobytes().decode()

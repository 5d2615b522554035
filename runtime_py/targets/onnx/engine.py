"""Runs `model.onnx` with ONNX Runtime on the CPU."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.engines.metadata import require_same
from skinseg_mobile.runtime_py.engines.protocol import (
    Tensors,
    channels_first,
    require_described,
    restore,
    store,
)
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor

_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
}


class OnnxEngine:
    """One session, one thread: the same numbers on every machine."""

    def __init__(self, path: Path, manifest: Manifest, threads: int = 1) -> None:
        self.runtime = vendor("onnxruntime", "")
        self.manifest = manifest
        options = self.runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self.session = self.runtime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the vendor raises many kinds, all of them "no good file"
            raise InputError(
                f"{path.name} must load in ONNX Runtime, {path} does not ({_first_line(error)})"
            ) from error
        require_described(
            manifest, _tensors(self.session.get_inputs()), _tensors(self.session.get_outputs())
        )
        require_same(manifest, self.session.get_modelmeta().custom_metadata_map)

    @property
    def name(self) -> str:
        """Engine and version."""
        return f"onnxruntime {self.runtime.__version__}"

    @property
    def claim(self) -> str:
        """Nothing to add."""
        return ""

    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        (found,) = self._run(tensor, (self.manifest.output.name,))
        return restore(found, self.manifest.output)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `Engine`."""
        names = self.manifest.taps
        found = self._run(tensor, names) if names else []
        layout = self.manifest.output.layout
        return {n: channels_first(value, layout) for n, value in zip(names, found, strict=True)}

    def _run(self, tensor: NDArray[np.float32], names: Sequence[str]) -> list[Any]:
        feed = {self.manifest.input.name: store(tensor, self.manifest.input)}
        try:
            return self.session.run(list(names), feed)
        except Exception as error:  # it loads, and is damaged further in
            raise InputError(
                f"a model must run in ONNX Runtime, this one does not ({_first_line(error)});"
                " export it again"
            ) from error


def _tensors(nodes: Sequence[Any]) -> Tensors:
    return {
        node.name: (tuple(node.shape), str(_DTYPES.get(node.type, node.type))) for node in nodes
    }


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]

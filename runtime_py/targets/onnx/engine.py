"""Runs `model.onnx` with ONNX Runtime on the CPU."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError, no_memory
from skinseg_mobile.runtime_py.targets.onnx.file import precision_of, require_inside
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile, Tensors
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine
from skinseg_mobile.runtime_py.vendors import vendor

_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
}


class OnnxEngine(TensorEngine):
    """One session, one thread: the same numbers on every machine."""

    def __init__(self, model: ModelFile) -> None:
        self.session = _session(model.path, model.threads)
        name = f"onnxruntime {vendor('onnxruntime', '').__version__}"
        super().__init__(name, model, _described(self.session, model.path), self._run)

    def _run(self, stored: NDArray[Any]) -> dict[str, NDArray[Any]]:
        names = (self.model.output.name, *self.model.taps)
        try:
            found = self.session.run(list(names), {self.model.input.name: stored})
        except Exception as error:  # it loads, and is damaged further in
            raise no_memory(error) or InputError(
                f"{self.model.path} does not run in ONNX Runtime ({_first_line(error)}). Export it"
                " again."
            ) from error
        return dict(zip(names, found, strict=True))


def inspect(path: Path) -> Described:
    """Return what the file says of itself; nothing is optimised for that.

    Raises:
        InputError: ONNX Runtime does not load it, or its weights lie in another file.
    """
    return _described(_session(path, 1, optimised=False), path)


def _session(path: Path, threads: int, *, optimised: bool = True) -> Any:
    require_inside(path)
    runtime = vendor("onnxruntime", "")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    if not optimised:
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the vendor raises many kinds, all of them "no good file"
        raise no_memory(error) or InputError(
            f"{path} does not load in ONNX Runtime ({_first_line(error)}). Export it again."
        ) from error


def _described(session: Any, path: Path) -> Described:
    inputs, outputs = _tensors(session.get_inputs()), _tensors(session.get_outputs())
    texts = session.get_modelmeta().custom_metadata_map
    return Described(inputs, outputs, texts, precision_of(path))


def _tensors(nodes: Sequence[Any]) -> Tensors:
    return {
        node.name: (tuple(node.shape), str(_DTYPES.get(node.type, node.type))) for node in nodes
    }


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]

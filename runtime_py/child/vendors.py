"""Runs one model with an optional vendor's runtime, tensor after tensor; see `worker`.

    python vendors.py executorch|coreai MODEL

Beside what `worker` says, it says "metadata", texts by name, and "precision".
"""

import json
import os
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Any

from skinseg_mobile.runtime_py.child.worker import serve

_SCALARS = {1: "int8", 0: "uint8", 5: "float16", 6: "float32"}
"""Of torch's `ScalarType`, by ExecuTorch's numbers."""


class ExecuTorch:
    """A method on one thread; its texts and the names of its tensors are methods, too."""

    def __init__(self, path: str) -> None:
        self.torch: Any = import_module("torch")
        library: Any = import_module("executorch.extension.pybindings.portable_lib")
        library._unsafe_reset_threadpool(1)
        runtime: Any = import_module("executorch.runtime")
        self.version = version("executorch")
        program = runtime.Runtime.get().load_program(path)
        texts = {n: program.load_method(n) for n in program.method_names if n != "forward"}
        found = {name: str(method.execute([])[0]) for name, method in texts.items()}
        names = json.loads(found.pop("tensors"))
        self.metadata = dict(sorted(found.items()))
        self.precision = None
        self.method = program.load_method("forward")
        about = self.method.metadata
        given = [about.input_tensor_meta(i) for i in range(about.num_inputs())]
        results = [about.output_tensor_meta(i) for i in range(about.num_outputs())]
        self.inputs, self.outputs = (
            self._named(names["inputs"], given),
            self._named(names["outputs"], results),
        )

    def _named(self, names: Any, tensors: Any) -> dict[str, Any]:
        return {
            name: [list(tensor.sizes()), _SCALARS.get(tensor.dtype(), str(tensor.dtype()))]
            for name, tensor in zip(names, tensors, strict=True)
        }

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return every output by name."""
        found = self.method.execute([self.torch.from_numpy(value.copy())])
        return {key: result.numpy() for key, result in zip(self.outputs, found, strict=True)}


class CoreAi:
    """A function of Apple's runtime, compiled from the asset as it is opened."""

    def __init__(self, path: str) -> None:
        self.loop: Any = import_module("asyncio").new_event_loop()  # slow to import
        self.array: Any = import_module("coreai.runtime").NDArray
        self.version = version("coreai-core")
        asset: Any = import_module("coreai.authoring.asset").AIModelAsset.load(path)
        self.metadata = _texts(path)
        summary = asset.summary(include_statistics=True)
        self.precision = _precision(summary)
        self.function = self.loop.run_until_complete(_opened(asset))
        about = self.function.desc
        self.inputs = {n: _array(about.input_descriptor(n)) for n in about.input_names}
        self.outputs = {n: _array(about.output_descriptor(n)) for n in about.output_names}

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return every output by name."""
        found = self.loop.run_until_complete(self.function({name: self.array(value.copy())}))
        return {key: found[key].numpy() for key in self.outputs}


async def _opened(asset: Any) -> Any:
    """Return the function; its compiled files are read into memory, and gone again."""
    async with asset.executable() as model:
        return model.load_function("main")


def _texts(path: str) -> dict[str, str]:
    with open(os.path.join(path, "metadata.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        texts = json.load(file).get("creatorDefinedMetadata", {})
    return {key: text for key, text in texts.items() if isinstance(text, str)}


def _precision(summary: Any) -> str:
    """Return how an asset stores and computes numbers, by its operations and types."""
    operations = {name for name, _ in summary.operation_distribution}
    if "quantize" in operations:
        return "int8"
    if "lut_to_dense" in operations:
        return "pal6"
    if "blockwise_shift_scale" in operations:
        return "w8"
    return "fp16" if "Float16" in summary.compute_types else "fp32"


def _array(described: Any) -> list[Any]:
    return [[int(n or 0) for n in described.shape], str(described.dtype)]


ENGINES: dict[str, Any] = {"executorch": ExecuTorch, "coreai": CoreAi}


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what vendors print must not come between the frames
    serve(sys.argv[1], sys.argv[2:], sys.stdin.buffer, answers, ENGINES)

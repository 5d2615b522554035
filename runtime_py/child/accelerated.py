"""Engines of a worker in the toolkit's own environment: accelerators and vendors' runtimes."""

import asyncio
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.child.worker import NotTaken, OnnxRuntime, details, main, nodes

_SCALARS = {1: "int8", 0: "uint8", 5: "float16", 6: "float32"}
"""Of torch's `ScalarType`, by ExecuTorch's numbers."""


class LiteRtGpu:
    """LiteRT's shaders on what Vulkan finds; the CPU takes what they lack, and it is told."""

    def __init__(self, path: str) -> None:
        compiled: Any = import_module("ai_edge_litert.compiled_model")
        kinds = compiled.HardwareAccelerator
        self.version = version("ai-edge-litert")
        self.model: Any = None
        with heard() as words, suppress(RuntimeError):
            # with the CPU at once it would not say that it has found no GPU
            self.model = compiled.CompiledModel.from_file(path, kinds.GPU)
        self.device, *counts = told_by_gpu(words[0])
        if self.model is None:
            if not counts:
                raise RuntimeError(f"its GPU part does not start on {self.device}")
            self.model = compiled.CompiledModel.from_file(path, kinds.GPU | kinds.CPU)
        self.on, self.left = ({"operations": count} for count in counts or (0, 0))
        key, *_ = self.model.get_signature_list()
        self.inputs = details(self.model.get_input_tensor_details(key))
        self.outputs = details(self.model.get_output_tensor_details(key))
        self.given = self.model.create_input_buffers(0)
        self.results = self.model.create_output_buffers(0)

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return every output by name."""
        self.given[0].write(value)
        self.model.run_by_index(0, self.given, self.results)
        return {
            name: buffer.read(int(np.prod(shape)), np.dtype(dtype).type).reshape(shape)
            for (name, (shape, dtype)), buffer in zip(
                self.outputs.items(), self.results, strict=True
            )
        }


_ADAPTER = re.compile(r"Selected adapter: ([^,\n]+)")
_SPLIT = re.compile(r"(\d+) operations will run on the GPU, and the remaining (\d+) ")


def told_by_gpu(words: str) -> list[Any]:
    """Return the adapter, and where the CPU takes a part, how many operations each has.

    >>> told_by_gpu("Selected adapter: SwiftShader Device (Subzero), arch=swiftshader")
    ['SwiftShader Device (Subzero)']
    """
    adapter, split = _ADAPTER.search(words), _SPLIT.search(words)
    counts = [int(n) for n in split.groups()] if split else []
    return [adapter[1].strip() if adapter else "an unknown adapter", *counts]


@contextmanager
def heard() -> Generator[list[str]]:
    """Collect what vendors print to stderr; it still goes there."""
    words: list[str] = []
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield words
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            words.append(file.read().decode("utf-8", "replace"))
            sys.stderr.write(words[0])


class Hexagon:
    """Qualcomm's simulator of a phone's neural processor, and nothing on the CPU."""

    PROVIDER = "QNNExecutionProvider"

    def __init__(self, path: str, soc: str, name: str, context: str = "") -> None:
        runtime: Any = import_module("onnxruntime")
        qnn: Any = import_module("onnxruntime_qnn")
        self.version, self.device = qnn.__version__, name
        runtime.register_execution_provider_library(self.PROVIDER, qnn.get_library_path())
        devices = [d for d in runtime.get_ep_devices() if d.ep_name == self.PROVIDER][:1]
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        if context:
            options.add_session_config_entry("ep.context_enable", "1")
            options.add_session_config_entry("ep.context_embed_mode", "1")
            options.add_session_config_entry("ep.context_file_path", context)
        with tempfile.TemporaryDirectory() as folder:
            options.add_provider_for_devices(
                devices,
                {
                    "backend_path": qnn.get_qnn_htp_path(),
                    "soc_model": soc,  # without it, or with another's number, nothing is placed
                    "enable_framework_op_trace": "1",
                    "framework_op_trace_dir": folder,
                },
            )
            trace = Path(folder, "qnn_op_trace.json")
            try:
                self.session = runtime.InferenceSession(path, options)
            except Exception:
                if trace.exists() and (left := told_by_trace(trace)[1]):
                    raise NotTaken(left) from None
                raise
            # a file that is compiled already is one operation, and leaves no trace
            self.on, self.left = told_by_trace(trace) if trace.exists() else ({"EPContext": 1}, {})
        self.inputs = nodes(self.session.get_inputs())
        self.outputs = nodes(self.session.get_outputs())

    run = OnnxRuntime.run


def told_by_trace(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Return QNN's operations and the nodes that it does not take, by type."""
    trace = json.loads(path.read_text())
    placed = [op for part in trace["subgraph_traces"] for op in part["op_mappings"]]
    on = Counter(op["dst_qnn_op_type"] for op in placed)
    left = Counter(node["op_type"] for node in trace["unsupported_nodes"])
    return dict(sorted(on.items())), dict(sorted(left.items()))


class ExecuTorch:
    """A method on one thread; its texts and the names of its tensors are methods, too."""

    def __init__(self, path: str) -> None:
        self.torch: Any = import_module("torch")
        _leave_out_compiler()
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


def _leave_out_compiler() -> None:
    """Put an empty package in the place of ExecuTorch's compiler.

    Its runtime takes the class of a warning from there, and would import the whole compiler with
    it: 6 s of a processor's time in place of 1.
    """
    package = ModuleType("executorch.exir")
    package.__path__ = [f"{place}/exir" for place in import_module("executorch").__path__]
    sys.modules[package.__name__] = package


_NO_WORK = ("constant", "output")


class CoreAi:
    """A function of Apple's runtime, compiled from the asset as it is opened."""

    def __init__(self, path: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.runtime: Any = import_module("coreai.runtime")
        self.array = self.runtime.NDArray
        self.version = version("coreai-core")
        asset: Any = import_module("coreai.authoring.asset").AIModelAsset.load(path)
        self.metadata = _texts(path)
        summary = asset.summary(include_statistics=True)
        self.precision = _precision(summary)
        self.on = _operations(asset)
        self.function = self.loop.run_until_complete(self._opened(asset))
        about = self.function.desc
        self.inputs = {n: _array(about.input_descriptor(n)) for n in about.input_names}
        self.outputs = {n: _array(about.output_descriptor(n)) for n in about.output_names}

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return every output by name."""
        found = self._asked(name, value)
        return {key: found[key].numpy() for key in self.outputs}

    def _asked(self, name: str, value: Any) -> Any:
        return self.loop.run_until_complete(self.function({name: self.array(value.copy())}))

    async def _opened(self, asset: Any) -> Any:
        """Return the function; its compiled files are read into memory, and gone again."""
        async with asset.executable() as model:
            return model.load_function("main", intermediate_logger=self._logger(model))

    def _logger(self, model: Any) -> Any:
        return None


class CoreAiLogged(CoreAi):
    """The same, but its outputs are what its instructions give: all that have one of some shapes.

    Apple's logger names the result of an instruction by the instruction's number, in files without
    debug information too; it does not say which operation of the asset that was.
    """

    def __init__(self, path: str, shapes: str) -> None:
        self.shapes = {tuple(shape) for shape in json.loads(shapes)}
        self.heard: dict[str, Any] = {}
        super().__init__(path)
        ((name, (shape, dtype)),) = self.inputs.items()
        self._asked(name, np.zeros(shape, dtype))
        self.outputs = {key: [list(found.shape), "float32"] for key, found in self.heard.items()}

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return the results by number of the instruction."""
        self.heard.clear()
        self._asked(name, value)
        return dict(self.heard)

    def _logger(self, model: Any) -> Any:
        instructions = json.loads(model._debug_infos)[0]["operations"]
        wanted = [self.runtime.CompileIdentifiers(one["odixId"]) for one in instructions]
        return self.runtime.IntermediateLogger(wanted, self._hear)

    def _hear(self, results: list[Any], kind: str, instruction: Any) -> None:
        for place, result in enumerate(results):
            if kind == "output" and result is not None and tuple(result.shape) in self.shapes:
                found = self.array._wrap(result).numpy()
                if found.dtype.kind == "f":
                    self.heard[f"{instruction.id}.{place}"] = np.array(found, np.float32)


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


def _operations(asset: Any) -> dict[str, int]:
    """Return what is computed, by type; the summary counts parts of operations again."""
    program = asset.program  # holds what its graphs point to
    (block,) = program._get_graph("main").bodyRegion.blocks
    names = [op.name.rpartition(".")[2] for op in block.operations]
    return dict(sorted(Counter(name for name in names if name not in _NO_WORK).items()))


def _array(described: Any) -> list[Any]:
    return [[int(n or 0) for n in described.shape], str(described.dtype)]


ENGINES: dict[str, Any] = {
    "litert-gpu": LiteRtGpu,
    "hexagon": Hexagon,
    "executorch": ExecuTorch,
    "coreai": CoreAi,
    "coreai-logged": CoreAiLogged,
}

if __name__ == "__main__":
    main(ENGINES)

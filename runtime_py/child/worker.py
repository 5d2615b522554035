"""Runs one model, tensor after tensor: a plain file that needs numpy and one engine, nothing else.

    python worker.py onnxruntime|litert|litert-gpu MODEL
    python worker.py hexagon MODEL SOC NAME [CONTEXT, a file to write]

It speaks in frames: a length (8 bytes, little endian), then as many bytes.

    -> JSON: {"version": …, "inputs": {name: [shape, dtype]}, "outputs": {…}}, or {"error": …}
             and of accelerators, "device": their name, "on": {type: operations on it} and "left":
             {type: operations that are not}; where an engine forbids that, "error" is beside it
    <- the first input's values in C order
    -> the values of each output, a frame each, in the order of the JSON
    … and so on until stdin ends.
"""

import json
import os
import re
import struct
import sys
import tempfile
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

LENGTH = struct.Struct("<Q")
DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
}


def write_frame(stream: BinaryIO, content: bytes) -> None:
    """Send one frame."""
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: BinaryIO, most: int) -> bytes:
    """Receive one frame of `most` bytes at most.

    Raises:
        EOFError: the stream ended before it.
        ValueError: it is longer.
    """
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    if length > most:
        raise ValueError(f"A frame of {length} bytes came, where {most} are the most")
    return _exactly(stream, length)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content


class OnnxRuntime:
    """A session on one thread."""

    def __init__(self, path: str) -> None:
        onnxruntime: Any = import_module("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.version = onnxruntime.__version__
        self.session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self.inputs = _nodes(self.session.get_inputs())
        self.outputs = _nodes(self.session.get_outputs())

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return every output by name."""
        found = self.session.run(list(self.outputs), {name: value})
        return dict(zip(self.outputs, found, strict=True))


class LiteRt:
    """An interpreter on one thread."""

    def __init__(self, path: str) -> None:
        litert: Any = import_module("ai_edge_litert.interpreter")
        self.version = version("ai-edge-litert")
        self.interpreter = litert.Interpreter(model_path=path, num_threads=1)
        self.interpreter.allocate_tensors()
        signed = len(self.interpreter.get_signature_list()) == 1
        self.runner = self.interpreter.get_signature_runner() if signed else None
        source = self.runner or self.interpreter
        self.places = [_by_name(source.get_input_details()), _by_name(source.get_output_details())]
        self.inputs, self.outputs = map(_details, self.places)

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return every output by name."""
        if self.runner is not None:
            return self.runner(**{name: value})
        inputs, outputs = self.places
        self.interpreter.set_tensor(inputs[name]["index"], value)
        self.interpreter.invoke()
        return {key: self.interpreter.get_tensor(at["index"]) for key, at in outputs.items()}


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
        self.inputs = _details(self.model.get_input_tensor_details(key))
        self.outputs = _details(self.model.get_output_tensor_details(key))
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


class LeftToCpu(Exception):
    """An accelerator does not take all operations, and the CPU must not."""

    def __init__(self, left: dict[str, int]) -> None:
        super().__init__("the accelerator does not take all of its operations")
        self.left = left


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
                    raise LeftToCpu(left) from None
                raise
            self.on, self.left = told_by_trace(trace)
        self.inputs = _nodes(self.session.get_inputs())
        self.outputs = _nodes(self.session.get_outputs())

    run = OnnxRuntime.run


def told_by_trace(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Return QNN's operations and the nodes that it does not take, by type."""
    trace = json.loads(path.read_text())
    placed = [op for part in trace["subgraph_traces"] for op in part["op_mappings"]]
    on = Counter(op["dst_qnn_op_type"] for op in placed)
    left = Counter(node["op_type"] for node in trace["unsupported_nodes"])
    return dict(sorted(on.items())), dict(sorted(left.items()))


ENGINES: dict[str, Any] = {
    "onnxruntime": OnnxRuntime,
    "litert": LiteRt,
    "litert-gpu": LiteRtGpu,
    "hexagon": Hexagon,
}
TOLD = ("version", "inputs", "outputs", "device", "on", "left", "metadata", "precision")


def _nodes(nodes: Any) -> dict[str, Any]:
    return {node.name: [list(node.shape), DTYPES.get(node.type, node.type)] for node in nodes}


def _by_name(details: Any) -> Any:
    """Return a file's tensors by name: without a signature they come as a list."""
    return details if isinstance(details, dict) else {one["name"]: one for one in details}


def _details(details: Any) -> dict[str, Any]:
    return {
        name: [[int(n) for n in tensor["shape"]], np.dtype(tensor["dtype"]).name]
        for name, tensor in details.items()
    }


def serve(
    engine: str,
    arguments: list[str],
    given: BinaryIO,
    results: BinaryIO,
    engines: dict[str, Any] = ENGINES,
) -> None:
    """Load the model, say what it takes and gives, then answer until `given` ends."""
    try:
        net = engines[engine](*arguments)
    except Exception as error:  # vendors raise many kinds, all of them "no good file"
        said = {"error": " ".join(str(error).split()), "left": getattr(error, "left", {})}
        return write_frame(results, json.dumps(said).encode())
    greeting = {name: getattr(net, name) for name in TOLD if hasattr(net, name)}
    write_frame(results, json.dumps(greeting).encode())
    ((name, (shape, dtype)),) = net.inputs.items()
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    while True:
        try:
            content = read_frame(given, size)
        except EOFError:
            return None
        found = net.run(name, np.frombuffer(content, dtype).reshape(shape))
        for output in net.outputs:
            write_frame(results, np.ascontiguousarray(found[output]).tobytes())


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what vendors print must not come between the frames
    serve(sys.argv[1], sys.argv[2:], sys.stdin.buffer, answers)

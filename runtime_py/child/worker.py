"""Runs one model, tensor after tensor: a plain file that needs numpy and one engine, nothing else.

    python worker.py onnxruntime|litert|executorch|coreai MODEL

It speaks in frames: a length (8 bytes, little endian), then as many bytes.

    -> JSON: {"version": …, "inputs": {name: [shape, dtype]}, "outputs": {…}, "metadata": {…},
       "precision": …}, or {"error": …}
    <- the first input's values in C order
    -> the values of each output, a frame each, in the order of the JSON
    … and so on until stdin ends.
"""

import json
import os
import struct
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Any, BinaryIO

import numpy as np

LENGTH = struct.Struct("<Q")
DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
}
_SCALARS = {1: "int8", 0: "uint8", 5: "float16", 6: "float32"}
"""Of torch's `ScalarType`, by ExecuTorch's numbers."""


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
        self.runner = self.interpreter.get_signature_runner()
        self.inputs = _details(self.runner.get_input_details())
        self.outputs = _details(self.runner.get_output_details())

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return every output by name."""
        return self.runner(**{name: value})


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


ENGINES = {
    "onnxruntime": OnnxRuntime,
    "litert": LiteRt,
    "executorch": ExecuTorch,
    "coreai": CoreAi,
}


def _nodes(nodes: Any) -> dict[str, Any]:
    return {node.name: [list(node.shape), DTYPES.get(node.type, node.type)] for node in nodes}


def _details(details: Any) -> dict[str, Any]:
    return {
        name: [[int(n) for n in tensor["shape"]], np.dtype(tensor["dtype"]).name]
        for name, tensor in details.items()
    }


def serve(engine: str, model: str, given: BinaryIO, results: BinaryIO) -> None:
    """Load the model, say what it takes and gives, then answer until `given` ends."""
    try:
        net = ENGINES[engine](model)
    except Exception as error:  # vendors raise many kinds, all of them "no good file"
        return write_frame(results, json.dumps({"error": " ".join(str(error).split())}).encode())
    known = ("version", "inputs", "outputs", "metadata", "precision")
    greeting = {name: getattr(net, name) for name in known if hasattr(net, name)}
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
    serve(sys.argv[1], sys.argv[2], sys.stdin.buffer, answers)

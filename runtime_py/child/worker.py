"""Runs one model, tensor after tensor: a plain file that needs numpy and one engine, nothing else.

    python worker.py onnxruntime|litert MODEL
    python accelerated.py litert-gpu|executorch|coreai MODEL
    python accelerated.py coreai-logged MODEL SHAPES
    python accelerated.py hexagon MODEL SOC NAME [CONTEXT, a file to write]

It speaks in frames: a length (8 bytes, little endian), then as many bytes.

    -> JSON: {"version": …, "inputs": {name: [shape, dtype]}, "outputs": {…}}, or {"error": …}
             beside that "metadata" and "precision", where the engine alone can read them, and of
             accelerators "device": their name, "on": {type: operations on it} and "left": {type:
             operations that are not}; where an engine forbids that, "error" is beside it
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
        self.inputs = nodes(self.session.get_inputs())
        self.outputs = nodes(self.session.get_outputs())

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
        self.inputs, self.outputs = map(details, self.places)

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return every output by name."""
        if self.runner is not None:
            return self.runner(**{name: value})
        inputs, outputs = self.places
        self.interpreter.set_tensor(inputs[name]["index"], value)
        self.interpreter.invoke()
        return {key: self.interpreter.get_tensor(at["index"]) for key, at in outputs.items()}


class NotTaken(Exception):
    """An engine does not take all operations, and nothing else must compute them."""

    def __init__(self, left: dict[str, int]) -> None:
        super().__init__("it does not take all of its operations")
        self.left = left


ENGINES: dict[str, Any] = {"onnxruntime": OnnxRuntime, "litert": LiteRt}
TOLD = ("version", "inputs", "outputs", "metadata", "precision", "device", "on", "left")


def nodes(found: Any) -> dict[str, Any]:
    """Return shape and dtype of ONNX Runtime's nodes by name."""
    return {node.name: [list(node.shape), DTYPES.get(node.type, node.type)] for node in found}


def _by_name(details: Any) -> Any:
    """Return a file's tensors by name: without a signature they come as a list."""
    return details if isinstance(details, dict) else {one["name"]: one for one in details}


def details(tensors: Any) -> dict[str, Any]:
    """Return shape and dtype of LiteRT's tensors by name."""
    return {
        name: [[int(n) for n in tensor["shape"]], np.dtype(tensor["dtype"]).name]
        for name, tensor in tensors.items()
    }


def serve(engine: Any, arguments: list[str], given: BinaryIO, results: BinaryIO) -> None:
    """Load the model, say what it takes and gives, then answer until `given` ends."""
    try:
        net = engine(*arguments)
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


def main(engines: dict[str, Any]) -> None:
    """Serve the engine and the model that the command line names."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what vendors print must not come between the frames
    serve(engines[sys.argv[1]], sys.argv[2:], sys.stdin.buffer, answers)


if __name__ == "__main__":
    main(ENGINES)

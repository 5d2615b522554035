"""Small ONNX files of any shape, made by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

Shape = Sequence[int | str]
IMAGE = ("image", (1, 3, 8, 8))
MAP = ("map", (1, 1, 8, 8))


def write_graph(
    path: Path,
    inputs: Sequence[tuple[str, Shape]] = (IMAGE,),
    outputs: Sequence[tuple[str, Shape]] = (MAP,),
    *,
    before: Sequence[tuple[str, Sequence[float]]] = (),
    after: Sequence[str] = (),
    dtype: int = 1,
) -> Path:
    """Write a graph whose outputs are sums of all that comes in, of the shapes that were asked for.

    `before` are operations with a constant on the first input, `after` operations on the first
    output.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, held, at = list[Any](), list[Any](), inputs[0][0]
    for number, (kind, values) in enumerate(before):
        constant = np.array(values, np.float32)
        constant = constant.reshape(1, 3, 1, 1) if constant.size == 3 else constant.reshape(())
        held.append(numpy_helper.from_array(constant, f"constant_{number}"))
        nodes.append(helper.make_node(kind, [at, f"constant_{number}"], [f"before_{number}"]))
        at = f"before_{number}"
    nodes.append(helper.make_node("ReduceSum", [at], ["sum"], keepdims=0))
    for number, (name, shape) in enumerate(outputs):
        lengths = [n if isinstance(n, int) else 1 for n in shape]
        held.append(numpy_helper.from_array(np.array(lengths, np.int64), f"shape_{number}"))
        nodes.append(helper.make_node("Expand", ["sum", f"shape_{number}"], [f"raw_{number}"]))
        last = f"raw_{number}"
        for step, kind in enumerate(after if number == 0 else ()):
            nodes.append(helper.make_node(kind, [last], [f"{last}_{step}"]))
            last = f"{last}_{step}"
        to = helper.make_node("Cast", [last], [name], to=dtype)
        nodes.append(to)
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, list(s)) for n, s in inputs],
        [helper.make_tensor_value_info(n, dtype, list(s)) for n, s in outputs],
        held,
    )
    opset = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)
    return path

"""What an ONNX file says of its weights, wherever in it they stand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import encode
from skinseg_mobile.runtime_py.targets.onnx.engine import precision_of, require_inside
from skinseg_mobile.runtime_py.vendors import vendor


def written(path: Path, *nodes: Any, weights: tuple[Any, ...] = ()) -> Path:
    onnx: Any = vendor("onnx", "export")
    graph = onnx.helper.make_graph(nodes, "a", [], [], list(weights))
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    return path


def tensor(dtype: str, *, outside: bool = False) -> Any:
    onnx: Any = vendor("onnx", "export")
    found = onnx.numpy_helper.from_array(np.ones(3, dtype), "w")
    if outside:
        found.data_location = onnx.TensorProto.EXTERNAL
    return found


def node(kind: str, **attributes: Any) -> Any:
    return vendor("onnx", "export").helper.make_node(kind, [], ["y"], **attributes)


def graph_of(*nodes: Any, weights: tuple[Any, ...] = ()) -> Any:
    return vendor("onnx", "export").helper.make_graph(nodes, "inner", [], [], list(weights))


@pytest.mark.parametrize(
    ("kinds", "dtype", "precision"),
    [
        ((), "float32", Precision.FP32),
        ((), "float16", Precision.FP16),
        (("DequantizeLinear",), "int8", Precision.W8),
        (("QuantizeLinear", "DequantizeLinear"), "int8", Precision.INT8),
        (("QLinearConv",), "uint8", Precision.INT8),
        (("DynamicQuantizeLinear",), "float32", Precision.INT8),
    ],
)
def test_precisions(tmp_path: Path, kinds: tuple[str, ...], dtype: str, precision: str) -> None:
    path = written(tmp_path / "m.onnx", *map(node, kinds), weights=(tensor(dtype),))
    require_inside(path)
    assert precision_of(path) == precision


def test_weights_in_another_file_are_found_wherever_they_stand(tmp_path: Path) -> None:
    outside = tensor("float32", outside=True)
    inner = graph_of(weights=(outside,))
    deep = graph_of(node("If", then_branch=graph_of(node("Constant", value=outside))))
    for found in (
        written(tmp_path / "a", weights=(outside,)),
        written(tmp_path / "b", node("Constant", value=outside)),
        written(tmp_path / "c", node("Loop", body=inner)),
        written(tmp_path / "d", node("Loop", body=deep)),
    ):
        with pytest.raises(InputError, match="keeps weights in another file"):
            require_inside(found)


def test_graphs_without_an_end(tmp_path: Path) -> None:
    graph = b""
    for _ in range(1000):
        graph = encode([(1, encode([(5, encode([(6, graph)]))]))])  # node, attribute, graph
    (tmp_path / "a").write_bytes(encode([(7, graph)]))
    with pytest.raises(InputError, match="nest more than"):
        require_inside(tmp_path / "a")

"""ONNX files from elsewhere: what is read of them without ONNX is what ONNX says."""

from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.onnx.foreign import foreign
from skinseg_mobile.runtime_py.vendors import vendor
from tests.dark import MODEL
from tests.export.adopt.graphs import write_graph


def test_our_own_file(dark: Path) -> None:
    found = foreign(dark / MODEL)
    assert [(t.name, t.shape) for t in found.inputs] == [("image", (1, 3, 32, 32))]
    assert [(t.name, t.shape) for t in found.outputs] == [("probability", (1, 1, 32, 32))]
    assert found.operations == {"Conv": 1, "Sigmoid": 1}
    assert (found.first, found.last, found.precision) == ((), "sigmoid", Precision.FP32)


def test_first_and_last_operations(tmp_path: Path) -> None:
    before = [("Sub", [1.0, 2.0, 3.0]), ("Div", [4.0]), ("Mul", [0.5])]
    path = write_graph(tmp_path / "a.onnx", before=before, after=["Softmax", "Identity"])
    found = foreign(path)
    assert found.first == (("sub", (1.0, 2.0, 3.0)), ("div", (4.0,)), ("mul", (0.5,)))
    assert found.last == "softmax"


@pytest.mark.parametrize("free", ["n", ""])
def test_free_lengths_are_none(tmp_path: Path, free: str) -> None:
    inputs = [("image", (free, 3, 8, "w"))]
    found = foreign(write_graph(tmp_path / "a.onnx", inputs))
    assert found.inputs[0].shape == (None, 3, 8, None)


def test_a_length_that_the_file_computes_of_constants_is_fixed(tmp_path: Path) -> None:
    """As torch writes a padding whose numbers its code computes."""
    onnx: Any = vendor("onnx", "export")
    make, kind = onnx.helper, onnx.TensorProto
    pads = make.make_tensor("pads", kind.FLOAT, (8,), [0, 0, 1, 1, 0, 0, 1, 1])
    nodes = [
        make.make_node("Cast", ["pads"], ["whole"], to=kind.INT64),
        make.make_node("Pad", ["image", "whole"], ["mask"]),
    ]
    image = make.make_tensor_value_info("image", kind.FLOAT, (1, 1, 6, 6))
    mask = make.make_tensor_value_info("mask", kind.FLOAT, ("n", 1, "h", "w"))
    graph = make.make_graph(nodes, "net", [image], [mask], [pads])
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, tmp_path / "a.onnx")
    assert foreign(tmp_path / "a.onnx").outputs[0].shape == (1, 1, 8, 8)

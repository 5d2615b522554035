"""What is exported of a hypercolumn net is its folded form: no map of all levels' channels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.train.checkpoint import Record, save_checkpoint
from skinseg_mobile.train.nets.count import cost
from skinseg_mobile.train.nets.spec import NetSpec
from tests.train.families import QUARTER


@pytest.mark.slow
def test_the_onnx_file_has_the_folded_multiply_adds(tmp_path: Path) -> None:
    onnx: Any = pytest.importorskip("onnx")
    spec = NetSpec("hypercolumn", 64, QUARTER)
    checkpoint = save_checkpoint(
        Record("quarter", Task.LESION, spec), spec.build().eval(), tmp_path / "net"
    )
    (written,) = export(checkpoint, {"onnx": [Precision.FP32]}, tmp_path)
    model = onnx.load(written.path / written.manifest.model_file)
    graph = onnx.shape_inference.infer_shapes(model).graph
    shapes: dict[str, list[int]] = {
        value.name: [length.dim_value for length in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.value_info, *graph.output)
    }
    weights: dict[str, list[int]] = {w.name: list(w.dims) for w in graph.initializer}
    found = sum(
        int(np.prod(shapes[node.output[0]]) * np.prod(weights[node.input[1]][1:]))
        for node in graph.node
        if node.op_type == "Conv"
    )
    counted = cost(spec)
    assert found == counted.multiply_adds < counted.multiply_adds_naive
    width = sum((*QUARTER.widths, QUARTER.fc))
    assert not any(width in shape for shape in (*shapes.values(), *weights.values()))

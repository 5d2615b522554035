"""Norms by a map's own statistics: 8 bits and half precision are too coarse for their squares."""

from pathlib import Path

import pytest

from skinseg_mobile.compress.quantize.calibrate import float_nodes
from skinseg_mobile.export.export import export
from skinseg_mobile.export.source import Source
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.nets.adopted.rewrites import kind_of
from skinseg_mobile.train.quantization import convolutions, graph_of
from tests.foreign import adopted_fault

NORMS = ("group_norm", "instance_norm")


@pytest.mark.parametrize("name", NORMS)
def test_they_stay_in_float(name: str, tmp_path: Path) -> None:
    """The convolutions around them are rounded."""
    source = Source(adopted_fault(name, tmp_path), None)
    graph = graph_of(source.form, source.size)
    nodes = [node for node in graph.graph.nodes if node.op == "call_function"]
    found = float_nodes(graph, {str(node.name): (-1.0, 1.0) for node in graph.graph.nodes})
    kinds = {kind_of(node.target) for node in nodes if node.name in found}
    assert {"mean", "sub", "sqrt", "div"} <= kinds
    assert convolutions(graph)[0].name not in found


@pytest.mark.slow
@pytest.mark.parametrize("name", NORMS)
def test_core_ml_computes_them_in_float32(name: str, tmp_path: Path) -> None:
    (written,) = export(adopted_fault(name, tmp_path), {"coreml": [Precision.FP16]}, tmp_path)
    spec = vendor("coremltools", "coreml").utils.load_spec(str(written.path / "model.mlpackage"))
    (block,) = spec.mlProgram.functions["main"].block_specializations.values()
    kinds = {op.type: op.outputs[0].type.tensorType.dataType for op in block.operations}
    float16, float32 = kinds["conv"], kinds["sqrt"]
    assert kinds["reduce_mean"] == float32 != float16

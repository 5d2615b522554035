"""What a file says of itself becomes a contract, with the reason for each part."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import nn

from skinseg_mobile.export.adopt.foreign_model import read_foreign
from skinseg_mobile.export.adopt.guess import guess
from skinseg_mobile.export.adopt.values import IMAGENET, LEVELS, UNIT, Values
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET, packaged_artefact
from skinseg_mobile.runtime_py.contract import OURS, OutputKind
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import pack, schema, unpack
from skinseg_mobile.runtime_py.vendors import vendor
from tests.export.adopt.graphs import write_graph
from tests.export.adopt.nets import Turned, write_coreml, write_onnx, write_tflite


@pytest.mark.parametrize(
    ("before", "values"),
    [
        ([("Sub", IMAGENET[0]), ("Div", IMAGENET[1])], LEVELS),
        ([("Div", [255.0]), ("Sub", [0.485, 0.456, 0.406])], LEVELS),
        ([("Mul", [1 / 255])], LEVELS),
        ([("Sub", [0.485, 0.456, 0.406]), ("Div", [0.229, 0.224, 0.225])], UNIT),
        ([("Mul", [2.0]), ("Sub", [1.0])], UNIT),
        ([], IMAGENET),
    ],
)
def test_normalisation_inside_the_file(
    tmp_path: Path, before: list[tuple[str, list[float]]], values: Values
) -> None:
    found = guess(read_foreign(write_graph(tmp_path / "a.onnx", before=before)))
    assert (found.contract.mean, found.contract.deviation) == values
    assert found.sure == bool(before)


@pytest.mark.parametrize(
    ("after", "channels", "kind", "channel"),
    [
        (["Sigmoid"], 1, OutputKind.PROBABILITY, 0),
        (["Softmax", "Identity"], 2, OutputKind.PROBABILITY, 1),
        ([], 1, OutputKind.LOGITS, 0),
        (["Relu"], 2, OutputKind.SOFTMAX, 1),
        ([], 5, OutputKind.SOFTMAX, 0),
    ],
)
def test_the_last_operation_says_what_comes_out(
    tmp_path: Path, after: list[str], channels: int, kind: OutputKind, channel: int
) -> None:
    outputs = [("map", (1, channels, 8, 8))]
    found = guess(read_foreign(write_graph(tmp_path / "a.onnx", outputs=outputs, after=after)))
    assert (found.contract.output, found.contract.channel) == (kind, channel)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "name"),
    [(write_onnx, "a.onnx"), (write_tflite, "a.tflite"), (write_coreml, "a.mlpackage")],
)
def test_what_turns_axes_is_looked_through(
    tmp_path: Path, write: Callable[[nn.Module, Path], Path], name: str
) -> None:
    found = guess(read_foreign(write(Turned(), tmp_path / name))).contract
    assert (found.mean, found.deviation) == LEVELS
    assert found.output is OutputKind.PROBABILITY


def student() -> Path:
    folder = packaged_artefact(DEFAULT_NET)
    assert folder is not None
    return folder / "model.tflite"


def test_a_file_of_this_toolkit_says_so() -> None:
    found = guess(read_foreign(student()))
    assert found.contract == OURS
    assert found.reasons == {"all": "this toolkit exported the file"}


def test_metadata_of_mediapipe_says_how_levels_are_normalised(tmp_path: Path) -> None:
    model = unpack(student().read_bytes())
    buffer, entry = schema().BufferT(), schema().MetadataT()
    buffer.data = np.frombuffer(_metadata(127.5, 128.0), np.uint8)
    entry.name, entry.buffer = "TFLITE_METADATA", len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [entry]
    (tmp_path / "a.tflite").write_bytes(pack(model))
    found = guess(read_foreign(tmp_path / "a.tflite"))
    assert found.contract.mean == (127.5, 127.5, 127.5)
    assert found.contract.deviation == (128.0, 128.0, 128.0)
    assert found.sure


def _metadata(mean: float, deviation: float) -> bytes:
    """Return ModelMetadata with one input whose process unit has NormalizationOptions."""
    builder: Any = vendor("flatbuffers", "").Builder(256)

    def floats(value: float) -> int:
        builder.StartVector(4, 1, 4)
        builder.PrependFloat32(value)
        return builder.EndVector()

    def table(count: int, **offsets: int) -> int:
        builder.StartObject(count)
        for place, offset in offsets.items():
            builder.PrependUOffsetTRelativeSlot(int(place[1:]), offset, 0)
        return builder.EndObject()

    def of_one(offset: int) -> int:
        builder.StartVector(4, 1, 4)
        builder.PrependUOffsetTRelative(offset)
        return builder.EndVector()

    options = table(2, _0=floats(mean), _1=floats(deviation))
    builder.StartObject(2)
    builder.PrependUint8Slot(0, 1, 0)
    builder.PrependUOffsetTRelativeSlot(1, options, 0)
    unit = builder.EndObject()
    tensor = table(5, _4=of_one(unit))
    graph = table(3, _2=of_one(tensor))
    builder.Finish(table(4, _3=of_one(graph)))
    return bytes(builder.Output())

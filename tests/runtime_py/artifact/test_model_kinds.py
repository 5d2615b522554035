"""Models are known by their first bytes, and what is no model is not."""

from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.artifact.model_kinds import kind_of
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.load import find_artefact
from tests.dark import MODEL


def test_real_models(dark: Path) -> None:
    for path, kind in (
        (dark / MODEL, "ONNX"),
        (find_artefact(DEFAULT_NET) / "model.tflite", "TFLite"),
    ):
        content = path.read_bytes()
        assert kind_of(content, len(content)) == kind
        assert kind_of(content[: 1 << 16], len(content)) == kind


@pytest.mark.slow
def test_a_core_ml_package(artefacts: dict[str, Path]) -> None:
    package = artefacts["coreml-fp16"] / "model.mlpackage" / "Data" / "com.apple.CoreML"
    content = (package / "weights" / "weight.bin").read_bytes()
    assert kind_of(content, len(content)) == "Core ML weights"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x08", b"\x08\x07", b"\x89PNG\r\n\x1a\n" + bytes(90), b"PK\x03\x04" + bytes(90),
        b"\xff\xd8\xff\xe0" + bytes(90), b"plain text, " * 50, b'{"a": 1}', b"dex\n035\x00",
        bytes(1000), b"\n\x08protobuf", b"\x08\x09\x3a\x00",
    ],
)  # fmt: skip
def test_what_is_no_model(content: bytes) -> None:
    assert kind_of(content, len(content)) is None

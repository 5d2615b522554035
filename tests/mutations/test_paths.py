"""Nothing inside an artefact names a file outside it; `test_package` has Core ML's own paths."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.vendors import vendor
from tests.dark import MODEL, hash_anew
from tests.refused import Refused


@pytest.mark.parametrize(
    "location", ["../secret.bin", "{root}/secret.bin", "inside/../../secret.bin"]
)
def test_weights_outside_the_folder_are_not_read(
    refused: Refused, dark: Path, tmp_path: Path, location: str
) -> None:
    onnx: Any = vendor("onnx", "export")
    (tmp_path / "secret.bin").write_bytes(np.full(3, -1 / 24, np.float32).tobytes())
    model = onnx.load(dark / MODEL)
    weight = next(w for w in model.graph.initializer if w.name == "weight")
    weight.ClearField("raw_data")
    weight.data_location = onnx.TensorProto.EXTERNAL
    entry = weight.external_data.add()
    entry.key, entry.value = "location", location.format(root=tmp_path)
    (dark / MODEL).write_bytes(model.SerializeToString())
    hash_anew(dark)
    assert "does not load in ONNX Runtime" in refused("parity", "dark")

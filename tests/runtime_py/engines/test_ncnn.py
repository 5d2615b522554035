"""ncnn: pnnx converts our ONNX files, its kernels and shaders compute what ONNX Runtime does."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.engines import accelerators, ncnn
from skinseg_mobile.runtime_py.engines.load import ENGINES, load
from skinseg_mobile.runtime_py.errors import NotRunError
from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from tests.foreign import adopted_fault
from tests.runtime_py.engines.test_accelerators import maps, ready

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("engine", ["ncnn", "ncnn-vulkan"])
def test_float_is_what_onnx_runtime_computes(artefacts: dict[str, Path], engine: str) -> None:
    folder = artefacts["onnx-fp32"]
    np.testing.assert_allclose(maps(folder, ready(engine)), maps(folder, "onnxruntime"), atol=1e-4)


def test_shaders_compute_fp16_files_in_half_precision(artefacts: dict[str, Path]) -> None:
    """The twin is the processor, which computes them in float32."""
    folder = artefacts["onnx-fp16"]
    right = maps(folder, "onnxruntime")
    assert np.abs(maps(folder, ready("ncnn")) - right).max() < 1e-4
    gap = np.abs(maps(folder, ready("ncnn-vulkan")) - right)
    assert 1e-4 < gap.max() < 0.03


def test_the_shaders_take_all_and_say_on_what(artefacts: dict[str, Path]) -> None:
    engine = load(artefacts["onnx-fp16"], ready("ncnn-vulkan")).engine
    (gpu,) = engine.placement
    assert (gpu.unit, gpu.fallback) == ("GPU", False)
    assert gpu.operations["Convolution"] > 10
    assert "in float16 on " in engine.claim
    assert ENGINES["ncnn-vulkan"].kind is EngineClass.GPU


def test_eight_bits_are_not_run(artefacts: dict[str, Path]) -> None:
    with pytest.raises(NotRunError, match="this one is int8"):
        load(artefacts["onnx-int8"], ready("ncnn"))


def test_what_pnnx_does_not_convert_is_one_sentence(
    artefacts: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*command: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("pnnx", 1)

    monkeypatch.setattr(ncnn.subprocess, "run", stopped)
    with pytest.raises(NotRunError, match="pnnx does not convert"):
        load(artefacts["onnx-fp32"], ready("ncnn"))


def test_an_operation_that_ncnn_lacks_is_named(tmp_path: Path) -> None:
    """pnnx leaves the maximum over the maps as ReduceMax, which ncnn does not have."""
    checkpoint = adopted_fault("adaptive_max_pool", tmp_path)
    (written,) = export(checkpoint, {"onnx": [Precision.FP32]}, tmp_path / "artefacts")
    with pytest.raises(NotRunError, match=r"ncnn does not take \d+ of its operations \(ReduceMax"):
        load(written.path, ready("ncnn"))


def test_what_the_shaders_need(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pnnx", None)
    assert "skinseg-mobile[ncnn]" in str(ncnn.lacks_converter())
    monkeypatch.delitem(sys.modules, "pnnx")
    (tmp_path / "pnnx.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(ncnn, "lacks_loader", lambda: None)
    monkeypatch.setattr(ncnn, "ICDS", (tmp_path,))
    for name in accelerators.DRIVERS:
        monkeypatch.delenv(name, raising=False)
    assert "mesa-vulkan-drivers" in str(ncnn.lacks_vulkan_driver())
    (tmp_path / "driver.json").touch()
    assert ncnn.lacks_vulkan_driver() is None


def test_ncnn_is_an_extra() -> None:
    if find_spec("ncnn") is None and "SKINSEG_REQUIRE_ACCELERATORS" not in os.environ:
        assert "pip install" in str(ENGINES["ncnn"].missing)
    else:
        assert ENGINES["ncnn"].missing is None

"""Nets from elsewhere in 8 bits: what has no range, and what is not learnt."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from skinseg_mobile.compress.quantize.calibrate import ranges_on
from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet
from skinseg_mobile.compress.quantize.correct_bias import correct_bias
from skinseg_mobile.compress.quantize.equalize import equalize
from skinseg_mobile.compress.quantize.fake_quantize import with_rounded_weights
from skinseg_mobile.export.export import export
from skinseg_mobile.export.source import Source
from skinseg_mobile.export.targets.tflite.convert import operations
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.train.adopt import Adoption, adopt_module
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.quantization import has_rounded_result
from tests import foreign


@pytest.fixture(scope="module")
def blurred(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    adoption = Adoption(size=64, input="0..1")
    out = tmp_path_factory.mktemp("blurred") / "blurred"
    return adopt_module("tests.foreign:blurred", foreign.blurred(), adoption, out)


def resized(chosen: CalibrationSet) -> CalibrationSet:
    images = torch.nn.functional.interpolate(chosen.images, size=(64, 64), mode="area")
    return replace(chosen, images=images)


def test_indices_are_not_rounded_and_buffers_stay(
    blurred: Checkpoint, chosen: CalibrationSet
) -> None:
    chosen = resized(chosen)
    with torch.inference_mode():
        expected = blurred.build()(chosen.images)
        equal = equalize(blurred, chosen)
        torch.testing.assert_close(equal.build()(chosen.images), expected, rtol=1e-3, atol=1e-3)
    found = ranges_on(equal, chosen)
    rounded_results = {
        node.name: has_rounded_result(node, found) for node in Source(blurred, None).nodes
    }
    assert not rounded_results["gt"]
    assert not rounded_results["reshape"]
    assert rounded_results["amax"]
    rounded = with_rounded_weights(correct_bias(equal, found, chosen), found)
    with torch.inference_mode():
        gap = (rounded.build()(chosen.images) - expected).abs().mean()
    assert 0 < float(gap) < 0.05 * float(expected.std())


@pytest.mark.slow
def test_what_has_no_range_is_exported(
    blurred: Checkpoint, tmp_path: Path, chosen: CalibrationSet
) -> None:
    chosen = resized(chosen)
    checkpoint = replace(blurred, quantization=ranges_on(blurred, chosen))
    jobs = {target: [Precision.INT8] for target in ("onnx", "tflite", "coreml")}
    for written in export(checkpoint, jobs, tmp_path / "artefacts"):
        require_near(written.path, checkpoint, chosen)


def require_near(artefact: Path, checkpoint: Checkpoint, chosen: CalibrationSet) -> None:
    image = chosen.images[0].byte()
    with torch.inference_mode():
        expected = checkpoint.build()(image[None].float()).sigmoid()[0, 0].numpy()
    found = load(artefact).at_net_size(image.permute(1, 2, 0).numpy())
    assert np.abs(found - expected).mean() < 0.03 * np.ptp(expected), artefact.name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kind"),
    [("transposed_depthwise", "TRANSPOSE_CONV"), ("own_divisor", "STABLEHLO_REDUCE_WINDOW")],
)
def test_what_tflite_takes_apart_stays_in_float(
    name: str, kind: str, tmp_path: Path, chosen: CalibrationSet
) -> None:
    """The quantizer has its own name for one, and finds additions inside the other."""
    checkpoint, chosen = foreign.adopted_fault(name, tmp_path), resized(chosen)
    checkpoint = replace(checkpoint, quantization=ranges_on(checkpoint, chosen))
    (written,) = export(checkpoint, {"tflite": [Precision.INT8]}, tmp_path / "artefacts")
    found = operations(next(written.path.glob("*.tflite")).read_bytes())
    assert any(one.kind == kind and one.gives_float for one in found)
    require_near(written.path, checkpoint, chosen)

"""The twin of every parity test: a broken net behind correct hashes must fail.

Faults are made in the net before it is converted; the manifest is hashed anew and the golden file
kept from the healthy checkpoint, so that nothing but the numbers can tell.
"""

import shutil
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.export import coreml, onnx, tflite
from skinseg_mobile.export.source import Source
from skinseg_mobile.runtime_py.check_artefact import check_artefact
from skinseg_mobile.runtime_py.folders import sha256
from skinseg_mobile.runtime_py.formats import Precision, Target
from skinseg_mobile.runtime_py.gate.check import Verdict
from skinseg_mobile.runtime_py.manifest import model_size, read_manifest, write_manifest
from skinseg_mobile.runtime_py.quiet import vendor_noise_to
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets import head, lean
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.open_net import open_net

pytestmark = pytest.mark.slow
MODULES = {Target.ONNX: onnx, Target.TFLITE: tflite, Target.COREML: coreml}


@torch.no_grad()
def swap_red_and_blue(net: nn.Module) -> None:
    weight = net.get_parameter("stem.0.weight")
    weight.copy_(weight[:, [2, 1, 0]])


@torch.no_grad()
def forget_normalisation(net: nn.Module) -> None:
    net.get_buffer("normalise.scale").fill_(1.00001)  # a converter drops a factor of just 1
    net.get_buffer("normalise.shift").fill_(0.00001)


@torch.no_grad()
def drop_biases(net: nn.Module) -> None:
    """Lose what folding batch norm put into the convolutions' biases."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            module.bias.copy_(module.running_mean * module.weight)
            module.bias.div_(torch.sqrt(cast(Tensor, module.running_var) + module.eps))


def nothing(_: nn.Module) -> None:
    pass


@contextmanager
def aligned_corners() -> Generator[None]:
    """Trace with the other convention of bilinear upsampling."""

    def upsample(x: Tensor, size: tuple[int, int]) -> Tensor:
        if tuple(x.shape[-2:]) == size:
            return x
        return F.interpolate(x, size=size, mode="bilinear", align_corners=True)

    kept = head.upsample
    head.upsample = lean.upsample = upsample
    try:
        yield
    finally:
        head.upsample = lean.upsample = kept


@contextmanager
def wrong_residuals() -> Generator[None]:
    """Trace blocks that add their result where their input belongs."""

    def forward(self: lean.InvertedResidual, x: Tensor) -> Tensor:
        found = self.layers(x)
        return found + found if self.residual else found

    kept = lean.InvertedResidual.forward
    lean.InvertedResidual.forward = forward
    try:
        yield
    finally:
        lean.InvertedResidual.forward = kept


Fault = tuple[Callable[[nn.Module], None], Callable[[], AbstractContextManager[None]]]
FAULTS: dict[str, Fault] = {
    "none": (nothing, nullcontext),
    "BGR": (swap_red_and_blue, nullcontext),
    "no normalisation": (forget_normalisation, nullcontext),
    "aligned corners": (nothing, aligned_corners),
    "no bias": (drop_biases, nullcontext),
    "wrong residuals": (nothing, wrong_residuals),
}
PRECISIONS = {
    Target.ONNX: (Precision.FP32, Precision.FP16, Precision.INT8),
    Target.TFLITE: (Precision.FP32, Precision.FP16, Precision.INT8, Precision.W8),
    Target.COREML: (Precision.FP32, Precision.FP16, Precision.W8),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("target", MODULES)
def test_only_numbers_can_tell(
    student: Checkpoint, artefacts: dict[str, Path], tmp_path: Path, target: Target, fault: str
) -> None:
    break_net, tracing = FAULTS[fault]
    net = student.build()
    break_net(net)
    source = Source(student, 16)
    source.__dict__["form"] = ExportForm(net).eval()
    with vendor_noise_to(tmp_path / "log"), tracing():
        base = MODULES[target].convert(source)
    for precision in PRECISIONS[target]:
        folder = shutil.copytree(artefacts[f"{target}-{precision}"], tmp_path / precision)
        manifest = read_manifest(folder)
        model = folder / manifest.model_file
        with vendor_noise_to(tmp_path / "log"):
            MODULES[target].write(base, precision, model)
        hashed = replace(manifest, model_sha256=sha256(model), model_bytes=model_size(model))
        write_manifest(hashed, folder)
        report = check_artefact(str(folder), open_net=open_net)
        expected = Verdict.PASSED if fault == "none" else Verdict.FAILED
        assert report.verdict is expected, (precision, report)

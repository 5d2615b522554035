"""Engines that run in a process of their own: what they say, and what a damaged file does to it."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, read_manifest
from skinseg_mobile.runtime_py.engines.load import ENGINES, load
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, SkinsegError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.coreai import engine as coreai
from skinseg_mobile.runtime_py.targets.executorch import engine as executorch
from skinseg_mobile.runtime_py.targets.executorch.delegate import delegate_of, portable_of
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.references.find import find_checkpoint
from tests.dark import edit_manifest, hash_anew
from tests.once import require_target
from tests.sealed import as_asset

NAMES = [(name, p) for name in ("coreai", "executorch") for p in TARGETS[name].precisions]
CLAIMS = {"coreai": coreai.CLAIM, "executorch": executorch.CLAIM}
LIMITS = {Precision.FP32: 2e-6, Precision.FP16: 0.01, Precision.W8: 2e-6}
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("target", "precision"), NAMES)
def test_probabilities_are_the_checkpoints(
    artefacts: dict[str, Path], target: str, precision: Precision
) -> None:
    folder = artefacts[f"{target}-{precision}"]
    golden, net = read_golden(folder / GOLDEN), load(folder)
    assert net.engine.name.startswith(f"{target} ")
    assert net.engine.claim == CLAIMS[target]
    for photo, expected in list(zip(golden.images, golden.probabilities, strict=True))[:3]:
        found = net.at_net_size(photo)
        gap = float(np.abs(found - expected).max())
        assert gap < LIMITS.get(precision, 0.3)
        both, either = (found >= 0.5) & (expected >= 0.5), (found >= 0.5) | (expected >= 0.5)
        assert both.sum() / either.sum() >= 0.985


@pytest.mark.parametrize(
    ("target", "precision"),
    [("coreai", "fp32"), ("coreai", "int8"), ("executorch", "fp32"), ("executorch", "int8")],
)
def test_the_small_student_passes_the_gate(
    tmp_path: Path, target: str, precision: Precision
) -> None:
    require_target(target)
    checkpoint = find_checkpoint("lean-isic2017-tiny")
    (written,) = export(checkpoint, {target: [Precision(precision)]}, tmp_path)
    report = evaluate_artifact(str(written.path)).report
    assert report.verdict is Verdict.PASSED, report.reasons
    assert report.agreement_mean is not None
    assert report.agreement_mean >= 0.99


class Sorted(torch.nn.Module):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image.sort(dim=1)[0]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 64] = b"\xff" * 64
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut, empty])
@pytest.mark.parametrize("name", ["coreai-fp32", "executorch-fp32"])
def test_a_damaged_file_is_one_sentence(
    artefacts: dict[str, Path], tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    """Its hashes were made anew, so the runtime itself meets it; this process lives on."""
    folder = shutil.copytree(artefacts[name], tmp_path / "copy")
    target = TARGETS[name.partition("-")[0]]
    damage(folder / target.file / target.weights if target.weights else folder / target.file)
    hash_anew(folder)
    with pytest.raises(SkinsegError) as caught:
        load(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["coreai-int8", "executorch-int8"])
def test_changed_bytes_are_found_before_the_runtime_starts(
    artefacts: dict[str, Path], tmp_path: Path, name: str
) -> None:
    folder = shutil.copytree(artefacts[name], tmp_path / "copy")
    target = TARGETS[name.partition("-")[0]]
    flip(folder / target.file / target.weights if target.weights else folder / target.file)
    with pytest.raises(InputError, match="does not have the hash"):
        load(folder)


def test_metadata_of_an_asset_is_hashed_too(artefacts: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(artefacts["coreai-fp32"], tmp_path / "copy")
    file = folder / "model.aimodel" / "metadata.json"
    file.write_text(file.read_text().replace('"0.5"', '"0.3"'))
    with pytest.raises(InputError, match="hash"):
        load(folder)
    hash_anew(folder)
    with pytest.raises(InputError, match=r"threshold is 0\.5 in manifest\.json and 0\.3"):
        load(folder)


@pytest.mark.parametrize("name", ["coreai-w8", "executorch-int8"])
def test_a_precision_that_the_file_is_not(
    artefacts: dict[str, Path], tmp_path: Path, name: str
) -> None:
    folder = shutil.copytree(artefacts[name], tmp_path / "copy")
    edit_manifest(folder, precision="fp32")
    hash_anew(folder)
    with pytest.raises(InputError, match="calls the model fp32, the file itself is"):
        load(folder)


@pytest.mark.parametrize("target", ["coreai", "executorch"])
def test_without_the_extra_it_is_not_run(
    dark: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, ENGINES[target].module.partition(".")[0], None)
    folder = as_asset(dark) if target == "coreai" else dark
    if target == "executorch":
        (folder / "model.onnx").rename(folder / "model.pte")
        edit_manifest(folder, target="executorch")
        hash_anew(folder)
    with pytest.raises(NotRunError, match=rf"run: pip install 'skinseg-mobile\[{target}\]'"):
        load(folder)
    assert ENGINES[target].missing is not None


@pytest.mark.parametrize("content", [b"", b"no program", b"\0\0\0\0XH00" + bytes(40)])
def test_a_file_without_a_delegate(content: bytes) -> None:
    with pytest.raises(ValueError, match="XNNPACK graph"):
        delegate_of(content)


def test_the_delegate_of_every_precision(artefacts: dict[str, Path]) -> None:
    for precision in TARGETS["executorch"].precisions:
        folder = artefacts[f"executorch-{precision}"]
        manifest = read_manifest(folder)
        found = delegate_of((folder / manifest.model_file).read_bytes())
        assert found.precision == precision
        assert found.operations["conv2d"] + found.operations["depthwise_conv2d"] == 38


def test_each_engine_says_which_operations_it_computes(artefacts: dict[str, Path]) -> None:
    (whole,) = load(artefacts["executorch-int8"]).engine.placement
    assert (whole.unit, whole.operations["conv2d"]) == ("XNNPACK", 27)
    xnnpack, casts = load(artefacts["executorch-fp16"]).engine.placement
    assert xnnpack.unit == "XNNPACK"
    assert (casts.operations, casts.fallback) == ({"_to_dim_order_copy": 2}, True)
    (cpu,) = load(artefacts["coreai-fp32"]).engine.placement
    assert (cpu.unit, cpu.operations["conv2d"], cpu.fallback) == ("CPU", 38, False)
    assert "constant" not in cpu.operations


@pytest.mark.filterwarnings("ignore")  # of executorch about Python's own library
def test_portable_kernels_are_counted() -> None:
    """What XNNPACK does not take: our exporter refuses it, a file from elsewhere may have it."""
    require_target("executorch")
    exir = vendor("executorch.exir", "executorch")
    traced = torch.export.export(Sorted(), (torch.rand(1, 3, 4, 4),))
    program = exir.to_edge_transform_and_lower(traced, constant_methods={"text": "a"})
    assert portable_of(program.to_executorch().buffer) == {"sort": 1}


@pytest.mark.parametrize("content", [b"", b"no program", bytes(40)])
def test_a_file_that_is_no_program(content: bytes) -> None:
    with pytest.raises(ValueError, match="its program cannot be read"):
        portable_of(content)

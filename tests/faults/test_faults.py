"""Broken artefacts behind right hashes: the gate refuses each, and names the check that saw it.

Every fault is made before hashing: the manifest is hashed anew and the golden file kept from the
healthy checkpoint, so that only what the file computes can tell.
"""

import copy
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from skinseg_mobile.export.source import Source
from skinseg_mobile.export.targets import EXPORTERS
from skinseg_mobile.runtime_py.artifact.manifest import MANIFEST, read_manifest
from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.images.resize import resize
from skinseg_mobile.runtime_py.vendors import vendor_noise_to
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.fold import ExportForm
from tests.dark import edit_manifest, hash_anew
from tests.faults.patch import Weights, overwrite
from tests.faults.ranges import BROKEN_RANGES, calibrated_on_black, with_ranges
from tests.faults.structure import BROKEN_GRAPHS, Around
from tests.faults.weights import BROKEN_WEIGHTS

pytestmark = pytest.mark.slow
ALL = os.environ.get("SKINSEG_ALL_FAULTS")
"""Set: every graph fault in every format. Else each in one, in turn: a conversion takes seconds."""
GRAPHS = [
    (fault, target)
    for number, fault in enumerate(BROKEN_GRAPHS)
    for position, target in enumerate(EXPORTERS)
    if ALL or number % len(EXPORTERS) == position
]


def failed_checks(folder: Path, engine: str = "auto") -> set[str]:
    """Judge a folder whose content was changed; return the names of the checks that failed."""
    hash_anew(folder)
    report = evaluate_artifact(str(folder), engine=engine).report
    failed = {check.name for check in report.checks if check.verdict is Verdict.FAILED}
    assert (report.verdict is Verdict.FAILED) == bool(failed)
    return failed


@pytest.fixture(scope="module")
def form(student: Checkpoint) -> ExportForm:
    return ExportForm(student.build()).eval()


def written(form: nn.Module, target: str) -> Weights:
    """Return the weights as a file has them: Core ML's stem leaves the pixels' scale alone."""
    net: Any = copy.deepcopy(form)
    if target != "coreml":
        net.net.normalise.into(net.net.stem[0])
    return net.state_dict()


@pytest.mark.parametrize("target", EXPORTERS)
@pytest.mark.parametrize("fault", BROKEN_WEIGHTS)
@torch.no_grad()
def test_weights(
    artefacts: dict[str, Path], form: ExportForm, tmp_path: Path, target: str, fault: str
) -> None:
    break_net, check = BROKEN_WEIGHTS[fault]
    folder = shutil.copytree(artefacts[f"{target}-fp32"], tmp_path / "broken")
    broken: nn.Module = copy.deepcopy(form)
    break_net(broken)
    model = folder / read_manifest(folder).model_file
    assert overwrite(model, written(form, target), written(broken, target)) > 0
    assert check in failed_checks(folder)


@pytest.mark.parametrize(("fault", "target"), GRAPHS)
def test_graphs(
    student: Checkpoint,
    artefacts: dict[str, Path],
    tmp_path: Path,
    target: str,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, behind, tracing, check = BROKEN_GRAPHS[fault]
    healthy = {p: artefacts[f"{target}-{p}"] for p in (Precision.FP32, Precision.FP16)}
    around = Around(student.build(), before, behind).eval()
    monkeypatch.setattr(Source, "form", around)
    source = Source(student, 16)
    with vendor_noise_to(tmp_path / "log"), tracing():
        base: Any = EXPORTERS[target].convert(source)
    for precision, artefact in healthy.items():
        folder = shutil.copytree(artefact, tmp_path / precision)
        with vendor_noise_to(tmp_path / "log"):
            EXPORTERS[target].write(base, precision, folder / read_manifest(folder).model_file)
        assert check in failed_checks(folder), precision


@pytest.fixture(scope="module")
def quantizable(student: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The healthy float model, converted once, that int8 files are written from."""
    log = tmp_path_factory.mktemp("converted") / "log"
    with vendor_noise_to(log):
        return {t: EXPORTERS[t].convert(Source(student, 16)) for t in ("onnx", "tflite")}


@pytest.mark.parametrize("target", ["onnx", "tflite"])
@pytest.mark.parametrize("fault", [*BROKEN_RANGES, "calibrated on black pictures"])
def test_ranges(
    student: Checkpoint,
    artefacts: dict[str, Path],
    quantizable: dict[str, Any],
    tmp_path: Path,
    target: str,
    fault: str,
) -> None:
    remake, check = BROKEN_RANGES.get(fault, (None, "agreement"))
    broken = (
        with_ranges(student, remake)
        if remake
        else replace(student, quantization=calibrated_on_black(student, tmp_path / "black"))
    )
    folder = shutil.copytree(artefacts[f"{target}-int8"], tmp_path / "broken")
    base = replace(quantizable[target], source=Source(broken, 16))
    with vendor_noise_to(tmp_path / "log"):
        EXPORTERS[target].write(base, Precision.INT8, folder / read_manifest(folder).model_file)
    assert check in failed_checks(folder)


@pytest.fixture(scope="module")
def stale(student: Checkpoint, lesions: Path) -> ExportForm:
    """The student a few steps of training later: another epoch of the same run."""
    net = student.build()  # in evaluation mode: batch norm keeps its statistics
    optimizer = torch.optim.AdamW(net.parameters(), 3e-4)
    for sample in read_dataset(lesions).samples[:4]:
        photo, truth = read_pair(sample)
        image = torch.from_numpy(to_tensor(photo, 192, 192)).permute(2, 0, 1)[None]
        wanted = torch.from_numpy(resize(truth, 192, 192))[None, None].float()
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(net(image), wanted).backward()
        optimizer.step()
    return ExportForm(net).eval()


@pytest.mark.parametrize("target", EXPORTERS)
def test_weights_of_another_epoch(
    artefacts: dict[str, Path], form: ExportForm, stale: ExportForm, tmp_path: Path, target: str
) -> None:
    folder = shutil.copytree(artefacts[f"{target}-fp32"], tmp_path / "stale")
    model = folder / read_manifest(folder).model_file
    assert overwrite(model, written(form, target), written(stale, target)) > 70
    assert "agreement" in failed_checks(folder)


@pytest.mark.parametrize(
    ("declared", "file"),
    [
        ("onnx-fp16", "onnx-int8"),
        ("tflite-fp32", "tflite-int8"),
        ("coreml-fp16", "coreml-pal6"),
        ("coreml-w8", "coreml-pal4"),
    ],
)
def test_a_rougher_file_under_a_finer_name(
    artefacts: dict[str, Path], tmp_path: Path, declared: str, file: str
) -> None:
    """It is refused before anything is compared: its precision would choose other limits."""
    folder = shutil.copytree(artefacts[declared], tmp_path / "broken")
    model = read_manifest(folder).model_file
    if (folder / model).is_dir():
        shutil.rmtree(folder / model)
        shutil.copytree(artefacts[file] / model, folder / model)
    else:
        shutil.copy(artefacts[file] / model, folder / model)
    precisions = [name.partition("-")[2] for name in (declared, file)]
    sentence = "calls the model {}, the file itself is {}".format(*precisions)
    with pytest.raises(InputError, match=sentence):
        failed_checks(folder)


@pytest.mark.parametrize(
    ("end", "wrong", "check"),
    [
        ("input", {"scale": 2.0}, "agreement"),
        ("input", {"zero_point": 0}, "agreement"),
        ("output", {"zero_point": -118}, "agreement"),
        ("output", {"scale": 0.003}, "agreement"),
    ],
)
def test_numbers_in_the_manifest(
    artefacts: dict[str, Path], tmp_path: Path, end: str, wrong: dict[str, float], check: str
) -> None:
    """An app that obeys a wrong scale or zero point computes something else."""
    folder = shutil.copytree(artefacts["tflite-int8-io"], tmp_path / "broken")
    data = json.loads((folder / MANIFEST).read_text())
    edit_manifest(folder, **{end: {**data[end], **wrong}})
    assert check in failed_checks(folder)


@pytest.mark.parametrize("target", EXPORTERS)
@pytest.mark.parametrize(
    "wrong", [{"threshold": 0.3}, {"task": "wound"}, {"checkpoint_sha256": "a" * 64}]
)
def test_words_in_the_manifest(
    artefacts: dict[str, Path], tmp_path: Path, target: str, wrong: dict[str, object]
) -> None:
    """Masks of both sides are made with the manifest's threshold, so only the model can object."""
    folder = shutil.copytree(artefacts[f"{target}-fp32"], tmp_path / "broken")
    edit_manifest(folder, **wrong)
    with pytest.raises(InputError, match=f"The {next(iter(wrong))} is .* in the model itself"):
        failed_checks(folder)

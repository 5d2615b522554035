"""An export that runs again keeps what would come out the same, and replaces nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from skinseg_mobile.export.export import ExportOptions, export
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.train.checkpoint import Checkpoint, load_checkpoint
from tests.refused import tree

Change = Callable[[Path, Path], ExportOptions]
JOBS = {"onnx": [Precision.FP32, Precision.FP16]}


@pytest.fixture
def net(tiny: Path) -> Checkpoint:
    return load_checkpoint(tiny)


@pytest.fixture
def out(net: Checkpoint, tmp_path: Path) -> Path:
    export(net, JOBS, tmp_path / "out")
    return tmp_path / "out"


def test_what_lies_there_is_kept(net: Checkpoint, out: Path) -> None:
    before = tree(out)
    shutil.rmtree(out / "tiny-onnx-fp16")
    written = export(net, JOBS, out)
    assert [(w.path.name, w.kept) for w in written] == [
        ("tiny-onnx-fp32", True),
        ("tiny-onnx-fp16", False),
    ]
    assert {n: v for n, v in tree(out).items() if n != "export.log"} == {
        n: v for n, v in before.items() if n != "export.log"
    }
    assert all(w.kept for w in export(net, JOBS, out))


def other_images(out: Path, lesions: Path) -> ExportOptions:
    assert "lesion" not in read_golden(out / "tiny-onnx-fp32" / GOLDEN).ids
    return ExportOptions(golden=lesions)


def another_file(out: Path, lesions: Path) -> ExportOptions:
    (out / "tiny-onnx-fp32" / "notes.txt").write_text("mine")
    return ExportOptions()


def a_changed_model(out: Path, lesions: Path) -> ExportOptions:
    with (out / "tiny-onnx-fp32" / "model.onnx").open("ab") as file:
        file.write(b"x")
    return ExportOptions()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other_images, r"golden_sha256 \('.*', now '.*'\)"),
        (another_file, "notes.txt not listed"),
        (a_changed_model, "model.onnx changed"),
    ],
)
def test_what_would_come_out_otherwise_is_refused(
    change: Change, said: str, net: Checkpoint, out: Path, lesions: Path
) -> None:
    options = change(out, lesions)
    before = tree(out)
    with pytest.raises(InputError, match=f"would come out otherwise: {said}. Choose another"):
        export(net, JOBS, out, options)
    assert tree(out) == before


def test_another_nets_artefact_is_refused(
    net: Checkpoint, out: Path, student: Checkpoint, tmp_path: Path
) -> None:
    shutil.copytree(out / "tiny-onnx-fp32", tmp_path / "other" / "lean-isic2017-onnx-fp32")
    with pytest.raises(InputError, match=r"otherwise: name \('tiny', now 'lean-isic2017'\)"):
        export(student, {"onnx": [Precision.FP32]}, tmp_path / "other")

"""What ships in the box: nets in two forms that work, fitted on training rows only."""

import re
from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.runtime_py.artifact.golden import COUNT, read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import (
    DEFAULT_NET,
    FOLDER,
    SKIN_NET,
    STUDENTS,
    packaged_artefact,
    packaged_checkpoint,
    packaged_names,
)
from skinseg_mobile.runtime_py.data.dataset import Dataset, read_dataset
from skinseg_mobile.runtime_py.engines.load import find_artefact, load
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.predict.evaluate import evaluate
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.references.engine import segmenter_of
from skinseg_mobile.train.references.find import find_checkpoint
from skinseg_mobile.train.synth.write import write_set


@pytest.fixture(scope="module")
def data(lesions: Path) -> Dataset:
    return read_dataset(lesions)


def test_names_and_folders() -> None:
    assert packaged_names() == [*STUDENTS, SKIN_NET]
    assert packaged_checkpoint(DEFAULT_NET) == FOLDER / DEFAULT_NET / "checkpoint"
    assert packaged_artefact(DEFAULT_NET) == FOLDER / DEFAULT_NET / "artefact"


@pytest.mark.parametrize("name", ["", ".", "..", "lean", f"{DEFAULT_NET}/", f"../{DEFAULT_NET}"])
def test_a_name_is_no_path(name: str) -> None:
    assert packaged_checkpoint(name) is None
    assert packaged_artefact(name) is None


def test_an_artefact_is_found_by_folder_before_name(
    dark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dark.rename(dark.with_name(DEFAULT_NET))
    monkeypatch.chdir(dark.parent)
    assert find_artefact(DEFAULT_NET) == Path(DEFAULT_NET)
    assert load(DEFAULT_NET).label == "dark (onnx fp32)"


def test_a_broken_folder_is_not_the_packaged_net_of_its_name(
    dark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dark.rename(dark.with_name(DEFAULT_NET))
    monkeypatch.chdir(dark.parent)
    (Path(DEFAULT_NET) / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"has no manifest\.json, so it is not an artefact"):
        find_artefact(DEFAULT_NET)


def test_an_unknown_name() -> None:
    with pytest.raises(InputError, match="leen is neither a folder nor a packaged net"):
        find_artefact("leen")


TASKS = {**dict.fromkeys(STUDENTS, Task.LESION), SKIN_NET: Task.SKIN}


@pytest.mark.parametrize("name", TASKS)
def test_artefact_and_checkpoint_are_one_net(name: str) -> None:
    manifest, checkpoint = read_manifest(find_artefact(name)), find_checkpoint(name)
    assert manifest.checkpoint_sha256 == checkpoint.digest
    precision = Precision.W8 if name == SKIN_NET else Precision.INT8
    assert (manifest.target, manifest.precision) == ("tflite", precision)
    assert manifest.task is checkpoint.record.task is TASKS[name]
    assert manifest.name == checkpoint.record.name == name
    assert manifest.threshold == checkpoint.record.threshold
    assert manifest.provenance is not None
    assert re.fullmatch("[0-9a-f]{40}", manifest.provenance.commit), "exported before a commit"


@pytest.mark.parametrize("name", TASKS)
def test_golden_values_are_the_checkpoints_own(name: str) -> None:
    golden = read_golden(find_artefact(name) / GOLDEN)
    assert len(golden.ids) == COUNT
    net = segmenter_of(find_checkpoint(name))
    for image, probability in zip(golden.images[:3], golden.probabilities[:3], strict=True):
        np.testing.assert_allclose(net.at_net_size(image), probability, atol=1e-4)


def test_synthetic_lesions_are_found(student: Checkpoint, data: Dataset) -> None:
    for net in (segmenter_of(student), load(DEFAULT_NET)):
        assert evaluate(net, data.samples).scores.jaccard_mean > 0.7


def test_synthetic_skin_is_found(tmp_path: Path) -> None:
    write_set(tmp_path / "skin", 8, 3, "skin")
    samples = read_dataset(tmp_path / "skin").samples
    assert evaluate(load(SKIN_NET), samples).scores.jaccard_mean > 0.9


@pytest.mark.parametrize("name", TASKS)
def test_ranges_were_measured_on_training_rows(name: str) -> None:
    student = find_checkpoint(name)
    assert student.quantization is not None
    seen, fitted = student.record.data, set(student.quantization.calibration["ids"])
    assert fitted
    assert fitted <= set(seen["train"])
    assert not fitted & set(seen["dev"])
    assert student.quantization.weights_sha256 == student.record.weights_sha256

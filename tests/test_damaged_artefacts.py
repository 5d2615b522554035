"""Damaged artefacts, in every part: each is one sentence, exit 2, and no pickle is opened.

Where a hash would tell, it is also made right again, so that what comes after it is tested too.
"""

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.artifact.checksums import SEAL
from skinseg_mobile.runtime_py.artifact.golden import read_golden, write_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, MANIFEST, Manifest, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.checkpoint import Checkpoint
from tests.conftest import ALL_ARTEFACTS
from tests.damage import DEEP, Damage, Trap, edit, flip, halve, merged, remove, write
from tests.dark import MODEL, edit_manifest, hash_anew
from tests.refused import Refused, Run


@pytest.fixture
def boxed(tmp_path: Path) -> Path:
    """A copy of the packaged int8 TFLite artefact."""
    return shutil.copytree(find_artefact(DEFAULT_NET), tmp_path / "boxed")


def tensor(end: str, /, **values: Any) -> Damage:
    def damage(folder: Path) -> None:
        data = json.loads((folder / MANIFEST).read_text())[end]
        edit(MANIFEST, **{end: merged(data, values)})(folder)

    return damage


def rewrite(**values: Any) -> Damage:
    """Change fields of a manifest without sealing it anew."""

    def damage(folder: Path) -> None:
        data = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(json.dumps({**data, **values}))

    return damage


def with_hash(damage: Damage) -> Damage:
    """Damage an artefact and make its hashes right again."""

    def both(folder: Path) -> None:
        damage(folder)
        hash_anew(folder)

    return both


def two_truths(folder: Path) -> None:
    golden = read_golden(folder / GOLDEN)
    write_golden(replace(golden, truths=golden.truths[:2]), folder / GOLDEN)


def small_probabilities(folder: Path) -> None:
    golden = read_golden(folder / GOLDEN)
    small = np.ascontiguousarray(golden.probabilities[:, :8, :8])
    write_golden(replace(golden, probabilities=small), folder / GOLDEN)


def another_model(folder: Path) -> None:
    shutil.copy(find_artefact(DEFAULT_NET) / "model.tflite", folder / MODEL)


SHAPES = [[1, 3, -32, 32], [1, 3, 0, 32], [3, 32, 32], [], [1, 3, 32, 32, 1], [1, 4, 32, 32]]
ARTEFACTS: dict[str, tuple[Damage, str]] = {
    "manifest empty": (write(MANIFEST, b""), "manifest.json could not be read as JSON"),
    "manifest cut": (halve(MANIFEST), "manifest.json could not be read as JSON"),
    "manifest no UTF-8": (
        write(MANIFEST, b"\xff\xfe{}"),
        "manifest.json could not be read as JSON",
    ),
    "manifest a list": (write(MANIFEST, b"[]"), "manifest.json holds [] and no JSON object"),
    "manifest bottomless": (write(MANIFEST, DEEP), "manifest.json could not be read as JSON"),
    "threshold 2": (edit(MANIFEST, threshold=2), "threshold must be in (0, 1)"),
    "threshold 0": (edit(MANIFEST, threshold=0), "threshold must be in (0, 1)"),
    "threshold NaN": (edit(MANIFEST, threshold=float("nan")), "threshold must be a finite"),
    "target unknown": (edit(MANIFEST, target="pytorch"), "target must be one of onnx, tflite"),
    "target a path": (edit(MANIFEST, target="../onnx"), "target must be one of onnx, tflite"),
    "target another": (edit(MANIFEST, target="tflite"), "model.tflite is missing"),
    "size another": (edit(MANIFEST, model_bytes=1), "bytes, manifest.json says 1"),
    "side endless": (tensor("input", shape=[1, 3, 32, 10**6]), "input may have 16777216 pixels"),
    "precision unknown": (edit(MANIFEST, precision="int4"), "precision must be one of fp32"),
    "colour BGR": (edit(MANIFEST, colour="BGR"), "colour and resize must be"),
    "another resize": (edit(MANIFEST, resize="nearest"), "colour and resize must be"),
    "field unknown": (edit(MANIFEST, model_file="/etc/passwd"), "unknown field model_file"),
    "format old": (edit(MANIFEST, format=1), "this version reads 2"),
    "format new": (edit(MANIFEST, format=3), "this version reads 2"),
    "threshold changed": (
        rewrite(threshold=0.6),
        "manifest.json is changed: manifest.sha256 has another hash",
    ),
    "seal missing": (remove(SEAL), "manifest.sha256 is missing"),
    "seal flipped": (flip(SEAL), "manifest.json is changed: manifest.sha256 has another hash"),
    "seal endless": (
        write(SEAL, b"0" * 5000),
        "manifest.json is changed: manifest.sha256 has another hash",
    ),
    "scale 0": (tensor("input", scale=0), "image has the scale 0"),
    "scale endless": (tensor("output", scale=10**400), "scale must be a finite number"),
    "range falling": (tensor("input", range=[255, 0]), "a range is low, high"),
    "dtype unknown": (tensor("input", dtype="object"), "image is object, none of float32"),
    "dtype another": (tensor("input", dtype="uint8"), "says that the model has"),
    "layout unknown": (tensor("input", layout="CHW"), "NHWC or NCHW"),
    "layout another": (tensor("input", layout="NHWC"), "one image of 3 channels"),
    "input's name": (tensor("input", name="picture"), "says that the model has"),
    "output's name": (tensor("output", name="mask"), "says that the model has"),
    "output another size": (tensor("output", shape=[1, 1, 16, 16]), "the input's size"),
    "tap unknown": (edit(MANIFEST, taps=["head"]), "which its model lacks"),
    "model missing": (remove(MODEL), "model.onnx is missing"),
    "model flipped": (flip(MODEL), "does not have the hash"),
    "model cut": (halve(MODEL), "bytes, manifest.json says"),
    "model cut, rehashed": (with_hash(halve(MODEL)), "is not a whole ONNX file"),
    "model empty, rehashed": (with_hash(write(MODEL, b"")), "does not load in ONNX Runtime"),
    "model another, rehashed": (with_hash(another_model), "is not a whole ONNX file"),
    "golden missing": (remove(GOLDEN), "golden.npz is missing"),
    "golden flipped": (flip(GOLDEN), "does not have the hash"),
    "golden flipped, rehashed": (with_hash(flip(GOLDEN)), "golden file dark/golden.npz is damaged"),
    "golden cut, rehashed": (with_hash(halve(GOLDEN)), "golden file dark/golden.npz is damaged"),
    "golden empty, rehashed": (
        with_hash(write(GOLDEN, b"")),
        "golden file dark/golden.npz is damaged",
    ),
    "golden too few truths": (with_hash(two_truths), "golden.npz does not hold one ground truth"),
    "golden another size": (
        with_hash(small_probabilities),
        "maps are 8×8 and the artefact's 32×32",
    ),
    **{f"shape {shape}": (tensor("input", shape=shape), "damaged: ") for shape in SHAPES},
}


@pytest.mark.parametrize("kind", ARTEFACTS)
def test_artefacts(refused: Refused, dark: Path, kind: str) -> None:
    damage, words = ARTEFACTS[kind]
    damage(dark)
    assert words in refused("parity", "dark")


@pytest.mark.parametrize("kind", [k for k in ARTEFACTS if not k.startswith("golden")])
def test_damaged_artefacts_predict_nothing(refused: Refused, dark: Path, kind: str) -> None:
    damage, words = ARTEFACTS[kind]
    damage(dark)
    assert words in refused("predict", "a.png", "--net", "dark")


FIELDS = [field.name for field in fields(Manifest)]
MAY_BE_ABSENT = {
    "adopted",
    "contract",
    "contexts",
    "parameters",
    "multiply_adds",
    "ios",
    "calibration",
    "versions",
    "operations",
    "float_operations",
    "taps",
    "provenance",
    "files",
}


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_dropped_in_turn(refused: Refused, run: Run, dark: Path, field: str) -> None:
    edit(MANIFEST, **{field: ...})(dark)
    if field in MAY_BE_ABSENT:
        assert run("parity", "dark")[0] == 0
    else:
        assert field in refused("parity", "dark")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [7.5, [7], {"seven": [7]}, True])
def test_every_field_of_another_kind(
    refused: Refused, run: Run, dark: Path, field: str, value: object
) -> None:
    edit(MANIFEST, **{field: value})(dark)
    if field == "calibration" and isinstance(value, dict):
        assert run("parity", "dark")[0] == 0  # free-form notes
    else:
        assert field in refused("parity", "dark")


@pytest.mark.parametrize(
    "tensor_field", ["name", "shape", "dtype", "layout", "range", "scale", "zero_point"]
)
@pytest.mark.parametrize("end", ["input", "output"])
def test_every_field_of_a_tensor_dropped_in_turn(
    refused: Refused, dark: Path, end: str, tensor_field: str
) -> None:
    tensor(end, **{tensor_field: ...})(dark)
    assert f"{end} lacks {tensor_field}" in refused("parity", "dark")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (flip("model.tflite"), "does not have the hash"),
        (with_hash(halve("model.tflite")), "does not load in LiteRT"),
        (with_hash(write("model.tflite", b"")), "does not load in LiteRT"),
        (with_hash(write("model.tflite", b"TFL3" * 100)), "does not load in LiteRT"),
        (tensor("input", name="picture"), "says that the model has"),
        (tensor("input", shape=[1, 96, 96, 3]), "the input's size"),
        (edit(MANIFEST, taps=["head"]), "which its model lacks"),
    ],
)
def test_tflite_artefacts(refused: Refused, boxed: Path, damage: Damage, words: str) -> None:
    damage(boxed)
    assert words in refused("parity", "boxed")
    assert words in refused("predict", "a.png", "--net", boxed)


def test_a_pickle_for_a_golden_file_is_never_opened(refused: Refused, dark: Path) -> None:
    trap = Trap(dark / "sprung")
    golden = read_golden(dark / GOLDEN)
    arrays: dict[str, Any] = {**golden.__dict__, "ids": np.array([trap] * 4, object)}
    np.savez(dark / GOLDEN, allow_pickle=True, **arrays)
    hash_anew(dark)
    assert "golden file dark/golden.npz is damaged" in refused("parity", "dark")
    assert not trap.path.exists()


def relabelled(precision: str) -> Damage:
    return edit(MANIFEST, precision=precision)


@pytest.mark.parametrize("precision", [p for p in Precision if p is not Precision.FP32])
def test_a_precision_that_the_file_is_not(refused: Refused, dark: Path, precision: str) -> None:
    relabelled(precision)(dark)
    assert f"calls the model {precision}, the file itself is fp32" in refused("parity", "dark")


@pytest.mark.parametrize("name", ALL_ARTEFACTS)
@pytest.mark.slow
def test_each_file_tells_its_precision(artefacts: dict[str, Path], name: str) -> None:
    manifest = read_manifest(artefacts[name])
    found = TARGETS[manifest.target].inspect(artefacts[name] / manifest.model_file)
    assert found.precision == manifest.precision


@pytest.mark.parametrize("precision", ["pal4", "fp32", "int8-io"])
def test_a_tflite_file_tells_its_precision(refused: Refused, boxed: Path, precision: str) -> None:
    relabelled(precision)(boxed)
    assert f"calls the model {precision}, the file itself is int8" in refused("parity", "boxed")


def test_a_reference_of_another_checkpoint(refused: Refused, dark: Path, discs: Path) -> None:
    other = shutil.copytree(dark, dark.with_name("other"))
    edit_manifest(other, checkpoint_sha256="d" * 64)
    sentence = refused("parity", dark, "--data", discs, "--reference", other)
    assert sentence.startswith(f"Error: The reference {other} is of checkpoint dddddddddddd")
    assert "dark (onnx fp32) was exported from cccccccccccc" in sentence


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (halve("saved.npz"), "is no file of predictions"),
        (write("saved.npz", b""), "is no file of predictions"),
        (write("saved.npz", b"id,probability"), "is no file of predictions"),
        (flip("saved.npz"), "is no file of predictions"),
    ],
)
def test_saved_predictions(
    refused: Refused, run: Run, dark: Path, discs: Path, damage: Damage, words: str
) -> None:
    assert run("evaluate", dark, "--data", discs, "--save-predictions", "saved.npz")[0] == 0
    damage(Path())
    assert words in refused("parity", dark, "--data", discs, "--reference", "saved.npz")


def test_saved_predictions_that_lack_an_id(
    refused: Refused, run: Run, dark: Path, discs: Path
) -> None:
    table = discs / "split.csv"
    everything = table.read_text()
    table.write_text(everything.replace("disc_2,valid", "disc_2,test"))
    assert run("evaluate", dark, "--data", discs, "--save-predictions", "saved.npz")[0] == 0
    table.write_text(everything)
    sentence = refused("parity", dark, "--data", discs, "--reference", "saved.npz")
    assert "saved.npz has no prediction of disc_2" in sentence


def test_a_packaged_copy_is_whole(run: Run, boxed: Path, student: Checkpoint) -> None:
    """What the tests above damage works before."""
    assert run("parity", boxed)[0] in (0, 1)
    assert student.digest == read_manifest(boxed).checkpoint_sha256

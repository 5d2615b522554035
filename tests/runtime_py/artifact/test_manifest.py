"""The manifest: read back as written, hashes checked, and nothing an app cannot run."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.runtime_py.artifact.manifest import (
    MANIFEST,
    Manifest,
    is_artefact,
    model_size,
    read_manifest,
    write_manifest,
)
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.runtime_py.targets.spec import TensorInfo
from tests.dark import MODEL, edit_manifest

INPUT = TensorInfo("image", (1, 3, 24, 40), "float32", "NCHW", (0.0, 255.0))


def test_round_trip(dark: Path) -> None:
    manifest = read_manifest(dark)
    changed = replace(
        manifest,
        precision=Precision.INT8,
        threshold=0.4,
        ios=16,
        calibration={"ids": ["a", "b"]},
        versions={"torch": "2.11"},
        operations={"CONV_2D": 3},
    )
    write_manifest(changed, dark)
    assert read_manifest(dark) == changed


@pytest.mark.parametrize("file", [MODEL, "golden.npz"])
def test_a_changed_file_is_found(dark: Path, file: str) -> None:
    content = bytearray((dark / file).read_bytes())
    content[len(content) // 2] ^= 1
    (dark / file).write_bytes(content)
    with pytest.raises(InputError, match=rf"{file} does not have the hash in {MANIFEST}"):
        read_manifest(dark)
    (dark / file).unlink()
    with pytest.raises(InputError, match=rf"{file} is missing"):
        read_manifest(dark)


def test_a_model_folder_is_hashed_whole(dark: Path) -> None:
    """Core ML's model is a folder: an added or renamed file inside it counts."""
    package = dark / "model.mlpackage"
    (package / "Data").mkdir(parents=True)
    (package / "Data" / "weight.bin").write_bytes(b"12345")
    (package / "Manifest.json").write_bytes(b"{}")
    edit_manifest(
        dark, target="coreml", precision="fp16", model_sha256=sha256(package), model_bytes=7, ios=16
    )
    assert read_manifest(dark).model_file == "model.mlpackage"
    assert model_size(package) == 7
    (package / "Data" / "weight.bin").rename(package / "Data" / "other.bin")
    with pytest.raises(InputError, match="does not have the hash"):
        read_manifest(dark)


@pytest.mark.parametrize("value", [0, 1, 3, None, "2", True, 2.0])
def test_another_format_is_refused(dark: Path, value: object) -> None:
    edit_manifest(dark, format=value)
    with pytest.raises(InputError, match="format"):
        read_manifest(dark)


def test_what_looks_like_an_artefact(dark: Path, tmp_path: Path) -> None:
    assert is_artefact(dark)
    assert not is_artefact(tmp_path)
    assert not is_artefact(dark / MANIFEST)
    (tmp_path / MANIFEST).mkdir()
    assert not is_artefact(tmp_path)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_side_and_channels_follow_the_layout(layout: str) -> None:
    shape = (1, 3, 24, 40) if layout == "NCHW" else (1, 24, 40, 3)
    info = replace(INPUT, shape=shape, layout=layout)
    assert (info.side, info.channels) == ((24, 40), 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": (1, 3, 24)},
        {"shape": ()},
        {"shape": (1, 3, 0, 40)},
        {"shape": (1, 3, -24, 40)},
        {"layout": "HWC"},
        {"dtype": "float64"},
        {"dtype": "object"},
        {"scale": 0.0},
        {"scale": -1.0},
        {"scale": float("nan")},
        {"range": (255.0, 0.0)},
        {"range": (0.0, 0.0)},
    ],
)
def test_tensors_no_app_can_feed(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^image "):
        replace(INPUT, **wrong)


@pytest.mark.parametrize(
    ("tensor", "wrong"),
    [
        ("input", {"shape": [2, 3, 32, 32]}),
        ("input", {"shape": [1, 1, 32, 32]}),
        ("input", {"layout": "NHWC"}),
        ("output", {"shape": [1, 2, 32, 32]}),
        ("output", {"shape": [1, 1, 32, 16]}),
        ("output", {"shape": [2, 1, 32, 32]}),
    ],
)
def test_one_photograph_in_one_map_of_its_size_out(
    dark: Path, tensor: str, wrong: dict[str, Any]
) -> None:
    data = json.loads((dark / MANIFEST).read_text())
    edit_manifest(dark, **{tensor: {**data[tensor], **wrong}})
    with pytest.raises(InputError, match=f"damaged: {tensor} must be one"):
        read_manifest(dark)


@pytest.mark.parametrize("threshold", [0, 1, -0.5, 2, float("nan"), "0.5"])
def test_a_threshold_lies_inside_0_and_1(dark: Path, threshold: object) -> None:
    edit_manifest(dark, threshold=threshold)
    with pytest.raises(InputError, match="damaged: threshold must be"):
        read_manifest(dark)


@pytest.mark.parametrize("field", ["threshold", "colour", "resize", "format", "input", "output"])
def test_the_contract_is_never_assumed(dark: Path, field: str) -> None:
    data = json.loads((dark / MANIFEST).read_text())
    del data[field]
    (dark / MANIFEST).write_text(json.dumps(data))
    with pytest.raises(InputError, match=field):
        read_manifest(dark)


def test_every_field_is_written(dark: Path) -> None:
    data = json.loads((dark / MANIFEST).read_text())
    every = set(Manifest.__dataclass_fields__)
    some = {"adopted", "contract", "contexts"}  # of files from elsewhere, or compiled for a chip
    assert set(data) | some == set(asdict(read_manifest(dark))) == every
    assert set(data) & some == set()

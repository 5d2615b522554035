"""Damaged and hostile package folders: refused by name, and no path ever leaves them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter import execute, load_package
from tests.runtime_py.targets.coreml.interpreter.conftest import MODEL, WEIGHTS, refused

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b"", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "is no JSON object"),
        (b"{}", "names no model"),
        (b'{"rootModelIdentifier": "a", "itemInfoEntries": []}', "names no model"),
        (b'{"rootModelIdentifier": "a", "itemInfoEntries": {"a": {}}}', "names no model"),
    ],
)
def test_damaged_manifests(manifest: bytes, says: str, package: Path) -> None:
    (package / "Manifest.json").write_bytes(manifest)
    refused(package, says)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../../../etc/passwd", "outside the package|out of the package"),
        ("/etc/passwd", "outside the package|is missing"),
        ("com.apple.CoreML\\model.mlmodel", "outside the package|out of the package"),
        ("com.apple.CoreML/gone.mlmodel", "is missing"),
        ("com.apple.CoreML", "is missing"),
        ("com.apple.CoreML/link.mlmodel", "is a link out of the package"),
    ],
)
def test_manifest_paths_stay_inside(name: str, says: str, package: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.mlmodel"
    shutil.copy(package / MODEL, outside)
    (package / MODEL).with_name("link.mlmodel").symlink_to(outside)
    manifest = json.loads((package / "Manifest.json").read_text())
    manifest["itemInfoEntries"][manifest["rootModelIdentifier"]]["path"] = name
    (package / "Manifest.json").write_text(json.dumps(manifest))
    refused(package, says)


def test_a_folder_without_a_manifest_and_a_file(tmp_path: Path, package: Path) -> None:
    refused(tmp_path, "is no folder with a Manifest.json")
    refused(package / MODEL, "is no folder with a Manifest.json")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_models(share: float, package: Path) -> None:
    data = (package / MODEL).read_bytes()
    (package / MODEL).write_bytes(data[: int(len(data) * share)])
    refused(package, "again|unknown|supported here|run here|Known are")


def test_a_model_of_random_bytes(package: Path) -> None:
    random = np.random.default_rng(0)
    for _ in range(200):
        (package / MODEL).write_bytes(random.bytes(50))
        refused(package, "again|unknown|supported here|run here|Known are")


def test_flipped_bytes_either_load_or_are_refused(package: Path, tmp_path: Path) -> None:
    data = bytearray((package / MODEL).read_bytes())
    random = np.random.default_rng(1)
    image = {"image": np.zeros((1, 3, 32, 32), np.float32)}
    for _ in range(150):
        at, bit = int(random.integers(len(data))), 1 << int(random.integers(8))
        data[at] ^= bit
        (package / MODEL).write_bytes(data)
        data[at] ^= bit
        try:
            execute(load_package(package), image)
        except InputError:
            continue


def test_missing_and_truncated_weights(package: Path) -> None:
    data = (package / WEIGHTS).read_bytes()
    (package / WEIGHTS).write_bytes(data[: len(data) // 2])
    refused(package, "The weight file")
    (package / WEIGHTS).write_bytes(b"")
    refused(package, "header of 64 bytes")
    (package / WEIGHTS).unlink()
    refused(package, "is missing")

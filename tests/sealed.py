"""Artefacts for tests of hashes: bytes in the places of a model's, nothing that runs."""

from pathlib import Path

from skinseg_mobile.runtime_py.targets import TARGETS
from tests.dark import MODEL, edit_manifest, hash_anew


def as_asset(folder: Path) -> Path:
    """Turn `dark` into a Core AI artefact whose asset holds made-up bytes."""
    (folder / MODEL).unlink()
    asset = folder / TARGETS["coreai"].file
    asset.mkdir()
    (asset / TARGETS["coreai"].weights).write_bytes(b"program " * 100)
    (asset / "main.hash").write_bytes(bytes(32))
    (asset / "metadata.json").write_bytes(b"{}\n")
    edit_manifest(folder, target="coreai")
    hash_anew(folder)
    return folder


def as_package(folder: Path, weights: bytes = b"weights " * 100) -> Path:
    """Turn `dark` into a Core ML artefact whose package holds made-up bytes."""
    (folder / MODEL).unlink()
    package = folder / TARGETS["coreml"].file
    file = package / TARGETS["coreml"].weights
    file.parent.mkdir(parents=True)
    file.write_bytes(weights)
    (package / "Data" / "com.apple.CoreML" / "model.mlmodel").write_bytes(b"graph " * 50)
    (package / "Manifest.json").write_bytes(b"{}\n")
    edit_manifest(folder, target="coreml", precision="fp16", ios=16)
    hash_anew(folder)
    return folder

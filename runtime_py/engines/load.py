"""Opens artefacts: hashes checked, then the engine, then the contract around it."""

from pathlib import Path

from skinseg_mobile.runtime_py.artifact.manifest import Manifest, is_artefact, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import packaged_artefact
from skinseg_mobile.runtime_py.engines.open import AUTO, open_engine
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError


def load(path: str | Path, engine: str = AUTO) -> Segmenter:
    """Open an artefact's folder, or a packaged net by name (`lean-isic2017`).

    Raises:
        InputError: not an artefact, damaged, or a hash that differs.
        NotRunError: no engine runs its target here.
    """
    folder = find_artefact(path)
    manifest = read_manifest(folder)
    return open_segmenter(folder, manifest, engine)


def find_artefact(path: str | Path) -> Path:
    """Return the folder of an artefact given as a path or as a packaged name.

    Raises:
        InputError: there is no such artefact.
    """
    folder = Path(path)
    if is_artefact(folder):
        return folder
    packaged = packaged_artefact(str(path))
    if packaged is None:
        raise InputError(
            f"an artefact is a folder with manifest.json, {path} is none; write one with"
            " `skinseg-mobile export`"
        )
    return packaged


def open_segmenter(folder: Path, manifest: Manifest, engine: str = AUTO) -> Segmenter:
    """Open the model of a manifest that was read before."""
    net = open_engine(folder, manifest, engine)
    return Segmenter(manifest.label, net, *manifest.side, manifest.threshold)

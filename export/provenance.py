"""Where an artefact comes from: what its checkpoint was fitted on, and the toolkit's own commit."""

import hashlib
import subprocess
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.artifact.manifest import Provenance
from skinseg_mobile.train.checkpoint import Checkpoint

UNKNOWN = "unknown"
ROOT = Path(__file__).parent.parent


def provenance_of(checkpoint: Checkpoint, *, calibrated: bool) -> Provenance:
    """Return what a manifest says of a checkpoint; `calibrated` where its ranges are in the file.

    A checkpoint that was made without data says "unknown".
    """
    record, quantization = checkpoint.record, checkpoint.quantization
    calibration = quantization.calibration if quantization and calibrated else None
    return Provenance(
        weights_sha256=record.weights_sha256,
        data=str(record.data.get("name", UNKNOWN)),
        data_sha256=str(record.data.get("sha256", UNKNOWN)),
        train_ids_sha256=hash_of_ids(record.data.get("train")),
        commit=toolkit_commit(),
        calibration_ids_sha256=hash_of_ids(calibration.get("ids")) if calibration else None,
        parent=record.parent,
    )


def hash_of_ids(ids: Any) -> str:
    """Return the SHA-256 of `LC_ALL=C sort ids.txt`; "unknown" where there is no list of ids."""
    if not isinstance(ids, list):
        return UNKNOWN
    lines = sorted(f"{id_}\n".encode(errors="surrogateescape") for id_ in ids)  # pyright: ignore[reportUnknownVariableType]
    return hashlib.sha256(b"".join(lines)).hexdigest()


def toolkit_commit(root: Path = ROOT) -> str:
    """Return the commit of the checkout that this code runs from; "unknown" where it is none."""
    if _git(root, "rev-parse", "--show-toplevel") != str(root.resolve()):
        return UNKNOWN  # installed, perhaps inside someone's own repository
    return _git(root, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") or UNKNOWN


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:  # no git here
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""

"""Finds a checkpoint given as a folder or as the name of a packaged net."""

from pathlib import Path

from skinseg_mobile.runtime_py.artifact.packaged import packaged_checkpoint, packaged_names
from skinseg_mobile.runtime_py.errors import InputError, meant
from skinseg_mobile.train.checkpoint import Checkpoint, is_checkpoint, load_checkpoint


def find_checkpoint(path: str | Path) -> Checkpoint:
    """Return the checkpoint in a folder, or a packaged one by name.

    Raises:
        InputError: there is none, or it is damaged.
    """
    if is_checkpoint(Path(path)):
        return load_checkpoint(Path(path))
    packaged = packaged_checkpoint(str(path))
    if packaged is None:
        raise InputError(
            f"{path} is no checkpoint. {meant(str(path), packaged_names())}Give a folder that holds"
            f" checkpoint.json, or one of {', '.join(packaged_names())}."
        )
    return load_checkpoint(packaged)

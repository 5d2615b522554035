"""Probability maps on disk: `evaluate --save-predictions` writes them, `parity` reads them."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.arrays import Kind, read_arrays
from skinseg_mobile.runtime_py.storage.atomic import require_absent, write_file

_KINDS: dict[str, Kind] = {
    "checkpoint_sha256": ("U", 0),
    "label": ("U", 0),
    "ids": ("U", 1),
    "probabilities": ("f4", 3),
}


@dataclass(frozen=True)
class Predictions:
    """Net-size probability maps (h, w) float32 by id, and the checkpoint they come from."""

    checkpoint_sha256: str
    label: str
    maps: Mapping[str, NDArray[np.float32]]


def write_predictions(predictions: Predictions, path: Path) -> None:
    """Write a new `.npz` file.

    Raises:
        InputError: it exists or cannot be written.
    """
    require_absent(path)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        checkpoint_sha256=np.array(predictions.checkpoint_sha256),
        label=np.array(predictions.label),
        ids=np.array(list(predictions.maps)),
        probabilities=np.stack(list(predictions.maps.values())),
    )
    write_file(path, buffer.getvalue())


def read_predictions(path: Path) -> Predictions:
    """Read what `write_predictions` wrote.

    Raises:
        InputError: missing or damaged.
    """
    try:
        found = read_arrays(path, _KINDS)
        maps = {str(id_): p for id_, p in zip(found["ids"], found["probabilities"], strict=True)}
    except ValueError as error:
        raise InputError(
            f"predictions must be a file that `evaluate --save-predictions` wrote, {path} is"
            f" not ({error})"
        ) from error
    return Predictions(str(found["checkpoint_sha256"]), str(found["label"]), maps)

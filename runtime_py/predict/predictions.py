"""Probability maps on disk: `evaluate --save-predictions` writes them, `parity` reads them.

One map is in memory at a time, whatever the number of images.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.lib import format as npy

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.pipeline import Probability
from skinseg_mobile.runtime_py.storage.arrays import Kind, OnDisk, read_arrays, unpack_array
from skinseg_mobile.runtime_py.storage.atomic import new_file

_MAPS = "probabilities"
_KINDS: dict[str, Kind] = {
    "checkpoint_sha256": ("U", 0),
    "label": ("U", 0),
    "ids": ("U", 1),
}
Keep = Callable[[Probability], object]
"""Takes the next image's map (h, w)."""


@dataclass(frozen=True)
class Predictions:
    """Net-size probability maps (h, w) float32 by id, and the checkpoint they come from."""

    checkpoint_sha256: str
    label: str
    maps: Mapping[str, Probability]


def write_predictions(predictions: Predictions, path: Path) -> None:
    """Write a new `.npz` file.

    Raises:
        InputError: it exists or cannot be written.
    """
    maps = predictions.maps
    with new_predictions(predictions.checkpoint_sha256, predictions.label, [*maps], path) as keep:
        for probability in maps.values():
            keep(probability)


@contextmanager
def new_predictions(
    checkpoint_sha256: str, label: str, ids: Sequence[str], path: Path
) -> Generator[Keep]:
    """Yield what takes the map of each image in the order of `ids`, for a new `.npz` file.

    Raises:
        InputError: it exists or cannot be written.
    """
    known = {"checkpoint_sha256": checkpoint_sha256, "label": label, "ids": list(ids)}
    with new_file(path) as temporary, ZipFile(temporary, "w", ZIP_DEFLATED) as archive:
        for name, value in known.items():
            with archive.open(f"{name}.npy", "w") as entry:
                npy.write_array(entry, np.array(value), allow_pickle=False)
        with archive.open(f"{_MAPS}.npy", "w", force_zip64=True) as entry:
            shapes: list[tuple[int, ...]] = []

            def keep(probability: Probability) -> None:
                if not shapes:
                    shapes.append((len(ids), *probability.shape))
                    header = {"descr": "<f4", "fortran_order": False, "shape": shapes[0]}
                    npy.write_array_header_1_0(entry, header)
                entry.write(probability.astype("<f4").tobytes())

            yield keep


def read_predictions(path: Path) -> Predictions:
    """Open what `write_predictions` wrote; each map is read from the disk when it is asked for.

    Raises:
        InputError: missing or damaged.
    """
    if not path.exists():
        raise InputError(f"{path} is not there. Write one with `evaluate --save-predictions`.")
    try:
        found = read_arrays(path, _KINDS)
        maps = unpack_array(path, _MAPS, ("f4", 3))
        if len(maps) != len(found["ids"]):
            raise ValueError(f"it holds {len(maps)} maps for {len(found['ids'])} ids")
    except ValueError as error:
        raise InputError(
            f"{path} is no file of predictions ({error}). Write one with `evaluate"
            " --save-predictions`."
        ) from error
    numbers = {str(id_): number for number, id_ in enumerate(found["ids"])}
    return Predictions(str(found["checkpoint_sha256"]), str(found["label"]), _Maps(numbers, maps))


@dataclass(frozen=True)
class _Maps(Mapping[str, Probability]):
    """Maps on the disk by id."""

    numbers: Mapping[str, int]
    maps: OnDisk

    def __getitem__(self, id_: str) -> Probability:
        return self.maps[self.numbers[id_]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

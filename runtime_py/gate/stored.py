"""Decodes and resizes a set of images once, into files that many jobs read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.contract import Frame
from skinseg_mobile.runtime_py.gate.cases import Case, CaseSet
from skinseg_mobile.runtime_py.images.ahead import ahead
from skinseg_mobile.runtime_py.progress import track


@dataclass(frozen=True)
class StoredCase:
    """Where one case lies on disk."""

    id: str
    folder: Path
    source: Path
    width: int
    """Of the truth, whose rows are packed into bits."""
    frames: tuple[Frame, ...]
    groups: dict[str, str]
    frame: Frame | None
    """Of the reference's map, as its threshold."""
    threshold: float | None

    def read(self) -> Case:
        """Return the case; tensors and probabilities are mapped to memory, not read."""
        packed = np.load(self.folder / "truth.npy")
        truth = np.unpackbits(packed, axis=1, count=self.width).astype(bool)
        tensors = {frame: _mapped(self.folder / _tensor_file(frame)) for frame in self.frames}
        reference = _mapped(self.folder / "reference.npy")
        kept = self.folder, self.frame, self.threshold
        return Case(self.id, self.source, truth, reference, self.groups, tensors, *kept)


def stored(cases: CaseSet, frames: Iterable[Frame], folder: Path) -> CaseSet:
    """Write a set into the new `folder`, decoded and resized to each of `frames` once.

    A few images are in memory at a time, whatever the set's size. Processes that are given the
    result map its files to memory. Pixels that lie in image files are not written again: only the
    few images that a report shows are decoded twice.

    Raises:
        InputError: an image is unreadable.
    """
    folder.mkdir()
    wanted = tuple(dict.fromkeys(frames))
    numbers = range(len(cases.ids))
    written = ahead(lambda number: _store(cases, number, wanted, folder / str(number)), numbers)
    found = tuple(c.result() for _, c in track(written, "reading images", len(numbers)))
    return replace(cases, read=partial(_read_stored, found))


def _store(cases: CaseSet, number: int, frames: tuple[Frame, ...], folder: Path) -> StoredCase:
    case, photo = cases.read(number), folder / "photo.npy"
    folder.mkdir()
    np.save(folder / "truth.npy", np.packbits(case.truth, axis=1))
    np.save(folder / "reference.npy", case.reference)
    for frame in frames:
        np.save(folder / _tensor_file(frame), case.tensor(frame))
    if not cases.files:
        np.save(photo, case.photo)
    source = cases.files[number] if cases.files else photo
    width, own = case.truth.shape[1], (case.frame, case.threshold)
    return StoredCase(case.id, folder, source, width, frames, case.groups, *own)


def _read_stored(cases: Sequence[StoredCase], number: int) -> Case:
    return cases[number].read()


def _tensor_file(frame: Frame) -> str:
    return f"tensor-{frame.key}.npy"


def _mapped(path: Path) -> NDArray[np.float32]:
    return np.asarray(np.load(path, mmap_mode="r"))

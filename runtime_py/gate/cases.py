"""What an artefact is checked on: images with their truth and the checkpoint's answer beside them.

They are the golden images inside the artefact, or a dataset with an opened reference: a net, or
saved predictions.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.golden import Golden, read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, Manifest
from skinseg_mobile.runtime_py.contract import OURS, Frame
from skinseg_mobile.runtime_py.data.dataset import Sample
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.gate.expected import (
    Expected,
    expected_of,
    read_expected,
    write_expected,
)
from skinseg_mobile.runtime_py.images.frame import photo_in, reframed
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo, read_photo
from skinseg_mobile.runtime_py.images.pipeline import Probability
from skinseg_mobile.runtime_py.predict.predictions import Predictions

_UNREFERENCED = "--data needs --reference. Name a checkpoint, an artefact or saved predictions"


@dataclass(frozen=True)
class Case:
    """One image with its truth, the checkpoint's net-size probability and its groups."""

    id: str
    source: Photo | Path
    """The pixels, or the file that holds them: few callers need them beside the tensor."""
    truth: Mask
    reference: Probability
    groups: dict[str, str] = field(default_factory=dict[str, str])
    tensors: Mapping[Frame, NDArray[np.float32]] = field(
        default_factory=dict[Frame, NDArray[np.float32]], repr=False
    )
    """The image in a net's frame, where that was done before."""
    folder: Path | None = None
    """Where what is computed of the reference is kept for the next file."""
    frame: Frame | None = None
    """What the reference's map is a map of; None for the frame of the artefact itself."""
    threshold: float | None = None
    """The reference's own; None for the artefact's."""

    @property
    def photo(self) -> Photo:
        """(H, W, 3) uint8 RGB."""
        if not isinstance(self.source, Path):
            return self.source
        return np.load(self.source) if self.source.suffix == ".npy" else read_photo(self.source)

    def tensor(self, frame: Frame) -> NDArray[np.float32]:
        """Return the image as a net's input (h, w, 3) float32 in [0, 255]."""
        found = self.tensors.get(frame)
        return photo_in(self.photo, frame) if found is None else found

    def map_in(self, frame: Frame, size: tuple[int, int]) -> Probability:
        """Return the reference's map as the (h, w) `size` map of a frame."""
        return reframed(self.reference, self.truth.shape, (self.frame or frame, frame), size)

    def expected(self, threshold: float, frame: Frame) -> Expected:
        """Return what the reference says at the image's size; a stored case remembers it.

        `threshold` and `frame` are the artefact's: a reference may have others of its own.
        """
        level, place = self.threshold or threshold, self.frame or frame
        if self.folder is None:
            return expected_of(self.reference, self.truth, level, place)
        path = self.folder / f"expected-{level}-{place.key}.npz"
        if path.exists():
            return read_expected(path, self.truth.shape[1])
        found = expected_of(self.reference, self.truth, level, place)
        write_expected(found, path)
        return found


@dataclass(frozen=True)
class Reference:
    """An opened reference: what a checkpoint says of an image, computed or looked up."""

    label: str
    checkpoint_sha256: str
    probability: Callable[[str, Photo], Probability]
    """(id, (H, W, 3) uint8) -> net-size probability (h, w) float32."""
    ids: Collection[str] | None = None
    """Of the images that it knows; None where it answers for any image."""
    given: str = ""
    """What the caller named, as errors name it; empty for `label`."""
    frame: Frame | None = None
    """What its maps are maps of; None for the whole image, squashed to the map's size."""
    threshold: float | None = None
    """Its own; None for that of the artefact that is compared with it."""
    adopted: bool = False
    """Whether it is a file from elsewhere: it may be compared with any other."""
    runs: tuple[str, str] | None = None
    """(SHA-256 of the model file, engine) of an artefact."""


def net_reference(
    net: Segmenter, checkpoint_sha256: str, manifest: Manifest | None = None
) -> Reference:
    """Return an opened net as a reference; of many threads, one asks it at a time.

    `manifest` is that of a net that is an artefact.
    """
    engine = Lock()

    def probability(_: str, photo: Photo) -> Probability:
        tensor = net.tensor_of(photo)
        with engine:
            return net.answer(tensor)

    return Reference(
        net.label,
        checkpoint_sha256,
        probability,
        frame=net.frame,
        threshold=net.threshold,
        adopted=manifest is not None and manifest.adopted is not None,
        runs=(manifest.model_sha256, net.engine.name) if manifest else None,
    )


def saved_reference(predictions: Predictions) -> Reference:
    """Return saved predictions, maps of whole images, as a reference for the images they hold."""
    maps = predictions.maps
    return Reference(
        predictions.label, predictions.checkpoint_sha256, lambda id_, _: maps[id_], ids=maps.keys()
    )


@dataclass(frozen=True)
class CaseSet:
    """Cases by number, each made when it is asked for; pickled only where `stored` made it."""

    label: str
    """Of the reference, as reports name it."""
    ids: tuple[str, ...]
    read: Callable[[int], Case]
    checkpoint_sha256: str | None = None
    """None where the reference came inside the artefact itself."""
    files: tuple[Path, ...] = ()
    """The image files by number, where the images lie in files."""
    missing: str = ""
    """Why there is nothing to compare with."""
    chosen: str = ""
    """How many of a dataset's images these are: `2 of 12 (split valid)`."""
    given: str = ""
    """The reference as the caller named it."""
    adopted: bool = False
    """Whether the reference is a file from elsewhere."""
    runs: tuple[str, str] | None = None
    """(SHA-256 of the model file, engine) of a reference that is an artefact."""

    def __iter__(self) -> Iterator[Case]:
        return map(self.read, range(len(self.ids)))

    def some(self, ids: Collection[str]) -> Iterator[Case]:
        """Yield the cases of some ids."""
        return (self.read(number) for number, id_ in enumerate(self.ids) if id_ in ids)

    def require_for(self, manifest: Manifest) -> None:
        """Check that the reference is an artefact's own.

        Raises:
            NotRunError: there is no reference.
            InputError: it is another checkpoint.
        """
        if self.missing:
            raise NotRunError(self.missing)
        if self.adopted or manifest.adopted:  # no checkpoint is theirs: the numbers decide
            return
        if self.checkpoint_sha256 not in (None, manifest.checkpoint_sha256):
            raise InputError(
                f"The reference {self.given or self.label} is of checkpoint"
                f" {self.checkpoint_sha256[:12]}, {manifest.label} was exported from"
                f" {manifest.checkpoint_sha256[:12]}. Name that checkpoint."
            )

    def require_another(self, manifest: Manifest, engine: str) -> None:
        """Check that the reference is not the artefact itself on the same engine.

        Raises:
            NotRunError: it is, so nothing would be compared.
        """
        if self.runs == (manifest.model_sha256, engine):
            raise NotRunError(
                f"the reference {self.given or self.label} is this very file on the same engine,"
                " so nothing is compared; name the checkpoint, saved predictions or another engine"
            )


def golden_cases(golden: Golden) -> CaseSet:
    """Return the cases that travel inside an artefact."""

    def read(number: int) -> Case:
        return Case(
            golden.ids[number],
            golden.images[number],
            golden.truths[number],
            golden.probabilities[number],
        )

    return CaseSet("golden images", golden.ids, read)


def golden_of(folder: Path) -> CaseSet:
    """Return the golden images of an artefact.

    Raises:
        InputError: they are damaged.
    """
    return golden_cases(read_golden(folder / GOLDEN))


def golden_against(folder: Path, reference: Reference) -> CaseSet:
    """Return the golden images of an artefact with what another reference says of them.

    Raises:
        InputError: they are damaged, or saved predictions lack one.
    """
    cases = golden_of(folder)
    if reference.ids is not None and (lacking := set(cases.ids) - set(reference.ids)):
        raise InputError(
            f"{reference.given or reference.label} has no prediction of the golden image"
            f" {min(lacking)}. Add --data with the images that were predicted."
        )

    def read(number: int) -> Case:
        case = cases.read(number)
        found = reference.probability(case.id, case.photo)
        frame = reference.frame or OURS.frame(*found.shape)
        return replace(case, reference=found, frame=frame, threshold=reference.threshold)

    return _against(reference, replace(cases, read=read, chosen=f"{len(cases.ids)} golden images"))


def data_cases(samples: Sequence[Sample], reference: Reference | None, chosen: str = "") -> CaseSet:
    """Return a case a sample; reading one raises InputError where its files are unreadable.

    Raises:
        InputError: saved predictions lack an image.
    """
    ids = tuple(sample.id for sample in samples)
    if reference is None:
        return CaseSet("none", ids, _unreferenced, missing=_UNREFERENCED)

    def read(number: int) -> Case:
        sample = samples[number]
        photo, truth = read_pair(sample)
        found = reference.probability(sample.id, photo)
        place = reference.frame or OURS.frame(*found.shape)
        return Case(
            sample.id,
            photo,
            truth,
            found,
            sample.groups,
            frame=place,
            threshold=reference.threshold,
        )

    if reference.ids is not None and (lacking := set(ids) - set(reference.ids)):
        raise InputError(
            f"{reference.given or reference.label} has no prediction of {min(lacking)}. Save"
            " predictions for the same --split."
        )
    files = tuple(sample.image for sample in samples)
    return _against(reference, CaseSet("", ids, read, files=files, chosen=chosen))


def _against(reference: Reference, cases: CaseSet) -> CaseSet:
    """Return cases that say whose maps they hold; the reference itself cannot be pickled."""
    return replace(
        cases,
        label=reference.label,
        checkpoint_sha256=reference.checkpoint_sha256,
        given=reference.given,
        adopted=reference.adopted,
        runs=reference.runs,
    )


def _unreferenced(_: int) -> Case:
    raise NotRunError(_UNREFERENCED)

"""Writes test vectors: what Python makes of photographs, for every port of the contract.

    OUT/vectors.json
        photos/ID.png|jpg|webp|tif       the photographs
        probabilities/KEY/ID.f32         the net's own map, float32 little-endian, row by row
        pixels/ID.rgb                    with `raw`: upright RGB bytes, for ports without a decoder

A port repeats each step on its own and compares: docs/contract.md has the fields. `large` is an
image of 12 megapixels that no file holds: every language computes its pixels.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.manifest import Manifest, read_manifest
from skinseg_mobile.runtime_py.contract import OURS, Contract
from skinseg_mobile.runtime_py.engines.load import AUTO, find_artefact, open_segmenter
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo, read_photo
from skinseg_mobile.runtime_py.images.pipeline import (
    THRESHOLD,
    Probability,
    to_photo_mask,
    to_tensor,
)
from skinseg_mobile.runtime_py.metrics.overlap import jaccard
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.atomic import new_folder

FORMAT = 1
VECTORS = "vectors.json"
EXACT = frozenset({".png", ".bmp", ".tif"})
SAMPLES = 8


@dataclass(frozen=True)
class Photograph:
    """An image file with its truth (H, W) bool, in the orientation it is displayed in."""

    path: Path
    truth: Mask

    @property
    def id(self) -> str:
        """What files and tables call it."""
        return self.path.stem


@dataclass(frozen=True)
class VectorArtefact:
    """An artefact that the vectors hold results of."""

    key: str
    """`tflite-int8`: its folder below `probabilities`, and its name in `results`."""
    name: str
    model_sha256: str
    height: int
    width: int
    threshold: float
    contract: Contract | None = None
    """An adopted file's own; absent where it is this project's."""


@dataclass(frozen=True)
class Pixels:
    """An upright photograph: the SHA-256 is of its RGB bytes, row by row."""

    height: int
    width: int
    sha256: str


@dataclass(frozen=True)
class ResizedTensor:
    """A resized photograph: the SHA-256 is of (height, width, 3) float32, little-endian."""

    height: int
    width: int
    sha256: str
    samples: tuple[tuple[int, float], ...]
    """Flat index and value of some, to see how far a port is off."""


@dataclass(frozen=True)
class Result:
    """What an artefact makes of one photograph."""

    probability: str
    """File of the net's own map."""
    mask: tuple[int, ...]
    """Run lengths at the photograph's size; see `runs`."""
    area: float
    """Share of the photograph inside the mask."""
    jaccard: float
    """Mask against truth."""


@dataclass(frozen=True)
class Vector:
    """One photograph with everything that follows from it."""

    id: str
    file: str
    exact: bool
    """False where decoders may differ by a level: JPEG, WebP."""
    photo: Pixels
    tensor: ResizedTensor
    truth: tuple[int, ...]
    results: dict[str, Result]


@dataclass(frozen=True)
class Large:
    """What becomes of `large_photo`, and of `large_map` at its size and a threshold of 0.5."""

    height: int
    width: int
    tensor: ResizedTensor
    mask_sha256: str
    """Of a byte a pixel, 0 or 1."""


LARGE = 3024, 4032


def large_photo(height: int, width: int) -> Photo:
    """Return the image whose levels are (29 r + 31 c + 37 k + r c / 128) mod 256, rounded down."""
    row, column, channel = np.ogrid[:height, :width, :3]
    return (29 * row + 31 * column + 37 * channel + (row * column >> 7) & 255).astype(np.uint8)


def large_map(height: int, width: int) -> Probability:
    """Return the map whose values are ((29 r + 17 c) mod 33) / 32."""
    row, column = np.ogrid[:height, :width]
    return ((29 * row + 17 * column) % 33 / 32).astype(np.float32)


def large(height: int, width: int) -> Large:
    """Return it for a net's input size."""
    mask = to_photo_mask(large_map(height, width), *LARGE, THRESHOLD)
    tensor = _tensor(to_tensor(large_photo(*LARGE), height, width))
    return Large(*LARGE, tensor, hashlib.sha256(mask.tobytes()).hexdigest())


def write_vectors(
    photographs: Sequence[Photograph], artefacts: Sequence[str], out: Path, *, raw: bool = False
) -> list[Vector]:
    """Write a new folder of vectors.

    Args:
        photographs: Decoded by `photo`; every one of them is copied.
        artefacts: Folders or packaged names, all with the same input size.
        out: The folder to make.
        raw: Also write each photograph's pixels.

    Raises:
        InputError: a damaged artefact or photograph, artefacts of different input sizes or of one
            key, or `out` exists.
        NotRunError: no engine runs an artefact here.
    """
    opened = [_opened(artefact) for artefact in artefacts]
    named = [artefact for artefact, _ in opened]
    _require_one_size(named)
    with new_folder(out) as folder:
        vectors = [
            _written(photograph, opened, folder, raw)
            for photograph in track(list(photographs), "computing")
        ]
        (folder / VECTORS).write_text(_json(named, vectors), encoding="utf-8")
    return vectors


def _opened(artefact: str) -> tuple[VectorArtefact, Segmenter]:
    folder = find_artefact(artefact)
    manifest = read_manifest(folder)
    return _named(manifest), open_segmenter(folder, manifest, AUTO)


def _named(manifest: Manifest) -> VectorArtefact:
    return VectorArtefact(
        f"{manifest.target}-{manifest.precision}",
        manifest.name,
        manifest.model_sha256,
        *manifest.side,
        manifest.threshold,
        manifest.contract,
    )


def _require_one_size(artefacts: Sequence[VectorArtefact]) -> None:
    sizes = {(artefact.height, artefact.width) for artefact in artefacts}
    if len(sizes) != 1:
        raise InputError(
            f"The artefacts take different input sizes, {sorted(sizes)}. Write one folder for"
            " each size."
        )
    if len({(artefact.contract or OURS).frame(0, 0) for artefact in artefacts}) != 1:
        raise InputError("The artefacts resize in different ways. Write one folder for each.")
    keys = [artefact.key for artefact in artefacts]
    for key in {key for key in keys if keys.count(key) > 1}:
        raise InputError(f"Two artefacts have the same target and precision, {key}. Leave one out.")


def _written(
    photograph: Photograph,
    artefacts: Sequence[tuple[VectorArtefact, Segmenter]],
    folder: Path,
    raw: bool,
) -> Vector:
    photo = read_photo(photograph.path)
    file = f"photos/{photograph.path.name}"
    _write(folder / file, photograph.path.read_bytes())
    if raw:
        _write(folder / "pixels" / f"{photograph.id}.rgb", photo.tobytes())
    tensor = artefacts[0][1].tensor_of(photo)
    results: dict[str, Result] = {}
    for artefact, net in artefacts:
        probability = net.answer(tensor)
        stored = f"probabilities/{artefact.key}/{photograph.id}.f32"
        _write(folder / stored, probability.astype("<f4").tobytes())
        results[artefact.key] = _result(probability, net, photograph.truth, stored)
    return Vector(
        photograph.id,
        file,
        photograph.path.suffix in EXACT,
        _pixels(photo),
        _tensor(tensor),
        runs(photograph.truth),
        results,
    )


def _result(probability: Probability, net: Segmenter, truth: Mask, stored: str) -> Result:
    mask = net.mask(probability, *truth.shape)
    return Result(stored, runs(mask), float(mask.mean()), jaccard(mask, truth))


def _pixels(photo: Photo) -> Pixels:
    height, width, _ = photo.shape
    return Pixels(height, width, hashlib.sha256(photo.tobytes()).hexdigest())


def _tensor(tensor: NDArray[np.float32]) -> ResizedTensor:
    flat = tensor.astype("<f4").ravel()
    places = np.linspace(0, flat.size - 1, SAMPLES).astype(int)
    samples = tuple((int(place), float(flat[place])) for place in places)
    height, width, _ = tensor.shape
    return ResizedTensor(height, width, hashlib.sha256(flat.tobytes()).hexdigest(), samples)


def _json(artefacts: Sequence[VectorArtefact], vectors: Sequence[Vector]) -> str:
    """Return the index with one vector a line: a changed one is a changed line."""
    first = {
        "format": FORMAT,
        "artefacts": [
            {n: v for n, v in asdict(artefact).items() if v is not None} for artefact in artefacts
        ],
        "large": asdict(large(artefacts[0].height, artefacts[0].width)),
    }
    named = "".join(f'"{name}": {json.dumps(value)},\n' for name, value in first.items())
    lines = ",\n".join(json.dumps(asdict(vector)) for vector in vectors)
    return f'{{{named}"vectors": [\n{lines}\n]}}\n'


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def runs(mask: Mask) -> tuple[int, ...]:
    """Return the lengths of a mask's runs, row by row, in turn False and True, False first.

    >>> runs(np.array([[1, 1, 0], [0, 1, 0]], bool))
    (0, 2, 2, 1, 1)
    """
    edges = np.flatnonzero(np.diff(mask.ravel(), prepend=False))
    return tuple(int(n) for n in np.diff([0, *edges, mask.size]))


def from_runs(lengths: Sequence[int], height: int, width: int) -> Mask:
    """Return the (height, width) mask of its run lengths.

    >>> from_runs((0, 2, 2, 1, 1), 2, 3)
    array([[ True,  True, False],
           [False,  True, False]])
    """
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape(height, width)

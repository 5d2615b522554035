"""Release N against N-1 on the same images: each image's numbers, and pictures of the worst.

The two nets may differ in input size, so that everything is compared at the image's own size.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from skinseg_mobile.runtime_py.data.dataset import Dataset
from skinseg_mobile.runtime_py.data.samples import Sample, read_pair
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.gate.compare import GroupResult, ImageResult, group_results
from skinseg_mobile.runtime_py.gate.spec import Bootstrap
from skinseg_mobile.runtime_py.gate.strips import Picture, Strip, data_url, difference
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo
from skinseg_mobile.runtime_py.images.overlay import overlay
from skinseg_mobile.runtime_py.images.pipeline import to_mask
from skinseg_mobile.runtime_py.metrics.boundary import boundary_f1
from skinseg_mobile.runtime_py.metrics.overlap import jaccard
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.atomic import sha256

Pair = tuple[Photo, Mask]


@dataclass(frozen=True)
class JudgedFile:
    """One image of the dataset, by the hashes of its files."""

    id: str
    split: str
    groups: dict[str, str]
    image: str
    image_sha256: str
    mask: str
    mask_sha256: str

    @property
    def line(self) -> str:
        """What the data's hash is made of."""
        groups = "\0".join(f"{k}\0{v}" for k, v in sorted(self.groups.items()))
        return f"{self.id}\0{self.split}\0{self.image_sha256}\0{self.mask_sha256}\0{groups}\n"


@dataclass(frozen=True)
class JudgedData:
    """The images that both releases were judged on."""

    name: str
    chosen: str
    """`200 of 200 (split valid)`."""
    files: tuple[JudgedFile, ...]

    @property
    def sha256(self) -> str:
        """Of ids, splits, groups and the contents of all files."""
        text = "".join(sorted(file.line for file in self.files))
        return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()

    @property
    def ids_sha256(self) -> str:
        """Of `LC_ALL=C sort ids.txt`, as manifests hash the ids that nets were trained on."""
        lines = sorted(f"{file.id}\n".encode(errors="surrogateescape") for file in self.files)
        return hashlib.sha256(b"".join(lines)).hexdigest()


@dataclass(frozen=True)
class Comparisons:
    """All images of one replacement; `jaccard_reference` is that of N-1."""

    images: tuple[ImageResult, ...]
    interval: tuple[float, float] | None
    """Of the mean ΔJ."""
    groups: tuple[GroupResult, ...]
    group_intervals: Mapping[str, tuple[float, float] | None]
    """Of the mean ΔJ of each group, by its label."""
    strips: tuple[Strip, ...] = ()

    @property
    def scored(self) -> list[ImageResult]:
        """Images in which ground truth or one of the two masks has a positive pixel."""
        return [image for image in self.images if image.scored]

    def mean(self, name: str) -> float | None:
        """Return the mean of a number over the images that can be scored."""
        values = [getattr(image, name) for image in self.scored]
        return float(np.mean(values)) if values else None


def judged_data(dataset: Dataset, samples: Sequence[Sample]) -> JudgedData:
    """Hash the files of the samples.

    Raises:
        InputError: a file cannot be read.
    """
    files = tuple(
        JudgedFile(
            sample.id,
            str(sample.split),
            sample.groups,
            sample.image.relative_to(dataset.root).as_posix(),
            sha256(sample.image),
            sample.mask.relative_to(dataset.root).as_posix() if sample.mask else "",
            sha256(sample.mask) if sample.mask else "",
        )
        for sample in samples
    )
    return JudgedData(dataset.root.resolve().name, dataset.share(samples), files)


def compare_on(
    before: Segmenter,
    after: Segmenter,
    samples: Sequence[Sample],
    bootstrap: Bootstrap,
    shown: int,
) -> Comparisons:
    """Run both nets on every sample; draw the `shown` images that lose most.

    Raises:
        InputError: an image or a mask is unreadable.
    """
    tracked = track(list(samples), f"comparing {after.label}")
    images = tuple(_compared(before, after, s.id, s.groups, read_pair(s)) for s in tracked)
    scored = [image for image in images if image.scored]
    interval = bootstrap.interval(np.array([image.delta for image in scored]))
    worst = {image.id for image in worst_first(scored)[:shown]}
    results = {image.id: image for image in images}
    drawn = tuple(
        _strip(before, after, results[s.id], lambda s=s: read_pair(s))
        for s in samples
        if s.id in worst
    )
    order = sorted(drawn, key=lambda strip: results[strip.id].delta)
    groups = group_results(scored)
    intervals = {
        group.label: bootstrap.interval(
            np.array([i.delta for i in scored if i.groups.get(group.column) == group.value])
        )
        for group in groups
    }
    return Comparisons(images, interval, groups, intervals, tuple(order))


def worst_first(images: Iterable[ImageResult]) -> list[ImageResult]:
    """Return the images with the largest loss first."""
    return sorted(images, key=lambda image: (image.delta, image.agreement, image.id))


def _compared(
    before: Segmenter, after: Segmenter, id_: str, groups: dict[str, str], pair: Pair
) -> ImageResult:
    photo, truth = pair
    with np.errstate(invalid="ignore"):  # a map that is not all numbers has no positive pixel there
        old, new = before(photo), after(photo)
        gap = np.abs(new - old)
    expected, mask = to_mask(old, before.threshold), to_mask(new, after.threshold)
    return ImageResult(
        id=id_,
        jaccard_reference=jaccard(expected, truth),
        jaccard_artefact=jaccard(mask, truth),
        agreement=jaccard(mask, expected),
        boundary=boundary_f1(mask, expected),
        max_abs_delta=float(gap.max()),
        p99_abs_delta=float(np.quantile(gap, 0.99)),
        groups=groups,
        in_truth=bool(truth.any()),
        in_reference=bool(expected.any()),
        in_artefact=bool(mask.any()),
    )


def _strip(
    before: Segmenter, after: Segmenter, result: ImageResult, read: Callable[[], Pair]
) -> Strip:
    photo, truth = read()
    expected, mask = before.mask_of(photo), after.mask_of(photo)
    changed = np.count_nonzero(mask ^ expected) / mask.size
    shown = (
        ("image", photo, ""),
        ("ground truth", overlay(photo, truth), ""),
        ("released", overlay(photo, expected), f"Jaccard {result.jaccard_reference:.3f}"),
        ("new", overlay(photo, mask), f"Jaccard {result.jaccard_artefact:.3f}"),
        ("difference", difference(mask, expected), f"{changed:.2%} of pixels"),
    )
    return Strip(result.id, tuple(Picture(name, data_url(p), note) for name, p, note in shown))

"""The images that a contract is checked on, with what ground truth and reference say of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from skinseg_mobile.export.adopt.foreign_model import ForeignModel
from skinseg_mobile.export.adopt.trials import TrialImage, comparison_size, trial_image
from skinseg_mobile.export.scenes import Scene, synthetic_scenes
from skinseg_mobile.runtime_py.contract import OURS
from skinseg_mobile.runtime_py.data.dataset import md5_order, read_dataset, select
from skinseg_mobile.runtime_py.data.samples import Sample, read_pair
from skinseg_mobile.runtime_py.engines.load import engine_for
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.gate.cases import Reference
from skinseg_mobile.runtime_py.images.frame import unfitted
from skinseg_mobile.runtime_py.images.image_file import Photo, read_unturned
from skinseg_mobile.runtime_py.images.pipeline import Probability
from skinseg_mobile.runtime_py.progress import track

IMAGES, FEWER = 32, 8
"""Images on which a contract is checked; fewer on an engine that is slow."""
SCENE_SIDE = 384
"""Of synthetic scenes: larger than most inputs, so that filters differ."""


def trial_images(
    model: ForeignModel, task: Task, reference: Reference | None, data: Path | None
) -> list[TrialImage]:
    """Return what a contract is checked on; nothing without ground truth and reference.

    Without a dataset the reference is asked about synthetic scenes of the task, some of them wide
    or tall: only then a letterbox shows.

    Raises:
        InputError: the dataset cannot be read, or saved predictions come without their images.
    """
    count = IMAGES if engine_for(model.target).timed else FEWER
    if data:
        samples = _first(data, count, reference)
        pairs = track(samples, "reading images")
        return [_trial(sample, reference) for sample in pairs]
    if reference is None:
        return []
    if reference.ids is not None:
        raise InputError(
            f"{reference.given or reference.label} holds predictions of images. Add"
            " --data with those images."
        )
    scenes = [
        _uneven(n, scene) for n, scene in enumerate(synthetic_scenes(task, SCENE_SIDE)[:count])
    ]
    return [
        trial_image(photo, None, _small(reference, id_, photo))
        for id_, photo, _ in track(scenes, "asking the reference")
    ]


def _first(folder: Path, count: int, reference: Reference | None) -> list[Sample]:
    samples = {sample.id: sample for sample in select(read_dataset(folder), None)}
    known = samples.keys()
    if reference and reference.ids is not None:
        known = known & set(reference.ids)
        if not known:
            raise InputError(
                f"{reference.given or reference.label} has no prediction of an image in {folder}."
                " Save predictions of these images."
            )
    return [samples[id_] for id_ in md5_order(known)[:count]]


def _trial(sample: Sample, reference: Reference | None) -> TrialImage:
    """Return an image; also as who ignores EXIF has it, where truth or predictions may be so."""
    photo, truth = read_pair(sample)
    map_ = _small(reference, sample.id, photo) if reference else None
    found = trial_image(photo, truth, map_)
    stored = read_unturned(sample.image)
    same = stored is not None and stored.shape == photo.shape
    says_something = reference.ids is not None if reference else same
    if stored is None or not says_something:
        return found
    seen = _small(reference, sample.id, stored) if reference else None
    return replace(found, unturned=trial_image(stored, truth if same else None, seen))


def _small(reference: Reference, id_: str, photo: Photo) -> Probability:
    """Return the reference's map at the size of comparison."""
    found = reference.probability(id_, photo)
    frame = reference.frame or OURS.frame(*found.shape)
    return unfitted(found, comparison_size(photo.shape[:2]), frame)


def _uneven(number: int, scene: Scene) -> Scene:
    """Return a scene that is wide, tall or square, by its number."""
    id_, photo, truth = scene
    height, width = photo.shape[:2]
    part = (
        (slice(0, height), slice(0, width)),
        (slice(height // 6, height - height // 6), slice(0, width)),
        (slice(0, height), slice(width // 6, width - width // 6)),
    )[number % 3]
    return id_, np.ascontiguousarray(photo[part]), np.ascontiguousarray(truth[part])

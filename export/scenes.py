"""The images of golden files: synthetic ones, or the first of a dataset; torch is not needed."""

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from skinseg_mobile.runtime_py.artifact.golden import COUNT
from skinseg_mobile.runtime_py.data.dataset import md5_order, read_dataset, select
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo
from skinseg_mobile.runtime_py.images.resize import resize
from skinseg_mobile.train.synth import draw

SIDE = 256
SEED = 2017
_SCENES = {Task.LESION: "lesion", Task.WOUND: "lesion", Task.SKIN: "skin"}

Scene = tuple[str, Photo, Mask]


@functools.cache
def synthetic_scenes(task: Task, side: int = SIDE) -> Sequence[Scene]:
    """Draw the golden scenes of a task: no photograph of anyone travels with an artefact.

    They are drawn once a process, so their arrays are read-only.
    """
    scenes = [draw(_SCENES[task], SEED, index, side) for index in range(COUNT)]
    for scene in scenes:
        scene.image.setflags(write=False)
        scene.mask.setflags(write=False)
    return [(f"synth_{index:07d}", scene.image, scene.mask) for index, scene in enumerate(scenes)]


def scenes_of(folder: Path) -> list[Scene]:
    """Take the first scenes of a dataset in MD5 order of their ids, squashed to 256×256.

    Raises:
        InputError: the folder is no dataset or a pair is unreadable.
    """
    samples = {sample.id: sample for sample in select(read_dataset(folder), None)}
    return [(id_, *_squash(*read_pair(samples[id_]))) for id_ in md5_order(samples)[:COUNT]]


def _squash(photo: Photo, truth: Mask) -> tuple[Photo, Mask]:
    return np.rint(resize(photo, SIDE, SIDE)).astype(np.uint8), resize(truth, SIDE, SIDE) >= 0.5

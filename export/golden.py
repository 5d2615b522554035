"""Makes an export's golden file: 16 photographs and what the checkpoint says of them."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from skinseg_mobile.runtime_py.artifact.golden import COUNT, Golden
from skinseg_mobile.runtime_py.data.dataset import md5_order, read_dataset, select
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo
from skinseg_mobile.runtime_py.images.resize import resize
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.references.engine import segmenter_of
from skinseg_mobile.train.synth import draw

SIDE = 256
SEED = 2017
_SCENES = {Task.LESION: "lesion", Task.WOUND: "lesion", Task.SKIN: "skin"}

Scene = tuple[str, Photo, Mask]


def synthetic_scenes(task: Task) -> list[Scene]:
    """Draw the golden scenes of a task: no photograph of anyone travels with an artefact."""
    scenes = [draw(_SCENES[task], SEED, index, SIDE) for index in range(COUNT)]
    return [(f"synth_{index:07d}", scene.image, scene.mask) for index, scene in enumerate(scenes)]


def scenes_of(folder: Path) -> list[Scene]:
    """Take the first scenes of a dataset in MD5 order of their ids, squashed to 256×256.

    Raises:
        InputError: the folder is no dataset or a pair is unreadable.
    """
    samples = {sample.id: sample for sample in select(read_dataset(folder), None)}
    return [(id_, *_squash(*read_pair(samples[id_]))) for id_ in md5_order(samples)[:COUNT]]


def golden_of(checkpoint: Checkpoint, scenes: Iterable[Scene]) -> Golden:
    """Run the checkpoint on every scene."""
    segmenter = segmenter_of(checkpoint)
    ids, images, truths = zip(*scenes, strict=True)
    with _one_thread():
        probabilities = [segmenter.at_net_size(image) for image in images]
    return Golden(ids, np.stack(images), np.stack(truths), np.stack(probabilities))


@contextmanager
def _one_thread() -> Generator[None]:
    """Torch's last bits depend on the number of threads; a golden file must not."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _squash(photo: Photo, truth: Mask) -> tuple[Photo, Mask]:
    return np.rint(resize(photo, SIDE, SIDE)).astype(np.uint8), resize(truth, SIDE, SIDE) >= 0.5

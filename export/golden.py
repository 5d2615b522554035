"""Makes an export's golden file: 16 photographs and what the checkpoint says of them."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager

import numpy as np
import torch

from skinseg_mobile.export.scenes import Scene
from skinseg_mobile.runtime_py.artifact.golden import Golden
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.references.engine import segmenter_of


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

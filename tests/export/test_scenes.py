"""Golden scenes: the same ones on every machine, at the size that was asked for."""

from pathlib import Path

import numpy as np

from skinseg_mobile.export.scenes import SIDE, scenes_of, synthetic_scenes
from skinseg_mobile.runtime_py.artifact.golden import COUNT
from skinseg_mobile.runtime_py.formats import Task


def test_synthetic_scenes_have_a_truth_each() -> None:
    scenes = synthetic_scenes(Task.LESION, 64)
    assert len({id_ for id_, _, _ in scenes}) == COUNT
    for _, photo, truth in scenes:
        assert photo.shape == (64, 64, 3)
        assert truth.shape == (64, 64)
        assert 0 < truth.mean() < 1
    again = synthetic_scenes.__wrapped__(Task.LESION, 64)  # not from its cache
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(scenes, again, strict=True))


def test_scenes_of_a_dataset_are_squashed(discs: Path) -> None:
    scenes = scenes_of(discs)
    assert {id_ for id_, _, _ in scenes} == {f"disc_{number}" for number in range(4)}
    assert all(photo.shape == (SIDE, SIDE, 3) for _, photo, _ in scenes)

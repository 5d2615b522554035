"""A checkpoint's saved probabilities are the net's own, and stand in for it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.predict.predictions import read_predictions
from skinseg_mobile.train.checkpoint import load_checkpoint
from skinseg_mobile.train.references.save_reference import save_reference


def test_probabilities_and_scores_are_the_nets(tiny: Path, discs: Path, tmp_path: Path) -> None:
    checkpoint, samples = load_checkpoint(tiny), read_dataset(discs).samples
    scores = save_reference(checkpoint, samples, tmp_path / "reference.npz")
    assert scores.images == len(samples)
    found = read_predictions(tmp_path / "reference.npz")
    assert found.checkpoint_sha256 == checkpoint.digest
    net, side = checkpoint.build(), checkpoint.record.spec.size
    for sample in samples:
        tensor = to_tensor(read_photo(sample.image), *side)
        with torch.no_grad():
            expected = net(torch.from_numpy(tensor).permute(2, 0, 1)[None]).sigmoid()[0, 0]
        np.testing.assert_allclose(found.maps[sample.id], expected, atol=1e-5)


def test_nothing_is_overwritten(tiny: Path, discs: Path, tmp_path: Path) -> None:
    (tmp_path / "reference.npz").write_text("mine")
    samples = read_dataset(discs).samples[:1]
    with pytest.raises(InputError):
        save_reference(load_checkpoint(tiny), samples, tmp_path / "reference.npz")
    assert (tmp_path / "reference.npz").read_text() == "mine"

"""A net whose norms were folded trains on from what it computes, and not from noise."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET, SKIN_NET
from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.loop import train
from skinseg_mobile.train.nets.fold import restore_statistics
from skinseg_mobile.train.presets import preset
from skinseg_mobile.train.references.find import find_checkpoint
from skinseg_mobile.train.synth.write import write_set


def difference(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one.sigmoid() - other.sigmoid()).abs().mean())


def test_training_and_evaluation_agree_again() -> None:
    images = [torch.rand(8, 3, 192, 192) * 255 for _ in range(3)]
    net = find_checkpoint(DEFAULT_NET).build().eval()
    with torch.no_grad():
        before = net(images[0])
        noise = difference(deepcopy(net).train()(images[0]), before)
        restore_statistics(net, images)
        assert not net.training
        torch.testing.assert_close(net(images[0]), before, atol=1e-3, rtol=1e-3)
        assert difference(net.train()(images[0]), before) < min(0.05, noise / 4)


def test_norms_without_weights_are_refused() -> None:
    with pytest.raises(InputError, match="Train its float parent"):
        restore_statistics(nn.Sequential(nn.BatchNorm2d(3, affine=False)), [])


@pytest.mark.slow
@pytest.mark.parametrize("name", [DEFAULT_NET, SKIN_NET])
def test_a_packaged_net_is_fine_tuned_from_where_it_is(name: str, tmp_path: Path) -> None:
    """A step so small that it changes nothing: what the run scores is what the net knew."""
    parent = find_checkpoint(name)
    write_set(tmp_path / "data", 24, 3, parent.record.task)
    task = Task(parent.record.task)
    spec = parent.record.spec
    config = replace(
        preset("lean"), spec=spec, imagenet=False, epochs=1, batch=8, learning_rate=1e-7,
        ema_decay=0.0,
    )  # fmt: skip
    found = train(config, read_dataset(tmp_path / "data"), tmp_path / "run", task=task, init=name)
    assert found.record.metrics["best_jaccard"] > 0.7

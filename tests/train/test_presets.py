"""The papers' recipes are as the papers have them, and every one can be narrowed and built."""

from dataclasses import replace

import pytest
import torch

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.config import Loss, Optimizer, PixelsPer, Schedule
from skinseg_mobile.train.data.augment import Augmentation
from skinseg_mobile.train.nets.narrow import narrowed
from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.presets import CLINICAL, FINE_TUNING, PRESETS, preset
from skinseg_mobile.train.reproduce.papers import PAPERS

OURS = ("lean", "lean-large", "hypercolumn", "hypercolumn-plain")
PAPERS_OWN = [name for name in PRESETS if name not in OURS]


def parameters(spec: NetSpec) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in spec.build().parameters())


def test_paper_a() -> None:
    config = preset("hypercolumn-isic2017")
    assert config.spec == NETS["hypercolumn"].spec
    assert (config.optimizer, config.learning_rate) == (Optimizer.ADAM, 1e-3)
    assert (config.loss, config.augmentation) == (Loss.CROSS_ENTROPY, Augmentation.PAPER_A)
    assert (config.pixels, config.pixels_per) == (1600, PixelsPer.IMAGE)
    assert (config.batch, config.epochs) == (5, 120)
    imagenet = preset("hypercolumn-imagenet-isic2017")
    assert imagenet.spec == NETS["hypercolumn-fc7x7"].spec
    assert replace(imagenet, preset=config.preset, spec=config.spec) == config


@pytest.mark.parametrize("net", CLINICAL)
def test_paper_b(net: str) -> None:
    config = preset(f"{net}-clinical")
    assert config.spec == NETS[net].spec
    assert (config.optimizer, config.momentum, config.learning_rate) == (Optimizer.SGD, 0.9, 0.01)
    assert (config.loss, config.augmentation) == (Loss.JACCARD, Augmentation.PAPER_B)
    assert (config.batch, config.epochs, config.patience) == (16, 500, 50)
    assert config.validation_share == 0.2
    tuning = preset(f"{net}-clinical{FINE_TUNING}")
    assert replace(tuning, preset=config.preset, learning_rate=0.01) == config
    assert tuning.learning_rate == 0.001


@pytest.mark.parametrize("name", PAPERS_OWN)
def test_recipes_have_nothing_that_no_paper_says(name: str) -> None:
    config = preset(name)
    assert config.preset == name
    assert config.schedule is Schedule.CONSTANT
    assert (config.warmup_epochs, config.weight_decay, config.ema_decay) == (0, 0, 0)
    assert config.clip_norm is None
    assert not config.imagenet


def test_every_row_of_a_paper_has_its_recipe() -> None:
    used = {row.preset for paper in PAPERS.values() for row in paper.rows}
    assert used == set(PAPERS_OWN)


@pytest.mark.parametrize("name", PAPERS_OWN)
def test_a_narrowed_net_is_smaller_and_still_segments(name: str) -> None:
    full = preset(name).spec
    spec = narrowed(full, 16)
    assert narrowed(full, 1) == full
    assert (spec.family, spec.size) == (full.family, full.size)
    assert parameters(spec) < parameters(narrowed(full, 4)) < parameters(full)
    with torch.device("meta"):
        image = torch.empty(1, 3, *spec.size)
        assert spec.build().eval()(image).shape == (1, 1, *spec.size)


def test_what_cannot_be_narrowed() -> None:
    with pytest.raises(InputError, match="--width is 0"):
        narrowed(preset("fcdn").spec, 0)
    with pytest.raises(InputError, match="--width narrows the papers' nets, and lean is none"):
        narrowed(preset("lean").spec, 2)

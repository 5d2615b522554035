"""Training presets: named instances of `TrainConfig`, ours first, then the papers' recipes.

What a paper says stands in its recipe; what it does not say is fitted and marked so. Where a paper
says nothing of a technique of our own recipe (averaged weights, clipping, warm-up), it is off.
"""

import types
from collections.abc import Mapping
from dataclasses import replace

from skinseg_mobile.runtime_py.errors import InputError, choices
from skinseg_mobile.train.config import Loss, Optimizer, Schedule, TrainConfig
from skinseg_mobile.train.data.augment import Augmentation
from skinseg_mobile.train.nets.presets import NETS

FINE_TUNING = "-finetune"
"""Ending of the preset that goes on from a pre-trained net."""


def _plain(name: str, net: str) -> TrainConfig:
    """Return a recipe without warm-up, decay, clipping and averaging, at a constant rate."""
    return TrainConfig(
        preset=name,
        spec=NETS[net].spec,
        schedule=Schedule.CONSTANT,
        warmup_epochs=0,
        weight_decay=0,
        clip_norm=None,
        ema_decay=0,
    )


def _paper_a(name: str, net: str) -> TrainConfig:
    """Adam at 1e-3, per-pixel cross-entropy at 1600 random pixels an image, batches of 5.

    About 120 epochs. Fitted: no early stop, the epoch with the best dev Jaccard is kept.
    """
    return replace(
        _plain(name, net),
        optimizer=Optimizer.ADAM,
        learning_rate=1e-3,
        loss=Loss.CROSS_ENTROPY,
        augmentation=Augmentation.PAPER_A,
        pixels=1600,
        batch=5,
        epochs=120,
        patience=120,
    )


def _compared(name: str, rate: float, loss: Loss) -> TrainConfig:
    """Return a recipe for a system that paper A is compared with; its report could not be read.

    Known of FCDN: Adam and the squared soft Jaccard; of Berseth's U-Net: heavy augmentation. The
    rest is fitted: rates, batches of 16 and paper A's 120 epochs, so that all have one budget.
    """
    return replace(
        _plain(name, name),
        optimizer=Optimizer.ADAM,
        learning_rate=rate,
        loss=loss,
        batch=16,
        epochs=120,
        patience=120,
    )


def _paper_b(net: str, ending: str = "", rate: float = 1e-2) -> TrainConfig:
    """SGD with momentum 0.9, soft Jaccard, batches of 16, early stop on 20 % of train.

    At most 500 epochs, 50 without improvement; 0.01 from random weights, 0.001 for fine-tuning.
    Fitted: a constant rate.
    """
    return replace(
        _plain(f"{net}-clinical{ending}", net),
        optimizer=Optimizer.SGD,
        momentum=0.9,
        learning_rate=rate,
        loss=Loss.JACCARD,
        augmentation=Augmentation.PAPER_B,
        validation_share=0.2,
        batch=16,
        epochs=500,
        patience=50,
    )


CLINICAL = ("unet", "unet-large", "dense-residual-unet")
_ALL = (
    TrainConfig(preset="lean", spec=NETS["lean"].spec, imagenet=True),
    TrainConfig(preset="lean-large", spec=NETS["lean-large"].spec, imagenet=True),
    *(
        TrainConfig(preset=name, spec=NETS[name].spec, epochs=120, batch=5)
        for name in ("hypercolumn", "hypercolumn-plain")
    ),
    _paper_a("hypercolumn-isic2017", "hypercolumn"),
    _paper_a("hypercolumn-imagenet-isic2017", "hypercolumn-fc7x7"),
    _compared("fcdn", 1e-3, Loss.JACCARD),
    _compared("berseth-unet", 1e-4, Loss.CROSS_ENTROPY),
    _compared("bi-resnet", 1e-4, Loss.CROSS_ENTROPY),
    *(_paper_b(net) for net in CLINICAL),
    *(_paper_b(net, FINE_TUNING, 1e-3) for net in CLINICAL),
)
PRESETS: Mapping[str, TrainConfig] = types.MappingProxyType({c.preset: c for c in _ALL})


def preset(name: str) -> TrainConfig:
    """Return a preset by name.

    Raises:
        InputError: there is none of that name; the sentence lists them.
    """
    if name not in PRESETS:
        raise InputError(f"There is no preset '{name}'. {choices(name, PRESETS)}")
    return PRESETS[name]

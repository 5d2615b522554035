"""`TrainConfig`: all that a run depends on; the resolved one is saved beside its result."""

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, get_type_hints

from skinseg_mobile.runtime_py.data.dataset import DEV_SHARE
from skinseg_mobile.runtime_py.errors import InputError, meant
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.train.data.augment import Augmentation
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.settings import (
    BETWEEN,
    COUNT,
    DECAY,
    NOT_NEGATIVE,
    POSITIVE,
    SEED,
    require,
)


class Optimizer(StrEnum):
    """How gradients become steps; torch's own, fused."""

    ADAMW = "adamw"
    ADAM = "adam"
    SGD = "sgd"


class Schedule(StrEnum):
    """How the learning rate goes on after its linear rise."""

    COSINE = "cosine"
    """To zero at the last epoch."""
    CONSTANT = "constant"


class Keep(StrEnum):
    """Which epoch's weights a run keeps."""

    BEST = "best"
    """That of the best dev Jaccard."""
    LAST = "last"
    """The last: for images that dev does not show, such as those of other cameras."""


class PixelsPer(StrEnum):
    """What `pixels` counts; paper A's text can be read both ways."""

    IMAGE = "image"
    BATCH = "batch"


class Loss(StrEnum):
    """What a training run makes small."""

    JACCARD_BCE = "jaccard-bce"
    JACCARD = "jaccard"
    """Paper B."""
    CROSS_ENTROPY = "cross-entropy"
    """Paper A."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Everything a training run depends on beside its data and its first weights."""

    preset: str
    """Name the run started from."""
    spec: NetSpec
    """The net."""
    imagenet: bool = False
    """Start the trunk from ImageNet weights."""
    epochs: int = 30
    """Passes over the train split."""
    batch: int = 16
    """Photographs a step, over all processes."""
    optimizer: Optimizer = Optimizer.ADAMW
    """adamw, adam or sgd."""
    momentum: float = 0.9
    """SGD's; the others have none."""
    learning_rate: float = 1e-3
    """Peak of the schedule."""
    schedule: Schedule = Schedule.COSINE
    """cosine (to zero) or constant, after the warm-up."""
    warmup_epochs: float = 1.0
    """Linear rise of the learning rate."""
    weight_decay: float = 1e-2
    """Decoupled in AdamW, added to the gradient in Adam and SGD."""
    clip_norm: float | None = 1.0
    """Largest norm of all gradients together; None clips nothing."""
    loss: Loss = Loss.JACCARD_BCE
    """jaccard-bce, jaccard or cross-entropy."""
    augmentation: Augmentation = Augmentation.DEFAULT
    """default, paper-a or paper-b."""
    pixels: int | None = None
    """Learn from so many random pixels (hypercolumn nets); None: from all of them."""
    pixels_per: PixelsPer = PixelsPer.IMAGE
    """Whether `pixels` are those of an image or of a batch, shared equally."""
    validation_share: float = DEV_SHARE
    """Share of train, in MD5 order, that becomes dev where a set has no dev rows."""
    ema_decay: float = 0.998
    """Decay a step of the averaged weights, which are what is scored and kept; 0: the last ones."""
    keep: Keep = Keep.BEST
    """best or last: the epoch whose weights are kept."""
    patience: int = 12
    """Epochs without a better dev Jaccard before stopping."""
    seed: int = 0
    """Seed of weights, order, augmentation, pixels and dropout."""
    bf16: bool = False
    """bfloat16 autocast, for GPUs and for CPUs that compute in it (AVX-512 BF16, AMX)."""
    compile: bool = False
    """Let torch.compile fuse the net's operations; worth its minute on long GPU runs."""

    def __post_init__(self) -> None:
        require(self, epochs=COUNT, batch=COUNT, patience=COUNT, seed=SEED, clip_norm=POSITIVE)
        require(self, weight_decay=NOT_NEGATIVE, warmup_epochs=NOT_NEGATIVE)
        if self.warmup_epochs > self.epochs:
            raise InputError(
                f"warmup_epochs is {self.warmup_epochs:g} of {self.epochs} epochs in all. Choose no"
                " more than these."
            )
        require(self, momentum=DECAY, ema_decay=DECAY)
        require(self, learning_rate=BETWEEN, validation_share=BETWEEN)
        if self.pixels is not None and self.pixels_per_image < 1:
            raise InputError(
                f"--pixels {self.pixels} gives no pixel to some images: they are counted for one"
                f" {self.pixels_per}. Raise --pixels or lower --batch."
            )
        height, width = self.spec.size
        if self.pixels_per_image > height * width:
            raise InputError(
                f"{self.pixels} pixels are more than an image of {height}×{width} has. Choose"
                f" {height * width} an image or fewer."
            )

    @property
    def pixels_per_image(self) -> int:
        """Pixels an image is learnt from; 0 where that is all of them."""
        shared_by = self.batch if self.pixels_per is PixelsPer.BATCH else 1
        return (self.pixels or 0) // shared_by


NOTHING: Mapping[str, Any] = types.MappingProxyType({})


def with_settings(
    config: TrainConfig, settings: Sequence[str], given: Mapping[str, Any] = NOTHING
) -> TrainConfig:
    """Return the config with fields, or its net's input size, changed by `name=value` words.

    `given` holds fields by name, which win over words; None changes nothing.

    >>> from skinseg_mobile.train.presets import preset
    >>> with_settings(preset("lean"), ["loss=jaccard", "patience=3"]).loss
    <Loss.JACCARD: 'jaccard'>

    Raises:
        InputError: a word is none, or names no field, or its value does not fit.
    """
    known = [field.name for field in fields(TrainConfig) if field.name not in ("preset", "spec")]
    known.append("input_size")
    kinds = {**get_type_hints(TrainConfig), "input_size": int}
    changes: dict[str, Any] = {}
    for word in settings:
        name, equals, text = word.partition("=")
        if name in known and not equals:
            raise InputError(f"--set {name} has no value. Give --set {name}=VALUE.")
        if name not in known:
            raise InputError(
                f"--set {word} names no setting. {meant(name, known)}Give NAME=VALUE with one of"
                f" {', '.join(known)}."
            )
        try:
            changes[name] = rebuild(kinds[name], _value(text), name)
        except ValueError as error:
            raise InputError(
                f"--set {word} does not fit: {error}. See the guide's table of settings."
            ) from error
    changes |= {name: value for name, value in given.items() if value is not None}
    size = changes.pop("input_size", config.spec.input_size)
    return replace(config, spec=replace(config.spec, input_size=size), **changes)


def _value(text: str) -> Any:
    """Read a number, true, false or null; any other text is a word."""
    try:
        return json.loads(text)
    except ValueError:
        return text

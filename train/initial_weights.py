"""A net with its first weights: random, ImageNet's for the trunk, a file's, or a checkpoint's.

`init` is or names a checkpoint (folder or packaged name) of the same net at any input size, which
is then fine-tuned and recorded as the parent by its digest; or a file of torchvision's VGG16
weights, for hypercolumns.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.checkpoint import Checkpoint, Record
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.nets.adopted.net import AdoptedLayout
from skinseg_mobile.train.nets.family import StartsFromImageNet, StartsFromVgg
from skinseg_mobile.train.references.find import find_checkpoint

First = str | Checkpoint | None


@dataclass(frozen=True)
class Origin:
    """What a record says about first weights."""

    initial_weights: str = "random"
    parent: str | None = None
    licence: str = Record.licence
    folded: bool = False
    """Whether the weights were tuned with their norms folded; see `restore_statistics`."""

    @property
    def recorded(self) -> dict[str, Any]:
        """What a checkpoint's record says of it."""
        return {
            "initial_weights": self.initial_weights,
            "parent": self.parent,
            "licence": self.licence,
        }


def init_digest(init: First) -> str | None:
    """Return the SHA-256 that names the first weights; a run goes on only from the same ones.

    Raises:
        InputError: there are no such weights, or they are damaged.
    """
    if not init:
        return None
    if isinstance(init, Checkpoint):
        return init.digest
    return sha256(Path(init)) if Path(init).is_file() else find_checkpoint(init).digest


def on_adopted(config: TrainConfig, init: First) -> TrainConfig:
    """Return the recipe on the net of `init` where that is adopted: it has no preset of its own.

    Raises:
        InputError: `init` names neither a checkpoint nor a file.
    """
    if not init or (isinstance(init, str) and Path(init).is_file()):
        return config
    spec = (init if isinstance(init, Checkpoint) else find_checkpoint(init)).record.spec
    if not isinstance(spec.layout, AdoptedLayout):
        return config
    return replace(config, spec=spec, imagenet=False, pixels=None)


def first_net(config: TrainConfig, init: First) -> tuple[nn.Module, Origin]:
    """Build the config's net with its first weights; random ones come from torch's own generator.

    Raises:
        InputError: the weights do not fit the net, or two kinds of them are asked for.
    """
    if init and config.imagenet:
        named = init.record.name if isinstance(init, Checkpoint) else init
        raise InputError(
            f"Two kinds of first weights were given, ImageNet's and {named}. Add --no-imagenet to"
            " take the second."
        )
    if isinstance(init, Checkpoint):
        return _parent_net(config, init)
    if init and not Path(init).is_file():
        return _parent_net(config, find_checkpoint(init))
    net = config.spec.build()
    if init:
        return net, Origin(_load_vgg(net, Path(init)))
    if not config.imagenet:
        return net, Origin()
    if not isinstance(net, StartsFromImageNet):
        raise InputError(
            f"ImageNet weights fit lean nets, and {config.preset} is none. Leave --imagenet out."
        )
    return net, Origin(net.load_imagenet())


def _load_vgg(net: nn.Module, path: Path) -> str:
    if not isinstance(net, StartsFromVgg):
        raise InputError(
            f"VGG16 weights fit hypercolumn nets, and {type(net).__name__} is none. Leave --init"
            " out."
        )
    return net.load_vgg(path)


def _parent_net(config: TrainConfig, parent: Checkpoint) -> tuple[nn.Module, Origin]:
    record, spec = parent.record, parent.record.spec
    if (spec.family, spec.layout) != (config.spec.family, config.spec.layout):
        raise InputError(
            f"--init {record.name} is another net ({spec.family}, input {spec.input_size}) than"
            f" {config.preset}. Choose its own preset; a pruned net, which has none, learns on with"
            " `compress distil NET --control`."
        )
    sentence = f"{record.name}, fine-tuned"
    folded = "quantize" in record.config
    return parent.build(), Origin(sentence, parent.digest, record.licence, folded)

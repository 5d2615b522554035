"""Divides every width of a net, so that a recipe can be tried through in a minute on a CPU.

A narrowed net proves commands, never a system: whatever it scores says nothing about the full one.
"""

from dataclasses import replace
from typing import Any, cast

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.family import Narrowable
from skinseg_mobile.train.nets.spec import NetSpec

LEAST = 2


def narrowed(spec: NetSpec, divisor: int) -> NetSpec:
    """Return the spec with every width divided, rounded, and at least 2; 1 changes nothing.

    Of `bi-resnet` the 3×3 convolutions become narrower and the stages shorter: torchvision fixes
    its other widths.

    Raises:
        InputError: `divisor` is below 1, or the family has no widths to divide.
    """
    if divisor < 1:
        raise InputError(
            f"--width is {divisor}, and the nets' widths are divided by it. Choose 1 or more."
        )
    if divisor == 1:
        return spec
    layout: Any = spec.layout
    if not isinstance(layout, Narrowable):
        raise InputError(
            f"--width narrows the papers' nets, and {spec.family} is none. Leave it out."
        )
    widths = {name: _divided(getattr(layout, name), divisor) for name in layout.narrowable}
    return replace(spec, layout=replace(cast(Any, layout), **widths))


def _divided(width: Any, divisor: int) -> Any:
    if isinstance(width, tuple):
        return tuple(_divided(item, divisor) for item in width)  # pyright: ignore
    return max(LEAST, round(width / divisor))

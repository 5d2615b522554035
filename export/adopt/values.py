"""The usual ways in which levels are normalised, with the names that tables and sentences use."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from skinseg_mobile.runtime_py.contract import Three, said

Values = tuple[Three, Three]
"""Mean and deviation: value = (level − mean) / deviation."""


def _even(mean: float, deviation: float) -> Values:
    return (mean, mean, mean), (deviation, deviation, deviation)


LEVELS, UNIT, SIGNED = _even(0.0, 1.0), _even(0.0, 255.0), _even(127.5, 127.5)
IMAGENET: Values = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
"""https://pytorch.org/vision/stable/models.html, times 255."""
MEANS: Values = (123.68, 116.779, 103.939), (1.0, 1.0, 1.0)
"""Caffe's: means alone, https://www.robots.ox.ac.uk/~vgg/research/very_deep"""
USUAL: Mapping[str, Values] = MappingProxyType(
    {
        "0..255": LEVELS,
        "0..1": UNIT,
        "−1..1": SIGNED,
        "ImageNet": IMAGENET,
        "ImageNet's means": MEANS,
    }
)


def three(values: tuple[float, ...]) -> Three:
    """Return three numbers; one stands for all of them."""
    first, *_ = values
    return (values[0], values[1], values[2]) if len(values) == 3 else (first, first, first)


def twice(values: Values) -> Values:
    """Return the values of levels that are normalised twice in the same way.

    >>> twice(((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)))[1][0]
    65025.0
    """
    return _after(values, values)


def _after(first: Values, second: Values) -> Values:
    """Return the values of both, one after the other: ((level − m) / d − M) / D."""
    pairs = list(zip(*first, *second, strict=True))
    mean = [m + d * more for m, d, more, _ in pairs]
    deviation = [d * by for _, d, _, by in pairs]
    return (mean[0], mean[1], mean[2]), (deviation[0], deviation[1], deviation[2])


def name_of(values: Values) -> str:
    """Return what the values of a contract are called."""
    for name, usual in USUAL.items():
        if np.allclose(values, usual, rtol=1e-3, atol=1e-3):
            return name
    return f"mean {said(values[0])}, deviation {said(values[1])}"


def is_twice(right: Values, wrong: Values) -> bool:
    """Whether wrong values are what comes of right ones and a second normalisation."""
    unit = USUAL["0..1"]
    known = [_after(right, other) for other in USUAL.values() if other != USUAL["0..255"]]
    known += [_after(unit, _parts(right)), _after(right, _parts(right))]
    return any(np.allclose(wrong, other, rtol=1e-3) for other in known)


def _parts(values: Values) -> Values:
    """Return values for parts of 1 in place of levels."""
    mean, deviation = ([n / 255 for n in some] for some in values)
    return (mean[0], mean[1], mean[2]), (deviation[0], deviation[1], deviation[2])

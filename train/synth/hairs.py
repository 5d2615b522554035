"""A skin type and a stream -> hairs that lie across the photograph, lesion included."""

import math

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from skinseg_mobile.train.synth.canvas import Canvas, curve
from skinseg_mobile.train.synth.colour import Linear, from_srgb
from skinseg_mobile.train.synth.develop import Overlay
from skinseg_mobile.train.synth.grid import ASPECT, Grid, somewhere
from skinseg_mobile.train.synth.key import SceneKey

_DARK = from_srgb(0.13, 0.09, 0.07)
_BROWN = from_srgb(0.32, 0.20, 0.12)
_FAIR = from_srgb(0.80, 0.68, 0.50)


def hair_colour(skin_type: int, rng: Generator) -> Linear:
    """Return a hair colour: fair only on types I to III, ever darker with the type."""
    if skin_type <= 3 and rng.uniform() < 0.25:
        return _FAIR
    return _BROWN if rng.uniform() < 0.5 - 0.08 * skin_type else _DARK


def hairs(frame: Grid, key: SceneKey, skin_type: int) -> list[Overlay]:
    """Return the hairs of a dermoscopy photograph: none, a few, or a pelt."""
    rng = key.stream("hairs")
    mood = rng.uniform()
    if mood < 0.35:
        return []
    count = int(rng.integers(2, 14) if mood < 0.75 else rng.integers(14, 70))
    colour = hair_colour(skin_type, rng)
    canvas = Canvas(frame)
    stubble = rng.uniform() < 0.2
    growth, order = rng.uniform(0, math.tau), rng.uniform(0.15, 1.2)
    width = rng.uniform(0.0025, 0.0065)
    for _ in range(count):
        start = (rng.uniform(-0.1, ASPECT + 0.1), rng.uniform(-0.1, 1.1))
        length = rng.uniform(0.02, 0.08) if stubble else rng.uniform(0.2, 0.9)
        path = curve(start, growth + rng.normal(0, order), length, rng.normal(0, 0.7))
        canvas.stroke(path, width * math.exp(rng.normal(0, 0.3)), tip=0.4)
    return [Overlay(canvas.coverage(), colour, rng.uniform(0.75, 0.97))]


def body_hairs(
    frame: Grid, key: SceneKey, colour: Linear, shows: NDArray[np.bool_]
) -> list[Overlay]:
    """Return fine hairs that grow where skin `shows`, (h, w) bool, in a third of the scenes.

    They lie on skin and stay skin: nobody who draws a mask by hand leaves them out.
    """
    rng = key.stream("body_hairs")
    places = np.argwhere(shows)
    if not len(places) or rng.uniform() > 0.33:
        return []
    canvas = Canvas(frame)
    growth = rng.uniform(0, math.tau)
    for _ in range(int(rng.integers(30, 160))):
        root = somewhere(rng, shows, places)
        length = rng.uniform(0.015, 0.05)
        path = curve(root, growth + rng.normal(0, 0.4), length, rng.normal(0, 0.5), 8)
        canvas.stroke(path, 0.0022, tip=0.3)
    return [Overlay(canvas.coverage(), colour, rng.uniform(0.3, 0.7))]

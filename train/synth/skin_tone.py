"""A Fitzpatrick type -> the colour of skin, and pigments -> what they take from its light.

Skin: the individual typology angle ITA = atan((L* - 50) / b*) · 180/π (Chardon, Cretois and
Hourseau 1991). Its six classes, bounded by 55°, 41°, 28°, 10° and -30°, stand for the Fitzpatrick
types I to VI, the usual proxy; they are not the same thing. a* and b* of each type are fitted.

Pigments: reflected light falls as exp(-amount · absorption) (Lambert and Beer), read at 611, 549
and 464 nm, the dominant wavelengths of sRGB's primaries. Melanin follows λ^-3.33 (Jacques, "Skin
optics", Oregon Medical Laser Center, 1998); haemoglobin's three values are fitted.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from skinseg_mobile.train.synth.colour import Linear, from_lab, luminance
from skinseg_mobile.train.synth.grid import Light, Plane

TYPES = (1, 2, 3, 4, 5, 6)
MELANIN: Linear = (1.0, 1.43, 2.5)
HAEMOGLOBIN: Linear = (0.08, 1.0, 0.85)
SURFACE = 0.006  # light that the surface sends back before any pigment: black is never quite black


@dataclass(frozen=True)
class _Tone:
    """ITA range in degrees, and a* and b* of a type."""

    ita: tuple[float, float]
    a: float
    b: float


_TONES = {
    1: _Tone((55, 64), 9, 13),
    2: _Tone((41, 55), 9, 16),
    3: _Tone((28, 41), 10, 18),
    4: _Tone((10, 28), 11, 20),
    5: _Tone((-30, 10), 12, 18),
    6: _Tone((-58, -30), 9, 11),
}


def skin_colour(skin_type: int, rng: Generator) -> Linear:
    """Return a colour of Fitzpatrick type 1..6 as linear light."""
    tone = _TONES[skin_type]
    b = tone.b + rng.normal(0, 1.2)
    lightness = 50 + b * math.tan(math.radians(rng.uniform(*tone.ita)))
    return from_lab(lightness, tone.a + rng.normal(0, 1.5), b)


def exposed(skin: Linear, rng: Generator) -> float:
    """Return the gain of a camera that meters on skin, but only part of the way."""
    return (0.42 / luminance(skin)) ** 0.12 * math.exp(rng.normal(0.05, 0.18))


def shine(skin: Linear, melanin: Plane, haemoglobin: Plane, light: Plane) -> Light:
    """Return (3, H, W) linear light of skin that holds so much more pigment, under that light.

    Args:
        skin: Its colour.
        melanin: (H, W) amount that comes on top of the skin's own; 1 takes 63 % of the red.
        haemoglobin: (H, W) the same; 1 takes 63 % of the green.
        light: (H, W) light that falls on it, 1.0 shows `skin` as it is.
    """
    planes = [
        (c * np.exp(-m * melanin - h * haemoglobin) + SURFACE) * light
        for c, m, h in zip(skin, MELANIN, HAEMOGLOBIN, strict=True)
    ]
    return np.stack(planes)

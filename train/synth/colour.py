"""Linear light <-> sRGB bytes, and CIE L*a*b* -> linear light.

Scenes are computed in linear light, where lights multiply and pigments absorb. Sources: IEC
61966-2-1 (sRGB, D65) and CIE 15 (L*a*b*).
"""

import colorsys

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from skinseg_mobile.train.synth.grid import Light, Plane

Linear = tuple[float, float, float]

_XYZ_TO_RGB = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def _encoding() -> NDArray[np.uint8]:
    light = np.linspace(0, 1, 65536)
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(curve * 255).astype(np.uint8)


_TABLE = _encoding()


def to_bytes(light: Plane) -> NDArray[np.uint8]:
    """Return linear light (any shape, 1.0 is white, clipped) as sRGB bytes of the same shape."""
    return _TABLE[(np.clip(light, 0, 1) * 65535).astype(np.uint16)]


def from_srgb(red: float, green: float, blue: float) -> Linear:
    """Return sRGB values in [0, 1] as linear light."""
    r, g, b = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)
    )
    return r, g, b


def from_lab(lightness: float, a: float, b: float) -> Linear:
    """Return L* in [0, 100], a*, b* as linear light, at least 0.004 a channel."""
    fy = (lightness + 16) / 116
    f = np.array([fy + a / 500, fy, fy - b / 200])
    xyz = np.where(f > 6 / 29, f**3, (f - 4 / 29) * 3 * (6 / 29) ** 2) * _WHITE
    red, green, blue = (max(float(c), 0.004) for c in _XYZ_TO_RGB @ xyz)
    return red, green, blue


def paint(rng: Generator, saturation: tuple[float, float], value: tuple[float, float]) -> Linear:
    """Return a random hue as linear light, saturation and value (HSV) from the given ranges."""
    hsv = rng.uniform(), rng.uniform(*saturation), rng.uniform(*value)
    return from_srgb(*colorsys.hsv_to_rgb(*hsv))


def flat(colour: Linear, factor: Plane) -> Light:
    """Return (3, H, W) float32: one colour times (H, W) `factor`."""
    return np.asarray(colour, np.float32)[:, None, None] * factor


def over(below: Light, above: Light, share: Plane) -> Light:
    """Return `above` laid over `below` with opacity `share`, (H, W) in [0, 1]."""
    return below + share * (above - below)


def luminance(colour: Linear) -> float:
    """Return the relative luminance of linear light."""
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]

"""A key -> a clinical photograph of part of a body, as a plate (task `skin`).

background  ->  shadow of the body  ->  skin with disease, rounded by light  ->  clothes, hair, eyes
"""

import math
from collections.abc import Callable

import numpy as np

from skinseg_mobile.train.synth.background import background
from skinseg_mobile.train.synth.body import Body, hand, limb, trunk
from skinseg_mobile.train.synth.colour import Linear, flat, from_srgb, over
from skinseg_mobile.train.synth.develop import Plate
from skinseg_mobile.train.synth.disease import Disease, disease
from skinseg_mobile.train.synth.face import face
from skinseg_mobile.train.synth.grid import ASPECT, Grid, Light, Plane
from skinseg_mobile.train.synth.hairs import body_hairs, hair_colour
from skinseg_mobile.train.synth.healthy import freckles, mottled, relief
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.light import uneven_light, white_balance
from skinseg_mobile.train.synth.sdf import covered
from skinseg_mobile.train.synth.skin_tone import exposed, shine, skin_colour

POSES: tuple[Callable[[Grid, SceneKey, Linear], Body], ...] = (limb, limb, hand, face, face, trunk)
_SCALE = from_srgb(0.88, 0.86, 0.84)
_PROBE = Grid(48, 64)  # patches are placed on a raster of fixed size: they lie alike at every size


def clinical(key: SceneKey, skin_type: int, frame: Grid) -> Plate:
    """Return a scene whose mask is all skin that can be seen, diseased or not."""
    grid = frame.plate()
    rng = key.stream("camera")
    hair = hair_colour(skin_type, key.stream("hair"))
    pose = POSES[int(key.stream("pose").integers(len(POSES)))]
    body = pose(grid, key, hair)
    shows = _visible(pose(_PROBE, key, hair)) < -0.02
    lamp = uneven_light(grid, key, slope=0.4, fall=0.25)
    skin = skin_colour(skin_type, rng)
    light = _shadowed(background(grid, key), body, rng.uniform(0.1, 0.6)) * lamp
    flesh = _flesh(body, disease(grid, key, shows), grid, key, skin, lamp)
    light = over(light, flesh, covered(body.skin, grid.pixel))
    for cover in body.covers:
        share = covered(cover.distance, max(cover.edge, grid.pixel))
        light = over(light, cover.light * lamp, share)
    gain = np.asarray(white_balance(rng, 0.05), np.float32) * exposed(skin, rng)
    fuzz = () if pose is face else tuple(body_hairs(frame, key, hair, shows))
    return Plate(light * gain[:, None, None], _visible(body), fuzz)


def _visible(body: Body) -> Plane:
    """Return the distance to the skin that nothing covers."""
    distance = body.skin
    for cover in body.covers:
        distance = np.maximum(distance, -cover.distance)
    return distance


def _shadowed(light: Light, body: Body, depth: float) -> Light:
    """Darken the background near the body, clothes included."""
    whole = body.skin
    for cover in body.covers:
        whole = np.minimum(whole, cover.distance)
    return light * (1 - depth * covered(whole - 0.03, 0.1))


def _flesh(
    body: Body, patches: Disease, grid: Grid, key: SceneKey, skin: Linear, lamp: Plane
) -> Light:
    melanin, blood = mottled(grid, key)
    melanin = melanin + freckles(grid, key) + body.melanin + patches.melanin
    blood = blood + body.blood + patches.blood
    lit = lamp * relief(grid, key) * _rounded(body, grid, key)
    light = shine(skin, melanin, blood, lit)
    bare = skin_colour(2, key.stream("bare"))
    light = over(light, flat(bare, lit * (0.5 + 0.5 * skin[0] / bare[0])), patches.bare)
    return over(light, flat(_SCALE, lit * max(skin)), patches.scales * 0.7)


def _rounded(body: Body, grid: Grid, key: SceneKey) -> Plane:
    """Return the light on a rounded body, (H, W) float32 about 1 (Lambert's cosine law)."""
    rng = key.stream("lamp")
    angle, low = rng.uniform(0, math.tau), rng.uniform(0.2, 0.8)
    inward = np.clip(body.skin * (-1 / body.thickness), 0, 1)
    height = (1 - (1 - inward) ** 2) * (body.thickness * 0.8) + body.bumps
    down, right = (
        np.gradient(height, step, axis=axis)
        for axis, step in ((0, 1 / grid.height), (1, ASPECT / grid.width))
    )
    slope = down * (math.sin(angle) * low) + right * (math.cos(angle) * low)
    cosine = (1 - slope) / np.sqrt(1 + down * down + right * right)
    return 0.25 + 0.75 * np.clip(cosine, 0.1, 1.6)

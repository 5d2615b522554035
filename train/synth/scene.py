"""(task, seed, index) -> one synthetic photograph with its exact mask, at any size.

Everything is random, nothing is copied: no pixel of a real photograph takes part.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.opened import MAX_MEGAPIXELS
from skinseg_mobile.train.synth.artefacts import bubbles, pen_marks, round_frame, ruler, sticker
from skinseg_mobile.train.synth.clinical import clinical
from skinseg_mobile.train.synth.colour import flat, from_srgb, over
from skinseg_mobile.train.synth.develop import Overlay, Plate, develop
from skinseg_mobile.train.synth.enlarge import enlarge
from skinseg_mobile.train.synth.grid import Grid, Light, Plane
from skinseg_mobile.train.synth.hairs import hairs
from skinseg_mobile.train.synth.healthy import freckles, mottled, relief, vessels
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.lesion import Lesion, random_lesion
from skinseg_mobile.train.synth.light import uneven_light, white_balance
from skinseg_mobile.train.synth.pigment import lesion_pigment
from skinseg_mobile.train.synth.sdf import covered
from skinseg_mobile.train.synth.skin_tone import TYPES, exposed, shine, skin_colour

# A key -> a dermoscopy photograph of one lesion, as a plate (task `lesion`).
#
# skin + lesion pigment, under the lamp  ->  veil  ->  hairs, ruler, bubbles  ->  round frame


_VEIL = from_srgb(0.44, 0.47, 0.53)  # blue-grey: dark pigment deep in the skin, seen through it
_BLACK = (0.004, 0.004, 0.004)


def dermoscopy(key: SceneKey, skin_type: int, frame: Grid) -> Plate:
    """Return a scene whose mask is the lesion, as far as the round frame shows it."""
    grid = frame.plate()
    lesion = random_lesion(key.stream("lesion"), skin_type)
    distance, angle = lesion.distance(grid, key)
    light = _lit(lesion, distance, angle, grid, key, skin_type)
    rim = round_frame(grid, key)
    distance = np.maximum(distance, -rim[0]) if rim else distance
    overlays = (
        *vessels(frame, key),
        *sticker(frame, key, lesion.centre, lesion.reach),
        *pen_marks(frame, key, lesion.centre, lesion.reach),
        *hairs(frame, key, skin_type),
        *ruler(frame, key),
        *bubbles(frame, key),
        *([_blackened(rim[0], rim[1], frame)] if rim else []),
    )
    return Plate(light, distance, overlays)


def _blackened(distance: Plane, edge: float, frame: Grid) -> Overlay:
    """Return the black around a dermoscope's round view; it lies over hairs and gel too."""
    share = np.clip(enlarge(covered(distance, edge), frame.height, frame.width), 0, 1)
    return Overlay((share * 255).astype(np.uint8), _BLACK)


def _lit(
    lesion: Lesion, distance: Plane, angle: Plane, grid: Grid, key: SceneKey, skin_type: int
) -> Light:
    """Return the skin with its lesion as the lamp and the camera show it."""
    rng = key.stream("camera")
    skin = skin_colour(skin_type, rng)
    lamp = uneven_light(grid, key, slope=0.6, fall=0.6) * relief(grid, key)
    pigment = lesion_pigment(lesion, distance, angle, grid, key)
    melanin, blush = mottled(grid, key)
    melanin = melanin + freckles(grid, key) + pigment.melanin
    light = shine(skin, melanin, blush + pigment.haemoglobin, lamp)
    light = over(light, flat(_VEIL, lamp * skin[0]), pigment.veil)
    gain = np.asarray(white_balance(rng, 0.09), np.float32) * exposed(skin, rng)
    return light * gain[:, None, None]


SCENES: Mapping[str, Callable[[SceneKey, int, Grid], Plate]] = MappingProxyType(
    {"lesion": dermoscopy, "skin": clinical}
)
SMALLEST = 16


@dataclass(frozen=True, eq=False)
class Scene:
    """A photograph nobody took.

    image: (H, W, 3) uint8 RGB. mask: (H, W) bool. skin_type: Fitzpatrick 1..6.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    skin_type: int
    task: str


def draw(task: str, seed: int, index: int, size: int | tuple[int, int] = 256) -> Scene:
    """Return scene number `index` of a seed; the same scene at every size.

    Args:
        task: `lesion` (dermoscopy; the mask is the lesion) or `skin` (clinical; it is all skin).
        seed: Names the set, 0 or more.
        index: Place in the set, 0 or more.
        size: Side in pixels, or (height, width). Scenes are 4:3; other frames squash them.

    Raises:
        InputError: an unknown task, a negative number, a side below 16 pixels, or more
            than 120 megapixels.

    >>> draw("lesion", 0, 0, 64).image.shape
    (64, 64, 3)
    """
    frame = Grid(size, size) if isinstance(size, int) else Grid(*size)
    if task not in SCENES:
        raise InputError(f"The task '{task}' has no scenes. Choose {' or '.join(SCENES)}.")
    if min(seed, index) < 0:
        raise InputError(
            f"seed and index must be 0 or more, got {seed} and {index}. Choose others."
        )
    if min(frame.height, frame.width) < SMALLEST:
        got = f"{frame.height}x{frame.width}"
        raise InputError(
            f"Sides must be {SMALLEST} pixels or more, got {got}. Choose a larger size."
        )
    if frame.height * frame.width > MAX_MEGAPIXELS * 1_000_000:
        raise InputError(
            f"{frame.height}x{frame.width} are more than {MAX_MEGAPIXELS} megapixels, the most that"
            " is read. Choose a smaller size."
        )
    key = SceneKey(task, seed, index)
    skin_type = int(key.stream("type").choice(TYPES))
    image, mask = develop(SCENES[task](key, skin_type, frame), frame)
    return Scene(image, mask, skin_type, task)

"""(task, seed, index) -> one synthetic photograph with its exact mask, at any size.

Everything is random, nothing is copied: no pixel of a real photograph takes part.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.synth.clinical import clinical
from skinseg_mobile.train.synth.dermoscopy import dermoscopy
from skinseg_mobile.train.synth.develop import Plate, develop
from skinseg_mobile.train.synth.grid import Grid
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.skin_tone import TYPES

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
        InputError: an unknown task, a negative number, or a side below 16 pixels.

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
    key = SceneKey(task, seed, index)
    skin_type = int(key.stream("type").choice(TYPES))
    image, mask = develop(SCENES[task](key, skin_type, frame), frame)
    return Scene(image, mask, skin_type, task)

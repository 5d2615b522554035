"""Draws the README's picture: synthetic photographs, their truth, and the packaged student's masks.

python -m benchmarks.picture docs/overlay.png
"""

import sys

import numpy as np
from PIL import Image

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.images.image_file import Photo
from skinseg_mobile.runtime_py.images.overlay import overlay
from skinseg_mobile.train.synth import Scene, draw

SIDE = 240
GAP = 6
SEED = 7


def main() -> None:
    """Draw one scene of each skin type: photograph above, the int8 student's overlay below."""
    net = load(DEFAULT_NET)
    scenes = one_of_each_type()
    masks = [net.mask_of(scene.image) for scene in scenes]
    rows = [
        [scene.image for scene in scenes],
        [overlay(scene.image, mask) for scene, mask in zip(scenes, masks, strict=True)],
    ]
    Image.fromarray(sheet(rows)).save(sys.argv[1], optimize=True)


def one_of_each_type() -> list[Scene]:
    """Return the first scene of each Fitzpatrick type."""
    found: dict[int, Scene] = {}
    index = 0
    while len(found) < 6:
        scene = draw("lesion", SEED, index, SIDE)
        found.setdefault(scene.skin_type, scene)
        index += 1
    return [found[kind] for kind in sorted(found)]


def sheet(rows: list[list[Photo]]) -> Photo:
    """Lay pictures of one size out on white."""
    pad = ((0, GAP), (0, GAP), (0, 0))
    return np.vstack(
        [np.hstack([np.pad(p, pad, constant_values=255) for p in row]) for row in rows]
    )


if __name__ == "__main__":
    main()

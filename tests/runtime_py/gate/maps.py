"""Probability maps drawn from a formula, so that a displacement is known to the last digit."""

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.gate.compare import Answer

SIDE = 64
Array = NDArray[np.float32]


def blob(
    down: float = 0, right: float = 0, stretch: float = 0, seed: int = 0, side: int = SIDE
) -> Array:
    """A soft ellipse moved by pixels; `stretch` is the displacement at the frame's edge."""
    generator = np.random.default_rng(seed)
    middle, radius = generator.uniform(0.4, 0.6, 2) * side, generator.uniform(0.2, 0.3, 2) * side
    half = (side - 1) / 2
    position = np.arange(side) - half
    position = position / (1 + stretch / half) + half
    row = (position[:, None] - down - middle[0]) / radius[0]
    column = (position[None, :] - right - middle[1]) / radius[1]
    distance = (np.hypot(row, column) - 1) * radius.min()
    return (1 / (1 + np.exp(distance / 1.5))).astype(np.float32)


def outcome(number: int, found: Array | None = None, **groups: str) -> Answer:
    """A photograph whose checkpoint is right up to a soft edge."""
    reference = blob(seed=number)
    given = reference if found is None else found
    return Answer(f"image {number:03}", reference >= 0.5, reference, given, groups)


def outcomes(count: int, **groups: str) -> list[Answer]:
    """Healthy outcomes with a little noise on the artefact's side."""
    generator = np.random.default_rng(count)
    noise = generator.normal(0, 1e-5, (count, SIDE, SIDE)).astype(np.float32)
    return [outcome(n, (blob(seed=n) + noise[n]).clip(0, 1), **groups) for n in range(count)]

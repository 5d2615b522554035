"""Every random draw of a run as a function of what it is for: the same on each device and process.

A key is a purpose and numbers such as (seed, epoch, row); NumPy's SeedSequence turns it into a
seed, so that a resumed run, or one of two processes, draws what an unbroken single one does.
"""

from enum import IntEnum

import numpy as np
import torch


class Purpose(IntEnum):
    """What is drawn; the same numbers for two purposes are independent."""

    ORDER = 1
    VIEW = 2
    PIXELS = 3
    NOISE = 4
    """Dropout and noise inside the net."""
    CAMERA = 5
    """What another camera does to a view, its noise included."""


def seed_for(purpose: Purpose, *key: int) -> int:
    """Return a seed in [0, 2^63)."""
    (state,) = np.random.SeedSequence((purpose, *key)).generate_state(1, np.uint64)
    return int(state) >> 1


def generator(purpose: Purpose, *key: int) -> torch.Generator:
    """Return a CPU generator that only this key has."""
    return torch.Generator().manual_seed(seed_for(purpose, *key))

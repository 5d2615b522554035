"""(task, seed, index) -> named streams of random numbers.

Every idea of a scene draws from a stream of its own name, so a new idea never shifts the numbers
of an old one, and nothing depends on the size of the rendering.
"""

import zlib
from dataclasses import dataclass

from numpy.random import Generator, Philox, SeedSequence


@dataclass(frozen=True)
class SceneKey:
    """Names one scene: the task it is for, the set's seed and the scene's place in the set."""

    task: str
    seed: int
    index: int

    def stream(self, name: str) -> Generator:
        """Return the random numbers of one idea of this scene."""
        words = zlib.crc32(f"{self.task}/{name}".encode())
        return Generator(Philox(SeedSequence((self.seed, self.index, words))))

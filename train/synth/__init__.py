"""Numbers -> photographs of skin that nobody owns, with masks that are exact."""

from skinseg_mobile.train.synth.scene import Scene, draw
from skinseg_mobile.train.synth.write import write_set

__all__ = ["Scene", "draw", "write_set"]

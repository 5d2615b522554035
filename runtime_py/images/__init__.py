"""The contract from an image file to a tensor and back to a mask: what every port repeats."""

import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.uint8]
"""(H, W, 3) RGB, upright."""
Mask = NDArray[np.bool_]
"""(H, W), True inside."""

"""Compares a float32 file with torch on golden images; where it differs, names the operation.

A converter that computes an operation otherwise than torch says nothing of it. The tolerance is
relative to the spread of the probabilities: those of a net that hardly learnt lie close together.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skinseg_mobile.export.source import Source
from skinseg_mobile.runtime_py.artifact.golden import Golden
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import SkinsegError
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.train.nets.fold import PROBABILITY

IMAGES = 2
RELATIVE = 2e-3
"""Largest difference of probabilities, of their spread over all golden images."""
ABSOLUTE = 2e-6
WRONG = 1e-3
"""Largest difference of an operation's result, of its largest magnitude."""
Opened = Callable[[Source], Segmenter]
"""Converts a source to the same target and opens the file."""


def require_equal(segmenter: Segmenter, golden: Golden, source: Source, opened: Opened) -> None:
    """Check that a float32 file computes what torch does.

    Raises:
        SkinsegError: it does not; names the first operation that differs.
    """
    pairs = zip(golden.images[:IMAGES], golden.probabilities[:IMAGES], strict=True)
    gap = max(float(np.abs(segmenter.at_net_size(image) - p).max()) for image, p in pairs)
    spread = float(np.ptp(golden.probabilities))
    if gap <= RELATIVE * spread + ABSOLUTE:
        return
    first = _first_that_differs(golden, source, opened)
    where, how = (
        (f"the first operation that differs is {first}", "without that operation")
        if first
        else ("no operation alone was seen to differ", "in another way")
    )
    raise SkinsegError(
        f"{segmenter.label} differs from torch by {gap:.2g} where probabilities spread over"
        f" {spread:.2g}; {where}. Write the net {how}, or leave this target out."
    )


def _first_that_differs(golden: Golden, source: Source, opened: Opened) -> str | None:
    every = replace(source, every=True)
    tensor = to_tensor(golden.images[0], *source.size)
    try:
        found = opened(every).engine.stages(tensor)
    except Exception:  # a converter that fails at so many results: the difference is enough
        return None
    for name, value in _in_torch(every.form, tensor).items():
        gap = float(np.abs(found[name] - value).max())
        if not gap <= WRONG * float(np.abs(value).max()) + ABSOLUTE:
            return name
    return None


@torch.inference_mode()
def _in_torch(form: Any, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    image = torch.from_numpy(np.ascontiguousarray(tensor.transpose(2, 0, 1)))[None]
    results = zip(form.outputs, form(image), strict=True)
    return {name: value[0].numpy() for name, value in results if name != PROBABILITY}

"""Puts other weights into a model file: the healthy bytes are found and overwritten in place.

All three formats hold float32 weights as they are, in a layout of their own, so a fault is written
once, as a change of the folded net, and needs no converter.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Weights = dict[str, Tensor]


def overwrite(model: Path, healthy: Weights, broken: Weights) -> int:
    """Replace every weight that differs in a float32 model file or folder; return how many did."""
    files = sorted(p for p in model.rglob("*") if p.is_file()) if model.is_dir() else [model]
    contents = {path: path.read_bytes() for path in files}
    changed = [name for name in healthy if not healthy[name].equal(broken[name])]
    for name in changed:
        path, old, new = _found(contents, healthy[name], broken[name], name)
        contents[path] = contents[path].replace(old, new)
    for path, content in contents.items():
        path.write_bytes(content)
    return len(changed)


def _found(
    contents: dict[Path, bytes], healthy: Tensor, broken: Tensor, name: str
) -> tuple[Path, bytes, bytes]:
    """Return the one place of a weight: its file, its bytes and those to put there."""
    pairs = zip(_layouts(healthy), _layouts(broken), strict=True)
    places = {
        (path, old): new
        for old, new in pairs
        for path, content in contents.items()
        if content.count(old) == 1
    }
    assert len(places) == 1, f"{name} is found {len(places)} times"
    (((path, old), new),) = places.items()
    return path, old, new


def _layouts(weight: Tensor) -> Iterator[bytes]:
    """Yield a weight's bytes as ONNX and Core ML store it, and as TFLite does."""
    value: NDArray[np.float32] = weight.numpy().astype("<f4")
    yield np.ascontiguousarray(value).tobytes()
    if value.ndim == 4:
        depthwise = value.shape[1] == 1 and value.shape[0] > 1
        axes = (1, 2, 3, 0) if depthwise else (0, 2, 3, 1)
        yield np.ascontiguousarray(value.transpose(axes)).tobytes()

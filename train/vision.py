"""The only door to torchvision.

Its wheel is built for CUDA; beside a CPU-only torch its import fails because two operators are
missing. Only then they are declared, and the import is tried again; nothing calls them.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import torch

from skinseg_mobile.runtime_py.vendors import vendor

T = TypeVar("T")

_MISSING = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


def torchvision() -> Any:
    """Return torchvision with `transforms.v2` and `tv_tensors` imported."""
    return with_operators(_imported)


def with_operators(work: Callable[[], T]) -> T:
    """Return what `work` does, which may import torchvision; a second time where that failed."""
    try:
        return work()
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
        _declare_operators()
        return work()


def _imported() -> Any:
    package = vendor("torchvision", "train")
    vendor("torchvision.transforms.v2", "train")
    vendor("torchvision.tv_tensors", "train")
    return package


@lru_cache(maxsize=1)
def _declare_operators() -> torch.library.Library:
    """Return the declarations, which live as long as they are kept: here, for good."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _MISSING:
        library.define(schema)
    return library

"""The only door to torchvision.

Its wheel is built for CUDA; beside a CPU-only torch its import fails because two operators are
missing. Only in that case they are declared (never defined: nothing here calls them) first.
"""

from functools import lru_cache
from typing import Any

import torch

from skinseg_mobile.runtime_py.vendors import vendor

_MISSING = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@lru_cache(maxsize=1)
def torchvision() -> Any:
    """Return torchvision with `transforms.v2` and `tv_tensors` imported."""
    library = None
    if not torch.backends.cuda.is_built():
        library = torch.library.Library("torchvision", "FRAGMENT")
        for schema in _MISSING:
            library.define(schema)
    package = vendor("torchvision", "train")
    vendor("torchvision.transforms.v2", "train")
    vendor("torchvision.tv_tensors", "train")
    package.declared_operators = library  # dropping the library would drop the declarations
    return package

"""Runs artefacts and judges them: numpy, pillow and one engine; never torch.

Names are imported on first use, so that the command line can read our errors without numpy.
"""

import importlib
from typing import TYPE_CHECKING, Any

from skinseg_mobile.runtime_py.errors import (
    InputError,
    MissingExtraError,
    NotRunError,
    SkinsegError,
)

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.artefact import load
    from skinseg_mobile.runtime_py.photo import read_photo
    from skinseg_mobile.runtime_py.segmenter import Segmenter

__all__ = [
    "InputError",
    "MissingExtraError",
    "NotRunError",
    "Segmenter",
    "SkinsegError",
    "load",
    "read_photo",
]
_HOMES = {"load": "artefact", "read_photo": "photo", "Segmenter": "segmenter"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)

"""Runs artefacts and judges them: numpy, pillow and one engine; never torch.

Names are imported on first use, so that the command line can read our errors without numpy.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from skinseg_mobile.runtime_py.errors import (
    InputError,
    MissingExtraError,
    NotRunError,
    SkinsegError,
)

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.engines.load import load
    from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
    from skinseg_mobile.runtime_py.images.image_file import read_photo

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
"""ONNX Runtime reports to its vendor unless this is set before its import."""

__all__ = [
    "InputError",
    "MissingExtraError",
    "NotRunError",
    "Segmenter",
    "SkinsegError",
    "load",
    "read_photo",
]
_HOMES = {
    "load": "engines.load",
    "read_photo": "images.image_file",
    "Segmenter": "engines.segmenter",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)

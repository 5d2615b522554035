"""One folder a target: a checkpoint becomes that format's file."""

import types
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from skinseg_mobile.export.targets.exporter import Exporter

NAMES = (
    "onnx",
    "tflite",
    "coreml",
    "coreai",
    "executorch",
)
"""One line a target: the folder here whose `EXPORTER` writes it."""
EXPORTERS: Mapping[str, Exporter[Any]] = types.MappingProxyType(
    {name: import_module(f"{__name__}.{name}").EXPORTER for name in NAMES}
)

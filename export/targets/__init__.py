"""One folder a target: a checkpoint becomes that format's file."""

import types
from collections.abc import Mapping
from typing import Any

from skinseg_mobile.export.targets.coreml.convert import CoremlExporter
from skinseg_mobile.export.targets.exporter import Exporter
from skinseg_mobile.export.targets.onnx.convert import OnnxExporter
from skinseg_mobile.export.targets.tflite.convert import TfliteExporter

EXPORTERS: Mapping[str, Exporter[Any]] = types.MappingProxyType(
    {
        "onnx": OnnxExporter(),
        "tflite": TfliteExporter(),
        "coreml": CoremlExporter(),
    }
)

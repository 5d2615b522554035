"""Core ML packages (`.mlpackage`), by coremltools."""

from skinseg_mobile.export.targets.coreml.convert import CoremlExporter

EXPORTER = CoremlExporter()

"""Core AI assets (`.aimodel`), by coreai-torch."""

from skinseg_mobile.export.targets.coreai.convert import CoreaiExporter

EXPORTER = CoreaiExporter()

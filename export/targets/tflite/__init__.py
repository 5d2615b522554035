"""TFLite files, by litert-torch and litert-quantizer."""

from skinseg_mobile.export.targets.tflite.convert import TfliteExporter

EXPORTER = TfliteExporter()

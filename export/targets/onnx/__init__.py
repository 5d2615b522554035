"""ONNX files, by torch.onnx and onnxruntime's quantizer."""

from skinseg_mobile.export.targets.onnx.convert import OnnxExporter

EXPORTER = OnnxExporter()

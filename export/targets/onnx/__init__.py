"""ONNX files, by torch.onnx and onnxruntime's quantizer."""

"""Checkpoint in, artefact folder out: ONNX, TFLite, Core ML."""

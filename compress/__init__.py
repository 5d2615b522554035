"""Checkpoint in, checkpoint out: calibrated, and later distilled, pruned, quantized."""

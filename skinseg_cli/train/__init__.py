"""Commands that make checkpoints: `data`, `train`, `reproduce`."""

"""Nets, data, losses, the one training loop, checkpoints."""

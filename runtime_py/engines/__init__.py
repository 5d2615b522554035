"""Engines run one artifact each: a tensor in, a probability map out; `open` is the door."""

"""Numbers about masks and probability maps; NumPy only."""

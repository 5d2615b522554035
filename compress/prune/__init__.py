"""Structured pruning: whole channels go, and what is left is an ordinary checkpoint."""

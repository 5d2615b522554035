"""Nets: described by a spec, built from it, counted, folded."""

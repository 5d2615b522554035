"""Runs a segmenter on images: scores, masks, saved probabilities."""

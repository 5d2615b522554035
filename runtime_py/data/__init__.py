"""Datasets of images and masks on disk."""

"""Core ML packages: the reference interpreter, and Core ML itself on macOS."""

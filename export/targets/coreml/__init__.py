"""Core ML packages (`.mlpackage`), by coremltools."""

"""Opens what others are compared with: a checkpoint, an artifact, a packaged net."""

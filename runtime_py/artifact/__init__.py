"""An artifact on disk: manifest, golden images, checksums, signature, and how each is checked."""

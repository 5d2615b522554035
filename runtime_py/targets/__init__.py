"""One folder a target: what its file is, how it is inspected, which engines run it."""

"""The dossier of a release: what changed, what was promised and measured, and who signed it."""

"""What came from elsewhere becomes an artefact."""

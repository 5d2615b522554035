"""Files that are written whole or not at all, and read back with their types checked."""

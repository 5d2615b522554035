"""One folder a target: a checkpoint becomes that format's file."""

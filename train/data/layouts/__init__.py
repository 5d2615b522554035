"""Published data sets, one file a layout, each turned into the one folder format."""

"""TFLite files and LiteRT."""

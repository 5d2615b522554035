"""TFLite files, by litert-torch and litert-quantizer."""

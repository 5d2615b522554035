"""The contract from an image file to a tensor and back to a mask: what every port repeats."""

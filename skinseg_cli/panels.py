"""Groups of commands in `skinseg-mobile --help`, named after the steps of the work."""

LOOK = "Look"
TRAIN = "Train"
EXPORT = "Compress and export"
PROVE = "Prove"
EXECUTE = "Execute without the device"

"""Commands that execute without the device: `coreml`, `emulate`."""

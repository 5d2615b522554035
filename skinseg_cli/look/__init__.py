"""Commands that look: `doctor`, `predict`, `serve`."""

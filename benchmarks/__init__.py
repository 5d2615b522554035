"""Every published number has a script here; each prints command, commit and machine."""

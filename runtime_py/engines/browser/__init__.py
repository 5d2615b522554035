"""The web app's engines in a Chromium without a window."""

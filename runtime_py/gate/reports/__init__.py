"""The gate's results as JSON, JUnit, Markdown and HTML."""

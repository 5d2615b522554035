"""The web app (apps_reference/web), built into `app/`, and the server that serves it."""

"""A Chromium without a window: found on the PATH, started on one address, ended without a rest.

Playwright was tried in its place (1.65, this machine's Chromium). Like ours it leaves no process
behind when Python is killed. It brings a Node of its own (168 MB installed), and the engine page is
ready after 8 to 12 s where ours takes 4 to 5. To hand over one tensor and its map by `evaluate`, as
text, takes 0.6 to 0.9 s; by HTTP, with the net's run between, it takes 0.2 s.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = (
    "--headless",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",  # it would ask for its vendor's
    "--disable-dev-shm-usage",  # containers have little of it
)
NO_GPU = ("--disable-gpu",)
WEBGPU = (
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
)
"""WebGPU computed by the processor: the same code as on a GPU, and slow."""
SECONDS_TO_END = 5.0
_WATCHED = 'exec 3<&0; { read _ <&3; kill -9 0; } & exec "$@" </dev/null 3<&-'
"""Starts a program that ends with its input: with this process, however that ends."""


def find_browser() -> str | None:
    """Return the program to start, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


class Browser:
    """One process group with a profile of its own; `close` ends it."""

    def __init__(self, program: str, url: str, *, webgpu: bool = False) -> None:
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        home = Path(self.profile.name)
        profile = f"--user-data-dir={home / 'profile'}"
        options = [*FLAGS, *(WEBGPU if webgpu else NO_GPU), *_for_root(), profile]
        own = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "CONFIG")}
        with (home / "words").open("wb") as words:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", _WATCHED, "sh", program, *options, url],
                stdin=subprocess.PIPE,
                stdout=words,
                stderr=words,
                env={**os.environ, **own},  # its reports and caches stay out of the user's home
                start_new_session=True,
            )

    def ended(self) -> str | None:
        """Return how it ended and its last words; None while it runs."""
        code = self.process.poll()
        if code is None:
            return None
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        words = (Path(self.profile.name) / "words").read_text(errors="replace").split("\n")
        return f"{how}; {next((w.strip() for w in reversed(words) if w.strip()), 'no word')}"

    def close(self) -> None:
        """End the browser and all that it started, and remove its profile."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(SECONDS_TO_END)
        assert self.process.stdin
        self.process.stdin.close()
        self.profile.cleanup()


def _for_root() -> list[str]:
    """Chromium gives root no sandbox; what it opens here is our own page."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []

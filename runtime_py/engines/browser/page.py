"""The app's engine page in a browser: one artefact, asked for one result after another.

GET  /jobs/SECRET/next         the next question: a tensor or a photograph
POST /jobs/SECRET/ready        the engine is open: what and where it runs
POST /jobs/SECRET/answer       a result
POST /jobs/SECRET/error        one sentence: the artefact or the photograph is no good
POST /jobs/SECRET/unsupported  one sentence: the app does not run such an artefact
"""

import json
import os
import queue
import secrets
import threading
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.engines.browser.chromium import Browser, find_browser
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, SkinsegError
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.runtime_py.web.server import Server
from skinseg_mobile.runtime_py.web.site import Served, lacks_app, site_of

PATIENCE = 120.0
"""Seconds after which a page that does not answer is given up."""
GLANCE = 0.2
"""Seconds between two looks at whether the browser still runs."""
WAIT = 20.0
"""Seconds after which the page is told that there is no question yet."""
TENSOR = "application/octet-stream"


@dataclass(frozen=True)
class Ready:
    """What a page says of itself."""

    runtime: str
    delegate: str
    browser: str
    isolated: bool


class Jobs:
    """Questions to a page and its answers; see `server.Work`."""

    def __init__(self) -> None:
        self.address = f"jobs/{secrets.token_urlsafe()}/"
        self.questions: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.answers: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def next(self) -> tuple[str, bytes] | None:
        """Wait a while for a question."""
        try:
            return self.questions.get(timeout=WAIT)
        except queue.Empty:
            return None

    def answered(self, kind: str, content: bytes) -> None:
        """Hand an answer over to who waits for it."""
        self.answers.put((kind, content))


class EnginePage:
    """A private server and a browser; both end with this object."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        *,
        threads: int = 1,
        isolated: bool = True,
        webgpu: bool = False,
    ) -> None:
        if reason := lacks_page():
            raise NotRunError(reason)
        self.jobs = Jobs()
        site = site_of([Served(folder, manifest)])
        server = Server(site, isolated=isolated, work=self.jobs)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        query = urlencode({"threads": threads, "webgpu": webgpu, "jobs": self.jobs.address})
        url = f"{server.url}engine.html?{query}"
        self.browser = Browser(find_browser() or "", url, webgpu=webgpu)
        self.close = weakref.finalize(self, _end, server, self.browser)
        try:
            self.ready = rebuild(Ready, json.loads(self._answer("ready")))
        except SkinsegError:
            self.close()
            raise

    def ask(self, content: bytes, kind: str = TENSOR) -> bytes:
        """Send a tensor, or an image file by its type, and return the page's answer.

        Raises:
            InputError: the page cannot read or run it.
            SkinsegError: the browser ended, or does not answer.
        """
        self.jobs.questions.put((kind, content))
        return self._answer("answer")

    def _answer(self, wanted: str) -> bytes:
        kind, content = self._wait()
        if kind == wanted:
            return content
        error = NotRunError if kind == "unsupported" else InputError
        raise error(f"the web app says: {content.decode(errors='replace')}")

    def _wait(self) -> tuple[str, bytes]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                return self.jobs.answers.get(timeout=GLANCE)
            except queue.Empty:
                if ended := self.browser.ended():
                    self.close()
                    raise SkinsegError(
                        f"The engine needs its browser, and it ended ({ended}). Try again."
                    ) from None
        self.close()
        raise SkinsegError(
            f"The web app's page did not answer within {PATIENCE:.0f} s. Try again with a smaller"
            " model."
        )


def lacks_page() -> str | None:
    """Return what this machine lacks to run the web app without a window, or None."""
    if reason := lacks_app():
        return reason
    if os.name != "posix":
        return "browsers are started on Linux and macOS alone"
    if find_browser() is None:
        return "there is no Chromium or Chrome on the PATH; install it: apt-get install chromium"
    return None


def _end(server: Server, browser: Browser) -> None:
    browser.close()
    server.shutdown()
    server.server_close()

"""Serves a site on this machine alone.

Threads share memory, which browsers allow only to pages that are isolated from other origins: two
headers say so. A third forbids the page every other address: what it shows leaves it nowhere.
"""

import sys
import types
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from typing import Protocol

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.web.site import Site

HOST = "127.0.0.1"
TYPES: Mapping[str, str] = types.MappingProxyType(
    {
        ".css": "text/css",
        ".html": "text/html; charset=utf-8",
        ".ico": "image/x-icon",
        ".jpg": "image/jpeg",
        ".js": "text/javascript",
        ".json": "application/json",
        ".md": "text/plain; charset=utf-8",
        ".mjs": "text/javascript",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
    }
)
ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob:;"
    " base-uri 'none'; form-action 'none'"
)


class Work(Protocol):
    """Answers what lies below a secret address: other programs here may guess a port."""

    @property
    def address(self) -> str:
        """Return "jobs/…/"."""
        ...

    def next(self) -> tuple[str, bytes] | None:
        """Return the next question's type and content; None where there is none yet."""
        ...

    def answered(self, kind: str, content: bytes) -> None:
        """Take an answer."""
        ...


class Server(ThreadingHTTPServer):
    """A site, and the work of its engine page."""

    daemon_threads = True

    def __init__(
        self, site: Site, *, port: int = 0, isolated: bool = True, work: Work | None = None
    ) -> None:
        self.site = site
        self.isolated = isolated
        self.work = work
        try:
            super().__init__((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            raise InputError(
                f"a port must be free and yours, {port} is not ({error}); choose another or 0"
            ) from error

    @property
    def url(self) -> str:
        """Address of the app."""
        return f"http://localhost:{self.server_address[1]}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that left in the middle of an answer; it asks again."""
        if not isinstance(sys.exception(), ConnectionError):
            raise


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride] - none other makes one

    def do_GET(self) -> None:
        work, step = self._work()
        if work and step == "next":
            question = work.next()
            return self._send(*question) if question else self._send_none(HTTPStatus.NO_CONTENT)
        found = self.server.site.find(self.path)
        if found is None:
            return self._send_none(HTTPStatus.NOT_FOUND)
        name, content = found
        self._send(TYPES.get(PurePosixPath(name).suffix, "application/octet-stream"), content)

    def do_POST(self) -> None:
        work, step = self._work()
        if work is None:
            self.close_connection = True  # its body is not read
            return self._send_none(HTTPStatus.NOT_FOUND)
        work.answered(step, self.rfile.read(int(self.headers["Content-Length"])))
        self._send_none(HTTPStatus.NO_CONTENT)

    def _work(self) -> tuple[Work | None, str]:
        """Return whose work the address is, and which step of it."""
        work = self.server.work
        if work is None or not self.path.startswith(f"/{work.address}"):
            return None, ""
        return work, self.path.removeprefix(f"/{work.address}")

    def _send(self, kind: str, content: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self._send_headers(kind, len(content))
        self.wfile.write(content)

    def _send_none(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self._send_headers("text/plain", 0)

    def _send_headers(self, kind: str, length: int) -> None:
        headers = {
            "Content-Type": kind,
            "Content-Length": str(length),
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
            **(ISOLATION if self.server.isolated else {}),
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: every photograph of a camera would be a line."""

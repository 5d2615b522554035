"""Serves a site on this machine alone.

Threads share memory, which browsers allow only to pages that are isolated from other origins: two
headers say so. A third forbids the page every other address: what it shows leaves it nowhere.
"""

import re
import sys
import types
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from typing import Protocol

from skinseg_mobile.runtime_py.errors import InputError, because
from skinseg_mobile.runtime_py.web.site import Opened, Site

HOST = "127.0.0.1"
PATIENCE = 30.0
"""Seconds after which a browser that neither sends nor reads is dropped."""
CHUNK = 1 << 16
_OURS = re.compile(r"(localhost|127\.0\.0\.1)(:\d+)?", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(r"bytes=(?=.?\d)(\d{0,18})-(\d{0,18})", re.ASCII)
_NO_MORE: Mapping[str, str] = types.MappingProxyType({})
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
                f"The port {port} cannot be used ({because(error)}). Choose another --port; 0"
                " finds one."
            ) from error

    @property
    def url(self) -> str:
        """Address of the app."""
        return f"http://localhost:{self.server_address[1]}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that left in the middle of an answer; it asks again."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            raise


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride] - none other makes one

    def parse_request(self) -> bool:
        """Refuse requests for another host: a page elsewhere may give its own name to 127.0.0.1."""
        if not super().parse_request():
            return False
        if _OURS.fullmatch(self.headers.get("Host", "")):
            return True
        self.send_error(HTTPStatus.MISDIRECTED_REQUEST, "this server answers to localhost alone")
        return False

    def do_GET(self) -> None:
        work, step = self._work()
        if work and step == "next":
            question = work.next()
            if question is None:
                return self._send_none(HTTPStatus.NO_CONTENT)
            kind, content = question
            self._send_headers(HTTPStatus.OK, kind, len(content))
            self.wfile.write(content)
        else:
            self.do_HEAD()

    def do_HEAD(self) -> None:
        """Send a file, or of a GET with `Range` a part of it."""
        found = self.server.site.open(self.path)
        if found is None:
            return self._send_none(HTTPStatus.NOT_FOUND)
        with found.content:
            first, stop = _part(self.headers.get("Range", ""), found.size)
            kind = TYPES.get(PurePosixPath(found.name).suffix, "application/octet-stream")
            more = {"Accept-Ranges": "bytes"}
            if stop > found.size:
                more["Content-Range"] = f"bytes */{found.size}"
                return self._send_headers(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, kind, 0, more)
            status = HTTPStatus.OK
            if stop - first < found.size:
                status = HTTPStatus.PARTIAL_CONTENT
                more["Content-Range"] = f"bytes {first}-{stop - 1}/{found.size}"
            self._send_headers(status, kind, stop - first, more)
            if self.command == "GET":
                self._send_file(found, first, stop)

    def _send_file(self, found: Opened, first: int, stop: int) -> None:
        """Send bytes `first` to `stop`; break off where the file changes meanwhile."""
        found.content.seek(first)
        while first < stop:
            chunk = found.content.read(min(CHUNK, stop - first))
            if not (chunk and found.is_same):
                raise ConnectionAbortedError
            self.wfile.write(chunk)
            first += len(chunk)

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

    def _send_none(self, status: HTTPStatus) -> None:
        self._send_headers(status, "text/plain", 0)

    def _send_headers(
        self, status: HTTPStatus, kind: str, length: int, more: Mapping[str, str] = _NO_MORE
    ) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(length),
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
            **(ISOLATION if self.server.isolated else {}),
            **more,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: every photograph of a camera would be a line."""


def _part(asked: str, size: int) -> tuple[int, int]:
    """Return the first byte and the one after the last; beyond `size` where there is no such part.

    What is no single range is answered with the whole, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch(asked)
    if not found:
        return 0, size
    first, last = found.groups()
    if not first:
        length = int(last)
        return (max(0, size - length), size) if length else (size, size + 1)
    stop = min(int(last) + 1, size) if last else size
    return (int(first), stop) if int(first) < stop else (size, size + 1)

"""Fetches one file over HTTP so that nothing already fetched is fetched twice.

    NAME.part        what has come so far, in the end all of it; the caller gives it its name
    NAME.part.json   which file that is a part of: address, length, ETag, Last-Modified

A dropped connection is taken up again where it broke (`Range`), in this call or the next. A server
that does not know ranges starts over. A part is never continued with another file's bytes: the
server's answer must have the same length, ETag and date, as far as it names them.
"""

import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast

from skinseg_mobile.runtime_py.errors import InputError, because
from skinseg_mobile.runtime_py.storage.atomic import read_json, to_json, write_file
from skinseg_mobile.runtime_py.storage.from_json import rebuild

CHUNK = 1 << 20
OnBytes = Callable[[int, int | None], None]
"""Told the bytes that are there and how many there will be, None where the server does not say."""


@dataclass(frozen=True)
class Patience:
    """How often in a row a connection may fail without one byte, and how long to wait between."""

    attempts: int = 6
    first_wait_s: float = 1.0
    """Doubled with each failure in a row."""
    timeout_s: float = 30.0
    """Silence after which a connection counts as dropped."""


@dataclass(frozen=True)
class Version:
    """What names a file on the server; '' and None are what the server did not say."""

    url: str
    length: int | None
    etag: str
    last_modified: str


class _Dropped(Exception):
    """The connection broke; what came is in the part."""


def fetch(url: str, part: Path, on_bytes: OnBytes, patience: Patience | None = None) -> Version:
    """Fetch `url` to the file `part`, going on where it ends; return once it is whole.

    Raises:
        InputError: no such file there, it changed since the part was begun, no room, or the
            connection was lost too often.
    """
    patience = patience or Patience()
    failures = 0
    while True:
        before = _size(part)
        try:
            return _attempt(url, part, on_bytes, patience.timeout_s)
        except _Dropped as error:
            failures = 0 if _size(part) > before else failures + 1
            if failures >= patience.attempts:
                raise InputError(
                    f"The connection to {url} failed {failures} times in a row ({error}). Start"
                    f" the same command again: it continues at {_size(part):,} bytes."
                ) from error
            time.sleep(patience.first_wait_s * 2 ** max(0, failures - 1))


def keep(part: Path, target: Path) -> None:
    """Give a whole part its name."""
    part.replace(target)
    _description(part).unlink(missing_ok=True)


def _attempt(url: str, part: Path, on_bytes: OnBytes, timeout_s: float) -> Version:
    """Ask once for what is missing and append it to the part.

    Raises:
        _Dropped: the connection broke before the end.
    """
    begun = _read_description(part, url)
    have = _size(part) if begun else 0
    if begun and have == begun.length:
        return begun
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with _answer(request, timeout_s) as response:
        if response.status != HTTPStatus.PARTIAL_CONTENT:
            have = 0
            part.unlink(missing_ok=True)  # before it is described anew: it never holds two files
        elif not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            raise _Dropped("the server sent another range")
        version = _version(url, response, have)
        if begun and have:
            _require_same(begun, version, part)
        _require_room(version, have, part)
        write_file(_description(part), to_json(asdict(version)))
        _append(response, part, have, version, on_bytes)
    return version


def _answer(request: urllib.request.Request, timeout_s: float) -> HTTPResponse:
    try:
        return cast(HTTPResponse, urllib.request.urlopen(request, timeout=timeout_s))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:  # busy: another attempt may do
            raise _Dropped(f"{error.code} {error.reason}") from error
        raise InputError(
            f"{request.full_url} answered {error.code} {error.reason}. Delete the .part file if"
            " there is one, else look for a new address."
        ) from error
    except (OSError, HTTPException) as error:
        raise _Dropped(because(error)) from error


def _append(
    response: HTTPResponse, part: Path, have: int, version: Version, on_bytes: OnBytes
) -> None:
    try:  # around the file, too: Python 3.14 writes once more what it could not when it closes it
        with part.open("ab") as file:
            while chunk := _read(response):
                file.write(chunk)
                file.flush()
                have += len(chunk)
                on_bytes(have, version.length)
    except OSError as error:
        raise InputError(
            f"{part} could not be written ({error.strerror}). Free disk space and start the same"
            " command again: it continues."
        ) from error
    if version.length is not None and have < version.length:
        raise _Dropped(f"{have:,} of {version.length:,} bytes came")


def _read(response: HTTPResponse) -> bytes:
    try:
        return response.read(CHUNK)
    except (OSError, HTTPException) as error:
        raise _Dropped(because(error)) from error


def _version(url: str, response: HTTPResponse, have: int) -> Version:
    """Return what the answer says of the whole file, of which `have` bytes are here."""
    return Version(
        url,
        None if response.length is None else have + response.length,
        response.headers.get("ETag", ""),
        response.headers.get("Last-Modified", ""),
    )


def _require_same(begun: Version, now: Version, part: Path) -> None:
    pairs = zip(astuple(begun), astuple(now), strict=True)
    if any(old and new and old != new for old, new in pairs):
        raise InputError(
            f"{now.url} has changed since the download of {part} began. Delete the .part file and"
            " start again."
        )


def _require_room(version: Version, have: int, part: Path) -> None:
    free = shutil.disk_usage(part.parent).free
    if version.length is not None and version.length - have > free:
        raise InputError(
            f"{version.url} needs {(version.length - have) / 1e9:.1f} GB more, and {part.parent}"
            f" has {free / 1e9:.1f} GB free. Free disk space or choose another folder."
        )


def _description(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _read_description(part: Path, url: str) -> Version | None:
    """Return what the part is a part of; None where there is no part of this address."""
    if not part.exists() or not _description(part).exists():
        return None
    try:
        begun = rebuild(Version, read_json(_description(part)))
    except (ValueError, InputError):  # damaged: nothing is known of the part, so it starts over
        return None
    return begun if begun.url == url else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0

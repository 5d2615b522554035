"""What a browser cannot run or read: one sentence that says what to do, and no result."""

import io
import json
import os
import platform
import shutil
import signal
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST, SEAL
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.browser import chromium as browser
from skinseg_mobile.runtime_py.engines.browser.page import EnginePage
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, SkinsegError
from tests.apps_reference.web.conftest import OpenPage
from tests.dark import MODEL, edit_manifest, hash_anew

PACKAGED = find_artefact(DEFAULT_NET)


def huge() -> bytes:
    """Return the head of a PNG of 144 megapixels."""
    size = b"IHDR" + struct.pack(">IIBBBBB", 12000, 12000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\r" + size + struct.pack(">I", zlib.crc32(size))


def animated() -> bytes:
    """Return a GIF of two frames."""
    first, second = (Image.fromarray(np.full((8, 8), level, np.uint8)) for level in (0, 255))
    content = io.BytesIO()
    first.save(content, "GIF", save_all=True, append_images=[second])
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"no image", "image/png", "no image that this browser can read"),
        (b"", "image/jpeg", "no image that this browser can read"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "image/heic", "save it as JPEG"),
        (huge(), "image/png", "has 144 megapixels and 120 are the limit"),
        (animated(), "image/gif", "several frames"),
    ],
    ids=["text", "empty", "heic", "huge", "animated"],
)
def test_photographs(open_page: OpenPage, content: bytes, kind: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        open_page(PACKAGED).ask(content, kind)


def change_a_byte(folder: Path) -> None:
    content = bytearray((folder / MODEL).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / MODEL).write_bytes(content)


def no_model(folder: Path) -> None:
    (folder / MODEL).write_bytes(b"no model")
    hash_anew(folder)
    edit_manifest(folder, model_bytes=8)


def no_seal(folder: Path) -> None:
    (folder / SEAL).unlink()


def another_input(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    edit_manifest(folder, input={**manifest["input"], "name": "photo"})


def another_format(folder: Path) -> None:
    edit_manifest(folder, format=3)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (change_a_byte, r"model.onnx is not the file its manifest names; copy the model folder"),
        (no_model, r"ONNX Runtime Web .* does not load the model"),
        (no_seal, r"manifest.sha256 could not be loaded \(404"),
        (another_input, r"manifest.json is damaged \(its model has image .* and not photo"),
        (another_format, r"format 3 and this app reads 2; export the folder again"),
    ],
)
def test_artefacts(dark: Path, damage: Callable[[Path], None], words: str) -> None:
    manifest = read_manifest(dark)
    damage(dark)
    with pytest.raises(InputError, match=words):
        EnginePage(dark, manifest)


def test_what_the_app_does_not_run(tmp_path: Path) -> None:
    """A sound artefact: a gate over all engines lists it as "not run" and goes on."""
    folder = shutil.copytree(PACKAGED, tmp_path / "artefact")
    eight_bit = {**json.loads((folder / MANIFEST).read_text())["input"], "dtype": "int8"}
    edit_manifest(folder, input=eight_bit)
    with pytest.raises(NotRunError, match=r"has no int8 inputs .*; export it for this app"):
        EnginePage(folder, read_manifest(folder))


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="not run: SSE is x86's")
def test_a_browser_without_simd(dark: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without SSE 4.1 V8 has no SIMD, as browsers before 2021."""
    monkeypatch.setattr(browser, "FLAGS", (*browser.FLAGS, "--js-flags=--no-enable-sse4-1"))
    with pytest.raises(InputError, match="WebAssembly SIMD is missing"):
        EnginePage(dark, read_manifest(dark))


def test_a_browser_that_is_killed(dark: Path) -> None:
    found = EnginePage(dark, read_manifest(dark))
    os.killpg(found.browser.process.pid, signal.SIGKILL)
    with pytest.raises(SkinsegError, match=r"it ended \(SIGKILL"):
        found.ask(bytes(32 * 32 * 3 * 4))

"""The web app's page in Chromium, and artefacts for both of its engines."""

import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.browser.page import EnginePage, lacks_page
from skinseg_mobile.runtime_py.engines.load import find_artefact

REQUIRED = os.environ.get("SKINSEG_BROWSER") == "required"
OpenPage = Callable[..., EnginePage]


@pytest.fixture(scope="session", autouse=True)
def browser() -> None:
    """Leave a machine without the built app or a browser out, unless CI must have both."""
    if (reason := lacks_page()) and not REQUIRED:
        pytest.skip(f"not run: {reason}")


@pytest.fixture(scope="session")
def for_browsers(artefacts: dict[str, Path]) -> dict[str, Path]:
    """The packaged student for both engines, in float and in 8 bits."""
    names = ("tflite-fp32", "onnx-fp32", "onnx-int8")
    return {"tflite-int8": find_artefact(DEFAULT_NET), **{name: artefacts[name] for name in names}}


@pytest.fixture(scope="module")
def open_page() -> Generator[OpenPage]:
    """Open a page, or give the one that was opened last; there is one browser at a time."""
    last: dict[tuple[Path, bool, int], EnginePage] = {}

    def close() -> None:
        for page in last.values():
            page.close()
        last.clear()

    def open_(folder: Path, *, isolated: bool = True, threads: int = 1) -> EnginePage:
        key = (folder, isolated, threads)
        if key not in last:
            close()
            manifest = read_manifest(folder)
            last[key] = EnginePage(folder, manifest, isolated=isolated, threads=threads)
        return last[key]

    yield open_
    close()

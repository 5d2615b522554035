"""The built app: light, whole, and from nowhere else."""

import gzip
import re

import pytest

from skinseg_mobile.runtime_py.web.site import APP

MOST = 300_000
"""Bytes, compressed, of the app without WebAssembly and what it is loaded by."""


def test_the_app_is_light() -> None:
    files = [f for f in APP.rglob("*") if f.is_file() and not f.is_relative_to(APP / "wasm")]
    sizes = {
        file.relative_to(APP).as_posix(): len(gzip.compress(file.read_bytes(), 9)) for file in files
    }
    assert sum(sizes.values()) <= MOST, sizes


@pytest.mark.parametrize("library", ["litert", "onnxruntime"])
def test_web_assembly_comes_with_it(library: str) -> None:
    (folder,) = (APP / "wasm").glob(f"{library}-*")
    assert [file for file in folder.iterdir() if file.suffix == ".wasm"]


def test_the_worker_keeps_every_file_of_the_app() -> None:
    worker = (APP / "sw.js").read_text()
    (listed,) = set(re.findall(r'"files":\[([^\]]*)\]', worker))
    kept = set(re.findall(r'"([^"]+)"', listed))
    there = {file.relative_to(APP).as_posix() for file in APP.rglob("*") if file.is_file()}
    left_out = {name for name in there if name.startswith("wasm/")} | {"sw.js", "engine.html"}
    assert {"index.html" if name == "./" else name for name in kept} == there - left_out

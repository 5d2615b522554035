"""Every `>>>` of the code and every Python block of README and docs runs, as people read it."""

import doctest
import importlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.predict.predictions import Predictions, write_predictions
from tests.dark import disc
from tests.imports import PREFIX, ROOT, modules, sources

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
Names = dict[str, Any]


def pages() -> Iterator[str]:
    """Return every page of the project that git knows, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    yield from (name for name in listed.stdout.splitlines() if (ROOT / name).is_file())


def blocks(page: str) -> list[str]:
    """Return a page's Python blocks, each behind empty lines: errors name the page's own line."""
    text = (ROOT / page).read_text()
    return ["\n" * text.count("\n", 0, found.start(1)) + found[1] for found in BLOCK.finditer(text)]


def for_the_gate(folder: Path, artefacts: dict[str, Path]) -> Names:
    """Three maps of one image: ground truth, two probabilities that nearly agree; and a shard."""
    for name in ("scores", "predictions"):
        (folder / name).mkdir()
    (folder / "scores" / "1.json").write_text(
        '{"per_image": {"photo 1": {"tp": 3, "fp": 1, "fn": 0, "tn": 5}}}'
    )
    truth = disc(1)[1]
    reference = np.where(truth, 0.9, 0.1).astype(np.float32)
    saved = Predictions("c" * 64, "dark", {"photo 1": reference})
    write_predictions(saved, folder / "predictions" / "1.npz")
    return {"truth": truth, "reference": reference, "found": reference + np.float32(1e-4)}


def for_the_guide(folder: Path, artefacts: dict[str, Path]) -> Names:
    """A photo, a Core ML package, and what it eats."""
    Image.fromarray(disc(1, (300, 400))[0]).save(folder / "photo.jpg")
    shutil.copytree(artefacts["coreml-fp16"] / "model.mlpackage", folder / "model.mlpackage")
    return {"rgb": np.full((1, 3, 192, 192), 128, np.float32)}


INPUTS: dict[str, Callable[[Path, dict[str, Path]], Names]] = {
    "docs/gate.md": for_the_gate,
    "docs/guide.md": for_the_guide,
}
"""What a page takes for granted: names, and files in the current folder."""
CONVERTS = {"docs/guide.md"}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=pytest.mark.slow) if page in CONVERTS else page
        for page in pages()
        if blocks(page)
    ],
)
def test_a_pages_blocks_run_in_order(
    page: str, artefacts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = INPUTS[page](tmp_path, artefacts) if page in INPUTS else {}
    for block in blocks(page):
        exec(compile(block, ROOT / page, "exec"), names)


@pytest.mark.parametrize("page", INPUTS)
def test_a_page_with_inputs_has_blocks(page: str) -> None:
    assert blocks(page)


def with_examples() -> list[str]:
    """Return the modules whose text holds an example."""
    house = {
        PREFIX + name if "skinseg_cli" not in name else name: p for name, p in modules().items()
    }
    house["tests.imports"] = ROOT / "tests" / "imports.py"
    return [name for name, path in house.items() if ">>> " in path.read_text()]


@pytest.mark.parametrize("name", with_examples())
def test_examples_of_the_code_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_no_example_is_skipped() -> None:
    skipped = "doctest: +" + "SKIP"
    folders = ("runtime_py", "train", "compress", "export", "skinseg_cli", "benchmarks", "tests")
    assert [p for folder in folders for p in sources(folder) if skipped in p.read_text()] == []

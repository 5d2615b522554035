"""Shared fixtures: slow conversions happen once a run; see `tests.once`."""

import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two torch threads collapse on a shared machine

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET, packaged_checkpoint
from skinseg_mobile.runtime_py.errors import SkinsegError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.checkpoint import Checkpoint, load_checkpoint
from skinseg_mobile.train.references.find import find_checkpoint
from tests.dark import disc, write_dark, write_discs
from tests.imports import HOUSE, code_lines, sources
from tests.lasting import Imports
from tests.once import Exported, once
from tests.refused import refusal


def pytest_report_header() -> str:
    """Say how large the house is, and what its tests are."""
    house, tests = (
        sum(code_lines(path) for folder in named for path in sources(folder))
        for named in (HOUSE, ("tests",))
    )
    return f"lines of Python: {house:,} without tests, {tests:,} in tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run modules with most slow tests first: the quick ones then fill both workers to the end."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


imports = Imports()


def pytest_runtest_setup() -> None:
    """Spend no time on what stays."""
    imports.settle()


@pytest.fixture(scope="session", autouse=True)
def one_torch_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def lesions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of 24 synthetic lesions at 128×128."""
    from skinseg_mobile.train.synth import write_set

    return once(
        tmp_path_factory, "lesions", lambda root: write_set(root, 24, 5, "lesion", (128, 128))
    )


@pytest.fixture(scope="session")
def student() -> Checkpoint:
    """The packaged checkpoint."""
    path = packaged_checkpoint(DEFAULT_NET)
    assert path is not None
    return load_checkpoint(path)


@pytest.fixture(scope="session")
def artefacts(student: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every artefact of the packaged student, by `target-precision`; not to be changed."""
    return Exported(student, tmp_path_factory)


@pytest.fixture(scope="session")
def tiny_artefacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every artefact of the small packaged student, as `artefacts`."""
    return Exported(find_checkpoint("lean-isic2017-tiny"), tmp_path_factory)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: (exit code, stdout, stderr)."""
    import skinseg_cli

    def call(*arguments: object) -> tuple[int, str, str]:
        kept = sys.argv
        sys.argv = ["skinseg-mobile", *map(str, arguments)]
        try:
            skinseg_cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        except SkinsegError as error:  # pragma: no cover - main must not let one through
            raise AssertionError("an error escaped main") from error
        finally:
            sys.argv = kept
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def save_photo(tmp_path: Path) -> Callable[[NDArray[np.uint8], str], Path]:
    """Save an array as an image file under a temporary folder."""

    def save(photo: NDArray[np.uint8], name: str) -> Path:
        path = tmp_path / name
        Image.fromarray(photo).save(path)
        return path

    return save


@pytest.fixture
def dark(tmp_path: Path) -> Path:
    """A small ONNX artefact of this test's own; see `tests.dark`."""
    return write_dark(tmp_path / "dark")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another file of the checkpoint of `dark`, which computes the same."""
    return write_dark(tmp_path / "other", note="another file")


@pytest.fixture
def discs(tmp_path: Path) -> Path:
    """A dataset that fits `dark`, of this test's own."""
    return write_discs(tmp_path / "discs")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """An untrained checkpoint without ranges."""
    from skinseg_mobile.train.checkpoint import Record, save_checkpoint
    from tests.train.tiny import TINY

    record = Record(name="tiny", task=Task.LESION, spec=TINY.spec)
    save_checkpoint(record, TINY.spec.build(), tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def refused(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Run the command line in a folder of this test's own; it must refuse. See `tests.refused`."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(disc(0)[0]).save("a.png")
    return lambda *arguments: refusal(run, tmp_path, *arguments)


ALL_ARTEFACTS = [
    f"{target}-{precision}" for target in TARGETS for precision in TARGETS[target].precisions
]

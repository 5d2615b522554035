"""What is slow to make is made once a run, whichever of pytest-xdist's workers asks first."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.checkpoint import Checkpoint


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that all workers of this run share; nobody may change what is in it.

    Args:
        factory: pytest's `tmp_path_factory`.
        name: The folder's name, one for each thing made.
        make: Fills a folder that does not exist yet; it runs in one worker, the others wait.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # the run's own folder, one level above each worker's
    folder = root / "once" / name
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_name(f"{name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)  # another worker's attempt failed
            make(unfinished)
            unfinished.rename(folder)
    return folder


PRESENT = tuple(name for name, target in TARGETS.items() if target.missing is None)
"""Targets whose extra is installed here; all of them where SKINSEG_REQUIRE_OPTIONAL is set."""


def require_target(name: str) -> None:
    """Skip the running test where an optional target's extra is missing, or fail where it must be.

    `make optional` has all of them and lets nothing be skipped.
    """
    if reason := TARGETS[name].missing:
        (pytest.fail if "SKINSEG_REQUIRE_OPTIONAL" in os.environ else pytest.skip)(reason)


class Exported(dict[str, Path]):
    """A checkpoint's artefacts by `target-precision`; a target is converted when first asked for.

    A test that needs ONNX does not wait for Core ML, and two workers convert two targets at once.
    """

    def __init__(self, checkpoint: Checkpoint, factory: pytest.TempPathFactory) -> None:
        super().__init__()
        self.checkpoint, self.factory = checkpoint, factory

    def __missing__(self, name: str) -> Path:
        target = name.partition("-")[0]
        require_target(target)
        net = self.checkpoint.record.name
        folder = once(self.factory, f"{net}-{target}", lambda out: self._export(target, out))
        for precision in TARGETS[target].precisions:
            self[f"{target}-{precision}"] = folder / f"{net}-{target}-{precision}"
        return self[name]

    def _export(self, target: str, out: Path) -> None:
        from skinseg_mobile.export.export import export

        export(self.checkpoint, {target: TARGETS[target].precisions}, out)

"""A browser that is not there, does not start, crashes or does not answer: one sentence each."""

import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.engines.browser import page
from skinseg_mobile.runtime_py.engines.browser.page import EnginePage, lacks_page
from skinseg_mobile.runtime_py.errors import NotRunError, SkinsegError
from skinseg_mobile.runtime_py.web import site


@pytest.fixture(autouse=True)
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "index.html").write_text("")
    monkeypatch.setattr(site, "APP", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def browser(folder: Path, script: str) -> None:
    """Put a program named chromium on the PATH."""
    program = folder / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def opened(dark: Path) -> EnginePage:
    return EnginePage(dark, read_manifest(dark))


def test_what_is_missing(app: Path, dark: Path) -> None:
    assert "apt-get install chromium" in str(lacks_page())
    with pytest.raises(NotRunError, match="no Chromium or Chrome"):
        opened(dark)
    browser(app, "exit 0")
    assert lacks_page() is None
    (app / "index.html").unlink()
    assert lacks_page() == "the web app is not built; run: make web"


def test_a_browser_that_ends(app: Path, dark: Path) -> None:
    browser(app, "echo no usable sandbox >&2; exit 7")
    with pytest.raises(SkinsegError, match=r"it ended \(exit code 7; no usable sandbox\)"):
        opened(dark)
    browser(app, "kill -SEGV $$")
    with pytest.raises(SkinsegError, match=r"it ended \(SIGSEGV; no word\)"):
        opened(dark)


def test_a_browser_that_is_silent_leaves_nothing_behind(
    app: Path, dark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PATIENCE", 0.5)
    browser(app, f"/bin/sleep 1000 & echo $! > {app}/child; wait")
    with pytest.raises(SkinsegError, match="did not answer within"):
        opened(dark)
    assert not runs(int((app / "child").read_text()))


def test_a_browser_ends_with_the_process_that_started_it(app: Path) -> None:
    browser(app, f"echo $$ > {app}/child; /bin/sleep 1000")
    code = (
        "import time; from skinseg_mobile.runtime_py.engines.browser.chromium import Browser;"
        f" kept = Browser('{app}/chromium', ''); time.sleep(1000)"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as starter:
        try:
            wait_for(lambda: (app / "child").exists() and (app / "child").read_text() != "")
            child = int((app / "child").read_text())
            assert runs(child)
        finally:
            starter.kill()
    wait_for(lambda: not runs(child))


def wait_for(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it does not come true in 30 s")


def runs(process: int) -> bool:
    """Whether it lives; one that ended may wait for its parent to notice."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

"""What workers share is made once, and a failed attempt leaves the next one a clean place."""

from pathlib import Path

import pytest

from tests.once import once


def test_two_workers_make_it_once(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, made = f"once-{id(monkeypatch)}", list[str]()

    def make(out: Path) -> None:
        made.append("made")
        out.mkdir()
        (out / "file").write_text("content")

    folders = {once(tmp_path_factory, name, make) for _ in range(3)}
    assert made == ["made"]
    assert [(folder / "file").read_text() for folder in folders] == ["content"]


def test_a_failed_attempt_is_no_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    name = f"failed-{id(tmp_path_factory)}"

    def fail(out: Path) -> None:
        out.mkdir()
        (out / "half").touch()
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        once(tmp_path_factory, name, fail)
    folder = once(tmp_path_factory, name, lambda out: out.mkdir())
    assert list(folder.iterdir()) == []

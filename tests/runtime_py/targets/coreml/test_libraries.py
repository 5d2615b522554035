"""coremltools where pip has built it without its libraries: Windows, a Python without a wheel."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skinseg_cli.look.doctor import diagnose
from skinseg_mobile.runtime_py.targets.coreml import lacks_compiled_part


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "site" / "coremltools"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    monkeypatch.delitem(sys.modules, "coremltools", raising=False)
    monkeypatch.syspath_prepend(package.parent)
    return package


def test_it_is_said_before_anything_is_converted(
    bare: Path, run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, _, err = run("export", "lean-isic2017", "--target", "all", "--out", out)
    assert code == 2
    assert "has no libraries for Python 3." in err
    assert not [path for path in out.rglob("*") if path.suffix != ".log"]
    assert lacks_compiled_part() in diagnose().warnings
    (bare / "libmilstoragepython.so").touch()
    assert lacks_compiled_part() is None


def test_a_tool_that_is_not_installed_is_named_before_anything_is_converted(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "coremltools", None)
    out = tmp_path / "out"
    code, _, err = run("export", "lean-isic2017", "--target", "all", "--out", out)
    assert code == 2
    words = (
        "coremltools is not installed; run: pip install 'skinseg-mobile[coreml]', with Python 3."
    )
    assert words in err
    assert not [path for path in out.rglob("*") if path.suffix != ".log"]

"""The same checkpoint gives the same bytes: in another process, with other seeds and threads."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from tests.conftest import ALL_ARTEFACTS
from tests.refused import tree

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Artefacts of the packaged student by `target-precision`, written by another process."""

    @cache
    def exported(target: str) -> Path:
        out = tmp_path_factory.mktemp("again")
        command = [sys.executable, "-m", "skinseg_cli", "export", DEFAULT_NET]
        seeds = {"PYTHONHASHSEED": "2017", "OMP_NUM_THREADS": "2", "TZ": "Asia/Tokyo"}
        subprocess.run(
            [*command, "--target", target, "--precision", "all", "--out", str(out)],
            env={**os.environ, **seeds},
            check=True,
            capture_output=True,
        )
        return out

    return lambda name: exported(name.partition("-")[0]) / f"{DEFAULT_NET}-{name}"


@pytest.mark.parametrize("name", ALL_ARTEFACTS)
def test_every_file_has_the_same_bytes(
    artefacts: dict[str, Path], again: Callable[[str], Path], name: str
) -> None:
    found = tree(artefacts[name])
    assert len(found) >= 4
    assert tree(again(name)) == found


@pytest.mark.parametrize("name", ALL_ARTEFACTS)
def test_no_file_names_a_place_on_this_machine(artefacts: dict[str, Path], name: str) -> None:
    places = [str(ROOT).encode(), sys.prefix.encode(), str(Path.home()).encode()]
    files = [path for path in artefacts[name].rglob("*") if path.is_file()]
    assert len(files) >= 4
    for path in files:
        assert not [place for place in places if place in path.read_bytes()], path


@pytest.mark.parametrize("name", [n for n in ALL_ARTEFACTS if n.startswith("coreml")])
def test_core_ml_does_not_note_the_day(artefacts: dict[str, Path], name: str) -> None:
    (model,) = artefacts[name].rglob("model.mlmodel")
    assert b"skinseg_mobile.name" in model.read_bytes()
    assert b"conversion_date" not in model.read_bytes()

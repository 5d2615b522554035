"""The doctor: every rule speaks when it is broken, is silent when not, and knows every package."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from skinseg_cli.look.doctor import EXTRAS, ROLES, diagnose, known_problems

SOUND: dict[str, str | None] = {
    "numpy": "2.3.5",
    "coremltools": "9.0",
    "torch": "2.13.0+cpu",
    "litert-torch": "0.10.0",
    "litert-quantizer": "0.11.0",
    "tensorflow-cpu": None,
}
BROKEN = [
    ({"numpy": "2.4.0"}, "numpy 2.4"),
    ({"numpy": "2.4.0rc1"}, "numpy 2.4"),
    ({"numpy": "3.0"}, "numpy 2.4"),
    ({"tensorflow-cpu": "2.21.0"}, "TensorFlow"),
    ({"torch": "2.10.1"}, "torch before 2.11"),
    ({"torch": "1.13.0+cu117"}, "torch before 2.11"),
    ({"litert-quantizer": None}, "without litert-quantizer"),
]


@pytest.mark.parametrize(("change", "word"), BROKEN)
def test_a_bad_combination_is_one_warning(change: dict[str, str | None], word: str) -> None:
    (sentence,) = known_problems({**SOUND, **change})
    assert word in sentence
    assert "install" in sentence or "use separate environments" in sentence


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"coremltools": None, "numpy": "2.4.0"},
        {"coremltools": None, "tensorflow-cpu": "2.21.0"},
        {"torch": None},
        {"torch": "2.11.0"},
        {"torch": "2.11.0a0+git1234"},
        {"torch": "3"},
        {"litert-torch": None, "litert-quantizer": None},
        {"numpy": None},
    ],
)
def test_a_good_combination_is_silent(change: dict[str, str | None]) -> None:
    assert known_problems({**SOUND, **change}) == ()


def test_nothing_installed_is_no_problem() -> None:
    assert known_problems({}) == ()


def test_this_environment() -> None:
    found = {item.package: item for item in diagnose().packages}
    assert found["numpy"].version == version("numpy")
    assert found["torch"].version == version("torch")
    assert (found["torch"].role, found["torch"].extra) == ("trainer", "train")
    assert found["torch"].wanted == "skinseg-mobile[train]"
    assert found["onnxruntime"].wanted == "skinseg-mobile"
    assert diagnose().warnings == known_problems({n: item.version for n, item in found.items()})


def test_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    extras = {
        requirement.split(">")[0].split("=")[0].split("[")[0]: extra
        for extra, requirements in project["optional-dependencies"].items()
        for requirement in requirements
    }
    listed = {package for packages in ROLES.values() for package in packages}
    assert {package: extras[package] for package in EXTRAS} == dict(EXTRAS)
    assert set(EXTRAS) <= listed
    assert {package for package, extra in extras.items() if extra == "dossier"} <= {
        *listed,
        "skinseg-mobile",
    }
    base = {r.split(">")[0] for r in project["dependencies"]} | {"skinseg-mobile"}
    assert listed - set(EXTRAS) <= base

"""gate.toml: every key by name, every default the built-in one, every mistake one sentence."""

import itertools
import tomllib
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.config import DEFAULT, read_config
from skinseg_mobile.runtime_py.gate.limits import LIMITS, RULES
from skinseg_mobile.runtime_py.gate.template import template

GATE_PAGE = Path(__file__).parents[3] / "docs" / "gate.md"


def config_of(folder: Path, text: str):
    (folder / "gate.toml").write_text(text)
    return read_config(folder / "gate.toml")


def test_what_init_writes_is_what_holds_without_a_file(tmp_path: Path) -> None:
    found = config_of(tmp_path, template())
    assert found.limits == DEFAULT.limits == LIMITS
    assert (found.budgets, found.bootstrap) == (DEFAULT.budgets, DEFAULT.bootstrap)
    assert found.run.engines == DEFAULT.run.engines
    assert found.run.artefacts == (str(tmp_path / "artefacts" / "*"),)
    assert config_of(tmp_path, "").limits == LIMITS


def test_comments_of_the_template_are_valid_keys(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") for line in template().splitlines()]
    text = "\n".join(line for line in lines if "=" in line or line.startswith("["))
    found = config_of(tmp_path, text)
    assert found.budgets.latency_ratio == 1.2
    assert found.run.reference == "runs/student"
    assert tomllib.loads(text)["budgets"]["baseline"] == found.budgets.baseline


def test_one_limit_of_one_precision_changes_nothing_else(tmp_path: Path) -> None:
    found = config_of(tmp_path, "[limits.int8]\ndelta = 0.003\nlosing = 0\n")
    assert found.limits[Precision.INT8].delta == 0.003
    assert found.limits[Precision.INT8].losing == 0
    assert found.limits[Precision.INT8].agreement == LIMITS[Precision.INT8].agreement
    assert found.limits[Precision.W8] == LIMITS[Precision.W8]


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    text = '[run]\nartefacts = ["a/*"]\ndata = "set"\nreference = "lean-isic2017"\n'
    found = config_of(tmp_path, f'{text}[budgets]\nbaseline = "base"\nlatency_ratio = 2\n')
    assert found.run.artefacts == (str(tmp_path / "a" / "*"),)
    assert found.run.data == str(tmp_path / "set")
    assert found.run.reference == "lean-isic2017"
    assert found.budgets.baseline == str(tmp_path / "base")


MISTAKES = {
    "no TOML": ("[", "readable TOML"),
    "section": ("[limit]\n", "unknown key limit"),
    "limit": ("[limits.int8]\nepsilon = 1\n", "unknown field epsilon"),
    "precision": ("[limits.int9]\ndelta = 1\n", "must be one of fp32"),
    "text": ('[limits.int8]\ndelta = "0.1"\n', "delta must be a finite number"),
    "NaN": ("[limits.int8]\ndelta = nan\n", "delta must be a finite number"),
    "range": ("[limits.int8]\nagreement = 1.5\n", "agreement must be in [0, 1]"),
    "budget": ("[budgets]\nmegabyte = 1\n", "unknown field megabyte"),
    "half a budget": ("[budgets]\nlatency_ratio = 1.5\n", "go together"),
    "parameters": ("[budgets]\nparameters = 1.5\n", "parameters must be a int"),
    "confidence": ("[bootstrap]\nconfidence = 95\n", "confidence must be in"),
    "no table": ("run = 3\n", "run must be a table"),
    "workers": ("[run]\nworkers = -1\n", "workers must be 0 or more"),
    "artefacts": ('[run]\nartefacts = "a"\n', "artefacts must be a list"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_refused_by_name(tmp_path: Path, name: str) -> None:
    text, words = MISTAKES[name]
    with pytest.raises(InputError) as caught:
        config_of(tmp_path, text)
    assert words in str(caught.value)
    assert "gate.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gate init"):
        read_config(tmp_path / "gate.toml")


def test_stricter_precisions_have_stricter_limits() -> None:
    order = [LIMITS[p] for p in (Precision.FP32, Precision.FP16, Precision.INT8, Precision.PAL4)]
    for tight, loose in itertools.pairwise(order):
        for name in ("agreement", "worst_agreement", "boundary"):
            assert getattr(tight, name) > getattr(loose, name)
        for name in ("delta", "worst_loss", "shift", "stretch", "group", "probability"):
            assert getattr(tight, name) < getattr(loose, name)


def test_the_page_explains_every_check() -> None:
    text = GATE_PAGE.read_text()
    for name in RULES:
        assert f"`{name}`" in text

"""gate.toml: every key by name, every default the built-in one, every mistake one sentence."""

import itertools
import json
import re
import tomllib
from functools import partial
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.device.check import DEVICE_RULES
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.gate.checks import CHECKS, LIMITS, default_limits
from skinseg_mobile.runtime_py.gate.config import DEFAULT, read_config
from skinseg_mobile.runtime_py.gate.template import limits_table, template
from tests.gate_pages import PAGE, SCHEMA, page, schema

FOLDER = Path(__file__).parents[3] / "runtime_py" / "gate" / "checks"


def config_of(folder: Path, text: str):
    (folder / "gate.toml").write_text(text)
    return read_config(folder / "gate.toml")


def test_what_init_writes_is_what_holds_without_a_file(tmp_path: Path) -> None:
    found = config_of(tmp_path, template())
    assert found.limits == DEFAULT.limits
    assert (found.budgets, found.bootstrap) == (DEFAULT.budgets, DEFAULT.bootstrap)
    assert found.run.engines == DEFAULT.run.engines
    assert found.run.artefacts == (str(tmp_path / "artefacts" / "*"),)
    assert config_of(tmp_path, "").limits == DEFAULT.limits


def test_comments_of_the_template_are_valid_keys(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") for line in template().splitlines()]
    text = "\n".join(line for line in lines if "=" in line or line.startswith("["))
    found = config_of(tmp_path, text)
    assert found.budgets.limits == {
        "megabytes": 1.5,
        "parameters": 1000000,
        "latency_ratio": 1.2,
        "fallback": 0,
    }
    assert found.engines == DEFAULT.engines
    assert found.run.reference == "runs/student"
    assert tomllib.loads(text)["budgets"]["baseline"] == found.budgets.baseline


def test_one_limit_of_one_precision_changes_nothing_else(tmp_path: Path) -> None:
    found = config_of(tmp_path, "[limits.int8]\ndelta = 0.003\nlosing = 0\n")
    assert found.limits[Precision.INT8]["delta"] == 0.003
    assert found.limits[Precision.INT8]["losing"] == 0
    assert found.limits[Precision.INT8]["agreement"] == 0.99
    assert found.limits[Precision.W8] == default_limits(Precision.W8)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    text = '[run]\nartefacts = ["a/*"]\ndata = "set"\nreference = "lean-isic2017"\n'
    found = config_of(tmp_path, f'{text}[budgets]\nbaseline = "base"\nlatency_ratio = 2\n')
    assert found.run.artefacts == (str(tmp_path / "a" / "*"),)
    assert found.run.data == str(tmp_path / "set")
    assert found.run.reference == "lean-isic2017"
    assert found.budgets.baseline == str(tmp_path / "base")


MISTAKES = {
    "no TOML": ("[", "could not be read as TOML"),
    "section": ("[limit]\n", "unknown key limit"),
    "limit": ("[limits.int8]\nepsilon = 1\n", "unknown field epsilon"),
    "precision": ("[limits.int9]\ndelta = 1\n", "must be one of fp32"),
    "text": ('[limits.int8]\ndelta = "0.1"\n', "delta must be a finite number"),
    "NaN": ("[limits.int8]\ndelta = nan\n", "delta must be a finite number"),
    "negative budget": (
        "[budgets]\nmegabytes = -1\n",
        "megabytes must be a finite number of 0 or more",
    ),
    "range": ("[limits.int8]\nagreement = 1.5\n", "agreement must be in [0, 1]"),
    "class": ("[engines.tpu]\nagreement = 1\n", "must be one of cpu"),
    "limit of a class": (
        "[engines.npu]\nepsilon = 1\n",
        "engines.npu has the unknown field epsilon",
    ),
    "budget": ("[budgets]\nmegabyte = 1\n", "unknown field megabyte"),
    "half a budget": ("[budgets]\nlatency_ratio = 1.5\n", "go together"),
    "parameters": ("[budgets]\nparameters = 1.5\n", "parameters must be a whole number"),
    "seed": ("[bootstrap]\nseed = -1\n", "seed must be 0 or more, got -1"),
    "confidence": ("[bootstrap]\nconfidence = 95\n", "confidence must be in"),
    "no table": ("run = 3\n", "run must be a table"),
    "workers": ("[run]\nworkers = -1\n", "workers must be 0 or more"),
    "no data": ('[run]\ndata = ""\n', "run.data must not be empty"),
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
    order = [
        default_limits(p) for p in (Precision.FP32, Precision.FP16, Precision.INT8, Precision.PAL4)
    ]
    for tight, loose in itertools.pairwise(order):
        for name in ("agreement", "worst_agreement", "boundary"):
            assert tight[name] > loose[name]
        for name in ("delta", "worst_loss", "shift", "stretch", "group", "probability"):
            assert tight[name] < loose[name]


AGREEMENT = next(check for check in CHECKS if check.name == "agreement")


def test_of_precision_and_class_the_looser_limit_holds(tmp_path: Path) -> None:
    limit = partial(DEFAULT.limit_of, AGREEMENT)
    assert limit(Precision.FP32) == limit(Precision.FP32, EngineClass.GPU) == 0.9995
    assert limit(Precision.FP32, EngineClass.NPU) == limit(Precision.FP16, EngineClass.NPU) == 0.997
    assert limit(Precision.INT8, EngineClass.NPU) == 0.99
    found = config_of(tmp_path, "[engines.gpu]\nagreement = 0.98\n[engines.npu]\nagreement = 1\n")
    assert found.limit_of(AGREEMENT, Precision.INT8, EngineClass.GPU) == 0.98
    assert found.limit_of(AGREEMENT, Precision.INT8) == 0.99
    assert found.limit_of(AGREEMENT, Precision.FP16, EngineClass.NPU) == 0.999


def test_a_looser_limit_of_a_class_is_told(tmp_path: Path) -> None:
    text = "[engines.gpu]\nagreement = 0.98\ndelta = 0\n[engines.npu]\nshift = 0.5\n"
    found = config_of(tmp_path, text)
    assert found.looser_limits(Precision.FP32) == ()
    assert found.looser_limits(Precision.FP32, EngineClass.GPU) == (
        "engines.gpu.agreement is 0.98, looser than the built-in 0.9995",
    )
    assert found.looser_limits(Precision.FP32, EngineClass.NPU) == (
        "engines.npu.shift is 0.5, looser than the built-in 0.02",
    )


def test_the_page_is_what_the_checks_say() -> None:
    text = PAGE.read_text()
    assert text == page(), "`python -m tests.gate_pages` writes it"
    assert limits_table() in text
    (keys,) = re.findall(r"^\| `limits\.<precision>.*$", text, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", keys)) == set(LIMITS)
    for limit in LIMITS.values():
        assert f"# {limit.key}: {limit.meaning}\n" in template()


def test_the_schema_names_every_check_in_order() -> None:
    assert SCHEMA.read_text() == schema(), "`python -m tests.gate_pages` writes it"
    names = json.loads(SCHEMA.read_text())["$defs"]["check"]["properties"]["name"]["enum"]
    assert names == [rule.name for rule in (*CHECKS, *DEVICE_RULES)]


def test_every_file_of_the_folder_is_one_check() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert files == {check.name.replace("-", "_") for check in CHECKS}
    assert len({check.order for check in CHECKS}) == len(CHECKS)

"""What coremltools' own tests have proven (`tests/conformance`) covers what our exports hold."""

import json
from collections.abc import Callable

import pytest

from skinseg_mobile.runtime_py.targets.coreml.interpreter import load_package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.constexpr import CONSTEXPR
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops import OPS
from skinseg_mobile.runtime_py.targets.coreml.interpreter.signatures import REFUSED
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.lean import LeanLayout
from tests.conformance.run import LEAST_EXECUTED, MINIMUM, shortfalls
from tests.runtime_py.targets.coreml.interpreter.conftest import Converted
from tests.train.tiny import LAYOUT

Layout = LeanLayout | HypercolumnLayout
PINNED: dict[str, dict[str, int]] = json.loads(MINIMUM.read_text())
COLUMNS = HypercolumnLayout((8, 8, 8, 8, 8), fc=8, hidden=(8, 8))
UNPROVEN = {"ceil", "logical_and", "logical_not", "logical_or", "logical_xor"}
"""The suite never predicts with these; `test_ops` compares them with NumPy."""


def test_only_operations_of_ours_are_pinned() -> None:
    for part in ("full", "slice"):
        assert set(PINNED[part]) <= {*OPS, *CONSTEXPR}
        assert not set(PINNED[part]) & set(REFUSED)
        assert min(PINNED[part].values()) > 0


def test_every_operation_has_an_executed_case() -> None:
    assert sum(PINNED["full"].values()) >= LEAST_EXECUTED
    assert {*OPS, *CONSTEXPR} - set(PINNED["full"]) == UNPROVEN


def test_a_plugin_that_stops_firing_is_noticed() -> None:
    silent = {"executed": {}, "outcomes": {"idle": 3000}, "failed": []}
    assert len(shortfalls("slice", silent)) == len(PINNED["slice"])
    assert len(shortfalls("full", silent)) == len(PINNED["full"]) + 1
    whole = {"executed": PINNED["slice"], "outcomes": {}, "failed": []}
    assert shortfalls("slice", whole) == []
    assert shortfalls("slice", {**whole, "failed": ["a case"]}) == ["failed: a case"]


@pytest.mark.slow
@pytest.mark.parametrize(("ios", "precision"), [(15, "FLOAT32"), (18, "FLOAT16")])
@pytest.mark.parametrize("layout", [LAYOUT, COLUMNS], ids=["lean", "hypercolumn"])
def test_what_our_exports_hold_is_proven(
    layout: Layout, ios: int, precision: str, converted: Callable[..., Converted]
) -> None:
    package = converted(ExportForm(layout.build()), ios, precision)
    assert {op.kind for op in load_package(package.path).ops} <= set(PINNED["full"])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mobile", "mobile_half", "columns", "unet"])
def test_what_other_nets_hold_is_proven(name: str, request: pytest.FixtureRequest) -> None:
    package: Converted = request.getfixturevalue(name)
    program = load_package(package.path)
    assert {op.kind for op in program.ops} <= set(PINNED["full"])

"""The committed cases of contracts are what Python computes, and leave no rule out."""

import json

import pytest

from skinseg_mobile.runtime_py.contract import ColourOrder, Filter, Fit, OutputKind
from tests.contract_cases import CASES, Json, document

COMMITTED: list[Json] = json.loads(CASES.read_text())["cases"]
MADE_OF_POWERS = ("probability", "map")
"""A processor's last bit is in these."""
RULES = ("fit", "filter", "colour", "output")


@pytest.mark.parametrize(
    ("found", "wanted"),
    list(zip(COMMITTED, document()["cases"], strict=True)),
    ids=[case["name"] for case in COMMITTED],
)
def test_the_committed_cases_are_pythons(found: Json, wanted: Json) -> None:
    for name in MADE_OF_POWERS:
        assert found.pop(name) == pytest.approx(wanted.pop(name), abs=1e-6), name
    assert found == wanted, "run python -m tests.contract_cases"


def test_every_rule_is_in_a_case() -> None:
    words = (case["contract"][name] for case in COMMITTED for name in RULES)
    assert {*Fit, *Filter, *ColourOrder, *OutputKind} == set(words)

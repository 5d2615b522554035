"""Numbers and limits -> checks, in the order in which reports show them."""

from collections.abc import Mapping

from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.config import Budgets, GateConfig
from skinseg_mobile.runtime_py.gate.find import Facts
from skinseg_mobile.runtime_py.gate.limits import (
    CONSTANT_BELOW,
    REFERENCE_AT_LEAST,
    RULES,
    Limits,
)
from skinseg_mobile.runtime_py.gate.verdict import Check, Found, check


def all_checks(
    found: Mapping[str, Found], facts: Facts, precision: Precision, config: GateConfig
) -> tuple[Check, ...]:
    """Judge every rule; a budget that gate.toml does not set is no rule."""
    limits = {**_limits(config.limits[precision]), **_budgets(config.budgets)}
    numbers = {**found, **_costs(facts)}
    return tuple(
        check(name, rule, numbers[name], limit, required=name in _costs(facts))
        for name, rule in RULES.items()
        if (limit := limits[name]) is not None
    )


def names_of(config: GateConfig) -> list[str]:
    """Return the names of the checks that a judgement by `config` has."""
    budgets = _budgets(config.budgets)
    return [name for name in RULES if name not in budgets or budgets[name] is not None]


def _limits(limits: Limits) -> dict[str, float]:
    return {
        "finite": 0,
        "constant": CONSTANT_BELOW,
        "reference": REFERENCE_AT_LEAST,
        "delta": limits.delta,
        "non-inferiority": -limits.delta,
        "worst-image": -limits.worst_loss,
        "losing": limits.losing,
        "agreement": limits.agreement,
        "worst-agreement": limits.worst_agreement,
        "boundary": limits.boundary,
        "shift": limits.shift,
        "stretch": limits.stretch,
        "worst-group": -limits.group,
        "calibration": limits.calibration,
        "probability": limits.probability,
    }


def _budgets(budgets: Budgets) -> dict[str, float | None]:
    return {
        "megabytes": budgets.megabytes,
        "parameters": budgets.parameters,
        "latency": budgets.latency_ratio,
    }


def _costs(facts: Facts) -> dict[str, Found]:
    return {
        "megabytes": Found(facts.megabytes, reason="the size is not known"),
        "parameters": Found(facts.parameters, reason="the artefact does not say how many it has"),
        "latency": Found(
            facts.latency_ratio, reason="this engine's time says nothing of a phone's"
        ),
    }

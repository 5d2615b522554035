"""The checks as people read them: a commented gate.toml, and the table of docs/gate.md."""

from collections.abc import Mapping

from skinseg_mobile.runtime_py.formats import EngineClass, Precision, Tolerance
from skinseg_mobile.runtime_py.gate.checks import (
    BUDGETS,
    CHECKS,
    LIMITS,
    default_limits,
    engine_limits,
)
from skinseg_mobile.runtime_py.gate.spec import AnyCheck, BudgetLimit

_HEAD = """\
# The release gate of skinseg-mobile; docs/gate.md explains every key.
#     skinseg-mobile gate gate.toml --out gate-report
# Paths are relative to this file. A key that is left out has the value shown here.

[run]
artefacts = ["artefacts/*"]   # folders, patterns, packaged names; a missing one is an error
engines = ["all"]             # all: what this machine has. An engine named here must run.
# data = "data/valid"         # a dataset; without it the golden images inside each artefact
# split = "valid"
# reference = "runs/student"  # with data: checkpoint, artefact or saved predictions
workers = 0                   # processes; 0: one a core

[budgets]                     # none unless set; a budget that cannot be checked is no pass
"""
_BOOTSTRAP = """\
# baseline = "artefacts/released"  # latency_ratio: median latency over this one's, in turns

[bootstrap]
confidence = 0.95             # two-sided, of the mean ΔJaccard
resamples = 2000
seed = 0

# Limits by precision:
"""
_ENGINES = """\
# The same keys by class of engine. Of the precision's limit and the class's, the looser holds.
# npu computes float files in half precision; docs/engines.md says of which class each engine is.
"""
_COLUMNS = {
    "fp32": Tolerance.ROUNDING,
    "fp16": Tolerance.HALF,
    "8 bits": Tolerance.EIGHT_BITS,
    "pal4": Tolerance.FOUR_BITS,
}
"""Of the table in docs/gate.md."""


def template() -> str:
    """Return the text of a new gate.toml, in which every default stands."""
    budgets = "".join(f"# {key} = {limit.example}\n" for key, limit in BUDGETS.items())
    meanings = "".join(f"# {key}: {limit.meaning}\n" for key, limit in LIMITS.items())
    tables = [*map(_toml_table, Precision), _ENGINES, *map(_engine_table, EngineClass)]
    return _HEAD + budgets + _BOOTSTRAP + meanings + "\n".join(tables)


def limits_table() -> str:
    """Return the Markdown table of every check: what it measures, its limits, what it catches."""
    columns = " | ".join((*_COLUMNS, "npu"))
    head = f"| check | {columns} | catches |\n|{'---|' * (len(_COLUMNS) + 3)}\n"
    return head + "".join(map(_row, CHECKS))


def _toml_table(precision: Precision) -> str:
    values = default_limits(precision).items()
    return f"[limits.{precision}]\n" + "".join(f"{key} = {value}\n" for key, value in values)


def _engine_table(kind: EngineClass) -> str:
    values = engine_limits(kind).items()
    return f"[engines.{kind}]\n" + "".join(f"{key} = {value}\n" for key, value in values)


def _row(check: AnyCheck) -> str:
    name = f"`{check.name}`{f' ({check.symbol})' if check.symbol else ''}"
    limits = [
        default_limits(next(p for p in Precision if p.tolerance is of)) for of in _COLUMNS.values()
    ]
    cells = (
        name,
        *(_limit(check, of) for of in (*limits, engine_limits(EngineClass.NPU))),
        check.catches,
    )
    return f"| {' | '.join(cells)} |\n"


def _limit(check: AnyCheck, limits: Mapping[str, float]) -> str:
    if isinstance(check.limit, BudgetLimit):
        return "–"
    return f"{check.limit_of(limits, {}):g}".replace("-", "−")

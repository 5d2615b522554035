"""The checks of the gate, one a file.

A file here holds its `CHECK`, and nothing else has to be told of it: the files of this folder are
the list. So a check is added by one file; the order in reports is the number inside it, since the
alphabet says nothing about what a reader should see first. The limits of gate.toml, its template,
the table of docs/gate.md and the names in docs/report.schema.json follow.
"""

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.gate.spec import AnyCheck, BudgetLimit, ToleranceLimit

CHECKS: tuple[AnyCheck, ...] = tuple(
    sorted(
        (import_module(f"{__name__}.{file.name}").CHECK for file in pkgutil.iter_modules(__path__)),
        key=lambda check: check.order,
    )
)
"""Every check, in the order of reports."""
LIMITS: Mapping[str, ToleranceLimit] = {
    check.limit.key: check.limit for check in CHECKS if isinstance(check.limit, ToleranceLimit)
}
"""The keys of `[limits.<precision>]`; two checks may share one."""
BUDGETS: Mapping[str, BudgetLimit] = {
    check.limit.key: check.limit for check in CHECKS if isinstance(check.limit, BudgetLimit)
}
"""The keys of `[budgets]` that are limits."""


def default_limits(precision: Precision) -> dict[str, float]:
    """Return the limits of a precision by key, as they hold without a gate.toml."""
    return {key: limit.default(precision) for key, limit in LIMITS.items()}


def engine_limits(kind: EngineClass) -> dict[str, float]:
    """Return the limits that an engine's class needs, whatever the file's precision.

    A neural processor computes float files in half precision, in steps of its own.
    """
    if kind is not EngineClass.NPU:
        return {}
    return {key: limit.half if limit.npu is None else limit.npu for key, limit in LIMITS.items()}

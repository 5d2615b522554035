"""One folder a target: what its file is, how it is inspected, which engines run it."""

import types
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError, choices
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.spec import TargetSpec

NAMES = (
    "onnx",
    "tflite",
    "coreml",
    "coreai",
    "executorch",
)
"""One line a target: the folder here whose `TARGET` says what it is."""
TARGETS: Mapping[str, TargetSpec] = types.MappingProxyType(
    {name: import_module(f"{__name__}.{name}").TARGET for name in NAMES}
)


def target_of(model: Path) -> TargetSpec:
    """Return the target whose artifacts hold their model under this file's name."""
    return next(spec for spec in TARGETS.values() if spec.file == model.name)


def jobs_named(target: str, precision: str | None) -> dict[str, list[Precision]]:
    """Return the wanted precisions by target; with `all`, the legal ones.

    Optional targets whose extra is missing are none of `all`; see `left_out`.

    Raises:
        InputError: an unknown name, or a precision that no wanted target has.
    """
    if target not in (*TARGETS, "all"):
        raise InputError(f"There is no --target '{target}'. {choices(target, (*TARGETS, 'all'))}")
    if precision not in (*Precision, "all", None):
        known = choices(precision, (*Precision, "all"))
        raise InputError(f"There is no --precision '{precision}'. {known}")
    there = [spec for spec in TARGETS.values() if spec.missing is None]
    wanted = there if target == "all" else [TARGETS[target]]
    if precision is None:
        return {spec.name: [spec.default] for spec in wanted}
    if precision == "all":
        return {spec.name: list(spec.precisions) for spec in wanted}
    jobs = {spec.name: [Precision(precision)] for spec in wanted if precision in spec.precisions}
    if not jobs:
        raise InputError(
            f"{target} cannot be {precision}. It can be {', '.join(wanted[0].precisions)}."
        )
    return jobs


def left_out(target: str) -> dict[str, str]:
    """Return what `all` goes without on this machine: the reason by target."""
    wanted = TARGETS.values() if target == "all" else ()
    return {spec.name: reason for spec in wanted if (reason := spec.missing)}

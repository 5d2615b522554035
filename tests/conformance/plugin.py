"""Lets coremltools' own operation tests run through our executor, where there is no Mac.

What it replaces is only what needs Core ML: the answer to "is this macOS", and `MLModel.predict`,
which saves the package, loads it from disk with our reader and executes it. coremltools builds the
programs, knows the expected outputs and compares: `run_compare_builder` and `compare_backend` stay
untouched.

executed   predict ran and the test passed
refused    the program holds an operation of `signatures.REFUSED`: expected to fail, and counted
failed     anything else that raised; a mismatch is never tolerated
idle       the test passed without predicting (type inference only); it counts for nothing
"""

import json
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter import (
    Colour,
    Feature,
    execute,
    load_package,
)
from skinseg_mobile.runtime_py.targets.coreml.interpreter.signatures import REFUSED

LEFT_OUT = ("test_ios17_invalid_indices",)
"""Their outcome is what Core ML happens to do where its documentation says undefined."""
OTHER_FILES = ("test_random.py", "test_recurrent.py", "test_states.py")


class Conformance:
    """One session's count."""

    def __init__(self, per_test: int, report: Path) -> None:
        self.per_test, self.report = per_test, report
        self.kinds: list[str] = []
        """Operations executed by the running test."""
        self.executed: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.failed: list[str] = []

    def predict(self, model: Any, data: dict[str, Any]) -> dict[str, Any]:
        """Stand in for `MLModel.predict`."""
        kinds = operations(model.get_spec())
        refused = sorted(kinds & set(REFUSED))
        if refused:
            self.refused.update(refused[:1])
            pytest.xfail(f"refused: {refused[0]} ({REFUSED[refused[0]]})")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.mlpackage"
            model.save(str(path))
            program = load_package(path)
        feeds = {f.name: as_array(data[f.name], f) for f in program.inputs}
        try:
            found = execute(program, feeds)
        except InputError as error:  # what Core ML says, and some tests expect
            raise RuntimeError("Unable to compute the prediction using ML Program") from error
        self.kinds += [op.kind for op in program.ops] + list(program.compressed)
        return found

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out recurrent nets, random numbers and states unread."""
        return True if collection_path.name in OTHER_FILES else None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the float32 items; of each group at most `per_test`, evenly spread."""
        groups: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in items:
            if is_float32(item) and not item.nodeid.split("[")[0].endswith(LEFT_OUT):
                groups[group_of(item)].append(item)
        items[:] = [kept for group in groups.values() for kept in spread(group, self.per_test)]

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.kinds = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
            self.outcomes["executed" if self.kinds else "idle"] += 1
            self.executed.update(set(self.kinds))
        elif report.failed:
            self.outcomes["failed"] += 1
            self.failed.append(report.nodeid)
        elif report.skipped:
            ours = getattr(report, "wasxfail", "").removeprefix("reason: ").startswith("refused")
            self.outcomes["refused" if ours else "skipped"] += 1

    def pytest_sessionfinish(self) -> None:
        self.report.write_text(
            json.dumps(
                {
                    "outcomes": dict(sorted(self.outcomes.items())),
                    "executed": dict(sorted(self.executed.items())),
                    "refused": dict(sorted(self.refused.items())),
                    "failed": self.failed,
                },
                indent=1,
            )
            + "\n"
        )


def operations(spec: Any) -> set[str]:
    """Return the operations of every block of coremltools' own parse."""
    found: set[str] = set()
    blocks = [
        b for f in spec.mlProgram.functions.values() for b in f.block_specializations.values()
    ]
    while blocks:
        for operation in blocks.pop().operations:
            found.add(operation.type)
            blocks += list(operation.blocks)
    return found


PILLOW_MODES = {
    Colour.RGB: "RGB",
    Colour.BGR: "RGB",
    Colour.GRAY: "L",
    Colour.GRAY_FLOAT16: "F",
}


def as_array(value: Any, feature: Feature) -> np.ndarray[Any, Any]:
    """Return what Core ML would make of `value`: a Pillow image becomes NCHW, 0 to 255."""
    if feature.colour is None:
        return np.asarray(value)
    plane = np.asarray(value.convert(PILLOW_MODES[feature.colour]))
    return np.atleast_3d(plane).transpose(2, 0, 1)[None]


def is_float32(item: pytest.Item) -> bool:
    """Whether an item converts to an ML Program of float32, with no float16 values in it.

    Against float16 expectations the suite keeps its float32 tolerance, which no rounding can meet.
    """
    parameters: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    if any("float16" in repr(p) or "fp16" in repr(p) for p in parameters.values()):
        return False
    backend = parameters.get("backend")
    if isinstance(backend, tuple):
        return backend[:2] == ("mlprogram", "fp32")
    return getattr(backend, "precision", None) == "fp32"


def group_of(item: pytest.Item) -> str:
    """Return the test function; where its `mode` chooses the operation, the two together."""
    parameters: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    return f"{item.nodeid.partition('[')[0]} {parameters.get('mode', '')}"


def spread(group: list[pytest.Item], count: int) -> list[pytest.Item]:
    """Return `count` items, evenly spread; 0 keeps all."""
    if not count or len(group) <= count:
        return group
    return [group[at * len(group) // count] for at in range(count)]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--conformance-report", default="conformance.json")
    parser.addoption("--conformance-per-test", type=int, default=0)


def pytest_configure(config: pytest.Config) -> None:
    report, per_test = (
        config.getoption("conformance_report"),
        config.getoption("conformance_per_test"),
    )
    session = Conformance(int(str(per_test)), Path(str(report)))
    config.pluginmanager.register(session, "conformance-session")
    pretend_macos(pytest.MonkeyPatch(), session)


def pretend_macos(patch: pytest.MonkeyPatch, session: Conformance) -> None:
    """Replace the platform's answers and `predict`, for the life of the process."""
    from coremltools import _deps
    from coremltools.models import MLModel, utils

    patch.setattr(_deps, "_IS_MACOS", True)
    patch.setattr(utils, "_macos_version", lambda: (15, 2))
    from coremltools.converters.mil import testing_utils

    patch.setattr(testing_utils, "_IS_MACOS", True)

    def predict(model: Any, data: dict[str, Any], state: object = None) -> dict[str, Any]:
        return session.predict(model, data)

    patch.setattr(MLModel, "predict", predict)

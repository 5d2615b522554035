"""`pytest --skinseg-gate gate.toml`: each check of each artefact and engine is a test of its own.

The first of them runs the whole gate, in processes; the others read their part. A check that was
not run is skipped with its reason, and fails where gate.toml asked for it by name.
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.gate.config import GateConfig
    from skinseg_mobile.runtime_py.gate.judge import GateReport
    from skinseg_mobile.runtime_py.gate.run import Gate, Job

MARK = "skinseg_gate"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("skinseg-mobile").addoption(
        "--skinseg-gate", metavar="FILE", help="run the release gate that this gate.toml describes"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark, so that `-m skinseg_gate` runs nothing else."""
    config.addinivalue_line("markers", f"{MARK}: a check of the release gate")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the gate's checks to what was collected; nothing runs yet."""
    file = config.getoption("--skinseg-gate")
    if file:
        collector = GateFile.from_parent(session, path=Path(file).resolve())
        items.extend(collector.collect())


class GateFile(pytest.File):
    """A gate.toml as a collection of checks."""

    @cached_property
    def settings(self) -> "GateConfig":
        """What the file says."""
        from skinseg_mobile.runtime_py.errors import SkinsegError
        from skinseg_mobile.runtime_py.gate.config import read_config

        try:
            return read_config(self.path)
        except SkinsegError as error:
            raise pytest.UsageError(str(error)) from error

    @cached_property
    def gate(self) -> "Gate":
        """The gate, run once."""
        from skinseg_cli.prove.references import cases_of
        from skinseg_mobile.runtime_py.gate.run import run_gate

        return run_gate(self.settings, cases_of(self.settings))

    def collect(self) -> Iterator["GateCheck"]:
        """Yield a test for every artefact, engine and check."""
        from skinseg_mobile.runtime_py.errors import SkinsegError
        from skinseg_mobile.runtime_py.gate.judge import names_of
        from skinseg_mobile.runtime_py.gate.run import jobs_of

        try:
            jobs = jobs_of(self.settings.run)
        except SkinsegError as error:
            raise pytest.UsageError(str(error)) from error
        for number, job in enumerate(jobs):
            for check in names_of(self.settings):
                name = f"{job.artefact.name}[{job.engine}]::{check}"
                yield GateCheck.from_parent(self, name=name, number=number, job=job, check=check)


class GateCheck(pytest.Item):
    """One check of one artefact on one engine."""

    def __init__(self, *, number: int, job: "Job", check: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number, self.job, self.check = number, job, check
        self.add_marker(MARK)

    def runtest(self) -> None:
        """Fail or skip with the check's own sentence."""
        from skinseg_mobile.runtime_py.gate.verdict import Verdict

        assert isinstance(self.parent, GateFile)
        report = self.parent.gate.checked[self.number].report
        verdict, sentence, required = self._found(report)
        if verdict is Verdict.FAILED or (verdict is Verdict.NOT_RUN and required):
            raise BrokenCheck(sentence)
        if verdict is Verdict.NOT_RUN:
            pytest.skip(sentence)

    def _found(self, report: "GateReport") -> tuple[Any, str, bool]:
        if not report.checks:
            return report.verdict, "; ".join(report.reasons), self.job.required
        check = report.check(self.check)
        return check.verdict, check.sentence, check.required

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the sentence, not where in this file it was raised."""
        from skinseg_mobile.runtime_py.errors import SkinsegError

        if isinstance(excinfo.value, BrokenCheck | SkinsegError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Say where the check comes from."""
        return self.path, None, self.name


class BrokenCheck(Exception):
    """A check failed; the message is its sentence."""

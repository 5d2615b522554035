"""`pytest --skinseg-gate gate.toml`: each check of each artefact and engine is a test of its own.

The gate runs once, in processes, before the first of them. A check that was not run is skipped
with its reason, and fails where gate.toml asked for it. The last test is the verdict of the whole
gate: it passes where `skinseg-mobile gate` exits 0, and no `-k`, `-m` or `--deselect` removes it.
"""

from collections.abc import Generator, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.gate.config import GateConfig
    from skinseg_mobile.runtime_py.gate.report import GateReport
    from skinseg_mobile.runtime_py.gate.run import Gate, Job

MARK = "skinseg_gate"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("skinseg-mobile").addoption(
        "--skinseg-gate", metavar="FILE", help="run the release gate that this gate.toml describes"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark, so that `-m skinseg_gate` runs nothing else, and refuse a bad gate.toml.

    Here, and not in the collection: pytest-xdist shows a refusal there as an internal error.
    """
    config.addinivalue_line("markers", f"{MARK}: a check of the release gate")
    file = config.getoption("--skinseg-gate")
    if file is not None:
        _read(Path(file))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> Generator[None]:
    """Add the gate's checks to what was collected, and behind all selection its verdict."""
    file = config.getoption("--skinseg-gate")
    if file is None:
        return (yield)
    collector = GateFile.from_parent(session, path=Path(file).resolve())
    items.extend(collector.collect())
    yield
    items.append(GateVerdict.from_parent(collector, name="verdict"))
    return None


def _read(path: Path) -> "tuple[GateConfig, list[Job]]":
    from skinseg_mobile.runtime_py.errors import SkinsegError
    from skinseg_mobile.runtime_py.gate.config import read_config
    from skinseg_mobile.runtime_py.gate.run import jobs_of

    try:
        settings = read_config(path)
        return settings, jobs_of(settings.run)
    except SkinsegError as error:
        raise pytest.UsageError(str(error)) from error


class GateFile(pytest.File):
    """A gate.toml as a collection of checks."""

    @cached_property
    def gate(self) -> "Gate":
        """The gate, run once."""
        from skinseg_cli.prove.references import cases_of
        from skinseg_mobile.runtime_py.gate.config import read_config
        from skinseg_mobile.runtime_py.gate.run import run_gate

        settings = read_config(self.path)
        return run_gate(settings, cases_of(settings))

    def setup(self) -> None:
        """Run the gate before its first check; where it cannot run, each check is an error."""
        from skinseg_mobile.runtime_py.errors import SkinsegError

        try:
            _ = self.gate
        except SkinsegError as error:
            pytest.fail(str(error), pytrace=False)

    def collect(self) -> Iterator["GateCheck"]:
        """Yield a test for every artefact, engine and check."""
        from skinseg_mobile.runtime_py.gate.report import names_of

        settings, jobs = _read(self.path)
        for number, job in enumerate(jobs):
            for check in names_of(settings):
                name = f"{job.artefact.name}[{job.engine}]::{check}"
                yield GateCheck.from_parent(self, name=name, number=number, job=job, check=check)


class GateItem(pytest.Item):
    """A test of the gate; what it says is one sentence, without a traceback."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.add_marker(MARK)

    @property
    def gate(self) -> "Gate":
        """What the file's gate found."""
        assert isinstance(self.parent, GateFile)
        return self.parent.gate

    def reportinfo(self) -> tuple[Path, None, str]:
        """Say where the test comes from."""
        return self.path, None, self.name


class GateCheck(GateItem):
    """One check of one artefact on one engine."""

    def __init__(self, *, number: int, job: "Job", check: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number, self.job, self.check = number, job, check

    def runtest(self) -> None:
        """Fail or skip with the check's own sentence."""
        from skinseg_mobile.runtime_py.gate.verdict import Verdict

        verdict, sentence, required = self._found(self.gate.checked[self.number].report)
        if verdict is Verdict.FAILED or (verdict is Verdict.NOT_RUN and required):
            pytest.fail(sentence, pytrace=False)
        if verdict is Verdict.NOT_RUN:
            pytest.skip(sentence)

    def _found(self, report: "GateReport") -> tuple[Any, str, bool]:
        if not report.checks:
            return report.verdict, "; ".join(report.reasons), self.job.required
        check = report.check(self.check)
        return check.verdict, check.sentence, check.required


class GateVerdict(GateItem):
    """The whole gate, whichever of its checks were selected."""

    def runtest(self) -> None:
        """Fail where `skinseg-mobile gate` would not exit 0."""
        from skinseg_mobile.runtime_py.gate.verdict import Verdict

        if self.gate.verdict is not Verdict.PASSED:
            reports = [item.report for item in self.gate.checked]
            reasons = dict.fromkeys(reason for report in reports for reason in report.reasons)
            pytest.fail(f"the gate: {self.gate.verdict}. {'; '.join(reasons)}", pytrace=False)

"""A slice of `python -m tests.kills.trial`: each command is disturbed once."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.kills.trial import CASES, archives, run

pytestmark = pytest.mark.skipif(
    not Path("/proc").is_dir(), reason="not run: needs Linux to see what lives on"
)


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    with archives() as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_disturbed_run_loses_nothing_and_leaves_nothing(
    name: str, address: str, tmp_path: Path
) -> None:
    number = list(CASES).index(name)
    assert run(name, [number], tmp_path, address) == []

"""Every command of the README's tour runs; `benchmarks.tour --write` wrote its output there."""

from pathlib import Path

import pytest

from benchmarks.tour import README, commands, run

TOUR = commands(README.read_text())


def test_the_readme_names_the_two_commands_and_a_tour_of_three() -> None:
    text = README.read_text()
    assert "make demo" in text
    assert "make test" in text
    assert len(TOUR) == 3


@pytest.mark.slow
def test_the_tour_runs_in_an_empty_folder(tmp_path: Path) -> None:
    for command in TOUR:
        assert run(command, tmp_path).strip(), command

"""The tables of docs/engines.md are what the results say."""

import json
from pathlib import Path
from typing import Any

from benchmarks.engines_page import PAGE, RESULTS, write_page


def test_the_tables_are_written_from_the_results(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text())
    assert write_page(page, RESULTS) == PAGE.read_text(), "run python -m benchmarks.engines_page"
    assert all(f"<!-- {mark} -->\n| file |" in page.read_text() for mark in RESULTS)


def test_a_file_that_did_not_run_has_no_figures(tmp_path: Path) -> None:
    found: dict[str, Any] = json.loads(RESULTS["golden"][0].read_text())
    row = {
        **dict.fromkeys(found["results"]["rows"][0]),
        **{"file": "a", "engine": "b", "verdict": "not run", "operations": "Use another."},
    }
    found["results"]["rows"] = [row]
    results, page = tmp_path / "results.json", tmp_path / "page.md"
    results.write_text(json.dumps(found))
    page.write_text("Before\n<!-- golden -->\nold\n<!-- /golden -->\nAfter\n")
    lines = write_page(page, {"golden": (results, results)}).splitlines()
    assert lines.count("| a | – | `b` | not run | – | – | – | – |") == 2, "of each run"
    assert (lines[0], lines[-1]) == ("Before", "After")
    assert "old" not in lines

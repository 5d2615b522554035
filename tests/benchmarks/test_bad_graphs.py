"""The page of known-bad graphs is what its results say."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import bad_graphs_page
from benchmarks.bad_graphs_page import NO_NUMBER, PAGE, RESULTS, write_page


def test_the_page_is_written_from_the_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bad_graphs_page, "PAGE", tmp_path / "page.md")
    assert write_page(RESULTS) == PAGE.read_text(), "run python -m benchmarks.bad_graphs_page"


def test_a_wrong_result_is_bold_and_a_refusal_has_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bad_graphs_page, "PAGE", tmp_path / "page.md")
    found: dict[str, Any] = json.loads(RESULTS.read_text())
    cells = {
        "a": {"gap": 0.5, "refused": "", "left": ""},
        "b": {"gap": 0.001, "refused": "", "left": "Round 2"},
        "c": {"gap": None, "refused": "converter: no such thing", "left": ""},
        "d": {"gap": NO_NUMBER, "refused": "", "left": ""},
    }
    graph = {**found["results"]["graphs"][0], "name": "one", "limit": 0.02, "cells": cells}
    found["results"] = {"engines": list(cells), "graphs": [graph]}
    (tmp_path / "results.json").write_text(json.dumps(found))
    page = write_page(tmp_path / "results.json")
    assert "| one | **0.5** | 0.001, part | refused | **NaN** |" in page
    assert "| one | `c` | converter: no such thing |" in page
    assert "| one | `b` | left: Round 2 |" in page

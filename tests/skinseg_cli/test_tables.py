"""What people see and what programs read."""

import io
import json
import sys

import pytest

from skinseg_cli.tables import print_json, print_scores, print_table
from skinseg_mobile.runtime_py.metrics.overlap import confusion, score
from tests.dark import disc
from tests.refused import Run


def test_json_is_one_object_without_ascii_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "Größe", "value": 0.5, "list": (1, 2)})
    out = capsys.readouterr().out
    assert "Größe" in out
    assert json.loads(out) == {"name": "Größe", "value": 0.5, "list": [1, 2]}


def test_json_where_stdout_is_a_string(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    print_json("Größe")
    assert sys.stdout.getvalue() == '"Größe"\n'  # type: ignore[attr-defined]


def test_a_usage_error_beside_json_keeps_no_stream(run: Run) -> None:
    before = sys.stdout
    assert run("sensitivity", "--json")[0] == 2
    assert run("gate", "run", "--json")[0] == 2
    assert sys.stdout is before
    assert run("--version")[1].startswith("skinseg-mobile")


def test_json_has_no_number_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"value": 1.0})
    assert json.loads(capsys.readouterr().out) == {"value": 1.0}


def test_a_title_may_be_wider_than_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    title = "lean-isic2017 (tflite int8) against lean-isic2017 (checkpoint)"
    print_table(("stage", "#dB"), [("head", "40.4")], title)
    assert title in capsys.readouterr().out.splitlines()


def test_a_name_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("file", "#bytes"), [("[red].jpg", "7"), ("a", "1234")], "files [bold]")
    out = capsys.readouterr().out
    assert "[red].jpg" in out
    assert "files [bold]" in out
    first, second = [line for line in out.splitlines() if "7" in line or "1234" in line]
    assert first.rstrip(" │").rfind("7") == second.rstrip(" │").rfind("4"), "numbers end together"


def test_scores_have_a_row_for_each_group(capsys: pytest.CaptureFixture[str]) -> None:
    masks = [disc(number)[1] for number in range(4)]
    scores = score([confusion(m, m) for m in masks], [{"type": str(n % 2)} for n in range(4)])
    print_scores("a net", scores)
    out = capsys.readouterr().out
    assert next(line for line in out.splitlines() if "type = 1" in line).count("1.0000") >= 4
    assert "type = 0" in out
    assert "a net" in out

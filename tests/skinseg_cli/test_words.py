"""Words that are refused before any is read: empty ones, and two values where one is taken."""

from pathlib import Path
from typing import Any

import pytest
import typer

from skinseg_cli.main import app
from skinseg_cli.words import require_filled, require_once
from tests.refused import Refused


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("parity", "dark", "--reference", ""), "--reference"),
        (("parity", "dark", "--reference="), "--reference"),
        (("evaluate", "dark", "--data", "discs", "--split", ""), "--split"),
        (("verify", "dark", "--key", ""), "--key"),
        (("parity", ""), "parity"),
        (("keygen", ""), "keygen"),
        (("",), "skinseg-mobile"),
    ],
)
@pytest.mark.usefixtures("dark", "discs")
def test_a_variable_that_is_not_set(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Any, name: str
) -> None:
    """`parity dark --reference "$CHECKPOINT"` was passed by the file's own golden images."""
    monkeypatch.chdir(tmp_path)
    assert f"What follows {name} is empty. Give a value" in refused(*words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("parity dark --engine litert --engine auto", "--engine litert and --engine auto"),
        ("parity dark --engine=auto --json --engine x86", "--engine auto and --engine x86"),
        ("export dark --target tflite --target coreml", "--target tflite and --target coreml"),
        ("data synth new --count 3 --count 4", "--count 3 and --count 4"),
        ("compress quantize dark --equalize --no-equalize", "--equalize and --no-equalize"),
    ],
)
@pytest.mark.usefixtures("dark")
def test_two_values_of_one(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    """`parity dark --engine a --engine b` asked b alone."""
    monkeypatch.chdir(tmp_path)
    assert f"There are {said}, and one is taken" in refused(*words.split())
    assert not Path("new").exists()


@pytest.mark.parametrize(
    "line",
    [
        "parity dark --engine auto --engine auto --json --json",
        "parity --engine auto -- --engine",
        "train --set epochs=2 --set seed=1",
        "data synth --out --out --count 3",
    ],
)
def test_what_is_taken(line: str) -> None:
    """The same value, words behind two dashes, an option for many values, a name like an option."""
    words = line.split()
    require_filled(words)
    require_once(typer.main.get_command(app), words)

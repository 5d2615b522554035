"""Progress goes to stderr where somebody looks, and numbers are written for people."""

import io
import re
import sys

import pytest

from skinseg_cli.own_process import safe_streams
from skinseg_mobile.runtime_py.numbers import four, number, signed
from skinseg_mobile.runtime_py.progress import bar, track


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_every_item_comes_once_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track("abc", "reading")) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_the_bar_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    assert list(track("ab", "reading")) == ["a", "b"]
    assert "reading" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_what_is_printed_under_a_bar_has_no_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with bar():
        print("a\x1b]0;title\x07 name \x9b", file=sys.stderr)
    assert "name \\u009b" in terminal.getvalue()
    assert not {"\x1b]", "\x07", "\x9b"} & set(re.findall(r"\x1b.|[^\n]", terminal.getvalue()))


def test_a_bar_under_another_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with safe_streams(), bar() as outer:
        outer.add_task("outer", total=1, note="")
        assert list(track("ab", "inner")) == ["a", "b"]
    assert "\x1b[2K" in terminal.getvalue()
    assert "\\u001b" not in terminal.getvalue()


def test_a_hidden_bar_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with bar(shown=False) as progress:
        progress.advance(progress.add_task("reading", total=1, note=""))
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (12345.0, "12,345"), (0.00012, "0.00012"), (1 / 3, "0.3333"), (0.0, "0"),
     (float("nan"), "not a number"), (float("inf"), "not a number")],
)  # fmt: skip
def test_numbers_have_four_decimals_at_most(value: float, text: str) -> None:
    assert number(value) == text


def test_four_decimals_and_a_sign() -> None:
    assert (four(0.98765), four(None)) == ("0.9877", "–")
    assert (signed(0.5), signed(-0.00001), signed(-0.25), signed(None)) == (
        "+0.5000", "+0.0000", "-0.2500", "–",
    )  # fmt: skip

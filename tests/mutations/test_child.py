"""The judge of mutations sees what it is there to see: it has a twin for each thing it reports."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.errors import InputError
from tests.mutations.cases import Case
from tests.mutations.child import outcome


def raises(_: random.Random, __: Path) -> None:
    raise ZeroDivisionError("by zero")


def refuses(_: random.Random, __: Path) -> None:
    raise InputError("a rule must hold, it does not; mend it")


def refuses_in_two_lines(_: random.Random, __: Path) -> None:
    raise InputError("a rule\nmust hold")


def returns(_: random.Random, __: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (returns, "result"),
        (refuses, "refused"),
        (refuses_in_two_lines, "no sentence"),
        (raises, "raised ZeroDivisionError"),
    ],
)
def test_outcomes(case: Case, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert outcome(case, 0, []).startswith(words)


GUARDED = """
import os, pickle, sys
from pathlib import Path
from tests.mutations.child import guard
seen = []
guard(Path.cwd(), seen)
exec(sys.argv[1])
print(seen)
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("open('inside', 'w').close()", "[]"),
        ("open('../outside', 'w').close()", "opened ../outside"),
        ("os.open('../outside', os.O_CREAT | os.O_WRONLY)", "opened ../outside"),
        ("open('/etc/passwd').close()", "opened /etc/passwd"),
        ("pickle.loads(pickle.dumps(os.path.join))", "unpickled posixpath.join"),
    ],
)
def test_the_guard(code: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [sys.executable, "-B", "-c", GUARDED, code],
        cwd=tmp_path / "here",
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert words in done.stdout

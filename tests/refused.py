"""What every refusal must be: exit code 2, one sentence on stderr, nothing written."""

import hashlib
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]


def tree(root: Path) -> dict[str, str]:
    """Every path below a folder, hidden ones too, with a hash of its content."""
    return {
        str(path.relative_to(root)): hashlib.sha256(
            path.read_bytes() if path.is_file() else b""
        ).hexdigest()
        for path in root.rglob("*")
    }


def refusal(run: Run, root: Path, *arguments: object) -> str:
    """Run a command that must be refused and return the sentence."""
    before = tree(root)
    code, out, err = run(*arguments)
    assert (code, out) == (2, ""), (code, out, err)
    assert err.startswith("Error: ")
    assert err.count("\n") == 1, err
    assert err.endswith("\n")
    assert "Traceback" not in err
    assert tree(root) == before
    return err.strip()

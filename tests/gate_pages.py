"""`python -m tests.gate_pages` writes every check into the table of docs/gate.md and the schema."""

import re
from pathlib import Path

from skinseg_mobile.runtime_py.device.check import DEVICE_RULES
from skinseg_mobile.runtime_py.gate.checks import CHECKS
from skinseg_mobile.runtime_py.gate.template import limits_table

DOCS = Path(__file__).parents[1] / "docs"
PAGE, SCHEMA = DOCS / "gate.md", DOCS / "report.schema.json"
TABLE = re.compile(r"^\| check \|.*?(?=^$)", re.MULTILINE | re.DOTALL)
NAMES = re.compile(r'(?<="name": \{ "enum": \[)[^\]]*')


def page() -> str:
    """Return docs/gate.md with the table that the checks give."""
    return TABLE.sub(lambda _: limits_table(), PAGE.read_text())


def schema() -> str:
    """Return docs/report.schema.json with the names of all checks, in their order."""
    names = ", ".join(f'"{rule.name}"' for rule in (*CHECKS, *DEVICE_RULES))
    return NAMES.sub(lambda _: names, SCHEMA.read_text())


if __name__ == "__main__":
    PAGE.write_text(page())
    SCHEMA.write_text(schema())

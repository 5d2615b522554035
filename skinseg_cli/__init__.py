"""The command line: every command, option and table; the only place with typer in it.

main            the program: errors become a sentence and an exit code
look train compress export prove execute
                the panels of `--help`; each command parses, calls one function, prints
tables          what people see; `--json` prints the same numbers for programs
options panels  what several commands share
pytest_plugin   `pytest --skinseg-gate gate.toml`
"""

from skinseg_cli.main import main as main

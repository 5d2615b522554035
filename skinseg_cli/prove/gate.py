"""`skinseg-mobile gate …`: check every artefact on every engine by the team's gate.toml."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

GATE = Path("gate.toml")
EXAMPLE = "Example: skinseg-mobile gate gate.toml --out gate-report"


class RunUnlessNamed(TyperGroup):
    """Takes `gate gate.toml` as `gate run gate.toml`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `run` before arguments that name no command."""
        named = bool(args) and args[0] in (*self.commands, "--help")
        return super().parse_args(ctx, args if named else ["run", *args])


app = typer.Typer(
    cls=RunUnlessNamed,
    help="Check all artefacts on all engines by a gate.toml; write reports for CI.",
    epilog=EXAMPLE,
)


@app.command(epilog=EXAMPLE)
def run(
    file: Annotated[Path, typer.Argument(help="gate.toml: limits, budgets and artefacts.")] = GATE,
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for report.json, junit.xml, summary.md, report.html."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Run the gate; exit 0 passed, 1 failed, 2 bad input, 3 a required check was not run."""
    from skinseg_cli.prove.references import cases_of
    from skinseg_cli.tables import print_gate, print_json
    from skinseg_mobile.runtime_py.gate.config import read_config
    from skinseg_mobile.runtime_py.gate.reports.folder import report_of, write_report
    from skinseg_mobile.runtime_py.gate.run import run_gate
    from skinseg_mobile.runtime_py.gate.verdict import EXIT_CODES
    from skinseg_mobile.runtime_py.storage.atomic import require_absent

    if out:
        require_absent(out)
    config = read_config(file)
    gate = run_gate(config, cases_of(config))
    reports = [item.report for item in gate.checked]
    if json:
        print_json(report_of(reports, gate.verdict))
    else:
        print_gate(reports, gate.verdict)
    if out:
        write_report(out, gate.checked, gate.verdict)
        if not json:
            print(f"Look at {out / 'report.html'}")
    raise typer.Exit(EXIT_CODES[gate.verdict])


@app.command(epilog="Example: skinseg-mobile gate init")
def init(
    file: Annotated[Path, typer.Argument(help="New gate.toml.")] = GATE,
) -> None:
    """Write a commented gate.toml with every default."""
    from skinseg_mobile.runtime_py.gate.template import template
    from skinseg_mobile.runtime_py.storage.atomic import require_absent, write_file

    require_absent(file)
    write_file(file, template())
    print(f"wrote {file}")

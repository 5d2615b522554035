"""`skinseg-mobile gate …`: check every artefact on every engine by the team's gate.toml."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from skinseg_cli.options import Json, ShardOption
from skinseg_mobile.runtime_py.errors import InputError

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.gate.run import Gate

GATE = Path("gate.toml")
EXAMPLE = "Example: skinseg-mobile gate gate.toml --out gate-report"
Reports = Annotated[
    Path | None,
    typer.Option(help="New folder for report.json, junit.xml, summary.md, report.html."),
]


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
    out: Reports = None,
    shard: ShardOption = None,
    json: Json = False,
) -> None:
    """Run the gate; exit 0 passed, 1 failed, 2 bad input, 3 a required check was not run.

    With --shard, --out is a folder for `gate merge`; a part has no verdict, so exit 0 says that it
    was written.
    """
    from skinseg_cli.prove.references import cases_and_content_of, cases_of
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.gate.config import read_config
    from skinseg_mobile.runtime_py.gate.run import run_gate
    from skinseg_mobile.runtime_py.gate.shards import write_shard
    from skinseg_mobile.runtime_py.storage.atomic import require_absent

    if out:
        require_absent(out)
    elif shard:
        raise InputError(f"--shard {shard} needs --out. Name a new folder for `gate merge`.")
    config = read_config(file)
    if not (shard and out):
        _finish(run_gate(config, cases_of(config)), out, json=json)
    write_shard(config, *cases_and_content_of(config), shard, out)
    if json:
        return print_json({"shard": str(shard), "out": out})
    print(f"Shard {shard} is in {out}. `skinseg-mobile gate merge` judges all {shard.of} together.")


@app.command(epilog="Example: skinseg-mobile gate merge shard-1 shard-2 --out gate-report")
def merge(
    shards: Annotated[list[Path], typer.Argument(help="Folders that `gate --shard` wrote: all N.")],
    out: Reports = None,
    json: Json = False,
) -> None:
    """Judge all shards together; reports and exit codes are those of one run."""
    from skinseg_mobile.runtime_py.gate.shards import merge_shards
    from skinseg_mobile.runtime_py.storage.atomic import require_absent

    if out:
        require_absent(out)
    _finish(merge_shards(shards), out, json=json)


def _finish(gate: "Gate", out: Path | None, *, json: bool) -> NoReturn:
    """Print a verdict, write the reports and exit."""
    from skinseg_cli.tables import print_gate, print_json
    from skinseg_mobile.runtime_py.gate.reports.folder import report_of, write_report
    from skinseg_mobile.runtime_py.gate.verdict import EXIT_CODES

    reports = [item.report for item in gate.checked]
    if not json:  # first: where the disk is full the verdict is printed all the same
        print_gate(reports, gate.verdict)
    if out:
        write_report(out, gate.checked, gate.verdict)
    if json:  # last: a program finds no verdict where something failed
        print_json(report_of(reports, gate.verdict))
    elif out:
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

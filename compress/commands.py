"""`skinseg-mobile compress …`: checkpoint in, smaller or sturdier checkpoint out."""

from typing import TYPE_CHECKING

import typer

from skinseg_mobile.compress.auto import commands as auto_commands
from skinseg_mobile.compress.distil import commands as distil_commands
from skinseg_mobile.compress.prune import commands as prune_commands
from skinseg_mobile.compress.quantize import commands as quantize_commands

if TYPE_CHECKING:
    from skinseg_mobile.compress.auto.search import Export


def compress_app(export: "Export") -> typer.Typer:
    """Return the commands; those that measure exported files get the exporter as a callable."""
    app = typer.Typer(
        help="Checkpoint in, smaller checkpoint out.",
        epilog=quantize_commands.EPILOG,
        no_args_is_help=True,
    )
    app.add_typer(distil_commands.app)
    app.add_typer(prune_commands.app)
    app.command("quantize", epilog=quantize_commands.EPILOG)(
        quantize_commands.quantize_command(export)
    )
    app.command(epilog=quantize_commands.EPILOG_OF_RANK)(quantize_commands.rank_operations)
    app.command("auto", epilog=auto_commands.EPILOG)(auto_commands.auto_command(export))
    return app

"""`skinseg-mobile compress …`: checkpoint in, smaller or sturdier checkpoint out."""

import typer

from skinseg_mobile.compress.distil import commands as distil_commands
from skinseg_mobile.compress.prune import commands as prune_commands
from skinseg_mobile.compress.quantize import commands as quantize_commands

app = typer.Typer(
    help="Checkpoint in, smaller checkpoint out.",
    epilog=quantize_commands.EPILOG,
    no_args_is_help=True,
)
app.add_typer(distil_commands.app)
app.add_typer(prune_commands.app)
app.command(epilog=quantize_commands.EPILOG)(quantize_commands.quantize)

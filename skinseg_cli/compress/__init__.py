"""`skinseg-mobile compress …`: checkpoint in, smaller or sturdier checkpoint out."""

import typer

from skinseg_cli.compress import auto, distil, prune, quantize

app = typer.Typer(
    help="Checkpoint in, smaller checkpoint out.",
    epilog=quantize.EPILOG,
    no_args_is_help=True,
)
for group in (distil, prune, quantize, auto):
    app.add_typer(group.app)

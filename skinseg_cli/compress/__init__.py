"""`skinseg-mobile compress …`: checkpoint in, new checkpoint out."""

import typer

from skinseg_cli.compress import auto, distil, prune, quantize

app = typer.Typer(
    help="Make a net smaller, faster or fit for 8 bits: read a checkpoint, write a new one.",
    epilog=quantize.EPILOG,
    no_args_is_help=True,
)
for group in (distil, prune, quantize, auto):
    app.add_typer(group.app)

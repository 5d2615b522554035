"""`skinseg-mobile compress …`: checkpoint in, smaller or sturdier checkpoint out."""

import typer

from skinseg_cli import compress_auto, compress_distil, compress_prune, compress_quantize

app = typer.Typer(
    help="Checkpoint in, smaller checkpoint out.",
    epilog=compress_quantize.EPILOG,
    no_args_is_help=True,
)
for group in (compress_distil, compress_prune, compress_quantize, compress_auto):
    app.add_typer(group.app)

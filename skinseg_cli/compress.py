"""`skinseg-mobile compress …`: checkpoint in, new checkpoint out."""

import typer

from skinseg_cli import compress_auto, compress_distil, compress_prune, compress_quantize

app = typer.Typer(
    help="Make a net smaller, faster or fit for 8 bits: read a checkpoint, write a new one.",
    epilog=compress_quantize.EPILOG,
    no_args_is_help=True,
)
for group in (compress_distil, compress_prune, compress_quantize, compress_auto):
    app.add_typer(group.app)

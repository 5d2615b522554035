"""`skinseg-mobile adopt …`: a net from elsewhere becomes a checkpoint."""

import typer

from skinseg_cli.adopt import module

app = typer.Typer(
    help="Take a net that was trained elsewhere into the toolkit.",
    epilog=module.EPILOG,
    no_args_is_help=True,
)
for group in (module,):
    app.add_typer(group.app)

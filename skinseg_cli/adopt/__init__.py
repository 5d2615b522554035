"""`skinseg-mobile adopt …`: what came from elsewhere becomes an artefact or a checkpoint."""

import typer

from skinseg_cli.adopt import file, module

app = typer.Typer(
    help="Take over a model that came from elsewhere.", epilog=file.EPILOG, no_args_is_help=True
)
for group in (file, module):
    app.add_typer(group.app)

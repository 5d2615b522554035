"""`skinseg-mobile adopt …`: what came from elsewhere becomes an artefact or a checkpoint."""

import typer

from skinseg_cli.adopt import file

app = typer.Typer(
    help="Take over a model that came from elsewhere.",
    epilog="Example: skinseg-mobile adopt file theirs.tflite --name theirs --out artefacts/theirs",
    no_args_is_help=True,
)
app.add_typer(file.app)


@app.callback()
def adopt() -> None:
    """Take over a model that came from elsewhere."""

"""`skinseg-mobile serve`: the web app with your artefacts, on this machine only."""

from typing import Annotated

import typer

from skinseg_cli.panels import LOOK
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET

app = typer.Typer()


@app.command(
    rich_help_panel=LOOK,
    epilog="Example: skinseg-mobile serve artefacts/lean-isic2017-tflite-int8 --open",
)
def serve(
    artefacts: Annotated[
        list[str] | None,
        typer.Argument(
            help=f"TFLite or ONNX artefact folders or packaged names [default: {DEFAULT_NET}]."
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.")] = 8000,
    isolation: Annotated[
        bool,
        typer.Option(
            help="Send the headers that threads need; without them the app uses one thread."
        ),
    ] = True,
    open_: Annotated[bool, typer.Option("--open", help="Open the browser.")] = False,
) -> None:
    """Run the web app in your browser; your images never leave it."""
    from skinseg_cli.look.site_server import site_server

    with site_server(artefacts or [DEFAULT_NET], port=port, isolated=isolation) as server:
        print(f"The app runs at {server.url} until Ctrl-C ends it.", flush=True)
        if open_:
            typer.launch(server.url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()

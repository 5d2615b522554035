"""`skinseg-mobile arm64 …`: the emulated phone processors behind `--engine arm64:…`."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Set up emulated ARM64 processors for `--engine arm64:cortex-a76` and others.",
    epilog="Example: skinseg-mobile arm64 setup",
    no_args_is_help=True,
)


@app.callback()
def _group() -> None:
    """Keep `setup` a command of its own."""


@app.command(epilog="Example: skinseg-mobile arm64 setup")
def setup(
    prefix: Annotated[
        Path | None,
        typer.Option(help="Folder to fill [default: $SKINSEG_ARM64, or one in your cache]."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Download an emulator, an ARM64 Python and ARM64 wheels; needs Debian, no root."""
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.engines.arm64.place import CPUS, VARIABLE, default_place
    from skinseg_mobile.runtime_py.engines.arm64.setup import set_up

    place = (prefix or default_place()).absolute()
    found = set_up(place)
    if json:
        return print_json(found)
    print(f"ready: --engine {', '.join(f'arm64:{cpu}' for cpu in CPUS)}")
    if place != default_place().absolute():
        print(f"engines find it by: export {VARIABLE}={place}")

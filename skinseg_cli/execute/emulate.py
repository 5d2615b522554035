"""`skinseg-mobile emulate …`: the processors behind `--engine arm64:…` and `--engine x86:…`."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Install emulated processors for `--engine arm64:cortex-a76`, `x86:haswell` and others.",
    epilog="Example: skinseg-mobile emulate setup",
    no_args_is_help=True,
)


@app.callback()
def _group() -> None:
    """Keep `setup` a command of its own."""


@app.command(epilog="Example: skinseg-mobile emulate setup")
def setup(
    prefix: Annotated[
        Path | None,
        typer.Option(help="Folder to install into [default: $SKINSEG_ARM64, else your cache]."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Download emulators, an ARM64 Python and ARM64 wheels; needs Debian, not root."""
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.engines.emulated.place import CPUS, VARIABLE, default_place
    from skinseg_mobile.runtime_py.engines.emulated.setup import set_up, x86_cpus

    place = (prefix or default_place()).absolute()
    found = set_up(place)
    if json:
        return print_json(found)
    engines = [*(f"arm64:{cpu}" for cpu in CPUS), *(f"x86:{cpu}" for cpu in x86_cpus())]
    print(f"ready: --engine {', '.join(engines)}")
    if place != default_place().absolute():
        print(f"To use this folder: export {VARIABLE}={place}")

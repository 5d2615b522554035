"""Options that are the same in every command that has them."""

from typing import Annotated

import typer

Engine = Annotated[
    str, typer.Option(help="auto, or an engine that `doctor` lists: litert, arm64:cortex-a76, …")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

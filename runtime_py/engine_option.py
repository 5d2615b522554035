"""The option `--engine`, the same in every command that has it."""

from typing import Annotated

import typer

Engine = Annotated[
    str, typer.Option(help="auto or a name that `doctor` lists, as litert or arm64:cortex-a76.")
]

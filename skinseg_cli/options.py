"""Options that are the same in every command that has them."""

from typing import Annotated

import typer

from skinseg_cli.own_process import leave_stdout_to_json
from skinseg_mobile.runtime_py.data.shard import Shard, shard_named

Engine = Annotated[
    str,
    typer.Option(help="auto, or one of `skinseg-mobile engines`: litert, arm64:cortex-a76, …"),
]
ShardOption = Annotated[
    Shard | None,
    typer.Option(
        "--shard",
        parser=shard_named,
        metavar="K/N",
        help="Take the images K, K+N, K+2N … in order of ids: the share of one of N machines.",
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print JSON instead of tables.", callback=leave_stdout_to_json),
]

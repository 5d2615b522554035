"""`skinseg-mobile compress …`: checkpoint in, smaller or sturdier checkpoint out."""

from pathlib import Path
from typing import Annotated

import typer

from skinseg_mobile.compress.distil import commands as distil_commands
from skinseg_mobile.compress.prune import commands as prune_commands

app = typer.Typer(
    help="Checkpoint in, smaller checkpoint out.",
    epilog="Example: skinseg-mobile compress quantize runs/student --data DATA --out runs/q",
    no_args_is_help=True,
)
Out = Annotated[Path, typer.Option(help="New folder to write; it must not exist.")]


@app.command(
    epilog="Example: skinseg-mobile compress quantize runs/student --data DATA --out runs/q"
)
def quantize(
    checkpoint: Annotated[str, typer.Argument(help="Checkpoint folder or packaged name.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; its train rows are learnt from.")],
    out: Out,
    epochs: Annotated[int, typer.Option(help="Passes over train.")] = 3,
    learning_rate: Annotated[float, typer.Option(help="Peak of the cosine schedule.")] = 1e-4,
    seed: Annotated[int, typer.Option(help="Seed of order and augmentation.")] = 0,
) -> None:
    """Fine-tune a float net until it survives 8 bits; write it with its activation ranges."""
    from skinseg_mobile.runtime_py.dataset import read_dataset
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.compress.quantize import QuantizeConfig
    from skinseg_mobile.compress.quantize import quantize as run
    from skinseg_mobile.train.find import find_checkpoint

    config = QuantizeConfig(epochs=epochs, learning_rate=learning_rate, seed=seed)
    found = run(find_checkpoint(checkpoint), read_dataset(data), config, out, print)
    metrics = found.record.metrics
    print(
        f"wrote {out}: dev Jaccard {metrics['tuned_dev_jaccard']:.4f},"
        f" with 8 bits simulated {metrics['tuned_dev_jaccard_rounded']:.4f}"
    )


app.add_typer(distil_commands.app)
app.add_typer(prune_commands.app)

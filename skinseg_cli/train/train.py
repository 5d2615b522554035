"""`skinseg-mobile train` and `nets`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from skinseg_cli.options import Json
from skinseg_cli.panels import TRAIN
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task

EXAMPLE = (
    "skinseg-mobile data synth data/synthetic --count 200 && "
    "skinseg-mobile train --preset lean --data data/synthetic --out runs/first --epochs 5"
)
EPILOG = "Example: skinseg-mobile train --preset lean --data data/isic2017 --out runs/student"

app = typer.Typer()


@app.command(rich_help_panel=TRAIN, epilog=EPILOG)
def train(
    preset: Annotated[str, typer.Option(help="Named recipe; a wrong name lists all.")] = "lean",
    data: Annotated[Path | None, typer.Option(help="Dataset folder; required.")] = None,
    out: Annotated[Path, typer.Option(help="Run folder; an unfinished run continues.")] = Path(
        "runs/student"
    ),
    task: Annotated[Task, typer.Option(help="What the masks mark.")] = Task.LESION,
    init: Annotated[
        str | None,
        typer.Option(
            help="Initial weights: checkpoint of the same net or of any adopted net, or VGG16 file"
            " [default: random]."
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs [default: the preset's].")] = None,
    batch: Annotated[
        int | None, typer.Option(help="Images per step [default: the preset's].")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Peak learning rate [default: the preset's].")
    ] = None,
    pixels: Annotated[
        int | None,
        typer.Option(
            help="Train hypercolumns on this many random pixels per image [default: the preset's]."
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Seed of weights, sample order, augmentation and pixels [default: the preset's]."
        ),
    ] = None,
    imagenet: Annotated[
        bool | None,
        typer.Option(help="Start the backbone from ImageNet weights [default: the preset's]."),
    ] = None,
    bf16: Annotated[
        bool | None,
        typer.Option(
            help="Use bfloat16 autocast, for GPUs and CPUs that compute in it [default: the"
            " preset's]."
        ),
    ] = None,
    compile: Annotated[
        bool | None, typer.Option(help="Use torch.compile, for long runs [default: the preset's].")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Other setting, such as loss=jaccard; a wrong name lists all."),
    ] = None,
) -> None:
    """Train a net; a stopped run continues when run again and ends with the same weights."""
    if data is None:
        raise InputError(f"training needs --data. A complete example: {EXAMPLE}")
    given: dict[str, Any] = {
        "epochs": epochs, "batch": batch, "learning_rate": learning_rate, "pixels": pixels,
        "seed": seed, "bf16": bf16, "compile": compile,
        "imagenet": False if init and imagenet is None else imagenet,
    }  # fmt: skip
    from skinseg_cli.dataset import open_dataset
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.train import loop
    from skinseg_mobile.train.config import with_settings
    from skinseg_mobile.train.initial_weights import on_adopted
    from skinseg_mobile.train.presets import preset as named
    from skinseg_mobile.train.trainer import is_main_process

    config = with_settings(on_adopted(named(preset), init), settings or (), given)
    found = loop.train(
        config,
        open_dataset(data, config.validation_share),
        out,
        task=task,
        init=init,
        on_epoch=lambda line: print(line.sentence),
    )
    best = found.record.metrics
    if is_main_process():
        print(f"wrote {out}: dev Jaccard {best['best_jaccard']:.4f} at epoch {best['best_epoch']}")


@app.command(rich_help_panel=TRAIN, epilog="Example: skinseg-mobile nets --json")
def nets(json: Json = False) -> None:
    """List every net with its parameters and multiply-adds."""
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.train.nets.count import all_nets
    from skinseg_mobile.train.nets.family import height_and_width

    found = all_nets()
    if json:
        return print_json(found)
    columns = ("name", "#parameters", "#multiply-adds", "#naive", "#input", "source")
    rows = [
        (
            n.name,
            f"{n.parameters:,}",
            f"{n.multiply_adds / 1e9:,.2f} G",
            f"{n.multiply_adds_naive / 1e9:,.2f} G",
            "×".join(map(str, height_and_width(n.input_size))),
            n.source,
        )
        for n in found
    ]
    print_table(columns, rows)

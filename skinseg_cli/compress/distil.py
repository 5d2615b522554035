"""`skinseg-mobile compress distil` and `soft-masks`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from skinseg_mobile.runtime_py.errors import InputError

app = typer.Typer()
EXAMPLE = (
    "Example: skinseg-mobile compress distil runs/pruned --teacher runs/a --teacher runs/b"
    " --data DATA --out runs/student"
)
DATA = "Dataset folder: train rows train, dev rows choose the epoch."


@app.command(epilog=EXAMPLE)
def distil(
    student: Annotated[
        str, typer.Argument(help="Checkpoint folder, packaged name, or preset for new weights.")
    ],
    data: Annotated[Path, typer.Option(help=DATA)],
    out: Annotated[Path, typer.Option(help="Run folder; an unfinished run continues.")],
    teacher: Annotated[
        list[str] | None,
        typer.Option(help="Checkpoint, or soft masks (a file or a folder); repeatable."),
    ] = None,
    control: Annotated[
        bool, typer.Option("--control", help="Train without a teacher, for comparison.")
    ] = False,
    unlabelled: Annotated[
        Path | None, typer.Option(help="Dataset folder without masks; only the teacher labels it.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs [default: 30].")] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(help="Peak learning rate [default: 0.0005; of a preset, its own]."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of sample order and augmentation [default: 0].")
    ] = None,
    labels: Annotated[float, typer.Option(help="Weight of the loss on ground truth.")] = 1.0,
    weight: Annotated[float, typer.Option(help="Weight of the distillation loss.")] = 1.0,
    temperature: Annotated[float, typer.Option(help="Temperature of both nets' logits.")] = 2.0,
    boundary: Annotated[float, typer.Option(help="Weight of the boundary loss.")] = 0.5,
    features: Annotated[float, typer.Option(help="Weight of the channel-wise loss.")] = 0.0,
    stage: Annotated[str, typer.Option(help="Stage whose features are compared.")] = "level_3",
    views: Annotated[int, typer.Option(help="Views to average a teacher over: 1 or 8.")] = 1,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Other training setting, such as batch=8; repeatable."),
    ] = None,
) -> None:
    """Train a student on ground truth and teachers; run it again to continue a stopped run."""
    if bool(teacher) == control:
        raise InputError(
            f"distil got {'both' if control else 'neither'} of --teacher and --control. Give"
            " --teacher, or --control to train without one."
        )
    given = {"epochs": epochs, "learning_rate": learning_rate, "seed": seed}
    from skinseg_cli.dataset import open_dataset
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.compress.distil import run
    from skinseg_mobile.compress.distil.config import DistilConfig
    from skinseg_mobile.compress.distil.teachers import find_teachers
    from skinseg_mobile.train.config import with_settings
    from skinseg_mobile.train.presets import PRESETS
    from skinseg_mobile.train.references.find import find_checkpoint

    start = None if student in PRESETS else find_checkpoint(student)
    config = with_settings(run.training_config(start or student), settings or (), given)
    terms: dict[str, Any] = {
        "labels": labels, "teacher": weight, "temperature": temperature, "boundary": boundary,
        "features": features, "stage": stage, "views": views,
    }  # fmt: skip
    found = run.distil(
        start,
        teachers=find_teachers(teacher or ()),
        data=open_dataset(data, config.validation_share),
        config=config,
        distillation=DistilConfig(**terms),
        out=out,
        unlabelled=open_dataset(unlabelled, dev_share=0) if unlabelled else None,
        on_epoch=lambda line: print(line.sentence),
    )
    best = found.record.metrics
    print(f"wrote {out}: dev Jaccard {best['best_jaccard']:.4f} at epoch {best['best_epoch']}")


@app.command(
    "soft-masks",
    epilog="Example: skinseg-mobile compress soft-masks runs/teacher --data DATA --out soft.npz",
)
def soft_masks(
    checkpoint: Annotated[str, typer.Argument(help="Checkpoint folder or packaged name.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; only train rows are read.")],
    out: Annotated[Path, typer.Option(help="New .npz file, for `distil --teacher`.")],
    unlabelled: Annotated[
        bool,
        typer.Option("--unlabelled", help="Keep no dev, for images that `distil` takes so."),
    ] = False,
    views: Annotated[
        int, typer.Option(help="Views (flips, quarter turns) to average over: 1 or 8.")
    ] = 8,
    bf16: Annotated[
        bool,
        typer.Option("--bf16", help="Compute in bfloat16, for GPUs and CPUs that compute in it."),
    ] = False,
) -> None:
    """Write a teacher's probabilities for train images."""
    from skinseg_cli.dataset import open_dataset
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.compress.distil.truth import teach
    from skinseg_mobile.train.references.find import find_checkpoint

    shown = open_dataset(data, dev_share=0 if unlabelled else None)
    found = teach(find_checkpoint(checkpoint), shown, out, views=views, bf16=bf16)
    print(f"wrote {out}: {len(found.ids)} soft masks")

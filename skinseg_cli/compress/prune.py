"""`skinseg-mobile compress prune` and `sensitivity`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skinseg_cli.options import Json
from skinseg_mobile.compress.prune.config import Criterion, PruneConfig, Ranking, prices_named
from skinseg_mobile.runtime_py.errors import InputError

if TYPE_CHECKING:
    from skinseg_mobile.compress.prune.prune import Recovery, Report
    from skinseg_mobile.runtime_py.data.dataset import Dataset

app = typer.Typer()
SHOWN = 8
"""Channel numbers that a table row lists."""
METRICS = {
    "parent_dev_jaccard": "Jaccard on dev, of the parent",
    "pruned_dev_jaccard": "Jaccard on dev, pruned",
    "best_jaccard": "Jaccard on dev, fine-tuned",
}
"""What a table calls the numbers of a pruning report."""
Net = Annotated[str, typer.Argument(help="Checkpoint folder or packaged name.")]
Data = Annotated[
    Path, typer.Option(help="Dataset folder: train rows measure importance, dev rows Jaccard.")
]


@app.command(
    epilog="Example: skinseg-mobile compress prune runs/student --data DATA --keep 0.5 --out runs/p"
)
def prune(
    checkpoint: Net,
    data: Data,
    out: Annotated[Path, typer.Option(help="New folder; finished steps are kept beside it.")],
    keep: Annotated[
        float | None, typer.Option(help="Budget: share of multiply-adds to keep, 0 to 1.")
    ] = None,
    parameters: Annotated[
        int | None, typer.Option(help="Budget: largest number of parameters.")
    ] = None,
    megabytes: Annotated[
        float | None, typer.Option(help="Budget: estimated size of the int8 TFLite file, MB.")
    ] = None,
    criterion: Annotated[
        Criterion, typer.Option(help="Importance: change of the loss, or size of the weights.")
    ] = Criterion.TAYLOR,
    ranking: Annotated[
        Ranking,
        typer.Option(help="Rank by importance per cost, or cut the same share of each layer."),
    ] = Ranking.GLOBAL,
    price: Annotated[
        list[str] | None,
        typer.Option(
            help="Cost of a multiply-add in named layers, such as blocks.1=3; repeatable."
        ),
    ] = None,
    steps: Annotated[int, typer.Option(help="Rounds of pruning and fine-tuning.")] = 1,
    measurements: Annotated[int, typer.Option(help="Measurements of importance per step.")] = 5,
    images: Annotated[int, typer.Option(help="Train images per measurement.")] = 128,
    epochs: Annotated[int, typer.Option(help="Fine-tuning epochs per step; 0 for none.")] = 0,
    teacher: Annotated[
        list[str] | None,
        typer.Option(
            help="Teacher for fine-tuning, as in `distil`; repeatable [default: CHECKPOINT]."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Remove the channels that matter least for their cost; write the narrower net.

    Give at least one budget: --keep, --parameters or --megabytes.
    """
    if epochs < 0:
        raise InputError(f"--epochs must be 0 or more, got {epochs}. Give 0 for no fine-tuning.")
    if teacher and not epochs:
        raise InputError("--teacher is only for fine-tuning, got 0 epochs. Add --epochs.")
    config = PruneConfig(
        keep=keep, parameters=parameters, megabytes=megabytes, criterion=criterion,
        ranking=ranking, prices=prices_named(price or ()), steps=steps,
        measurements=measurements, images=images,
    )  # fmt: skip
    from skinseg_cli.dataset import open_dataset
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    vendor("torch_pruning", "train")
    from skinseg_mobile.compress.prune.prune import prune as run
    from skinseg_mobile.compress.prune.prune import report
    from skinseg_mobile.train.references.find import find_checkpoint

    parent, dataset = find_checkpoint(checkpoint), open_dataset(data)
    recovery = _recovery(dataset, epochs, teacher or [checkpoint]) if epochs else None
    found = report(parent, run(parent, dataset, config, out, recovery=recovery), out)
    if json:
        print_json(found)
    else:
        _print_report(found)
        print(f"wrote {out}")


@app.command(
    epilog="Example: skinseg-mobile compress sensitivity runs/student --data DATA --out runs/curves"
)
def sensitivity(
    checkpoint: Net,
    data: Data,
    out: Annotated[Path, typer.Option(help="New folder for the curves, JSON and SVG.")],
    cut: Annotated[
        list[float] | None,
        typer.Option(help="Share of a stage's channels to cut; repeatable [default: ¼, ½, ¾]."),
    ] = None,
    criterion: Annotated[
        Criterion, typer.Option(help="Which channels to cut, as in `prune`.")
    ] = Criterion.TAYLOR,
    images: Annotated[int, typer.Option(help="Train images to measure on.")] = 128,
    json: Json = False,
) -> None:
    """Cut one stage at a time, without fine-tuning, and show the loss of Jaccard on dev."""
    config = PruneConfig(keep=1, criterion=criterion, images=images)
    from skinseg_cli.dataset import open_dataset
    from skinseg_cli.tables import four, print_json, print_table, signed
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    vendor("torch_pruning", "train")
    from skinseg_mobile.compress.prune.sensitivity import CUTS, PICTURE
    from skinseg_mobile.compress.prune.sensitivity import sensitivity as run
    from skinseg_mobile.train.references.find import find_checkpoint

    found = run(find_checkpoint(checkpoint), open_dataset(data), config, out, tuple(cut or CUTS))
    if json:
        return print_json(found)
    rows = [
        (p.stage, f"{p.cut:.0%}", f"{p.saved:.1%}", four(p.jaccard), signed(p.delta_jaccard))
        for p in found.points
    ]
    columns = ("stage cut alone", "#channels gone", "#multiply-adds saved", "#Jaccard", "#ΔJaccard")
    print_table(columns, rows, f"uncut: Jaccard {found.jaccard:.4f} on dev")
    print(f"wrote {out / PICTURE}")


def _recovery(data: "Dataset", epochs: int, teachers: list[str]) -> "Recovery":
    """Return fine-tuning by distillation."""
    from dataclasses import replace

    from skinseg_mobile.compress.distil.config import DistilConfig
    from skinseg_mobile.compress.distil.run import distil, training_config
    from skinseg_mobile.compress.distil.teachers import find_teachers
    from skinseg_mobile.compress.prune.prune import Recovery
    from skinseg_mobile.train.checkpoint import Checkpoint

    found = find_teachers(teachers)

    def run(pruned: Checkpoint, out: Path) -> Checkpoint:
        return distil(
            pruned,
            teachers=found,
            data=data,
            config=replace(training_config(pruned), epochs=epochs),
            distillation=DistilConfig(),
            out=out,
        )

    return Recovery(run, {"epochs": epochs, "teachers": found.recorded})


def _print_report(found: "Report") -> None:
    """Print tables for people."""
    from skinseg_cli.tables import print_table
    from skinseg_mobile.runtime_py.numbers import four

    before, after = found.before, found.after
    metrics = {name: four(value) for name, value in found.metrics.items() if "jaccard" in name}
    print_table(
        ("", "#before", "#after", "#kept"),
        [
            _cost_row("multiply-adds", before.multiply_adds, after.multiply_adds),
            _cost_row("parameters", before.parameters, after.parameters),
            *((METRICS.get(name, name), "", value, "") for name, value in metrics.items()),
        ],
    )
    print_table(
        ("width", "#before", "#after"),
        [(field, str(old), str(new)) for field, (old, new) in found.widths.items()],
    )
    idle = {"constant": found.constant, "not finite": found.not_finite}
    rows = [
        (layer, kind, str(len(numbers)), _listed(numbers))
        for kind, channels in idle.items()
        for layer, numbers in channels.items()
    ]
    if rows:
        print_table(("layer", "its channels are", "#count", "numbers"), rows)
    else:
        print("No channel was constant or not finite.")


def _cost_row(name: str, before: int, after: int) -> tuple[str, ...]:
    return (name, f"{before:,}", f"{after:,}", f"{after / before:.1%}")


def _listed(numbers: list[int]) -> str:
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return ", ".join(map(str, numbers[:SHOWN])) + more

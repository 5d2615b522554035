"""`skinseg-mobile compress prune`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skinseg_mobile.compress.prune.config import Criterion, PruneConfig, Ranking, prices_named
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.options import Json

if TYPE_CHECKING:
    from skinseg_mobile.compress.prune.prune import Recovery
    from skinseg_mobile.runtime_py.dataset import Dataset

app = typer.Typer()
Net = Annotated[str, typer.Argument(help="Checkpoint folder or packaged name.")]
Data = Annotated[
    Path, typer.Option(help="Dataset folder: importance is measured on train, Jaccard on dev.")
]


@app.command(
    epilog="Example: skinseg-mobile compress prune runs/student --data DATA --keep 0.5 --out runs/p"
)
def prune(
    checkpoint: Net,
    data: Data,
    out: Annotated[Path, typer.Option(help="New folder; finished steps beside it are kept.")],
    keep: Annotated[float | None, typer.Option(help="Share of multiply-adds to keep.")] = None,
    parameters: Annotated[int | None, typer.Option(help="Most parameters to keep.")] = None,
    megabytes: Annotated[
        float | None, typer.Option(help="Largest int8 TFLite file, about.")
    ] = None,
    criterion: Annotated[
        Criterion, typer.Option(help="Importance: change of the loss, or size of the weights.")
    ] = Criterion.TAYLOR,
    ranking: Annotated[
        Ranking, typer.Option(help="By importance per cost, or the same share of each layer.")
    ] = Ranking.GLOBAL,
    price: Annotated[
        list[str] | None,
        typer.Option(help="What a multiply-add of some layers costs, as blocks.1=3; repeat."),
    ] = None,
    steps: Annotated[int, typer.Option(help="Rounds of pruning and fine-tuning.")] = 1,
    measurements: Annotated[int, typer.Option(help="Measurements of importance a step.")] = 5,
    images: Annotated[int, typer.Option(help="Train photographs a measurement.")] = 128,
    epochs: Annotated[int, typer.Option(help="Epochs of fine-tuning a step; 0 is none.")] = 0,
    teacher: Annotated[
        list[str] | None,
        typer.Option(help="Whom fine-tuning learns from [default: CHECKPOINT]; see `distil`."),
    ] = None,
    json: Json = False,
) -> None:
    """Take out the channels that matter least for their cost; the net becomes narrower."""
    config = PruneConfig(
        keep=keep, parameters=parameters, megabytes=megabytes, criterion=criterion,
        ranking=ranking, steps=steps, measurements=measurements, images=images,
        prices=prices_named(price or ()),
    )  # fmt: skip
    from skinseg_mobile.runtime_py.dataset import read_dataset
    from skinseg_mobile.runtime_py.present import print_json
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    vendor("torch_pruning", "train")
    from skinseg_mobile.compress.prune.prune import prune as run
    from skinseg_mobile.compress.prune.report import print_report, report
    from skinseg_mobile.train.find import find_checkpoint

    parent, dataset = find_checkpoint(checkpoint), read_dataset(data)
    recovery = _recovery(dataset, epochs, teacher or [checkpoint])
    found = report(parent, run(parent, dataset, config, out, recovery=recovery), out)
    if json:
        print_json(found)
    else:
        print_report(found)
        print(f"wrote {out}")


def _recovery(data: "Dataset", epochs: int, teachers: list[str]) -> "Recovery | None":
    """Return the fine-tuning by distillation, None for no epochs."""
    if epochs < 0:
        raise InputError(f"epochs must be 0 or more, got {epochs}")
    if epochs == 0:
        return None
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
            task=pruned.record.task,
        )

    return Recovery(run, {"epochs": epochs, "teachers": found.recorded})

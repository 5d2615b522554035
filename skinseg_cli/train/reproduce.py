"""`skinseg-mobile reproduce`: the papers' tables, row by row, published figures beside our own."""

from pathlib import Path
from typing import Annotated

import typer

from skinseg_cli.options import Json
from skinseg_cli.panels import TRAIN
from skinseg_mobile.runtime_py.formats import Task

EPILOG = (
    "Example: skinseg-mobile reproduce paper-a --data data/isic2017 --out reproductions/paper-a"
)

app = typer.Typer()


@app.command(rich_help_panel=TRAIN, epilog=EPILOG)
def reproduce(
    paper: Annotated[str, typer.Argument(help="paper-a or paper-b.")],
    out: Annotated[Path, typer.Option(help="Folder for the rows; a stopped run continues.")],
    data: Annotated[
        Path | None, typer.Option(help="Target dataset; its test rows (else valid) are measured.")
    ] = None,
    task: Annotated[
        Task | None, typer.Option(help="What the target's masks mark [default: as in the paper].")
    ] = None,
    pretrain: Annotated[
        list[Path] | None, typer.Option(help="Dataset to pre-train on; repeatable.")
    ] = None,
    pretrain_task: Annotated[
        Task, typer.Option(help="What the pre-training masks mark.")
    ] = Task.SKIN,
    vgg: Annotated[
        Path | None, typer.Option(help="Local torchvision vgg16 file, for the ImageNet row.")
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(help="Row names, comma-separated; a wrong name lists all [default: all]."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Fewer epochs; the table states it.")
    ] = None,
    width: Annotated[
        int, typer.Option(min=1, help="Divide every width by this number; 8 runs on a CPU.")
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every row.")] = 0,
    bf16: Annotated[
        bool,
        typer.Option("--bf16", help="Use bfloat16 autocast, for GPUs and CPUs that compute in it."),
    ] = False,
    cpu: Annotated[
        bool, typer.Option("--cpu", help="Allow full width on a CPU: takes days.")
    ] = False,
    json: Json = False,
) -> None:
    """Train and measure a paper's rows; exit 1 if one failed, 3 if one was not run."""
    import sys
    from functools import partial

    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.train.reproduce.papers import paper_named, rows_named
    from skinseg_mobile.train.reproduce.plan import Plan
    from skinseg_mobile.train.reproduce.run import Status
    from skinseg_mobile.train.reproduce.run import reproduce as run
    from skinseg_mobile.train.reproduce.table import as_json, brief, table_of, write_tables

    found = paper_named(paper)
    plan = Plan(
        paper=found, rows=rows_named(found, rows), out=out, data=data, task=task or found.task,
        pretrain=tuple(pretrain or ()), pretrain_task=pretrain_task, vgg=vgg, epochs=epochs,
        width=width, seed=seed, bf16=bf16, cpu=cpu,
    )  # fmt: skip
    outcomes = run(
        plan, partial(write_tables, plan),
        lambda line: print(line, file=sys.stderr),  # a bar replaces stderr while it is shown
    )  # fmt: skip
    if json:
        print_json(as_json(plan, outcomes))
    else:
        table = table_of(plan, outcomes)
        print_table(*brief(table), table.title)
        print("\n".join(table.notes))
        print(f"wrote {out / 'table.md'}, table.json, table.html")
    asked = {outcomes[row.name].status for row in plan.rows}
    raise typer.Exit(1 if Status.FAILED in asked else 3 if Status.NOT_RUN in asked else 0)

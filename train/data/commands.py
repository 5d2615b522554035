"""`skinseg-mobile data …`: folders of photographs and masks, drawn, prepared, checked."""

from pathlib import Path
from typing import Annotated

import typer

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task

app = typer.Typer(
    help="Folders of photographs and masks: draw, prepare, check.",
    epilog="Example: skinseg-mobile data synth data/synthetic --count 200",
    no_args_is_help=True,
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.command("check", epilog="Example: skinseg-mobile data check my-photographs")
def check(folder: Path, json: Json = False) -> None:
    """Find unpaired, unreadable, empty, non-binary, mismatched, duplicate files; exit 1 if any."""
    from skinseg_mobile.runtime_py.present import print_json, print_table
    from skinseg_mobile.train.data.check import check as run

    findings = run(folder)
    if json:
        print_json(findings)
    elif findings:
        print_table(("problem", "what"), [(f.kind, f.sentence) for f in findings])
    else:
        print(f"{folder}: nothing wrong")
    raise typer.Exit(1 if findings else 0)


@app.command(
    "prepare", epilog="Example: skinseg-mobile data prepare isic2017 downloads/ data/isic2017"
)
def prepare(
    layout: Annotated[str, typer.Argument(help="Published layout: isic2017.")],
    source: Path,
    out: Path,
) -> None:
    """Turn a published download (folders or zips) into the one folder format."""
    from skinseg_mobile.train.data.prepare import prepare_isic2017

    if layout != "isic2017":
        raise InputError(f"the layout must be isic2017, got '{layout}'")
    prepared = prepare_isic2017(source, out)
    print(
        f"wrote {prepared.root}: "
        + ", ".join(f"{count} {split}" for split, count in prepared.counts.items())
    )
    if prepared.left_out:
        print(
            "left out of train, because valid or test hold the same image:"
            f" {', '.join(prepared.left_out)}"
        )


@app.command(
    "synth", epilog="Example: skinseg-mobile data synth data/synthetic --count 200 --task lesion"
)
def synth(
    out: Path,
    count: Annotated[int, typer.Option(min=1, help="How many photographs.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed draws the same scenes.")] = 0,
    task: Annotated[Task, typer.Option(help="lesion or skin.")] = Task.LESION,
    width: Annotated[int, typer.Option(min=16)] = 256,
    height: Annotated[int, typer.Option(min=16)] = 256,
) -> None:
    """Draw synthetic photographs with exact masks."""
    from skinseg_mobile.runtime_py.folders import made_parents
    from skinseg_mobile.runtime_py.progress import bar
    from skinseg_mobile.train.synth import write_set

    with made_parents(out), bar() as progress:
        row = progress.add_task("drawing", total=count, note="")
        write_set(out, count, seed, task, (height, width), lambda _: progress.advance(row))
    print(f"wrote {out}: {count} photographs")

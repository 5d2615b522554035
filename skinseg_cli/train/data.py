"""`skinseg-mobile data …`: folders of images and masks: draw, download, prepare, check."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from skinseg_cli.options import Json
from skinseg_mobile.runtime_py.errors import InputError

app = typer.Typer(
    help="Folders of images and masks: draw, download, prepare, check.",
    epilog="Example: skinseg-mobile data synth data/synthetic --count 200",
    no_args_is_help=True,
)


@app.command("check", epilog="Example: skinseg-mobile data check my-images")
def check(
    folder: Annotated[Path, typer.Argument(help="Dataset folder.")], json: Json = False
) -> None:
    """Find what is wrong with images, masks, splits and patients; exit 1 if anything is."""
    from skinseg_cli.tables import print_json, print_table
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
    "download", epilog="Example: skinseg-mobile data download isic2017 downloads --part training"
)
def download(
    name: Annotated[str, typer.Argument(help="Published set: isic2017.")],
    out: Annotated[Path, typer.Argument(help="Folder for the archives; archives in it are kept.")],
    part: Annotated[
        str, typer.Option(help="Parts, comma-separated: training, validation, test.")
    ] = "training,validation,test",
    json: Json = False,
) -> None:
    """Download the official archives; run it again to continue a stopped download."""
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.train.data.download import download_isic2017, parts_named

    if name != "isic2017":
        raise InputError(f"There is no download of '{name}'. Choose isic2017.")
    found = download_isic2017(out, parts_named(part))
    if json:
        return print_json(found)
    print_table(
        ("file", "#MB", "SHA-256"), [(d.name, f"{d.bytes / 1e6:.1f}", d.sha256) for d in found]
    )
    print(f"Next: skinseg-mobile data prepare isic2017 {out} data/isic2017")


@app.command(
    "prepare", epilog="Example: skinseg-mobile data prepare isic2017 downloads/ data/isic2017"
)
def prepare(
    layout: Annotated[
        str,
        typer.Argument(
            help="isic2017, isic2018, ham10000, ph2, lfw, lvs or hgr, as published; or clinical."
        ),
    ],
    source: Annotated[Path, typer.Argument(help="Downloaded folders or archives.")],
    out: Annotated[Path, typer.Argument(help="New dataset folder.")],
    train: Annotated[
        int | None,
        typer.Option(
            help="Number of train images, first in MD5 order [default: all; clinical 100]."
        ),
    ] = None,
    test: Annotated[
        int | None,
        typer.Option(
            help="Number of test images, next in that order, for clinical [default: 300]."
        ),
    ] = None,
) -> None:
    """Convert a published download (folders or archives) to a dataset folder."""
    from skinseg_mobile.train.data.layouts import prepare as run

    prepared = run(layout, source, out, train=train, test=test)
    print(
        f"wrote {prepared.root}: "
        + ", ".join(f"{count} {split}" for split, count in prepared.counts.items())
    )
    if prepared.left_out:
        print(
            "left out, because the same image or lesion is in another split:"
            f" {', '.join(prepared.left_out)}"
        )


@app.command(
    "synth", epilog="Example: skinseg-mobile data synth data/synthetic --count 200 --task lesion"
)
def synth(
    out: Annotated[Path, typer.Argument(help="New dataset folder.")],
    count: Annotated[int, typer.Option(min=1, help="Number of images.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed; the same seed draws the same scenes.")] = 0,
    task: Annotated[
        Literal["lesion", "skin"], typer.Option(help="What the masks mark.")
    ] = "lesion",
    width: Annotated[int, typer.Option(min=16, help="Width in pixels.")] = 256,
    height: Annotated[int, typer.Option(min=16, help="Height in pixels.")] = 256,
) -> None:
    """Draw synthetic images with exact masks."""
    from skinseg_mobile.runtime_py.progress import bar
    from skinseg_mobile.train.synth import write_set

    with bar() as progress:
        row = progress.add_task("drawing", total=count, note="")
        write_set(out, count, seed, task, (height, width), lambda _: progress.advance(row))
    print(f"wrote {out}: {count} images")

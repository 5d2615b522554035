"""`skinseg-mobile export` and `demo`."""

from pathlib import Path
from typing import Annotated

import typer

from skinseg_cli.options import Json
from skinseg_cli.panels import EXPORT, LOOK
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.targets import jobs_named, left_out

app = typer.Typer()
Out = Annotated[Path, typer.Option(help="New folder to write; it must not exist.")]


@app.command(
    rich_help_panel=EXPORT,
    epilog="Example: skinseg-mobile export lean-isic2017 --target all --precision all",
)
def export(
    checkpoint: Annotated[
        str, typer.Argument(help="Checkpoint folder or packaged name.")
    ] = DEFAULT_NET,
    target: Annotated[
        str,
        typer.Option(
            help="Target: onnx, tflite, coreml, coreai, executorch or all that is installed."
        ),
    ] = "all",
    precision: Annotated[
        str | None,
        typer.Option(
            help="fp32, fp16, int8, int8-io, w8, pal6, pal4 or all [default: int8; Core ML fp16]."
        ),
    ] = None,
    ios: Annotated[
        int | None,
        typer.Option(help="Oldest iOS that runs a Core ML file: 15 to 18 [default: 16; int8 17]."),
    ] = None,
    calibration: Annotated[
        Path | None, typer.Option(help="Dataset folder; its train rows measure int8 ranges.")
    ] = None,
    golden: Annotated[
        Path | None, typer.Option(help="Dataset folder for golden images [default: synthetic].")
    ] = None,
    taps: Annotated[
        bool, typer.Option("--taps", help="Add intermediate outputs, for `diff`.")
    ] = False,
    context: Annotated[
        list[str] | None,
        typer.Option(help="Compile ONNX files for an NPU, too: hexagon:8gen3, …; repeatable."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the new artefact folders.")] = Path(
        "artefacts"
    ),
    json: Json = False,
) -> None:
    """Write artefacts (model file, manifest, golden images) and run each once.

    A stopped export continues when run again.
    """
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.vendors import vendor

    jobs = jobs_named(target, precision)
    vendor("torch", "train")
    from functools import partial

    from skinseg_cli.compress.quantize import measured
    from skinseg_cli.dataset import open_dataset
    from skinseg_mobile.export.export import ExportOptions
    from skinseg_mobile.export.export import export as run
    from skinseg_mobile.train.references.find import find_checkpoint

    train_rows = open_dataset(calibration) if calibration else None
    measure = partial(measured, data=train_rows) if train_rows else None
    notes: list[str] = []
    options = ExportOptions(
        golden=golden, ios=ios, taps=taps, contexts=tuple(context or ()), calibrate=measure,
        leave_out=notes.append if precision == "all" else None,
    )  # fmt: skip
    written = run(find_checkpoint(checkpoint), jobs, out, options)
    if json:
        return print_json(written)
    rows = [
        (
            str(w.path),
            f"{w.manifest.model_bytes / 1e6:.2f}",
            "kept, as it lay there" if w.kept else w.engine or "not run here",
        )
        for w in written
    ]
    print_table(("artefact", "#MB", "ran once on"), rows)
    notes += [f"{name} was not run: {reason}" for name, reason in left_out(target).items()]
    for note in notes:
        print(note)


@app.command(rich_help_panel=LOOK, epilog="Example: skinseg-mobile demo --out demo")
def demo(
    data: Annotated[
        Path | None, typer.Option(help="Dataset folder [default: synthetic images].")
    ] = None,
    out: Out = Path("demo"),
    json: Json = False,
) -> None:
    """Export the packaged student three ways, check parity and write a page of results."""
    from skinseg_cli.tables import print_json, print_parity_rows
    from skinseg_mobile.runtime_py.gate.verdict import Verdict
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.export.demo import demo as run

    reports = run(DEFAULT_NET, data, out)
    if json:
        print_json(reports)
    else:
        print_parity_rows(reports)
        print(f"Look at {out / 'index.html'}")
        print("Try it on your own images: skinseg-mobile serve --open")
    raise typer.Exit(1 if any(report.verdict is Verdict.FAILED for report in reports) else 0)

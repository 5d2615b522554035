"""The command line: each command parses, calls one function, prints.

Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from skinseg_mobile.compress.commands import compress_app
from skinseg_mobile.runtime_py import coreml_commands, provenance_commands
from skinseg_mobile.runtime_py.arm64 import commands as arm64_commands
from skinseg_mobile.runtime_py.bench import commands as bench_commands
from skinseg_mobile.runtime_py.device import commands as device_commands
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, SkinsegError
from skinseg_mobile.runtime_py.formats import jobs_named
from skinseg_mobile.runtime_py.help_panels import EXECUTE, EXPORT, LOOK, PROVE, TRAIN
from skinseg_mobile.runtime_py.options import Json
from skinseg_mobile.runtime_py.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.serve import commands as serve_commands
from skinseg_mobile.train import commands as train_commands
from skinseg_mobile.train import (
    gate_commands,
    parity_commands,
    predict_commands,
    vectors_commands,
)
from skinseg_mobile.train.data import commands as data_commands
from skinseg_mobile.train.reproduce import commands as reproduce_commands

app = typer.Typer(
    help="Train a skin-segmentation net, export it for phones, prove the file is still the net.",
    epilog="Start with: skinseg-mobile demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
Out = Annotated[Path, typer.Option(help="New folder to write; it must not exist.")]


def main() -> None:
    """Run the command line; an error a user can mend is one sentence and an exit code."""
    os.environ.setdefault(
        "OMP_WAIT_POLICY", "PASSIVE"
    )  # torch's threads must not spin on shared machines
    try:
        app()
    except SkinsegError as error:
        print(
            f"{'Not run' if isinstance(error, NotRunError) else 'Error'}: {error}", file=sys.stderr
        )
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk, a lost drive: what no command can check beforehand
        name = error.filename or "a file"
        print(f"Error: {name} must be usable, it is not ({error.strerror})", file=sys.stderr)
        sys.exit(InputError.exit_code)


@app.command(rich_help_panel=LOOK, epilog="Example: skinseg-mobile doctor")
def doctor(json: Json = False) -> None:
    """List packages with their versions, every engine, and known bad combinations."""
    from skinseg_mobile.runtime_py.doctor import diagnose
    from skinseg_mobile.runtime_py.present import print_json, print_table

    found = diagnose()
    if json:
        return print_json(found)
    rows = [
        (p.role, p.package, p.version or f"not installed: pip install '{p.wanted}'")
        for p in found.packages
    ]
    print_table(("role", "package", "version"), rows)
    engines = [(e.name, " ".join(e.targets), e.reason or "ready") for e in found.engines]
    print_table(("engine", "runs", "on this machine"), engines)
    print(
        "\n".join(f"Warning: {sentence}" for sentence in found.warnings)
        or "No known bad combination."
    )


@app.command(rich_help_panel=TRAIN, epilog="Example: skinseg-mobile nets --json")
def nets(json: Json = False) -> None:
    """List every net with its size and cost."""
    from skinseg_mobile.runtime_py.present import print_json, print_table
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.train.nets.count import all_nets
    from skinseg_mobile.train.nets.spec import height_and_width

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


@app.command(
    rich_help_panel=EXPORT,
    epilog="Example: skinseg-mobile export lean-isic2017 --target all --precision all",
)
def export(
    checkpoint: Annotated[
        str, typer.Argument(help="Checkpoint folder or packaged name.")
    ] = DEFAULT_NET,
    target: Annotated[str, typer.Option(help="onnx, tflite, coreml or all.")] = "all",
    precision: Annotated[
        str | None,
        typer.Option(
            help="fp32, fp16, int8, int8-io, w8, pal6, pal4 or all [default: int8; Core ML fp16]."
        ),
    ] = None,
    ios: Annotated[
        int | None,
        typer.Option(help="Oldest iOS of a Core ML file: 15 to 18 [default: 16; int8 17]."),
    ] = None,
    calibration: Annotated[
        Path | None, typer.Option(help="Dataset whose train rows give int8 ranges.")
    ] = None,
    golden: Annotated[
        Path | None, typer.Option(help="Dataset for the golden images [default: synthetic].")
    ] = None,
    taps: Annotated[bool, typer.Option("--taps", help="Debug artefacts for `diff`.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for the new artefact folders.")] = Path(
        "artefacts"
    ),
    json: Json = False,
) -> None:
    """Write artefacts: model file, manifest, golden images; each is loaded and run once."""
    from skinseg_mobile.runtime_py.present import print_json, print_table
    from skinseg_mobile.runtime_py.vendors import vendor

    jobs = jobs_named(target, precision)
    vendor("torch", "train")
    from functools import partial

    from skinseg_mobile.compress.quantize.commands import measured
    from skinseg_mobile.export.artefact import ExportOptions
    from skinseg_mobile.export.artefact import export as run
    from skinseg_mobile.runtime_py.dataset import read_dataset
    from skinseg_mobile.train.find import find_checkpoint

    train_rows = read_dataset(calibration) if calibration else None
    measure = partial(measured, data=train_rows) if train_rows else None
    options = ExportOptions(golden=golden, ios=ios, taps=taps, calibrate=measure)
    written = run(find_checkpoint(checkpoint), jobs, out, options)
    if json:
        return print_json(written)
    rows = [
        (str(w.path), f"{w.manifest.model_bytes / 1e6:.2f}", w.engine or "not run here")
        for w in written
    ]
    print_table(("artefact", "#MB", "ran once on"), rows)


@app.command(rich_help_panel=LOOK, epilog="Example: skinseg-mobile demo --out demo")
def demo(
    data: Annotated[
        Path | None, typer.Option(help="Dataset [default: synthetic photographs].")
    ] = None,
    out: Out = Path("demo"),
    json: Json = False,
) -> None:
    """Export the packaged student three ways, prove parity of each, and show it on a page."""
    from skinseg_mobile.runtime_py.gate.check import Verdict
    from skinseg_mobile.runtime_py.present import print_json, print_parity_rows
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.export.demo import demo as run

    reports = run(DEFAULT_NET, data, out)
    if json:
        print_json(reports)
    else:
        print_parity_rows(reports)
        print(f"Look at {out / 'index.html'}")
        print("Try it on photographs of your own: skinseg-mobile serve --open")
    raise typer.Exit(1 if any(report.verdict is Verdict.FAILED for report in reports) else 0)


def _export(*arguments: Any) -> Any:
    """Pass on to the exporter: for commands of `compress`, which never imports it."""
    from skinseg_mobile.export.artefact import export as run

    return run(*arguments)


def _add_commands() -> None:
    """Add the commands that stand beside their code."""
    app.add_typer(predict_commands.app)
    app.add_typer(data_commands.app, name="data", rich_help_panel=TRAIN)
    train, reproduce = train_commands.train, reproduce_commands.reproduce
    app.command(rich_help_panel=TRAIN, epilog=train_commands.EPILOG)(train)
    app.command(rich_help_panel=TRAIN, epilog=reproduce_commands.EPILOG)(reproduce)
    app.add_typer(compress_app(_export), name="compress", rich_help_panel=EXPORT)
    app.add_typer(parity_commands.app)
    app.add_typer(gate_commands.app, name="gate", rich_help_panel=PROVE)
    app.add_typer(provenance_commands.app)
    app.add_typer(device_commands.app, name="device", rich_help_panel=PROVE)
    app.add_typer(vectors_commands.app)
    app.add_typer(bench_commands.app)
    app.add_typer(serve_commands.app)
    app.add_typer(coreml_commands.app, name="coreml", rich_help_panel=EXECUTE)
    app.add_typer(arm64_commands.app, name="arm64", rich_help_panel=EXECUTE)


_add_commands()

if __name__ == "__main__":
    main()

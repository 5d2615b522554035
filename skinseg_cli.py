"""The command line: each command parses, calls one function, prints.

Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from skinseg_mobile.compress import commands as compress_commands
from skinseg_mobile.runtime_py import coreml_commands, provenance_commands
from skinseg_mobile.runtime_py.arm64 import commands as arm64_commands
from skinseg_mobile.runtime_py.bench import commands as bench_commands
from skinseg_mobile.runtime_py.device import commands as device_commands
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, SkinsegError
from skinseg_mobile.runtime_py.formats import jobs_named
from skinseg_mobile.train import commands as train_commands
from skinseg_mobile.train import gate_commands
from skinseg_mobile.train.data import commands as data_commands
from skinseg_mobile.train.reproduce import commands as reproduce_commands

NET = "lean-isic2017"
app = typer.Typer(
    help="Train a skin-segmentation net, export it for phones, prove the file is still the net.",
    epilog="Start with: skinseg-mobile demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(data_commands.app, name="data")
app.add_typer(compress_commands.app, name="compress")
app.add_typer(coreml_commands.app, name="coreml")
app.add_typer(arm64_commands.app, name="arm64")
app.add_typer(provenance_commands.app)
app.add_typer(bench_commands.app)
app.add_typer(device_commands.app, name="device")
app.add_typer(gate_commands.app, name="gate")

ENGINE_HELP = "auto or a name that `doctor` lists, as litert or arm64:cortex-a76."
FINE_HELP = (
    "Hypercolumn checkpoints: the MLP only where the mask is undecided; agreement measured on"
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
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


@app.command(epilog="Example: skinseg-mobile nets --json")
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


@app.command(epilog="Example: skinseg-mobile doctor")
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


app.command(epilog=train_commands.EPILOG)(train_commands.train)
app.command(epilog=reproduce_commands.EPILOG)(reproduce_commands.reproduce)


@app.command(
    epilog="Example: skinseg-mobile evaluate runs/student --data data/isic2017 --split valid"
)
def evaluate(
    net: Annotated[str, typer.Argument(help="Checkpoint, artefact or packaged name.")],
    data: Annotated[Path, typer.Option(help="Dataset folder.")],
    split: Annotated[
        str | None, typer.Option(help="train, dev, valid or test [default: valid, else all].")
    ] = None,
    engine: Annotated[str, typer.Option(help=ENGINE_HELP)] = "auto",
    save_predictions: Annotated[
        Path | None, typer.Option(help="New .npz file for `parity --reference`.")
    ] = None,
    coarse_to_fine: Annotated[
        bool, typer.Option("--coarse-to-fine", help=f"{FINE_HELP} all photographs.")
    ] = False,
    json: Json = False,
) -> None:
    """Score a net against the masks of a dataset."""
    from skinseg_mobile.runtime_py.agreement import agreement
    from skinseg_mobile.runtime_py.dataset import read_dataset, select, split_named
    from skinseg_mobile.runtime_py.evaluate import evaluate as run
    from skinseg_mobile.runtime_py.folders import require_absent
    from skinseg_mobile.runtime_py.predictions import Predictions, write_predictions
    from skinseg_mobile.runtime_py.present import print_json, print_scores
    from skinseg_mobile.train.open_net import open_net

    if save_predictions:
        require_absent(save_predictions)
    segmenter, digest = open_net(net, engine, coarse_to_fine=coarse_to_fine)
    samples = select(read_dataset(data), split_named(split) if split else None)
    found = run(segmenter, samples)
    if save_predictions:
        write_predictions(
            Predictions(digest, segmenter.label, found.probabilities), save_predictions
        )
    agreed = None
    if coarse_to_fine:
        photos = {sample.id: sample.image for sample in samples}
        agreed = agreement(segmenter, open_net(net)[0], photos)
    if json:
        return print_json({**found.scores.as_dict(), **({"agreement": agreed} if agreed else {})})
    print_scores(f"{segmenter.label} on {data.name}, {segmenter.engine.name}", found.scores)
    if agreed:
        print(agreed.sentence)


@app.command(epilog="Example: skinseg-mobile predict photo.jpg --out predictions")
def predict(
    photos: list[Path],
    net: Annotated[str, typer.Option(help="Checkpoint, artefact or packaged name.")] = NET,
    out: Out = Path("predictions"),
    engine: Annotated[str, typer.Option(help=ENGINE_HELP)] = "auto",
    coarse_to_fine: Annotated[
        bool, typer.Option("--coarse-to-fine", help=f"{FINE_HELP} every tenth photograph.")
    ] = False,
    json: Json = False,
) -> None:
    """Write mask and overlay PNGs at each photograph's own size."""
    from skinseg_mobile.runtime_py.agreement import agreement
    from skinseg_mobile.runtime_py.predict import predict as run
    from skinseg_mobile.runtime_py.present import print_json, print_table
    from skinseg_mobile.train.open_net import open_net

    segmenter, _ = open_net(net, engine, coarse_to_fine=coarse_to_fine)
    found = run(segmenter, photos, out)
    agreed = None
    if coarse_to_fine:
        agreed = agreement(segmenter, open_net(net)[0], {str(p): p for p in photos[::10]})
    if json:
        return print_json({"predictions": found, "agreement": agreed} if agreed else found)
    rows = [(str(p.photo), f"{p.area:.1%}", p.mask.name, p.overlay.name) for p in found]
    title = f"{segmenter.label}, {segmenter.engine.name}; written to {out}"
    print_table(("photograph", "#area", "mask", "overlay"), rows, title)
    if agreed:
        print(agreed.sentence)


@app.command(epilog="Example: skinseg-mobile export lean-isic2017 --target all --precision all")
def export(
    checkpoint: Annotated[str, typer.Argument(help="Checkpoint folder or packaged name.")] = NET,
    target: Annotated[str, typer.Option(help="onnx, tflite, coreml or all.")] = "all",
    precision: Annotated[
        str | None,
        typer.Option(
            help="fp32, fp16, int8, int8-io, w8, pal6, pal4 or all [default: int8; Core ML fp16]."
        ),
    ] = None,
    ios: Annotated[int, typer.Option(help="Oldest iOS of a Core ML file: 15, 16, 17 or 18.")] = 16,
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

    from skinseg_mobile.compress.calibrate import calibrate
    from skinseg_mobile.export.artefact import ExportOptions
    from skinseg_mobile.export.artefact import export as run
    from skinseg_mobile.runtime_py.dataset import read_dataset
    from skinseg_mobile.train.find import find_checkpoint

    train_rows = read_dataset(calibration) if calibration else None
    measure = partial(calibrate, data=train_rows) if train_rows else None
    options = ExportOptions(golden=golden, ios=ios, taps=taps, calibrate=measure)
    written = run(find_checkpoint(checkpoint), jobs, out, options)
    if json:
        return print_json(written)
    rows = [
        (str(w.path), f"{w.manifest.model_bytes / 1e6:.2f}", w.engine or "not run here")
        for w in written
    ]
    print_table(("artefact", "#MB", "ran once on"), rows)


@app.command(epilog="Example: skinseg-mobile parity artefacts/lean-isic2017-tflite-int8")
def parity(
    artefact: Annotated[str, typer.Argument(help="Artefact folder or packaged name.")],
    data: Annotated[
        Path | None, typer.Option(help="Dataset [default: the golden images inside].")
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="train, dev, valid or test [default: valid, else all].")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="With --data: checkpoint, artefact or saved predictions to compare with."
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help=ENGINE_HELP)] = "auto",
    predictions: Annotated[
        Path | None, typer.Option(help="device-report.json: what a phone computed.")
    ] = None,
    gate: Annotated[
        Path | None, typer.Option(help="gate.toml with limits and budgets [default: built in].")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for report.json, junit.xml, summary.md, report.html."),
    ] = None,
    json: Json = False,
) -> None:
    """Judge an artefact against its checkpoint; exit 0 passed, 1 failed, 2 bad input, 3 not run."""
    from skinseg_mobile.runtime_py.check_artefact import Against, Checked, examine
    from skinseg_mobile.runtime_py.device.check import check_device_report
    from skinseg_mobile.runtime_py.folders import require_absent
    from skinseg_mobile.runtime_py.gate.check import EXIT_CODES
    from skinseg_mobile.runtime_py.gate.config import DEFAULT, read_config
    from skinseg_mobile.runtime_py.gate.report import write_report
    from skinseg_mobile.runtime_py.present import print_json, print_parity
    from skinseg_mobile.train.open_net import open_net

    if predictions and (data or split or reference or engine != "auto"):
        raise InputError("--predictions brings its own images and engine; leave the others out")
    if out:
        require_absent(out)
    config = read_config(gate) if gate else DEFAULT
    checked = (
        Checked(check_device_report(artefact, predictions, config))
        if predictions
        else examine(
            artefact,
            Against(data, split, reference),
            open_net=open_net,
            engine=engine,
            config=config,
            shown=12 if out else 0,
        )
    )
    report = checked.judgement
    if out:
        write_report(out, [checked], report.verdict)
    if json:
        print_json(report)
    else:
        print_parity(report)
    raise typer.Exit(EXIT_CODES[report.verdict])


@app.command(
    epilog="Example: skinseg-mobile diff artefacts/student-coreml-fp16-taps --against runs/student"
)
def diff(
    artefact: Annotated[str, typer.Argument(help="Artefact written by `export --taps`.")],
    against: Annotated[str, typer.Option(help="Checkpoint, packaged name or artefact with taps.")],
    json: Json = False,
) -> None:
    """Name the first stage at which an artefact leaves its checkpoint; exit 1 if there is one."""
    from skinseg_mobile.runtime_py.check_artefact import diff_artefact
    from skinseg_mobile.runtime_py.present import print_json, print_table
    from skinseg_mobile.train.open_net import open_net

    report = diff_artefact(artefact, against, open_net=open_net)
    if json:
        print_json(report)
    else:
        rows = [(s.stage, f"{s.snr_db:.1f}") for s in report.stages]
        print_table(("stage", "#SNR in dB"), rows, f"{report.artefact} against {report.reference}")
        floor = f"floor {report.floor_db:.0f} dB"
        print(f"first divergence: {report.first_divergence or 'none'} ({floor})")
    raise typer.Exit(1 if report.first_divergence else 0)


@app.command(epilog="Example: skinseg-mobile demo --out demo")
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

    reports = run(NET, data, out)
    if json:
        print_json(reports)
    else:
        print_parity_rows(reports)
        print(f"Look at {out / 'index.html'}")
    raise typer.Exit(1 if any(report.verdict is Verdict.FAILED for report in reports) else 0)


if __name__ == "__main__":
    main()

"""`skinseg-mobile parity` and `diff`: an artefact against its checkpoint."""

from pathlib import Path
from typing import Annotated

import typer

from skinseg_cli.options import Engine, Json
from skinseg_cli.panels import PROVE
from skinseg_mobile.runtime_py.errors import InputError

app = typer.Typer()


@app.command(
    rich_help_panel=PROVE,
    epilog="Example: skinseg-mobile parity artefacts/lean-isic2017-tflite-int8",
)
def parity(
    artefact: Annotated[str, typer.Argument(help="Artefact folder or packaged name.")],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Dataset folder, with --reference [default: the artefact's golden images]."
        ),
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="train, dev, valid or test [default: valid, else all].")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="Required with --data: checkpoint, artefact, model file or saved predictions."
        ),
    ] = None,
    engine: Engine = "auto",
    predictions: Annotated[
        Path | None, typer.Option(help="device-report.json that an app wrote on a phone.")
    ] = None,
    gate: Annotated[
        Path | None,
        typer.Option(help="gate.toml with limits and budgets [default: built-in limits]."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for report.json, junit.xml, summary.md, report.html."),
    ] = None,
    json: Json = False,
) -> None:
    """Compare an artefact with its checkpoint; exit 0 passed, 1 failed, 2 bad input, 3 not run."""
    from skinseg_cli.prove.references import open_cases
    from skinseg_cli.tables import print_json, print_parity
    from skinseg_mobile.runtime_py.device.check import check_device_report
    from skinseg_mobile.runtime_py.gate.config import DEFAULT, read_config
    from skinseg_mobile.runtime_py.gate.evaluate_artifact import Checked, evaluate_artifact
    from skinseg_mobile.runtime_py.gate.reports.folder import write_report
    from skinseg_mobile.runtime_py.gate.verdict import EXIT_CODES
    from skinseg_mobile.runtime_py.storage.atomic import require_absent

    if predictions and (data or split or reference or engine != "auto"):
        raise InputError(
            "--predictions has its own images and engine. Remove --data, --split, --reference and"
            " --engine."
        )
    if out:
        require_absent(out)
    config = read_config(gate) if gate else DEFAULT
    checked = (
        Checked(check_device_report(artefact, predictions, config))
        if predictions
        else evaluate_artifact(
            artefact,
            open_cases(data, split, reference, artefact),
            engine=engine,
            config=config,
            shown=12 if out else 0,
        )
    )
    report = checked.report
    if not json:  # first: where the disk is full the verdict is printed all the same
        print_parity(report)
    if out:
        write_report(out, [checked], report.verdict)
    if json:  # last: a program finds no verdict where something failed
        print_json(report)
    raise typer.Exit(EXIT_CODES[report.verdict])


@app.command(
    rich_help_panel=PROVE,
    epilog="Example: skinseg-mobile diff artefacts/student-coreml-fp16-taps --against runs/student",
)
def diff(
    artefact: Annotated[
        str, typer.Argument(help="Artefact written by `export --taps`; of Core AI any.")
    ],
    against: Annotated[str, typer.Option(help="Checkpoint, packaged name or artefact with taps.")],
    engine: Engine = "auto",
    json: Json = False,
) -> None:
    """Name the first stage where an artefact differs from its checkpoint; exit 1 if any does."""
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.gate.evaluate_artifact import diff_artefact
    from skinseg_mobile.train.references.open_net import open_net

    report = diff_artefact(artefact, open_net(against)[0], engine)
    if json:
        print_json(report)
    else:
        rows = [(s.stage, f"{s.snr_db:.1f}") for s in report.stages]
        title = f"{report.artefact} on {report.engine} against {report.reference}"
        print_table(("stage", "#SNR in dB"), rows, title)
        first = report.first_divergence or "none"
        if report.logged:
            print("no taps: a stage is the nearest of all results of its shape")
        print(f"first stage below {report.floor_db:.0f} dB: {first}")
    raise typer.Exit(1 if report.first_divergence else 0)

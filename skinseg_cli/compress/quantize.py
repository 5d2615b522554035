"""`skinseg-mobile compress quantize` and `rank-operations`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skinseg_cli.options import Json

if TYPE_CHECKING:
    from skinseg_mobile.compress.measure_files import FileRow
    from skinseg_mobile.compress.quantize.calibration_set import Calibration
    from skinseg_mobile.compress.quantize.sensitivity import OperationSensitivity
    from skinseg_mobile.runtime_py.data.dataset import Dataset
    from skinseg_mobile.train.checkpoint import Checkpoint
    from skinseg_mobile.train.quantization import Quantization

EPILOG = "Example: skinseg-mobile compress quantize runs/student --data DATA --out runs/q"
EPILOG_OF_RANK = "Example: skinseg-mobile compress rank-operations runs/student --data DATA"
app = typer.Typer()
Named = Annotated[str, typer.Argument(help="Checkpoint folder or packaged name.")]
Count = Annotated[int, typer.Option(help="Images in the calibration set.")]


@app.command(epilog=EPILOG)
def quantize(
    checkpoint: Named,
    data: Annotated[Path, typer.Option(help="Dataset folder: train rows train and calibrate.")],
    out: Annotated[Path, typer.Option(help="New folder to write; it must not exist.")],
    count: Count = 256,
    ids: Annotated[
        Path | None, typer.Option(help="File of train ids for the calibration set, one per line.")
    ] = None,
    percentile: Annotated[
        float, typer.Option(help="Percentage of values that a range covers; 100 for all.")
    ] = 100.0,
    equalize: Annotated[
        bool, typer.Option(help="Equalize channels of neighbouring layers.")
    ] = True,
    correct_bias: Annotated[bool, typer.Option(help="Correct the mean error of rounding.")] = True,
    float_worst: Annotated[
        int, typer.Option(help="Number of further operations to leave in float, worst on dev.")
    ] = 0,
    epochs: Annotated[int, typer.Option(help="Fine-tuning epochs; 0 for none.")] = 3,
    learning_rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 1e-4,
    seed: Annotated[int, typer.Option(help="Seed of sample order and augmentation.")] = 0,
    report: Annotated[
        bool, typer.Option("--report", help="Also export and measure every precision.")
    ] = False,
    json: Json = False,
) -> None:
    """Prepare a float net for 8 bits; write a checkpoint with its activation ranges."""
    from skinseg_cli.dataset import open_dataset
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.compress.measure_files import by_precision
    from skinseg_mobile.compress.quantize.calibration_set import Calibration, read_ids
    from skinseg_mobile.compress.quantize.config import SCORED, QuantizeConfig
    from skinseg_mobile.compress.quantize.stage import quantize as run
    from skinseg_mobile.export.export import export
    from skinseg_mobile.runtime_py.formats import Precision
    from skinseg_mobile.runtime_py.gate.verdict import Verdict
    from skinseg_mobile.train.references.find import find_checkpoint

    calibration = Calibration(count=count, percentile=percentile, ids=read_ids(ids) if ids else ())
    config = QuantizeConfig(
        calibration=calibration, equalize=equalize, correct_bias=correct_bias,
        float_worst=float_worst, epochs=epochs, learning_rate=learning_rate, seed=seed,
    )  # fmt: skip
    dataset = open_dataset(data)
    found = run(find_checkpoint(checkpoint), dataset, config, out, _say)
    rows = by_precision(out, data, export) if report else ()
    failed = any(row.precision is Precision.INT8 and row.verdict is Verdict.FAILED for row in rows)
    _show(found, rows, _ranked(found, dataset, calibration, SCORED) if failed else (), out, json)


@app.command(epilog=EPILOG_OF_RANK)
def rank_operations(
    checkpoint: Named,
    data: Annotated[
        Path, typer.Option(help="Dataset folder: train rows calibrate, dev rows measure.")
    ],
    count: Count = 256,
    on_dev: Annotated[
        int, typer.Option(min=0, help="How many of the noisiest operations to measure on dev.")
    ] = 5,
    json: Json = False,
) -> None:
    """Rank operations by the error of their 8 bits; one at a time is left in float."""
    from skinseg_cli.dataset import open_dataset
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.compress.quantize.calibration_set import Calibration
    from skinseg_mobile.train.references.find import find_checkpoint

    calibration = Calibration(count=count)
    found = _ranked(find_checkpoint(checkpoint), open_dataset(data), calibration, on_dev)
    if json:
        return print_json(found)
    _print_operations(found)


def _ranked(
    net: "Checkpoint", data: "Dataset", calibration: "Calibration", on_dev: int
) -> "Sequence[OperationSensitivity]":
    from skinseg_mobile.compress.quantize.calibrate import ranges_on
    from skinseg_mobile.compress.quantize.calibration_set import read_calibration_set
    from skinseg_mobile.compress.quantize.sensitivity import rank
    from skinseg_mobile.runtime_py.data.dataset import Split
    from skinseg_mobile.train.data.images import decode_split
    from skinseg_mobile.train.loop import samples_for_training

    spec, dev = net.record.spec, samples_for_training(data, Split.DEV)
    chosen = read_calibration_set(data, calibration, spec.size)
    dev_split = decode_split(dev, spec.input_size, "reading dev")
    return rank(net, net.quantization or ranges_on(net, chosen), chosen, dev_split, on_dev=on_dev)


def _print_operations(ranked: "Sequence[OperationSensitivity]") -> None:
    from skinseg_cli.tables import print_table, signed

    rows = [(item.operation, f"{item.gain_db:.2f}", signed(item.delta_jaccard)) for item in ranked]
    title = "Gain from leaving one operation in float"
    print_table(("operation", "#dB of the logits", "#Jaccard on dev"), rows, title)


def measured(checkpoint: "Checkpoint", data: "Dataset") -> "Quantization":
    """Measure a checkpoint's ranges and name its constant channels: `export --calibration`."""
    from skinseg_mobile.compress.quantize.calibrate import calibrate

    found = calibrate(checkpoint, data)
    _warn(found)
    return found


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _warn(found: "Quantization") -> None:
    from skinseg_mobile.compress.quantize.channels import sentence

    if found.constant_channels:
        _say(f"Warning: {sentence(found.constant_channels)}")


def _show(
    found: "Checkpoint",
    rows: "Sequence[FileRow]",
    operations: "Sequence[OperationSensitivity]",
    out: Path,
    json: bool,
) -> None:
    from skinseg_cli.tables import print_json

    assert found.quantization is not None
    _warn(found.quantization)
    metrics = found.record.metrics
    if json:
        return print_json(
            {
                "checkpoint": out,
                "sha256": found.digest,
                "metrics": metrics,
                "float_nodes": found.quantization.float_nodes,
                "constant_channels": found.quantization.constant_channels,
                "precisions": list(rows),
                "operations": list(operations),
            }
        )
    print(
        f"wrote {out}: dev Jaccard {metrics['quantized_dev_jaccard']:.4f},"
        f" with 8 bits simulated {metrics['quantized_dev_jaccard_rounded']:.4f},"
        f" of its parent {metrics['parent_dev_jaccard']:.4f}"
    )
    if rows:
        _print_precisions(rows)
    if operations:
        _print_operations([item for item in operations if item.delta_jaccard is not None])
        print("An int8 file failed. --float-worst N leaves the first N in float.")


def _print_precisions(rows: "Sequence[FileRow]") -> None:
    """Print the rows as a table."""
    from skinseg_cli.tables import print_table
    from skinseg_mobile.runtime_py.numbers import four, signed

    columns = ("file", "gate", "#ΔJaccard", "#Jaccard", "#agreement", "#MB", "#ms, one thread")
    cells = [
        (
            f"{row.target} {row.precision}",
            row.verdict,
            signed(row.delta_jaccard),
            four(row.jaccard),
            four(row.agreement),
            f"{row.megabytes:.2f}",
            "–" if row.milliseconds is None else f"{row.milliseconds:.2f}",
        )
        for row in rows
    ]
    print_table(columns, cells, "dev, each file against its checkpoint")

"""`skinseg-mobile compress quantize`: a float net becomes one that 8 bits hardly change."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skinseg_mobile.runtime_py.options import Json

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.dataset import Dataset
    from skinseg_mobile.train.checkpoint import Checkpoint
    from skinseg_mobile.train.quantization import Quantization

EPILOG = "Example: skinseg-mobile compress quantize runs/student --data DATA --out runs/q"


def quantize(
    checkpoint: Annotated[str, typer.Argument(help="Checkpoint folder or packaged name.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; its train rows are learnt from.")],
    out: Annotated[Path, typer.Option(help="New folder to write; it must not exist.")],
    count: Annotated[int, typer.Option(help="Photographs of the calibration set.")] = 256,
    ids: Annotated[
        Path | None, typer.Option(help="The calibration set: a file of train ids, one a line.")
    ] = None,
    percentile: Annotated[
        float, typer.Option(help="Percent of the values that a range holds; 100: all.")
    ] = 100.0,
    equalize: Annotated[bool, typer.Option(help="Make channels of neighbours alike.")] = True,
    correct_bias: Annotated[bool, typer.Option(help="Take off what rounding adds.")] = True,
    epochs: Annotated[int, typer.Option(help="Passes over train; 0: no fine-tuning.")] = 3,
    learning_rate: Annotated[float, typer.Option(help="Peak of the cosine schedule.")] = 1e-4,
    seed: Annotated[int, typer.Option(help="Seed of order and augmentation.")] = 0,
    json: Json = False,
) -> None:
    """Make a float net survive 8 bits; write it with its activation ranges."""
    from skinseg_mobile.runtime_py.dataset import read_dataset
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.compress.quantize.calibration_set import Calibration, read_ids
    from skinseg_mobile.compress.quantize.config import QuantizeConfig
    from skinseg_mobile.compress.quantize.stage import quantize as run
    from skinseg_mobile.train.find import find_checkpoint

    listed = read_ids(ids) if ids else ()
    config = QuantizeConfig(
        calibration=Calibration(count=count, percentile=percentile, ids=listed),
        equalize=equalize,
        correct_bias=correct_bias,
        epochs=epochs,
        learning_rate=learning_rate,
        seed=seed,
    )
    _show(run(find_checkpoint(checkpoint), read_dataset(data), config, out, _say), out, json)


def measured(checkpoint: "Checkpoint", data: "Dataset") -> "Quantization":
    """Measure a checkpoint's ranges and name its constant channels: `export --calibration`."""
    from skinseg_mobile.compress.quantize.calibrate import calibrate

    found = calibrate(checkpoint, data)
    _warn(found)
    return found


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _warn(found: "Quantization") -> None:
    from skinseg_mobile.compress.quantize.channels import sentences

    for line in sentences(found.constant_channels):
        _say(f"Warning: {line}")


def _show(found: "Checkpoint", out: Path, json: bool) -> None:
    from skinseg_mobile.runtime_py.present import print_json

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
            }
        )
    print(
        f"wrote {out}: dev Jaccard {metrics['quantized_dev_jaccard']:.4f},"
        f" with 8 bits simulated {metrics['quantized_dev_jaccard_rounded']:.4f},"
        f" of its parent {metrics['parent_dev_jaccard']:.4f}"
    )

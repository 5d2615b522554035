"""All of quantization in order: a float checkpoint becomes one that 8 bits hardly change.

    fold -> equalize -> ranges -> correct biases -> rank operations -> fine-tune
         -> round the weights -> ranges anew

In the end the weights are rounded for good: 8 bits then lose nothing of them, and what is
validated in float is what the phone holds. What comes out is an ordinary float checkpoint of the
same spec, with its activation ranges.
"""

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from skinseg_mobile.compress.quantize.calibrate import ranges_on
from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet, read_calibration_set
from skinseg_mobile.compress.quantize.config import QuantizeConfig
from skinseg_mobile.compress.quantize.correct_bias import correct_bias
from skinseg_mobile.compress.quantize.equalize import equalize
from skinseg_mobile.compress.quantize.fake_quantize import RoundedNet, with_rounded_weights
from skinseg_mobile.compress.quantize.sensitivity import rank, with_worst_in_float
from skinseg_mobile.compress.quantize.trace import trace
from skinseg_mobile.compress.quantize.tune import tune
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split
from skinseg_mobile.runtime_py.numbers import signed
from skinseg_mobile.runtime_py.storage.atomic import new_folder, require_absent
from skinseg_mobile.runtime_py.storage.resumable import begin
from skinseg_mobile.train.checkpoint import (
    Checkpoint,
    kept_checkpoint,
    load_checkpoint,
    write_checkpoint,
)
from skinseg_mobile.train.data.images import DecodedSplit, decode_split
from skinseg_mobile.train.loop import samples_for_training
from skinseg_mobile.train.quantization import Quantization, write_quantization
from skinseg_mobile.train.references.score import mean_jaccard

BEGUN = "begun.json"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Material:
    """What the steps learn from and are scored on."""

    data: Dataset
    chosen: CalibrationSet
    dev_split: DecodedSplit
    unfinished: Path
    """Folder of the fine-tuning, which goes on where a kill stopped it."""
    identity: dict[str, Any]
    """What it must have begun with."""


@dataclass(frozen=True)
class PreparedCheckpoint:
    """A checkpoint in memory, and the ranges it was made for."""

    checkpoint: Checkpoint
    quantization: Quantization


def quantize(
    checkpoint: Checkpoint, data: Dataset, config: QuantizeConfig, out: Path, say: Say
) -> Checkpoint:
    """Write the new checkpoint folder `out`: float weights and their activation ranges.

    Fine-tuning that was killed goes on in `<out>.unfinished` after its last whole epoch.

    Raises:
        InputError: `out` exists, `data` has no train or dev photographs, an id of the calibration
            set is none of train, or the net gives NaN.
    """
    require_absent(out)
    unfinished = out.with_name(f"{out.name}.unfinished")
    with new_folder(out) as folder:  # first: an hour of tuning must have a place to go
        dev = samples_for_training(data, Split.DEV)
        chosen = read_calibration_set(data, config.calibration, checkpoint.record.spec.size)
        dev_split = decode_split(dev, checkpoint.record.spec.input_size, "reading dev")
        identity = {
            "parent": checkpoint.digest, "data": chosen.record["sha256"], "config": asdict(config),
        }  # fmt: skip
        material = Material(data, chosen, dev_split, unfinished, identity)
        found = _prepare(checkpoint, material, config, say)
        measured = replace(
            ranges_on(found.checkpoint, chosen), float_nodes=found.quantization.float_nodes
        )
        metrics = _score(checkpoint, found.checkpoint, measured, dev_split)
        record = replace(
            checkpoint.record,
            name=out.resolve().name,
            parent=checkpoint.digest,
            config={**checkpoint.record.config, "quantize": asdict(config)},
            metrics={**checkpoint.record.metrics, **metrics},
        )
        write_checkpoint(record, found.checkpoint.weights, folder)
        sha = load_checkpoint(folder).record.weights_sha256
        write_quantization(replace(measured, weights_sha256=sha), folder)
    shutil.rmtree(unfinished, ignore_errors=True)
    return load_checkpoint(out)


def _prepare(
    checkpoint: Checkpoint, material: Material, config: QuantizeConfig, say: Say
) -> PreparedCheckpoint:
    """Do every step that changes weights."""
    chosen = material.chosen
    found = equalize(checkpoint, chosen) if config.equalize else checkpoint
    quantization = ranges_on(found, chosen)
    if config.correct_bias:
        found = correct_bias(found, quantization, chosen)
    if config.float_worst:
        ranked = rank(found, quantization, chosen, material.dev_split)
        quantization = with_worst_in_float(quantization, ranked, config.float_worst)
        for item in ranked[: config.float_worst]:
            say(f"left in float: {item.operation}, dev Jaccard {signed(item.delta_jaccard)}")
    if config.epochs:
        found = _tuned(PreparedCheckpoint(found, quantization), checkpoint, material, config, say)
    return PreparedCheckpoint(with_rounded_weights(found, quantization), quantization)


def _tuned(
    prepared: PreparedCheckpoint,
    teacher: Checkpoint,
    material: Material,
    config: QuantizeConfig,
    say: Say,
) -> Checkpoint:
    """Fine-tune, or read back what an earlier run finished."""

    def run(path: Path) -> Checkpoint:
        return tune(
            prepared.checkpoint, prepared.quantization, material.data, config,
            teacher=teacher, run=path, on_epoch=lambda line: say(line.sentence),
        )  # fmt: skip

    begin("an unfinished fine-tuning", material.unfinished / BEGUN, material.identity)
    weights = kept_checkpoint(material.unfinished / "tuned", run).weights
    return replace(prepared.checkpoint, weights=weights)


def _score(
    parent: Checkpoint, found: Checkpoint, quantization: Quantization, dev_split: DecodedSplit
) -> dict[str, float]:
    """Return the mean Jaccard on dev: of the parent, of the new net, and of it rounded."""
    nets = {
        "parent_dev_jaccard": parent.build(),
        "quantized_dev_jaccard": found.build(),
        "quantized_dev_jaccard_rounded": RoundedNet(trace(found), quantization),
    }
    return {name: mean_jaccard(net, dev_split) for name, net in nets.items()}

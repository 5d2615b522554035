"""Damaged checkpoints, in every part: each is one sentence, exit 2.

Where a hash would tell, it is also made right again, so that what comes after it is tested too.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save_file

from skinseg_mobile.compress.quantize.calibrate import calibrate
from skinseg_mobile.compress.quantize.calibration_set import Calibration
from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.checkpoint import RECORD, WEIGHTS, Record, save_checkpoint
from skinseg_mobile.train.quantization import QUANTIZATION, write_quantization
from tests.damage import DEEP, Damage, edit, flip, halve, merged, remove, write
from tests.refused import Refused
from tests.train.tiny import TINY


@pytest.fixture(scope="module")
def whole(lesions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained checkpoint with ranges."""
    folder = tmp_path_factory.mktemp("checkpoint") / "tiny"
    saved = save_checkpoint(
        Record(name="tiny", task=Task.LESION, spec=TINY.spec), TINY.spec.build(), folder
    )
    write_quantization(calibrate(saved, read_dataset(lesions), Calibration(count=1)), folder)
    return folder


@pytest.fixture
def tiny(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "tiny")


def layout(**values: Any) -> Damage:
    def damage(folder: Path) -> None:
        spec = json.loads((folder / RECORD).read_text())["spec"]
        edit(RECORD, spec={**spec, "layout": merged(spec["layout"], values)})(folder)

    return damage


def rehashed(damage: Damage) -> Damage:
    """Damage weights and make their hash right again, in the record and in the ranges."""

    def both(folder: Path) -> None:
        damage(folder)
        for name in (RECORD, QUANTIZATION):
            edit(name, weights_sha256=sha256(folder / WEIGHTS))(folder)

    return both


def other_weights(folder: Path) -> None:
    spec = replace(TINY.spec, layout=replace(TINY.spec.layout, hidden=(8, 4)))
    save_file(spec.build().state_dict(), folder / WEIGHTS)


UNREADABLE = f"{RECORD} could not be read as JSON"
CHECKPOINTS: dict[str, tuple[Damage, str]] = {
    "weights missing": (remove(WEIGHTS), "weights.safetensors could not be read"),
    "weights flipped": (flip(WEIGHTS), "does not have the hash"),
    "weights cut": (halve(WEIGHTS), "does not have the hash"),
    "weights cut, rehashed": (rehashed(halve(WEIGHTS)), "is no safetensors file"),
    "weights empty, rehashed": (rehashed(write(WEIGHTS, b"")), "is no safetensors file"),
    "weights a text, rehashed": (rehashed(write(WEIGHTS, b"a" * 99)), "is no safetensors file"),
    "other weights, rehashed": (rehashed(other_weights), "do not fit its spec"),
    "record empty": (write(RECORD, b""), UNREADABLE),
    "record cut": (halve(RECORD), UNREADABLE),
    "record no UTF-8": (write(RECORD, b"\xff\xfe{}"), UNREADABLE),
    "record a list": (write(RECORD, b"[]"), "holds [] and no JSON object"),
    "record bottomless": (write(RECORD, DEEP), UNREADABLE),
    "format lost": (edit(RECORD, format=...), "this version reads 1"),
    "format new": (edit(RECORD, format=2), "this version reads 1"),
    "threshold a word": (edit(RECORD, threshold="abc"), "threshold must be a finite number"),
    "threshold NaN": (edit(RECORD, threshold=float("nan")), "threshold must be a finite number"),
    "threshold huge": (edit(RECORD, threshold=10**400), "threshold must be a finite number"),
    "threshold 2": (edit(RECORD, threshold=2), "threshold is 2.0"),
    "task unknown": (edit(RECORD, task="face"), "task must be one of lesion, skin, wound"),
    "name a path": (edit(RECORD, name="../../tmp/x"), "a folder cannot be named so"),
    "spec lost": (edit(RECORD, spec=...), "lacks spec"),
    "spec a word": (edit(RECORD, spec="lean"), "spec must be an object"),
    "family unknown": (edit(RECORD, spec={"family": "vit"}), "spec is damaged"),
    "field unknown": (edit(RECORD, colour="RGB"), "unknown field colour"),
    "layout lost": (layout(stem=...), "damaged"),
    "layout unknown": (layout(steam=3), "unknown field steam"),
    "layout words": (layout(hidden=["wide"]), "hidden must be a whole number"),
    "layout without width": (layout(stem=0), "not numbers from 1 to"),
    "layout endless": (layout(stem=10**30), "not numbers from 1 to"),
    "layout wider": (layout(hidden=[65536, 65536]), "do not fit its spec"),
    "layout levels": (layout(levels=[1, 99]), "not rising block numbers"),
    "ranges empty": (write(QUANTIZATION, b""), "could not be read as JSON"),
    "ranges a list": (write(QUANTIZATION, b"[]"), "holds [] and no JSON object"),
    "ranges lost": (edit(QUANTIZATION, ranges=...), "lacks ranges"),
    "ranges words": (edit(QUANTIZATION, ranges={"add": ["a", "b"]}), "add must be a finite"),
    "ranges infinite": (edit(QUANTIZATION, ranges={"add": [0, float("inf")]}), "add must be a fin"),
    "ranges falling": (edit(QUANTIZATION, ranges={"add": [1, 0]}), "range of add falls"),
    "ranges of three": (edit(QUANTIZATION, ranges={"add": [0, 1, 2]}), "must hold 2 values"),
    "ranges of others": (edit(QUANTIZATION, weights_sha256="0" * 64), "belongs to other weights"),
    "ranges new": (edit(QUANTIZATION, format=2), "belongs to other weights"),
    "nodes a word": (edit(QUANTIZATION, float_nodes="sigmoid"), "float_nodes must be a list"),
    "ranges unknown": (edit(QUANTIZATION, colour="RGB"), "unknown field colour"),
}


@pytest.mark.parametrize("kind", CHECKPOINTS)
def test_checkpoints(refused: Refused, tiny: Path, dark: Path, discs: Path, kind: str) -> None:
    damage, words = CHECKPOINTS[kind]
    damage(tiny)
    assert words in refused("predict", "a.png", "--net", "tiny")
    assert words in refused("parity", dark, "--data", discs, "--reference", "tiny")
    assert words in refused("export", "tiny", "--target", "onnx")


@pytest.mark.slow
@pytest.mark.parametrize("target", ["onnx", "tflite"])
@pytest.mark.parametrize("node", ["image", "hardtanh_3"])
def test_a_range_that_is_missing(refused: Refused, tiny: Path, target: str, node: str) -> None:
    ranges = json.loads((tiny / QUANTIZATION).read_text())["ranges"]
    edit(QUANTIZATION, ranges=merged(ranges, {node: ...}))(tiny)
    assert f"The operation {node} has no range. Calibrate again" in refused(
        "export", "tiny", "--target", target
    )

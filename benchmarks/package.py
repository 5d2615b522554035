"""Makes the packaged net from a quantized run: checkpoint, activation ranges, ready artefact.

    skinseg-mobile compress prune PARENT --data DATA --keep 0.5 --out runs/half
    skinseg-mobile compress distil runs/half --teacher SOFT --data DATA --out runs/float/NAME
    skinseg-mobile compress quantize runs/float/NAME --data DATA --out runs/NAME
    python -m benchmarks.package runs/NAME [--precision w8]

with the options that the model card of NAME tells.

Given a packaged name instead, the artefact is exported anew from the packaged checkpoint: do so
once the checkpoint is committed, since the manifest names the commit that exported it. It is
TFLite, int8 where that passes the gate on real images, with synthetic golden images: no photograph
of anyone ships.
"""

import argparse
import shutil
from pathlib import Path

from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.artifact.packaged import (
    FOLDER,
    packaged_artefact,
    packaged_checkpoint,
)
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.storage.atomic import new_folder
from skinseg_mobile.train.checkpoint import RECORD, WEIGHTS, load_checkpoint
from skinseg_mobile.train.quantization import QUANTIZATION


def main() -> None:
    """Write `runtime_py/packaged/<run's name>`, or replace the artefact of a packaged name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="run folder, or the name of a packaged net")
    parser.add_argument("--precision", type=Precision, default=Precision.INT8)
    given = parser.parse_args()
    known = packaged_checkpoint(given.run), packaged_artefact(given.run)
    if known[0] and known[1]:
        _replace_artefact(known[0], known[1], given.precision)
    else:
        _package(Path(given.run), given.precision)


def _package(run: Path, precision: Precision) -> None:
    with new_folder(FOLDER / run.name) as folder:
        checkpoint = folder / "checkpoint"
        checkpoint.mkdir()
        for name in (WEIGHTS, RECORD, QUANTIZATION):
            shutil.copyfile(run / name, checkpoint / name)
        _export(checkpoint, folder / "artefact", precision)


def _replace_artefact(checkpoint: Path, artefact: Path, precision: Precision) -> None:
    """Export before the old one goes."""
    fresh = artefact.with_name("fresh")
    _export(checkpoint, fresh, precision)
    shutil.rmtree(artefact)
    fresh.rename(artefact)


def _export(checkpoint: Path, place: Path, precision: Precision) -> None:
    exported = place.with_name("exported")
    jobs = {"tflite": [precision]}
    (written,) = export(load_checkpoint(checkpoint), jobs, exported)
    written.path.rename(place)
    shutil.rmtree(exported)


if __name__ == "__main__":
    main()

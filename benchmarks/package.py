"""Makes the packaged net from a quantized run: checkpoint, activation ranges, ready artefact.

    skinseg-mobile train --preset lean --data DATA --out runs/float/lean-isic2017
    skinseg-mobile compress quantize runs/float/lean-isic2017 --data DATA \\
        --out runs/lean-isic2017 --epochs 2
    python -m benchmarks.package runs/lean-isic2017

The artefact is int8 TFLite with synthetic golden images: no photograph of anyone ships.
"""

import argparse
import shutil
from pathlib import Path

from skinseg_mobile.export.artefact import export
from skinseg_mobile.runtime_py.folders import new_folder
from skinseg_mobile.runtime_py.formats import Precision, Target
from skinseg_mobile.runtime_py.packaged import FOLDER
from skinseg_mobile.train.checkpoint import RECORD, WEIGHTS, load_checkpoint
from skinseg_mobile.train.quantization import QUANTIZATION


def main() -> None:
    """Write `runtime_py/packaged/<run's name>`, which must not exist yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    arguments = parser.parse_args()
    with new_folder(FOLDER / arguments.run.name) as folder:
        checkpoint = folder / "checkpoint"
        checkpoint.mkdir()
        for name in (WEIGHTS, RECORD, QUANTIZATION):
            shutil.copyfile(arguments.run / name, checkpoint / name)
        jobs = {Target.TFLITE: [Precision.INT8]}
        (written,) = export(load_checkpoint(checkpoint), jobs, folder / "exported")
        written.path.rename(folder / "artefact")
        shutil.rmtree(folder / "exported")


if __name__ == "__main__":
    main()

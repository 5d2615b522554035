"""A narrow U-Net of paper B with trained weights and 8-bit ranges, for tests.

    python -m tests.export.targets.trained_unet

trains it again on synthetic lesions and fits it to 8 bits, in a minute and a half.
"""

import shutil
import tempfile
from pathlib import Path

from skinseg_mobile.compress.quantize.config import QuantizeConfig
from skinseg_mobile.compress.quantize.stage import quantize
from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.loop import train
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.nets.unet import UnetLayout
from skinseg_mobile.train.synth import write_set

TRAINED_UNET = Path(__file__).with_suffix("")
CONFIG = TrainConfig(
    preset="narrow",
    spec=NetSpec("unet", 64, UnetLayout((6, 8, 12), fc=64, grid=(8, 8))),
    epochs=30,
    batch=8,
    weight_decay=0.0,
    ema_decay=0.95,
    patience=30,
)


def main() -> None:
    """Write the checkpoint in the place of the one before."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_set(root / "lesions", 160, 5, "lesion", (96, 96))
        data = read_dataset(root / "lesions")
        trained = train(CONFIG, data, root / "trained", task=Task.LESION)
        config = QuantizeConfig(epochs=6, batch=8, learning_rate=5e-4)
        quantize(trained, data, config, root / "tuned", lambda _: None)
        shutil.rmtree(TRAINED_UNET, ignore_errors=True)
        shutil.copytree(root / "tuned", TRAINED_UNET)


if __name__ == "__main__":
    main()

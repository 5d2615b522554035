"""Training speed per preset: images/s, TFLOP/s, and the share of time spent on drawing views.

    python -m benchmarks.train_throughput [--presets lean hypercolumn-isic2017] [--device cpu]
        [--width 8] [--steps 20]

On whatever device there is. Multiply-adds of forward and backward are counted by torch's
FlopCounterMode, two operations each; optimiser and augmentation are not in them. `--width` divides
a paper's net, so that a CPU gets through; photographs are noise, which costs the same.
"""

import argparse
import os
from dataclasses import replace
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.budget import WARM, seconds
from benchmarks.context import publish
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.data.images import DecodedSplit
from skinseg_mobile.train.nets.narrow import narrowed
from skinseg_mobile.train.presets import preset
from skinseg_mobile.train.trainer import Trainer

PRESETS = ("lean", "hypercolumn-isic2017", "unet-clinical", "dense-residual-unet-clinical")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presets", nargs="+", default=PRESETS)
    parser.add_argument("--device", choices=("auto", "cpu"), default="auto")
    parser.add_argument("--width", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args()
    if arguments.device == "cpu":
        os.environ["ACCELERATE_USE_CPU"] = "true"
    rows = {name: measure(name, arguments.width, arguments.steps) for name in arguments.presets}
    publish({"width divided by": arguments.width, "presets": rows})


def measure(name: str, width: int, steps: int) -> dict[str, Any]:
    """Train a preset's net for a few steps on noise."""
    config = replace(preset(name), imagenet=False, bf16=torch.cuda.is_available())
    if width > 1 and name != "lean":
        config = replace(config, spec=narrowed(config.spec, width))
    trainer = Trainer(config, noise(config))
    trainer.net.train()
    device = trainer.accelerator.device
    rows = list(range(trainer.config.batch))
    for _ in range(WARM):
        trainer.learn(*trainer.draw(rows))
    with FlopCounterMode(display=False) as counter:
        trainer.learn(*trainer.draw(rows))
    started = seconds(device)
    for _ in range(steps):
        trainer.learn(*trainer.draw(rows))
    step = (seconds(device) - started) / steps
    return {
        "device": device_name(device),
        "bf16": config.bf16,
        "batch": trainer.config.batch,
        "pixels": config.pixels,
        "step seconds": step,
        "images/s": trainer.config.batch / step,
        "TFLOP of a step": counter.get_total_flops() / 1e12,
        "TFLOP/s": counter.get_total_flops() / 1e12 / step,
        "share of time waiting for data": waiting(trainer, rows, steps),
    }


def waiting(trainer: Trainer, rows: list[int], steps: int) -> float:
    """Return the share of drawing, each part finished before the next: none of it is hidden."""
    device = trainer.accelerator.device
    drawing = learning = 0.0
    for _ in range(steps):
        started = seconds(device)
        views = trainer.draw(rows)
        drawn = seconds(device)
        trainer.learn(*views)
        drawing += drawn - started
        learning += seconds(device) - drawn
    return drawing / (drawing + learning)


def noise(config: TrainConfig) -> DecodedSplit:
    """Return one batch of random photographs and masks at the net's input size."""
    generator = torch.Generator().manual_seed(0)
    shape = (config.batch, 3, *config.spec.size)
    images = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
    masks = (images[:, :1] > 127).to(torch.uint8)
    return DecodedSplit(tuple(map(str, range(config.batch))), images, masks, ())


def device_name(device: torch.device) -> str:
    """Return the card's name, or cpu with its threads."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"cpu, {torch.get_num_threads()} threads"


if __name__ == "__main__":
    main()

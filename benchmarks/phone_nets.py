"""Our students beside nets that phones run today: one run, one thread, one engine, in turn.

    python -m benchmarks.phone_nets [--wheel mediapipe.whl] [--quick] [--repeats N]

Every packaged student in fp32 and int8 at its own size; torchvision's LRASPP and DeepLabV3 on
MobileNetV3-Large, one logit, through our exporter, at 192×192; MediaPipe's selfie segmenter as it
comes, at 256×256; paper B's U-Nets at 128×128. What is not ours is random: only its cost counts.
Writes benchmarks/results/phone-nets.json and, from it, docs/phone-nets.md.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.context import publish
from benchmarks.phone_nets_page import RESULTS, write_page
from benchmarks.selfie import selfie
from skinseg_mobile.export.export import export
from skinseg_mobile.export.targets.tflite.convert import float_file
from skinseg_mobile.runtime_py.artifact.packaged import STUDENTS
from skinseg_mobile.runtime_py.bench.by_operation import DTYPES, by_operation, peak
from skinseg_mobile.runtime_py.bench.latency import ONE_THREAD, latency_of, time_in_turn
from skinseg_mobile.runtime_py.bench.litert import Interpreter
from skinseg_mobile.runtime_py.bench.pieces import pieces_of
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.vendors import vendor_noise_to
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.references.find import find_checkpoint
from skinseg_mobile.train.vision import torchvision

LRASPP, DEEPLAB, SELFIE = "LRASPP-MobileNetV3-L", "DeepLabV3-MobileNetV3-L", "MediaPipe selfie"
VISION = {LRASPP: "lraspp_mobilenet_v3_large", DEEPLAB: "deeplabv3_mobilenet_v3_large"}
UNETS = ("unet", "unet-large", "dense-residual-unet")
SIDE = 192
FEW = 5
"""Rounds of a U-Net, which takes up to a second."""


@dataclass(frozen=True)
class Net:
    """A TFLite file to be timed."""

    name: str
    precision: str
    content: bytes
    parameters: int


def main() -> None:
    """Measure, write the results and the page, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path, help="mediapipe 0.10.21; downloaded when left out")
    parser.add_argument("--quick", action="store_true", help="leave out paper B's U-Nets")
    parser.add_argument("--repeats", type=int, default=100)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    not_run: dict[str, str] = {}
    ours = list(students())
    references = [vision(LRASPP), *mediapipe(arguments.wheel, not_run)]
    load, reached = round(os.getloadavg()[0], 1), {dtype: peak(dtype) for dtype in DTYPES}
    rows = measure([*ours, vision(DEEPLAB), *references], references, arguments.repeats, reached)
    if arguments.quick:
        not_run |= dict.fromkeys(UNETS, "left out by --quick")
    else:
        for name in UNETS:
            rows += measure([unet(name), *references], references, FEW, reached)[:1]
    results = {
        "load average": load,
        "peak": reached,
        "nets": rows,
        "not run": not_run,
        "operations": {
            name: {
                net.precision: asdict(by_operation(net.content, arguments.repeats))
                for net in ours
                if net.name == name
            }
            for name in STUDENTS
        },
    }
    publish(results, RESULTS)
    print(write_page(RESULTS))


def students() -> Iterator[Net]:
    """Yield the packaged nets."""
    with tempfile.TemporaryDirectory() as folder:
        for name in STUDENTS:
            jobs = {"tflite": [Precision.FP32, Precision.INT8]}
            for written in export(find_checkpoint(name), jobs, Path(folder) / name):
                content = (written.path / TARGETS["tflite"].file).read_bytes()
                manifest = written.manifest
                yield Net(name, str(manifest.precision), content, manifest.parameters or 0)


class OneLogit(nn.Module):
    """A torchvision segmenter as a net of ours: its stages are its one result."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def stages(self, image: Tensor) -> dict[str, Tensor]:
        """Return the logits as `head`."""
        return {"head": self.net(image)["out"]}


def vision(name: str) -> Net:
    """Return a torchvision net, random, at 192×192."""
    build = getattr(torchvision().models.segmentation, VISION[name])
    net = OneLogit(build(weights=None, weights_backbone=None, num_classes=1))
    return _converted(name, net, (SIDE, SIDE))


def unet(name: str) -> Net:
    """Return a net of paper B, random."""
    spec = NETS[name].spec
    return _converted(name, spec.build(), spec.size)


def _converted(name: str, net: nn.Module, size: tuple[int, int]) -> Net:
    with vendor_noise_to(Path(os.devnull)):
        content = float_file(ExportForm(net).eval(), torch.full((1, 3, *size), 127.0))
    return Net(name, "fp32", content, sum(p.numel() for p in net.parameters()))


def mediapipe(wheel: Path | None, not_run: dict[str, str]) -> list[Net]:
    """Return the selfie segmenter, or note why it is not there."""
    content = selfie(wheel)
    if isinstance(content, str):
        not_run[SELFIE] = content
        return []
    weights = {
        tensor
        for piece in pieces_of(content)
        for operation in piece.operations
        for tensor in operation.inputs
        if tensor.constant and tensor.dtype == "float16"
    }
    return [Net(SELFIE, "fp16 weights", content, sum(tensor.size for tensor in weights))]


def measure(
    nets: Sequence[Net], references: Sequence[Net], repeats: int, reached: dict[str, float]
) -> list[dict[str, Any]]:
    """Time nets in turn; a ratio is the median of the rounds' own."""
    interpreters = [Interpreter(net.content) for net in nets]
    for interpreter in interpreters:
        interpreter.feed()
    taken = time_in_turn(interpreters, repeats, nets[0].name, ONE_THREAD).T
    return [
        {
            **described(net, float(np.median(ms)), reached),
            "p50 ms": latency_of(ms, 1).p50_ms,
            "p95 ms": latency_of(ms, 1).p95_ms,
            "rounds": repeats,
            "ratios": {
                other.name: round(float(np.median(ms / taken[nets.index(other)])), 3)
                for other in references
            },
        }
        for net, ms in zip(nets, taken, strict=True)
    ]


def described(net: Net, ms: float, reached: dict[str, float]) -> dict[str, Any]:
    """Return what a file says about itself, and its speed as a share of the peak."""
    pieces = pieces_of(net.content)
    multiply_adds = sum(piece.multiply_adds for piece in pieces)
    dtype = "int8" if net.precision == "int8" else "float32"
    (given,) = (tensor for tensor in pieces[0].fed)
    return {
        "net": net.name,
        "precision": net.precision,
        "size": list(given.shape[1:3]),
        "megabytes": round(len(net.content) / 1e6, 3),
        "parameters": net.parameters,
        "multiply-adds": multiply_adds,
        "multiply-adds per byte": multiply_adds / sum(piece.bytes_moved for piece in pieces),
        "share of peak": multiply_adds / (ms / 1e3) / reached[dtype],
    }


if __name__ == "__main__":
    main()

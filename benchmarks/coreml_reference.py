"""Speed and memory of the Core ML reference executor, and why its convolutions use onnxruntime.

    python -m benchmarks.coreml_reference            packaged student, kernels
    python -m benchmarks.coreml_reference --full     the full-size hypercolumn against torch too

One thread throughout. Milliseconds are the least of several runs; torch runs the same folded form.
"""

import argparse
import os
import tempfile
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # NumPy's BLAS reads it once

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.context import publish
from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.coreml.interpreter import Program, execute, load_package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.kernels import Kernels
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.references.find import find_checkpoint

Array = NDArray[np.float32]
# (C_in, C_out, kernel, groups, side): a student's 3×3, depthwise and 1×1, VGG's 3×3, the head's 1×1
SHAPES = ((3, 32, 3, 1, 192), (96, 96, 3, 96, 96), (96, 24, 1, 1, 48), (256, 256, 3, 1, 56))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--net", default=DEFAULT_NET)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        results: dict[str, Any] = {
            "student": student(arguments.net, Path(folder)),
            "convolution": [kernel(*shape) for shape in SHAPES],
        }
        if arguments.full:
            results["hypercolumn"] = hypercolumn(Path(folder))
    publish(results)


def student(name: str, folder: Path) -> dict[str, Any]:
    """Return milliseconds of every legal precision."""
    written = export(find_checkpoint(name), {"coreml": TARGETS["coreml"].precisions}, folder / "s")
    found: dict[str, Any] = {}
    for artefact in written:
        program = load_package(artefact.path / TARGETS["coreml"].file)
        found[str(artefact.manifest.precision)] = measure(program, runs=10)
    return found


def measure(program: Program, runs: int) -> dict[str, float]:
    """Return milliseconds in both roundings, and the live intermediate values at their peak."""
    (feature,) = program.inputs
    shape = tuple(n or 1 for n in feature.shape or ())
    image = np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)
    feeds: dict[str, NDArray[Any]] = {feature.name: image}
    return {
        "declared ms": least(lambda: execute(program, feeds), runs),
        "none ms": least(lambda: execute(program, feeds, rounding="none"), runs),
        **live(program, feeds),
    }


def live(program: Program, feeds: dict[str, NDArray[Any]]) -> dict[str, float]:
    """Return megabytes of all intermediate values, and of those alive at once.

    A run that is watched overwrites nothing: one that is not holds less.
    """
    seen: list[weakref.ref[NDArray[Any]]] = []
    alive, total = [0], [0]

    def note(_: str, array: NDArray[Any]) -> None:
        seen.append(weakref.ref(array))
        total.append(array.nbytes)
        alive.append(sum(held.nbytes for ref in seen if (held := ref()) is not None))

    execute(program, feeds, trace=note)
    return {"values MB": round(sum(total) / 1e6, 1), "alive MB": round(max(alive) / 1e6, 1)}


def kernel(inputs: int, outputs: int, size: int, groups: int, side: int) -> dict[str, Any]:
    """Return milliseconds of one convolution by NumPy, onnxruntime and torch."""
    random = np.random.default_rng(0)
    x = random.standard_normal((1, inputs, side, side)).astype(np.float32)
    weight = random.standard_normal((outputs, inputs // groups, size, size)).astype(np.float32)
    pad = size // 2
    attributes = {"pads": (pad,) * 4, "group": groups}
    prepared = Kernels()
    image, filters = torch.from_numpy(x), torch.from_numpy(weight)
    return {
        "shape": f"{inputs}->{outputs} {size}x{size} groups {groups} at {side}",
        "numpy ms": least(lambda: im2col(x, weight, groups, pad), 3),
        "onnxruntime ms": least(lambda: prepared.run("k", "Conv", x, [weight], attributes), 3),
        "torch ms": least(
            lambda: torch.nn.functional.conv2d(image, filters, padding=pad, groups=groups), 3
        ),
    }


def im2col(x: Array, weight: Array, groups: int, pad: int) -> Array:
    """Convolve with stride 1 by windows and one matrix product per group."""
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    window = (1, 1, *weight.shape[2:])
    windows: Array = np.lib.stride_tricks.sliding_window_view(padded, window)[0, :, :, :, 0, 0]
    parts = np.split(windows, groups)
    columns = np.stack([p.transpose(0, 3, 4, 1, 2).reshape(-1, x[0, 0].size) for p in parts])
    product = weight.reshape(groups, -1, columns.shape[1]) @ columns
    return product.reshape(1, -1, *x.shape[2:])


def hypercolumn(folder: Path) -> dict[str, Any]:
    """Return seconds of the full-size net by our executor and by torch, and how they differ."""
    import coremltools

    torch.manual_seed(0)
    spec = NETS["hypercolumn"].spec
    form = ExportForm(spec.build()).eval()
    image = np.random.default_rng(0).uniform(0, 255, (1, 3, *spec.size))
    tensor = torch.from_numpy(image.astype(np.float32))
    with torch.no_grad():
        model: Any = coremltools.convert(
            torch.jit.trace(form, tensor),
            convert_to="mlprogram",
            inputs=[coremltools.ImageType(name="image", shape=tuple(tensor.shape))],
            outputs=[coremltools.TensorType(name="probability")],
            compute_precision=coremltools.precision.FLOAT32,
            minimum_deployment_target=coremltools.target.iOS16,
            skip_model_load=True,
        )
        model.save(str(folder / "full.mlpackage"))
        program = load_package(folder / "full.mlpackage")
        feeds: dict[str, NDArray[Any]] = {"image": tensor.numpy()}
        expected = form(tensor)[0].numpy()
        found = execute(program, feeds)["probability"]
        theirs = least(lambda: form(tensor), 2)
        ours = least(lambda: execute(program, feeds), 2)
    return {
        "torch ms": theirs,
        "executor ms": ours,
        "ratio": round(ours / theirs, 2),
        "largest difference": float(np.abs(found - expected).max()),
        **live(program, feeds),
    }


def least(call: Callable[[], object], runs: int) -> float:
    """Return the least milliseconds of `runs` calls, after one that warms up."""
    call()
    taken: list[float] = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return round(min(taken) * 1e3, 2)


if __name__ == "__main__":
    main()

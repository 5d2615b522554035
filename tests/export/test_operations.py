"""Nets of operations that converters are silently wrong about: right on every target, or refused.

`docs/your-own-model.md` lists them. Each is exported for each target in float32, where `export`
compares the file with torch on golden images.
"""

from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.export.against_torch import require_equal
from skinseg_mobile.export.export import export
from skinseg_mobile.export.golden import golden_of
from skinseg_mobile.export.operations import KNOWN, unfit
from skinseg_mobile.export.scenes import synthetic_scenes
from skinseg_mobile.export.source import Source
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.errors import InputError, SkinsegError
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.references.engine import segmenter_of
from tests.foreign import FAULTS, adopted_fault
from tests.once import require_target

REFUSED = {
    "bilinear_factor": ("tflite", "coreml", "executorch"),
    "bilinear_half_of_odd": ("tflite", "coreml", "executorch"),
    "nearest_factor": ("tflite", "coreml", "coreai"),
    "antialias": ("tflite", "coreml"),
    "bicubic": ("coreml",),
    "transposed_dilated": ("tflite",),
    "dilated_pool": ("coreml",),
    "fmod": ("coreml",),
    "softplus": ("coreml",),
    "grid_sample": ("coreml",),
    "pool_of_inside": ("coreai",),
    "ceil_pool": ("coreai",),
    "ceil_pool_of_odd": ("coreai",),
    "own_divisor": ("onnx", "coreml"),
    "unpooled": ("tflite", "coreml", "coreai"),
    "reciprocal": ("tflite",),
    "offset_twice": ("coreml",),
    "zeros_then_max": ("onnx",),
    "constant_over": ("tflite",),
    "product_from_the_left": ("coreml",),
    "next_to_nothing": ("onnx",),
    "less_next_to_nothing": ("onnx",),
    "two_activations": ("executorch",),
    "softmax_of_rows": ("executorch",),
}
"""Every other fault is right on every target, but for these."""
LACKS = {
    "coreai": {
        "antialias": "_upsample_bilinear2d_aa",
        "deviation": "var",
        "remainder": "remainder",
        "grid_sample": "grid_sampler_2d",
    },
    "executorch": {
        "nearest_size": "upsample_nearest2d",
        "nearest_factor": "upsample_nearest2d",
        "nearest_half": "slice_copy",
        "expanded_to_the_side": "slice_copy",
        "nearest_exact": "upsample_nearest2d",
        "antialias": "_upsample_bilinear2d_aa",
        "bicubic": "index",
        "ceil_pool": "avg_pool2d",
        "ceil_pool_of_odd": "avg_pool2d",
        "own_divisor": "avg_pool2d",
        "unpooled": "index_put",
        "adaptive_pool": "mean",
        "adaptive_max_pool": "amax",
        "reflect": "index",
        "deviation": "var",
        "remainder": "remainder",
        "fmod": "fmod",
        "grid_sample": "grid_sampler_2d",
        "softplus": "log1p",
        "reciprocal": "reciprocal",
        "power": "pow",
        "softmax_of_channels": "_softmax",
        "product_from_the_left": "mm",
        "attention": "expand_copy",
        "group_norm": "expand_copy",
    },
}
"""What the vendor's converter refuses, or XNNPACK leaves out, with the name that it is given."""


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_what_a_target_lacks_is_known_before_converting(name: str, tmp_path: Path) -> None:
    """What is not refused is exported below, which asks `unfit` first."""
    checkpoint = adopted_fault(name, tmp_path)
    found = [*unfit(Source(checkpoint, None).nodes, TARGETS)]
    assert tuple(dict.fromkeys(item.target for item in found)) == REFUSED[name]
    jobs = {target: [Precision.FP32] for target in REFUSED[name] if not TARGETS[target].missing}
    if jobs:
        words = f"{next(iter(jobs))} is wrong about or lacks .* or export other"
        with pytest.raises(InputError, match=words):
            export(checkpoint, jobs, tmp_path / "artefacts")
    assert not (tmp_path / "artefacts").exists()


TOGETHER = [
    pytest.param([name for name in TARGETS if TARGETS[name].optional is optional], id=group)
    for group, optional in (("usual", False), ("optional", True))
]
"""Targets that one export serves, since tracing a net takes as long as converting it."""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of torch and optional vendors about each other's versions
@pytest.mark.parametrize("targets", TOGETHER)
@pytest.mark.parametrize("name", FAULTS)
def test_what_is_written_is_right(name: str, targets: list[str], tmp_path: Path) -> None:
    """Files that take a process of their own are not opened again: `export` compared them."""
    for target in targets:
        require_target(target)
    checkpoint, out = adopted_fault(name, tmp_path), tmp_path / "artefacts"
    jobs = {target: [Precision.FP32] for target in targets if target not in REFUSED.get(name, ())}
    for target in LACKS.keys() & jobs:
        if lacking := LACKS[target].get(name):
            alone = {target: jobs.pop(target)}
            way_out = f"export to the targets other than {target}"
            words = f"does not take.*{lacking}|unsupported ATen ops.*{lacking}.*{way_out}"
            with pytest.raises(SkinsegError, match=words):
                export(checkpoint, alone, out)
            assert not [*out.glob("*")]
    _, photo, _ = synthetic_scenes(Task.LESION)[0]
    wanted = segmenter_of(checkpoint).at_net_size(photo)
    for written in export(checkpoint, jobs, out) if jobs else ():
        if TARGETS[written.manifest.target].optional:
            assert written.engine
            continue
        found = load(written.path).at_net_size(photo)
        assert np.abs(found - wanted).max() <= 2e-3 * np.ptp(wanted) + 2e-6, written.path.name


@pytest.mark.slow
@pytest.mark.parametrize("target", ["tflite", "coreml"])
def test_a_wrong_operation_that_nobody_knew_is_named(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skinseg_mobile.export.operations.KNOWN", ())
    checkpoint = adopted_fault("nearest_factor", tmp_path)
    with pytest.raises(SkinsegError, match="first operation that differs is upsample_nearest2d"):
        export(checkpoint, {target: [Precision.FP32]}, tmp_path / "artefacts")
    assert not [*(tmp_path / "artefacts").glob("*")]


def test_equal_nets_pass_and_others_do_not(tmp_path: Path) -> None:
    one, other = (adopted_fault(name, tmp_path) for name in ("prelu", "hard_tanh"))
    golden = golden_of(one, synthetic_scenes(Task.LESION)[:2])

    def fails(_: Source) -> None:
        raise InputError("nothing converts here")

    require_equal(segmenter_of(one), golden, Source(one, None), fails)  # type: ignore[arg-type]
    assert np.ptp(golden.probabilities) > 1e-3
    with pytest.raises(SkinsegError, match="differs from torch by"):
        require_equal(segmenter_of(other), golden, Source(one, None), fails)  # type: ignore[arg-type]


def test_every_row_is_tried() -> None:
    named = {target for targets in REFUSED.values() for target in targets}
    assert {target for known in KNOWN for target in known.targets} == named

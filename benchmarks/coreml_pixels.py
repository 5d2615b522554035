"""What the 8 bits of Core ML's image input cost: tensors rounded as an app must, against unrounded.

    python -m benchmarks.coreml_pixels

Core ML takes pixel buffers of 8 bits a value, so an app rounds the resized photograph, halves to
even; our reference executor takes it unrounded. Both run in it here, on the committed test vectors
and the golden images; then the rounded golden images are judged as a phone's report would be.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # NumPy's BLAS reads it once

import numpy as np

from benchmarks.context import ROOT, publish
from skinseg_mobile.export.artefact import export
from skinseg_mobile.runtime_py.artefact import load
from skinseg_mobile.runtime_py.contract import to_tensor
from skinseg_mobile.runtime_py.device.check import check_device_report
from skinseg_mobile.runtime_py.device.images import run_here
from skinseg_mobile.runtime_py.device.report import DeviceImage, encoded, write_device_report
from skinseg_mobile.runtime_py.engines import AUTO
from skinseg_mobile.runtime_py.formats import LEGAL, Target
from skinseg_mobile.runtime_py.gate.check import Verdict
from skinseg_mobile.runtime_py.golden import read_golden
from skinseg_mobile.runtime_py.manifest import GOLDEN
from skinseg_mobile.runtime_py.metrics import jaccard
from skinseg_mobile.runtime_py.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.photo import Photo, read_photo
from skinseg_mobile.runtime_py.segmenter import Segmenter
from skinseg_mobile.train.find import find_checkpoint

LIMITS_FAIL = "checks of a phone's report that fail"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = {Target.COREML: LEGAL[Target.COREML]}
        written = export(find_checkpoint(DEFAULT_NET), jobs, Path(folder) / "coreml")
        publish({str(w.manifest.precision): measure(w.path) for w in written})


def measure(artefact: Path) -> dict[str, Any]:
    """Return how far probabilities and masks move by the rounding, and what `parity` says of it."""
    net = load(artefact)
    rows = [compare(net, photo) for photo in photographs(artefact)]
    moved, changed, agreement = (np.array(column) for column in zip(*rows, strict=True))
    return {
        "photographs": len(rows),
        "greatest |Δp|": float(moved.max()),
        "mask pixels that change, %": float(100 * changed.mean()),
        "same, worst photograph, %": float(100 * changed.max()),
        "worst agreement of masks": float(agreement.min()),
        LIMITS_FAIL: judged(artefact, net),
    }


def compare(net: Segmenter, photo: Photo) -> tuple[float, float, float]:
    """Return greatest |Δp|, share of mask pixels that change, and agreement of the masks."""
    tensor = to_tensor(photo, net.height, net.width)
    plain, rounded = net.engine(tensor), net.engine(np.rint(tensor))
    masks = [net.mask(probability, *photo.shape[:2]) for probability in (plain, rounded)]
    return (
        float(np.abs(plain - rounded).max()),
        float((masks[0] ^ masks[1]).mean()),
        jaccard(*masks),
    )


def judged(artefact: Path, net: Segmenter) -> list[str]:
    """Return the sentences of the checks that fail."""
    golden = read_golden(artefact / GOLDEN)
    maps = (net.engine(np.rint(to_tensor(p, net.height, net.width))) for p in golden.images)
    images = tuple(
        DeviceImage(id_, 1.0, encoded(probability))
        for id_, probability in zip(golden.ids, maps, strict=True)
    )
    report = artefact.parent / f"{artefact.name}.json"
    write_device_report(replace(run_here(artefact, AUTO), images=images), report)
    checks = check_device_report(str(artefact), report).checks
    return [check.sentence for check in checks if check.verdict is Verdict.FAILED]


def photographs(artefact: Path) -> Iterator[Photo]:
    """Yield the vectors' photographs and the golden images."""
    for path in sorted((ROOT / "tests" / "vectors" / "photos").iterdir()):
        yield read_photo(path)
    yield from read_golden(artefact / GOLDEN).images


if __name__ == "__main__":
    main()

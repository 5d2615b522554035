"""The full `hypercolumn` net (64.8 M parameters, 224×224) through every exporter and engine, once.

    python -m benchmarks.full_size [--net hypercolumn]

Weights are random, so Jaccard says nothing: what is printed is the largest difference of the
probability from torch's on one synthetic photograph. It takes about 20 minutes and 8 GB.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.context import publish
from skinseg_mobile.export.artefact import export
from skinseg_mobile.runtime_py.artefact import load
from skinseg_mobile.runtime_py.formats import Precision, Target, Task
from skinseg_mobile.train.checkpoint import Record, save_checkpoint
from skinseg_mobile.train.engine import segmenter_of
from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.synth import draw

JOBS = {target: [Precision.FP32] for target in Target}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--net", default="hypercolumn", choices=list(NETS))
    arguments = parser.parse_args()
    torch.manual_seed(0)
    spec = NETS[arguments.net].spec
    photo = draw("lesion", 0, 0).image
    rows: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = Record(arguments.net, Task.LESION, spec)
        checkpoint = save_checkpoint(record, spread(spec.build()), folder / "checkpoint")
        expected = segmenter_of(checkpoint).at_net_size(photo)
        for target, precisions in JOBS.items():
            started = time.perf_counter()
            (written,) = export(checkpoint, {target: precisions}, folder / "artefacts")
            exported = time.perf_counter()
            found = load(written.path).at_net_size(photo)
            rows[target] = {
                "export seconds": round(exported - started, 1),
                "load and run seconds": round(time.perf_counter() - exported, 1),
                "megabytes": round(written.manifest.model_bytes / 1e6, 1),
                "engine": written.engine,
                "largest |Δp|": float(np.abs(found - expected).max()),
            }
    publish({"net": arguments.net, "span of p": float(np.ptp(expected)), "targets": rows})


@torch.no_grad()
def spread(net: nn.Module) -> nn.Module:
    """Give random weights (He et al. 2015) a result that varies over the frame."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return net.eval()


if __name__ == "__main__":
    main()

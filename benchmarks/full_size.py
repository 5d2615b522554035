"""Every net at full size through every exporter and engine, one net at a time.

    python -m benchmarks.full_size [--net NAME]... [--results FILE]

Weights are random, so Jaccard says nothing: what is kept is the largest difference of the
probability from torch's on one synthetic photograph. Each pair of net and target runs in a process
of its own, which gives its memory back, and its row is written at once, with its commit: stopped
and started again, the script goes on with what is missing. A row that failed says why, one that
was not reached says "not run".
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.context import ROOT, context
from skinseg_mobile.export.export import ExportOptions, export
from skinseg_mobile.runtime_py.bench.memory import peak_bytes
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.images.image_file import Photo
from skinseg_mobile.runtime_py.storage.atomic import write_file
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.checkpoint import Record, save_checkpoint
from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.references.engine import segmenter_of
from skinseg_mobile.train.synth import draw, write_set

RESULTS = ROOT / "benchmarks/results/full-size.json"
NOT_RUN = {"verdict": "not run"}
LIMIT = 1e-4
Row = dict[str, Any]


def main() -> None:
    """Fill in the missing rows and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--net", action="append", choices=list(NETS), help="all when left out")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(*arguments.one)))
        return
    rows = fill(arguments.results, arguments.net or list(NETS))
    print(json.dumps(rows, indent=2))


def fill(path: Path, nets: Sequence[str]) -> dict[str, Row]:
    """Run what `path` lacks of `nets`, one process a row; every net has a row for every target."""
    rows: dict[str, Row] = {f"{name} {target}": NOT_RUN for name in NETS for target in TARGETS}
    if path.exists():
        rows |= json.loads(path.read_text())["results"]
    for key in [key for key, row in rows.items() if row == NOT_RUN and key.split()[0] in nets]:
        print(f"running {key}", file=sys.stderr, flush=True)
        rows[key] = {**_in_a_process(*key.split()), "commit": context()["commit"]}
        results = {**context(), "results": rows}
        write_file(path, json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    return rows


def _in_a_process(name: str, target: str) -> Row:
    command = [sys.executable, "-m", "benchmarks.full_size", "--one", name, target]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return json.loads(found.stdout.splitlines()[-1])
    last = (found.stderr.strip().splitlines() or [f"exit code {found.returncode}"])[-1]
    return {"verdict": "failed", "reason": last}


def measure(name: str, target: str) -> Row:
    """Export one net to one target in float32, load and run it, compare with torch."""
    torch.manual_seed(0)
    spec = NETS[name].spec
    photo = draw("lesion", 0, 0).image
    with tempfile.TemporaryDirectory() as folder:
        net = settled(spread(spec.build()), photo)
        record = Record(name, Task.LESION, spec)
        checkpoint = save_checkpoint(record, net, Path(folder) / "checkpoint")
        del net
        expected = segmenter_of(checkpoint).at_net_size(photo)
        write_set(Path(folder) / "golden", 1, 0, Task.LESION)  # sixteen would take minutes
        options = ExportOptions(golden=Path(folder) / "golden")
        started = time.perf_counter()
        jobs = {target: [Precision.FP32]}
        (written,) = export(checkpoint, jobs, Path(folder) / "artefacts", options)
        exported = time.perf_counter()
        found = load(written.path).at_net_size(photo)
        delta = float(np.abs(found - expected).max())
        return {
            "verdict": "passed" if delta <= LIMIT else "failed",
            "largest |Δp|": delta,
            "span of p": float(np.ptp(expected)),
            "engine": written.engine,
            "export seconds": round(exported - started, 1),
            "load and run seconds": round(time.perf_counter() - exported, 1),
            "megabytes": round(written.manifest.model_bytes / 1e6, 1),
            "peak memory GB": round((peak_bytes() or 0) / 1e9, 1),
        }


@torch.no_grad()
def spread(net: nn.Module) -> nn.Module:
    """Give random weights (He et al. 2015) a result that varies over the frame."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return net.eval()


@torch.no_grad()
def settled(net: nn.Module, photo: Photo) -> nn.Module:
    """Give batch norm the photograph's statistics, so that residual blocks do not add up.

    Logits of a random residual net are in the thousands without: no rounding then is small.
    """
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    if norms:
        for norm in norms:
            norm.momentum = 1.0
        net.train()(torch.from_numpy(photo).permute(2, 0, 1)[None].float())
    return net.eval()


if __name__ == "__main__":
    main()

"""Coarse to fine on a trained hypercolumn checkpoint: agreement, and speed at full size.

    python -m benchmarks.coarse_to_fine CHECKPOINT DATA [--split valid] [--band 1] [--runs 3]

Agreement: masks of both ways at the photographs' own size, over the whole split. Speed: the full
`hypercolumn` net with random weights has no mask worth following, so it is timed on the trained
net's decisions: its trunk and its MLP run at exactly the pixels for which the checkpoint asked, on
the photograph with the median number of them and on the one with the most. Naive runs beside it.
The agreement of a full-size net needs that net, trained.
"""

import argparse
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.context import publish
from benchmarks.folded import build, image, timed
from benchmarks.full_size import spread
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select, split_named
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.metrics.overlap import jaccard
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.checkpoint import load_checkpoint
from skinseg_mobile.train.nets.coarse_to_fine import CoarseToFine, LogitGrid, Refinement
from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.references.engine import batch_of, segmenter_of

Decisions = list[Tensor]
"""Undecided cells, one tensor for each time the net was asked."""


class Recorded(CoarseToFine):
    """Keeps what was decided for the last image."""

    def _undecided(self, grid: LogitGrid, band: float) -> Tensor:
        self.decisions.append(super()._undecided(grid, band))
        return self.decisions[-1]

    def refine(self, image: Tensor) -> LogitGrid:
        """See `CoarseToFine`."""
        self.decisions: Decisions = []
        return super().refine(image)


class Replayed(CoarseToFine):
    """Runs the MLP where another net's decisions say."""

    decisions: Iterator[Tensor]

    def _undecided(self, grid: LogitGrid, band: float) -> Tensor:
        return next(self.decisions)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--step", type=int, default=Refinement.step)
    parser.add_argument("--band", type=float, default=Refinement.band)
    parser.add_argument("--runs", type=int, default=3, help="0 measures agreement alone.")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    refinement = Refinement(arguments.step, arguments.band)
    found, cases = agree(arguments, refinement)
    if arguments.runs:
        found["full size"] = speed(cases, refinement, arguments.runs)
    publish({"threads": arguments.threads, **found})


def agree(arguments: Any, refinement: Refinement) -> tuple[dict[str, Any], dict[str, Decisions]]:
    """Return the agreement over the split, and the decisions of two photographs."""
    checkpoint = load_checkpoint(arguments.checkpoint)
    exact = segmenter_of(checkpoint)
    net: Any = checkpoint.build()
    quick = Recorded(net, checkpoint.record.threshold, refinement)
    agreed: dict[str, float] = {}
    seen: list[tuple[float, Decisions]] = []
    for sample in track(
        select(read_dataset(arguments.data), split_named(arguments.split)), "comparing"
    ):
        photo = read_photo(sample.image)
        tensor = to_tensor(photo, exact.height, exact.width)
        grid = quick.refine(batch_of(tensor))
        maps = (grid.logits.sigmoid().numpy(), exact.engine(tensor))
        one, other = (exact.mask(probability, *photo.shape[:2]) for probability in maps)
        agreed[sample.id] = jaccard(one, other)
        seen.append((float(grid.exact.float().mean()), quick.decisions))
    seen.sort(key=lambda case: case[0])
    worst = min(agreed, key=lambda id_: agreed[id_])
    found = {
        "layout": str(checkpoint.record.spec.layout),
        "refinement": str(refinement),
        "images": len(agreed),
        "agreement, mean": statistics.mean(agreed.values()),
        "agreement, worst": agreed[worst],
        "images whose masks are not identical": sum(value < 1 for value in agreed.values()),
        "share of pixels evaluated, median": seen[len(seen) // 2][0],
        "share of pixels evaluated, most": seen[-1][0],
    }
    return found, {"median share": seen[len(seen) // 2][1], "most": seen[-1][1]}


def speed(cases: dict[str, Decisions], refinement: Refinement, runs: int) -> dict[str, Any]:
    """Return wall and user CPU seconds of the full net, naive and at the cases' pixels."""
    naive, given = build("naive"), image()
    net: Any = spread(NETS["hypercolumn"].spec.build())
    tool = Replayed(net, refinement=refinement)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ("naive", *cases)}
    for _ in range(runs):
        taken["naive"].append(timed(naive, given, "cpu")[1:])
        for name, decisions in cases.items():
            tool.decisions = iter(decisions)
            taken[name].append(timed(tool, given, "cpu")[1:])
    medians = {
        name: [statistics.median(column) for column in zip(*pairs, strict=True)]
        for name, pairs in taken.items()
    }
    return {
        name: {
            "seconds": round(wall, 3),
            "user CPU seconds": round(user, 2),
            "naive / this, seconds": round(medians["naive"][0] / wall, 2),
            "naive / this, user CPU": round(medians["naive"][1] / user, 2),
        }
        for name, (wall, user) in medians.items()
    }


if __name__ == "__main__":
    main()

"""Students for other cameras: what they learn from, how weights are blended, how they are chosen.

    python -m benchmarks.robust mix DATA --out MIXED [--synthetic 480] [--seed 19]
    python -m benchmarks.robust blend BEFORE AFTER --share 0.7 --out runs/blended
    python -m benchmarks.robust score DATA NET… [--report OTHER …] [--out FILE]

`mix` copies DATA and adds the train rows of drawn lesions (`data synth`). `blend` averages the
weights of a net before and after fine-tuning (Wortsman et al. 2022, arXiv:2109.01903): what
fine-tuning on other views gains there costs less on the images as they are. `score` gives mean
Jaccard on `dev` as it is, on `dev` seen by other cameras, on `dev` zoomed and moved, and on drawn
lesions that `mix` left out; choices are made by the mean of these four. The images of each OTHER
folder are reported beside them and choose nothing.
"""

import argparse
import csv
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.build import run
from benchmarks.context import ROOT, publish
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split, read_dataset, select, split_named
from skinseg_mobile.runtime_py.storage.atomic import new_folder
from skinseg_mobile.train.checkpoint import save_checkpoint
from skinseg_mobile.train.data.augment import RANGES, Augmentation, Ranges
from skinseg_mobile.train.data.images import DecodedSplit, decode_split
from skinseg_mobile.train.data.views import Views
from skinseg_mobile.train.nets.family import InputSize
from skinseg_mobile.train.references.find import find_checkpoint
from skinseg_mobile.train.references.score import mean_jaccard

STRONG = RANGES[Augmentation.STRONG]
SHIFTS: Mapping[str, Ranges] = {
    "other cameras": replace(STRONG, degrees=0, shift=0, scale=(1.0, 1.0)),
    "zoomed": Ranges(
        degrees=STRONG.degrees, shift=STRONG.shift, scale=STRONG.scale, outside="reflection"
    ),
}
SEED = 77
SYNTHETIC, SYNTHETIC_SEED = 480, 19
"""Of the drawn lesions."""
LEAST = 0.005
"""Share of a view that its lesion must cover: less is no lesion to find."""


def main() -> None:
    """Do the one of the three that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    mix = commands.add_parser("mix")
    mix.add_argument("data", type=Path)
    mix.add_argument("--synthetic", type=int, default=SYNTHETIC)
    mix.add_argument("--seed", type=int, default=SYNTHETIC_SEED)
    mix.add_argument("--out", type=Path, required=True)
    mix.set_defaults(do=_mix)
    blend = commands.add_parser("blend")
    blend.add_argument("before")
    blend.add_argument("after")
    blend.add_argument("--share", type=float, required=True)
    blend.add_argument("--out", type=Path, required=True)
    blend.set_defaults(do=_blend)
    score = commands.add_parser("score")
    score.add_argument("data", type=Path)
    score.add_argument("nets", nargs="+")
    score.add_argument("--report", type=Path, action="append", default=[])
    score.add_argument("--out", type=Path)
    score.set_defaults(do=_score)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.do(arguments)


def _mix(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as scratch, new_folder(given.out) as out:
        drawn = _draw(Path(scratch) / "drawn", given.synthetic, given.seed)
        shutil.copytree(given.data, out, dirs_exist_ok=True)
        with (out / "split.csv").open("r+", newline="") as file:
            columns = next(csv.reader(file))
            file.seek(0, 2)
            table = csv.DictWriter(file, columns)
            for sample in read_dataset(drawn).of(Split.TRAIN):
                for path in (sample.image, sample.mask):
                    if path:
                        shutil.copyfile(path, out / path.relative_to(drawn))
                table.writerow({"id": sample.id, "split": "train", "diagnosis": "synthetic"})


def _draw(out: Path, count: int, seed: int) -> Path:
    run(ROOT, "-m", "skinseg_cli", "data", "synth", out, "--count", count, "--seed", seed)
    return out


def _blend(given: argparse.Namespace) -> None:
    before, after = find_checkpoint(given.before), find_checkpoint(given.after)
    net = after.build()
    net.load_state_dict(
        {
            name: torch.lerp(before.weights[name], value, given.share)
            if value.is_floating_point()
            else value
            for name, value in after.weights.items()
        }
    )
    config = {
        **after.record.config,
        "blend": {"before": before.digest, "after": after.digest, "share": given.share},
    }
    record = replace(after.record, name=given.out.name, config=config, metrics={})
    save_checkpoint(record, net, given.out)


def _score(given: argparse.Namespace) -> None:
    rows: dict[str, dict[str, float]] = {}
    checkpoints = {name: find_checkpoint(name) for name in given.nets}
    with tempfile.TemporaryDirectory() as scratch:
        drawn = read_dataset(_draw(Path(scratch) / "drawn", SYNTHETIC, SYNTHETIC_SEED))
        read = cache(partial(_sets, read_dataset(given.data), drawn, given.report))
        for name, checkpoint in checkpoints.items():
            choose, report = read(checkpoint.record.spec.input_size)
            net = checkpoint.build()
            row = {kind: mean_jaccard(net, decoded) for kind, decoded in choose.items()}
            row["mean of these"] = float(np.mean(list(row.values())))
            row |= {kind: mean_jaccard(net, decoded) for kind, decoded in report.items()}
            rows[name] = {kind: round(value, 4) for kind, value in row.items()}
    publish({"jaccard": rows}, given.out)


def _sets(
    data: Dataset, drawn: Dataset, others: Sequence[Path], size: InputSize
) -> tuple[dict[str, DecodedSplit], dict[str, DecodedSplit]]:
    """Return what chooses and what is only reported, decoded for nets of a size."""
    dev = decode_split(data.of(Split.DEV), size, "reading dev")
    choose = {"dev": dev} | {name: _seen(dev, ranges) for name, ranges in SHIFTS.items()}
    choose["drawn"] = decode_split(drawn.of(Split.DEV), size, "reading drawn lesions")
    report: dict[str, DecodedSplit] = {}
    for other in others:
        samples = select(read_dataset(other), split_named("test"))
        decoded = decode_split(samples, size, f"reading {other.name}")
        report[f"{other.name}, chose nothing"] = decoded
    return choose, report


def _seen(dev: DecodedSplit, ranges: Ranges) -> DecodedSplit:
    """Return one view of each image, the same for every net, of those that show a lesion."""
    views = Views(dev, Augmentation.STRONG, SEED, torch.device("cpu"))
    views.ranges = ranges
    images, masks = views.draw(0, list(range(len(dev.ids))))
    kept = (masks[:, 0].mean((1, 2)) > LEAST).nonzero()[:, 0].tolist()
    return DecodedSplit(
        tuple(dev.ids[row] for row in kept),
        images[kept].round().to(torch.uint8),
        masks[kept].to(torch.uint8),
        tuple(masks[row, 0].numpy() > 0 for row in kept),
    )


if __name__ == "__main__":
    main()

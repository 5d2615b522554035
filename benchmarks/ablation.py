"""What each step of compression is worth: labels alone, + teacher, + pruning, + 8 bits.

    python -m benchmarks.ablation DATA --teacher SOFT_MASKS --work runs/ablation
    python -m benchmarks.ablation DATA --teacher SOFT_MASKS --work runs/ablation --report

Every row has three seeds at equal epochs on small photographs, so that an afternoon on two cores
is enough; its figures compare rows and nothing else. Row by row, seed by seed: what is finished is
kept in `--work` and never trained again, what is not is "not run".

    labels      `lean` from ImageNet, no teacher
    + teacher   the same with binary distillation from soft masks
    + pruning   that, cut to half of its multiply-adds and distilled again
    + 8 bits    that, fitted to 8 bits; scored with 8 bits simulated
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.context import publish
from skinseg_mobile.compress.distil.config import DistilConfig
from skinseg_mobile.compress.distil.run import distil, training_config
from skinseg_mobile.compress.distil.teachers import Teachers, find_teachers
from skinseg_mobile.compress.prune.config import PruneConfig
from skinseg_mobile.compress.prune.prune import prune
from skinseg_mobile.compress.quantize.config import QuantizeConfig
from skinseg_mobile.compress.quantize.fake_quantize import RoundedNet
from skinseg_mobile.compress.quantize.stage import quantize
from skinseg_mobile.compress.quantize.trace import trace
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split, read_dataset
from skinseg_mobile.train.checkpoint import Checkpoint, is_checkpoint, load_checkpoint
from skinseg_mobile.train.data.images import decode_split
from skinseg_mobile.train.references.score import mean_jaccard

SIDE = 128
SEEDS = (0, 1, 2)
KEEP = 0.5
TUNING_EPOCHS = 2


@dataclass(frozen=True)
class Setting:
    """What every row shares."""

    data: Dataset
    teachers: Teachers
    work: Path
    epochs: int

    def path(self, row: str, seed: int) -> Path:
        """The checkpoint of a row and seed."""
        return self.work / f"{row.replace(' ', '-')}-{seed}"


def labels(setting: Setting, seed: int, out: Path) -> Checkpoint:
    """Train without a teacher."""
    return _distilled(setting, None, Teachers(), seed, out)


def teacher(setting: Setting, seed: int, out: Path) -> Checkpoint:
    """Train with one."""
    return _distilled(setting, None, setting.teachers, seed, out)


def pruning(setting: Setting, seed: int, out: Path) -> Checkpoint:
    """Cut the row before and distil again."""
    before, cut = setting.path("teacher", seed), out.with_name(f"{out.name}-cut")
    if not is_checkpoint(cut):
        prune(load_checkpoint(before), setting.data, PruneConfig(keep=KEEP), cut)
    return _distilled(setting, load_checkpoint(cut), setting.teachers, seed, out)


def eight_bits(setting: Setting, seed: int, out: Path) -> Checkpoint:
    """Fit the row before to 8 bits."""
    config = QuantizeConfig(epochs=TUNING_EPOCHS, seed=seed)
    before = load_checkpoint(setting.path("pruning", seed))
    return quantize(before, setting.data, config, out, print)


ROWS: dict[str, Callable[[Setting, int, Path], Checkpoint]] = {
    "labels": labels,
    "teacher": teacher,
    "pruning": pruning,
    "8 bits": eight_bits,
}


def main() -> None:
    """Train what is missing, unless only a report is asked for, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--teacher", required=True, action="append")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--report", action="store_true", help="train nothing")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    setting = Setting(
        read_dataset(arguments.data), find_teachers(arguments.teacher), arguments.work,
        arguments.epochs,
    )  # fmt: skip
    if not arguments.report:
        for seed in arguments.seeds:
            for row, run in ROWS.items():
                path = setting.path(row, seed)
                if not is_checkpoint(path):
                    print(f"{row}, seed {seed}", flush=True)
                    run(setting, seed, path)
    publish({"epochs": arguments.epochs, "side": SIDE, "rows": table(setting)}, arguments.out)


def table(setting: Setting) -> dict[str, Any]:
    """Return each row's Jaccard on `valid`: by seed, mean and standard deviation."""
    valid = decode_split(setting.data.of(Split.VALID), SIDE, "reading valid")

    def jaccard(row: str, seed: int) -> float | None:
        path = setting.path(row, seed)
        if not is_checkpoint(path):
            return None
        found = load_checkpoint(path)
        net = RoundedNet(trace(found), found.quantization) if found.quantization else found.build()
        return mean_jaccard(net, valid)

    return {row: _summary([jaccard(row, seed) for seed in SEEDS]) for row in ROWS}


def _summary(scores: Sequence[float | None]) -> dict[str, Any]:
    done = [score for score in scores if score is not None]
    return {
        "seeds": [round(s, 4) if s is not None else "not run" for s in scores],
        "mean": round(statistics.mean(done), 4) if done else "not run",
        "sd": round(statistics.stdev(done), 4) if len(done) > 1 else "not run",
    }


def _distilled(
    setting: Setting, start: Checkpoint | None, teachers: Teachers, seed: int, out: Path
) -> Checkpoint:
    config = training_config(start or "lean")
    config = replace(
        config, epochs=setting.epochs, seed=seed, spec=replace(config.spec, input_size=SIDE)
    )
    return distil(
        start,
        teachers=teachers,
        data=setting.data,
        config=config,
        distillation=DistilConfig(),
        out=out,
        on_epoch=lambda line: print(f"  {line.sentence}", flush=True),
    )


if __name__ == "__main__":
    main()

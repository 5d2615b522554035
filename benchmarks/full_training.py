"""Trains the papers' systems at full size, offline, in stages of at most ten minutes each.

    python -m benchmarks.full_training pack --data DATA --out packed
    python -m benchmarks.full_training teacher-1 --data packed --out results
    python -m benchmarks.full_training unets --data packed --out results

DATA holds `isic2017/` and `fuseg/`; `pack` copies what the stages need of them, at most 60 MiB.
Stages: teacher-1, teacher-2, teacher-3 (paper A's hypercolumns, one seed each) and unets (paper B's
U-Net and Dense Residual U-Net: direct transfer, direct training, fine-tuning, from ISIC lesions to
foot-ulcer wounds: another task than the paper's, never to be put in a column with its figures).

`--minutes` is a wall-clock budget: the pace is measured first and epochs are cut to fit, which the
result says. Results are small: JSON, log and soft masks; weights stay in `--runs`. Where no more is
installed than torch, accelerate, safetensors, numpy and pillow: `PYTHONPATH=.imports python -m …`.
`--smoke` (8 photographs, 1 epoch, narrow nets) proves that the commands run; `--width 32` divides
the nets for a CPU and `--side 64` makes the teacher's input smaller. None of it says anything about
the full nets.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.budget import Pace, cut, measure_pace
from benchmarks.context import context
from benchmarks.train_throughput import device_name
from skinseg_mobile.runtime_py.data.dataset import Dataset, Sample, Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.storage.atomic import new_folder, require_absent, to_json, write_file
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.data.images import decode_split
from skinseg_mobile.train.data.soft_masks import SoftMasks, soft_masks, write_soft_masks
from skinseg_mobile.train.loop import LOG, train
from skinseg_mobile.train.nets.narrow import narrowed
from skinseg_mobile.train.presets import FINE_TUNING, preset
from skinseg_mobile.train.references.score import dev_scores, for_inference

MIB = 2**20
LARGEST_PACK, LARGEST_RESULT = 60 * MIB, 16 * MIB
TEACHER = "hypercolumn-isic2017"
UNETS = ("unet", "dense-residual-unet")
SHARES = {"pretraining": 0.6, "direct": 0.2, "fine-tuning": 0.2}
"""Of a U-Net's half of the budget."""
PACED_ON = 32
"""Photographs that the pace is measured on."""


@dataclass(frozen=True)
class Stage:
    """Where a stage reads and writes, how long it may take, and how small its nets are."""

    name: str
    data: Path
    out: Path
    runs: Path
    minutes: float
    width: int
    side: int | None
    epochs: int | None
    smoke: bool
    device: torch.device

    def config(self, name: str, seed: int = 0) -> TrainConfig:
        """Return a preset for this device and width."""
        found = preset(name)
        spec = narrowed(found.spec, self.width)
        if self.side and name == TEACHER:  # a U-Net's size is that of its FC layer
            spec = replace(spec, input_size=self.side)
        return replace(
            found,
            spec=spec,
            seed=seed,
            bf16=self.device.type == "cuda",
            epochs=min(found.epochs, self.epochs or found.epochs),
        )

    def dataset(self, name: str, config: TrainConfig) -> Dataset:
        """Read one of the sets; of a smoke test's, few photographs of each split."""
        found = read_dataset(self.data / name, config.validation_share)
        if not self.smoke:
            return found
        kept = [
            sample
            for split, count in (("train", 4), ("dev", 2), ("valid", 2), ("test", 2))
            for sample in found.of(Split(split))[:count]
        ]
        return Dataset(found.root, tuple(sorted(kept, key=lambda sample: sample.id)))


def main() -> None:
    """Run one stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", choices=("pack", "teacher-1", "teacher-2", "teacher-3", "unets"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--runs", type=Path, help="Run folders with weights [default: dropped].")
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--width", type=int, default=1)
    parser.add_argument("--side", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    if given.stage == "pack":
        return pack(given.data, given.out)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with tempfile.TemporaryDirectory() as dropped:
        stage = Stage(
            given.stage, given.data, given.out, given.runs or Path(dropped), given.minutes,
            32 if given.smoke else given.width, 64 if given.smoke else given.side,
            1 if given.smoke else given.epochs, given.smoke, device,
        )  # fmt: skip
        result = stage.out / f"{stage.name}.json"
        require_absent(result)
        started = time.monotonic()
        found = unets(stage) if stage.name == "unets" else teacher(stage)
        reduced = {"width divided by": stage.width, "side": stage.side, "smoke": stage.smoke}
        found |= {"minutes": (time.monotonic() - started) / 60, "reduced": reduced}
        about = {**context(), "device": device_name(device), "packed": _packed(stage.data)}
        write_file(result, to_json({**about, "results": found}))
        require_small(stage.out)


def pack(data: Path, out: Path) -> None:
    """Copy both sets into a new folder with what they are: bytes, hashes, commit."""
    about: dict[str, Any] = {"commit": context()["commit"], "sets": {}}
    with new_folder(out) as folder:
        for name in ("isic2017", "fuseg"):
            found = read_dataset(data / name)
            paths = [p for s in found.samples for p in (s.image, s.mask) if p]
            for path in [*paths, data / name / "split.csv"]:
                target = folder / name / path.relative_to(data / name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
            about["sets"][name] = {"images": len(found.samples), "sha256": found.digest()}
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        if size > LARGEST_PACK:
            raise InputError(
                f"The packed set {data} has {size / MIB:.0f} MiB, and 60 is the most. Scale the"
                " images to 256×256 first."
            )
        write_file(folder / "pack.json", to_json({**about, "bytes": size}))


def teacher(stage: Stage) -> dict[str, Any]:
    """Train one seed of the teacher, score it on valid and write its soft masks."""
    deadline = time.monotonic() + 60 * stage.minutes
    config = stage.config(TEACHER, seed=int(stage.name[-1]))
    data = stage.dataset("isic2017", config)
    pace, decode = measured(config, data)
    seen = [s for split in (Split.TRAIN, Split.DEV, Split.VALID) for s in data.of(split)]
    after = len(seen) * (decode + 8 * pace.judged)
    checkpoint, result = run(
        stage, config, data, pace, deadline - time.monotonic() - decode * len(seen) - after
    )
    decoded = decode_split(seen, config.spec.input_size, "reading for soft masks")
    net = for_inference(checkpoint.build().to(stage.device), stage.device)
    masks = soft_masks(net, decoded, stage.device, config.batch, bf16=config.bf16)
    path = stage.out / f"{stage.name}-soft-masks.npz"
    write_soft_masks(SoftMasks(decoded.ids, masks, checkpoint.digest, data.digest()), path)
    return {**result, "valid": scored(stage, checkpoint, data.of(Split.VALID))}


def unets(stage: Stage) -> dict[str, Any]:
    """Train both U-Nets in the three scenarios; wounds are judged on the 300 test photographs."""
    return {net: scenarios(stage, net, 60 * stage.minutes / len(UNETS)) for net in UNETS}


def scenarios(stage: Stage, net: str, seconds: float) -> dict[str, Any]:
    """Train one U-Net: on lesions, on wounds, and on wounds after lesions."""

    def learn(part: str, name: str, data: str, task: Task, init: Checkpoint | None) -> Any:
        started = time.monotonic()
        config = stage.config(name)
        found = stage.dataset(data, config)
        pace, decode = measured(config, found)
        spent = time.monotonic() - started + decode * len(found.samples)
        available = seconds * SHARES[part] - spent
        checkpoint, result = run(stage, config, found, pace, available, f"{net}-{part}", task, init)
        return checkpoint, {**result, "test": scored(stage, checkpoint, wounds)}

    clinical = f"{net}-clinical"
    wounds = stage.dataset("fuseg", stage.config(clinical)).of(Split.TEST)
    before, transfer = learn("pretraining", clinical, "isic2017", Task.LESION, None)
    _, direct = learn("direct", clinical, "fuseg", Task.WOUND, None)
    _, tuned = learn("fine-tuning", clinical + FINE_TUNING, "fuseg", Task.WOUND, before)
    return {"direct transfer": transfer, "direct training": direct, "fine-tuning": tuned}


def measured(config: TrainConfig, data: Dataset) -> tuple[Pace, float]:
    """Return the pace of a config, and the seconds of decoding one photograph."""
    some = data.of(Split.TRAIN)[:PACED_ON]
    started = time.monotonic()
    decoded = decode_split(some, config.spec.input_size, "reading a few")
    decode = (time.monotonic() - started) / len(some)
    return measure_pace(config, decoded), decode


def run(
    stage: Stage,
    config: TrainConfig,
    data: Dataset,
    pace: Pace,
    seconds: float,
    name: str = "",
    task: Task = Task.LESION,
    init: Checkpoint | None = None,
) -> tuple[Checkpoint, dict[str, Any]]:
    """Train what fits into `seconds`; return the checkpoint and what is to be told of the run."""
    name = name or stage.name
    steps = max(1, len(data.of(Split.TRAIN)) // config.batch)
    epoch = pace.epoch(steps, len(data.of(Split.DEV)))
    fitted = cut(config, epoch, seconds)
    folder = stage.runs / name
    parent = str(stage.runs / init.record.name) if init else None
    say: Callable[[Any], None] = lambda line: print(name, line.sentence, flush=True)  # noqa: E731
    started = time.monotonic()
    found = train(fitted, data, folder, task=task, init=parent, on_epoch=say)
    spent = time.monotonic() - started
    log = (folder / LOG).read_text()
    write_file(stage.out / f"{name}-log.jsonl", log)
    lines = [json.loads(line) for line in log.splitlines()]
    return found, {
        "preset": config.preset,
        "seed": config.seed,
        "parameters": sum(p.numel() for p in found.build().parameters()),
        "epochs of the recipe": preset(config.preset).epochs,
        "epochs planned": fitted.epochs,
        "epochs run": len(lines),
        "cut to fit": fitted.epochs < preset(config.preset).epochs,
        "training seconds": spent,
        "seconds of an epoch": float(np.median([line["seconds"] for line in lines])),
        "pace measured before": asdict(pace),
        "best dev Jaccard": found.record.metrics["best_jaccard"],
        "best epoch": found.record.metrics["best_epoch"],
        "images": {split: len(data.of(split)) for split in Split},
        "checkpoint": found.digest,
    }


def scored(stage: Stage, checkpoint: Checkpoint, samples: Sequence[Sample]) -> dict[str, Any]:
    """Score a checkpoint in float32 on samples that it never saw."""
    decoded = decode_split(samples, checkpoint.record.spec.input_size, "reading to score")
    net = checkpoint.build().to(stage.device)
    groups = [sample.groups for sample in samples]
    return dev_scores(net, decoded, stage.device, batch=5, groups=groups).as_dict()


def require_small(out: Path) -> None:
    """Raise InputError where results are too many or too large to be kept."""
    files = [path for path in out.rglob("*") if path.is_file()]
    large = [path.name for path in files if path.stat().st_size > LARGEST_RESULT]
    if large:
        raise InputError(f"The result {large[0]} has more than 16 MB. Keep it out.")


def _packed(data: Path) -> Any:
    path = data / "pack.json"
    return json.loads(path.read_text()) if path.exists() else None


if __name__ == "__main__":
    main()

"""Proves both `reproduce` commands on a CPU: strongly reduced nets, few photographs, few epochs.

    python -m benchmarks.reproduce paper-a ISIC
    python -m benchmarks.reproduce paper-b FUSEG --pretrain ISIC --task wound --pretrain-task lesion

Takes the first `--train` and `--measured` photographs in MD5 order into a temporary folder, runs
every row of the paper on them and prints its table.json with context. The figures say that the
commands work, not what the full systems reach.
"""

import argparse
import csv
import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.context import publish
from skinseg_mobile.runtime_py.data.dataset import Dataset, Sample, Split, md5_order, read_dataset
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.reproduce.papers import paper_named
from skinseg_mobile.train.reproduce.plan import Plan, measured_on
from skinseg_mobile.train.reproduce.run import reproduce
from skinseg_mobile.train.reproduce.table import as_json, write_tables


def main() -> None:
    """Run and print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as work:
        subsets = {
            path: _subset(read_dataset(path), Path(work) / path.name, arguments)
            for path in (arguments.data, *arguments.pretrain)
        }
        paper = paper_named(arguments.paper)
        plan = Plan(
            paper=paper,
            rows=paper.rows,
            out=Path(work) / "out",
            data=subsets[arguments.data],
            task=Task(arguments.task or paper.task),
            pretrain=tuple(subsets[path] for path in arguments.pretrain),
            pretrain_task=Task(arguments.pretrain_task),
            epochs=arguments.epochs,
            width=arguments.width,
        )
        outcomes = reproduce(plan, partial(write_tables, plan), partial(print, file=sys.stderr))
        publish(_without_folder(as_json(plan, outcomes), work))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paper")
    parser.add_argument("data", type=Path)
    parser.add_argument("--pretrain", type=Path, nargs="*", default=[])
    parser.add_argument("--task")
    parser.add_argument("--pretrain-task", default=Task.SKIN)
    parser.add_argument("--train", type=int, default=80)
    parser.add_argument("--measured", type=int, default=40)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=2)
    return parser.parse_args()


def _subset(data: Dataset, out: Path, arguments: argparse.Namespace) -> Path:
    """Link the first rows in MD5 order into the new set `out`; a tenth of train becomes dev."""
    train = [s for s in data.samples if s.split in (Split.TRAIN, Split.DEV)]
    split, measured = measured_on(data)
    rows = [
        *((sample, Split.TRAIN) for sample in _first(train, arguments.train)),
        *((sample, split) for sample in _first(measured, arguments.measured)),
    ]
    for name in ("images", "masks"):
        (out / name).mkdir(parents=True)
    with (out / "split.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("id", "split"))
        for sample, kind in rows:
            assert sample.mask is not None
            (out / "images" / sample.image.name).symlink_to(sample.image.resolve())
            (out / "masks" / sample.mask.name).symlink_to(sample.mask.resolve())
            table.writerow((sample.id, kind))
    return out


def _first(samples: Any, count: int) -> list[Sample]:
    by_id = {sample.id: sample for sample in samples}
    return [by_id[id_] for id_ in md5_order(by_id)[:count]]


def _without_folder(value: Any, folder: str) -> Any:
    return json.loads(json.dumps(value).replace(f"{folder}/", ""))


if __name__ == "__main__":
    main()

"""300 changed datasets through `data check`, `evaluate` and a training epoch.

    python -m tests.mutations.datasets [--count 300]

Each must end in the right number or in a refusal that names a file; `data check` must say something
wherever the others refuse. What is right is computed here from the discs that were drawn, without
reading a file. Prints kinds against outcomes and exits 1 where anything else happened.
"""

import argparse
import contextlib
import io
import json
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np
import torch

import skinseg_cli
from skinseg_mobile.runtime_py.data.dataset import Split, read_dataset
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.errors import SkinsegError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.metrics.overlap import jaccard
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.loop import train
from skinseg_mobile.train.nets.lean import LeanBlock, LeanLayout
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.references.engine import segmenter_of
from tests.dark import dark_probability, disc, write_dark
from tests.mutations.spoil_datasets import KINDS, Folder, copy, write_folder
from tests.train.tiny import TINY

LAYOUT = LeanLayout(
    stem=4, blocks=(LeanBlock(4, 4), LeanBlock(8, 4, 3, 2)), levels=(0, 1), hidden=(4, 4)
)
SMALLEST = replace(TINY, spec=NetSpec("lean", 32, LAYOUT), epochs=1, batch=2)


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def call(*arguments: object) -> Ended:
    """Run the command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "argv", ["skinseg-mobile", *map(str, arguments)]),
    ):
        try:
            skinseg_cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        except BaseException:
            code, _ = 70, traceback.print_exc()
    return Ended(code, out.getvalue(), err.getvalue())


def refused(folder: Folder, ended: Ended) -> str:
    """Return `refused`, or what is wrong with a refusal."""
    sentences = [line for line in ended.err.splitlines() if not line.startswith("Note: ")]
    if ended.code != 2 or ended.out or len(sentences) != 1 or "Traceback" in ended.err:
        return f"ended with {ended.code}: {ended.err.strip().splitlines()[-1:]}"
    if not any(name in sentences[0] for name in folder.blamed):
        return f"names no file: {sentences[0]}"
    return "refused"


def used(folder: Folder, notes: str, split: Split) -> list[str]:
    """The ids of a split, without those that a note says are not used."""
    unnamed = {id_ for id_ in folder.truths if f"({id_}" in notes or f", {id_}" in notes}
    return [id_ for id_ in folder.used(split) if id_ not in unnamed]


def judge_evaluate(folder: Folder, ended: Ended) -> str:
    """Compare `evaluate --json` with the formula of `tests.dark`."""
    if ended.code:
        return refused(folder, ended)
    found = json.loads(ended.out)
    ids = used(folder, ended.err, Split.VALID)
    ids = ids or [id_ for split in Split for id_ in used(folder, ended.err, split)]
    expected = np.mean([jaccard(_dark_mask(id_), folder.truths[id_]) for id_ in ids])
    if abs(found["jaccard_mean"] - expected) > folder.tolerance or found["images"] != len(ids):
        return f"WRONG: {found['jaccard_mean']} of {found['chosen']}, right is {expected}"
    if "patient" in found["groups"] or any(len(values) > 4 for values in found["groups"].values()):
        return f"WRONG groups: {found['groups'].keys()}"
    return "right"


def _dark_mask(id_: str) -> np.ndarray:
    from skinseg_mobile.runtime_py.images.pipeline import to_mask, to_photo

    photo, truth = disc(_number(id_))
    return to_mask(to_photo(dark_probability(photo), *truth.shape), 0.5)


def _number(id_: str) -> int:
    """The number of the disc behind an id."""
    return int(id_[id_.index("disc_") + 5])


def run_train(folder: Folder, out: Path) -> str:
    """Train an epoch; compare what it saw and how it scored with what is right."""
    try:
        dataset = read_dataset(folder.root)
        found = train(SMALLEST, dataset, out, task=Task.LESION)
    except SkinsegError as error:
        return refused(folder, Ended(2, "", f"{error}\n"))
    except BaseException as error:
        return f"raised {type(error).__name__}: {error}"
    notes = " ".join(dataset.notes)
    for split in (Split.TRAIN, Split.DEV):
        if sorted(found.record.data[split]) != sorted(used(folder, notes, split)):
            return f"WRONG: {split} is {found.record.data[split]}"
        for sample in dataset.of(split):
            share = float((read_pair(sample)[1] != folder.truths[sample.id]).mean())
            if share > folder.tolerance:
                return f"WRONG: {share:.3f} of the truth of {sample.id}"
    return _judge_dev(found, folder)


def _judge_dev(found: Checkpoint, folder: Folder) -> str:
    segmenter = segmenter_of(found)
    scores = []
    for id_ in found.record.data["dev"]:
        mask = segmenter.mask(
            segmenter.at_net_size(disc(_number(id_))[0]), *folder.truths[id_].shape
        )
        scores.append(jaccard(mask, folder.truths[id_]))
    best = found.record.metrics["best_jaccard"]
    right = abs(best - np.mean(scores)) <= max(0.02, folder.tolerance)
    return "right" if right else f"WRONG: dev Jaccard {best}, right is {np.mean(scores)}"


def judge_check(folder: Folder, ended: Ended, others: tuple[str, ...]) -> str:
    """`data check` must find something where the others refuse, and be of one sentence or JSON."""
    if ended.code == 2:
        return refused(folder, ended)
    if ended.code not in (0, 1):
        return f"ended with {ended.code}: {ended.err.strip().splitlines()[-1:]}"
    findings = json.loads(ended.out)
    if bool(findings) != bool(ended.code):
        return "WRONG exit code"
    if not findings and (folder.must_be_found or "refused" in others):
        return f"SILENT: {others}"
    return "found" if findings else "right"


def run_one(seed: int, whole: Folder, dark: Path, work: Path) -> tuple[str, str, dict[str, str]]:
    """Return the kind, the name of the change, and how each command ended."""
    kind = list(KINDS)[seed % len(KINDS)]
    spoils = KINDS[kind]
    number = seed // len(KINDS) % len(spoils)
    folder = copy(whole, work / "data")
    spoils[number](random.Random(seed), folder)
    evaluated = judge_evaluate(folder, call("evaluate", dark, "--data", folder.root, "--json"))
    trained = run_train(folder, work / "run")
    checked = call("data", "check", folder.root, "--json")
    others = (evaluated, trained)
    found = {"check": judge_check(folder, checked, others), "evaluate": evaluated, "train": trained}
    return kind, f"{spoils[number].__qualname__.partition('.')[0]} {number}", found


def run_all(first: int, count: int) -> tuple[Counter[tuple[str, str, str]], list[str]]:
    """Return how often (kind, command, outcome) happened, and what must not have happened."""
    torch.set_num_threads(1)
    counts: Counter[tuple[str, str, str]] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        whole, dark = write_folder(root / "whole"), write_dark(root / "dark")
        for seed in range(first, first + count):
            work = root / f"{seed}"
            kind, change, found = run_one(seed, whole, dark, work)
            for command, outcome in found.items():
                good = outcome in ("right", "refused", "found")
                counts[kind, command, outcome if good else "wrong"] += 1
                if not good:
                    wrong.append(f"{seed} {kind} {change}, {command}: {outcome}")
            shutil.rmtree(work)
    return counts, wrong


def main() -> None:
    """Run all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    counts, wrong = run_all(options.first, options.count)
    print("| change of | command | right number | findings | refused by name | anything else |")
    print("|---|---|---:|---:|---:|---:|")
    for kind in KINDS:
        for command in ("check", "evaluate", "train"):
            columns = ("right", "found", "refused", "wrong")
            cells = [str(counts[kind, command, outcome]) for outcome in columns]
            print(f"| {kind} | {command} | {' | '.join(cells)} |")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

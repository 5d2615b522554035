"""Tries candidates: each is pruned, distilled, fitted to 8 bits, exported and measured.

    OUT/search.json
        keep-50-at-192/pruned  student  quantized  artefacts/…  rows.json

A finished step is never run again: a search that was killed goes on, and a wider one takes the
candidates of a narrower one. Everything is chosen on `dev`.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from skinseg_mobile.compress.auto.config import JOBS, AutoConfig, Candidate
from skinseg_mobile.compress.distil.config import DistilConfig
from skinseg_mobile.compress.distil.run import distil, training_config
from skinseg_mobile.compress.distil.teachers import Teachers
from skinseg_mobile.compress.measure_files import Export, FileRow, measured
from skinseg_mobile.compress.prune.config import PruneConfig
from skinseg_mobile.compress.prune.prune import prune
from skinseg_mobile.compress.quantize.config import QuantizeConfig
from skinseg_mobile.compress.quantize.stage import quantize
from skinseg_mobile.runtime_py.data.dataset import Dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.alone import alone
from skinseg_mobile.runtime_py.storage.atomic import read_json, to_json, write_file
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.runtime_py.storage.resumable import begin
from skinseg_mobile.train.checkpoint import Checkpoint, kept_checkpoint

SEARCH = "search.json"
ROWS = "rows.json"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Search:
    """What every candidate is made of."""

    parent: Checkpoint
    data: Dataset
    teachers: Teachers
    config: AutoConfig
    export: Export
    say: Say


def search(settings: Search, out: Path) -> list[FileRow]:
    """Return the rows of all candidates, which are kept in the folder `out`.

    Raises:
        InputError: the net is not lean, or the search in `out` began differently.
    """
    if settings.parent.record.spec.family != "lean":
        raise InputError(
            f"A search narrows lean nets, and {settings.parent.record.name} is of the family"
            f" {settings.parent.record.spec.family}. Train a lean net."
        )
    candidates = settings.config.candidates
    rows: list[FileRow] = []
    with alone(out):
        begin("a search", out / SEARCH, _identity(settings))
        for number, candidate in enumerate(candidates, 1):
            settings.say(f"{candidate.name} ({number} of {len(candidates)})")
            rows += _tried(settings, candidate, out / candidate.name)
    return rows


def _identity(settings: Search) -> dict[str, object]:
    """Return what makes a search this one."""
    config = asdict(settings.config)
    return {
        "parent": settings.parent.digest,
        "data": settings.data.digest(),
        "teachers": settings.teachers.recorded,
        "files": {target: list(precisions) for target, precisions in JOBS.items()},
        **{name: config[name] for name in ("epochs", "tuning_epochs", "seed")},
    }


def _tried(settings: Search, candidate: Candidate, folder: Path) -> list[FileRow]:
    """Return the candidate's rows, from the disk where it was measured before."""
    if (folder / ROWS).exists():
        return [rebuild(FileRow, row) for row in read_json(folder / ROWS)["rows"]]
    folder.mkdir(exist_ok=True)
    checkpoint = folder / "quantized"
    net = kept_checkpoint(checkpoint, lambda path: _quantized(settings, candidate, path))
    artefacts = [one.path for one in settings.export(net, JOBS, folder / "artefacts")]
    rows = measured(candidate.name, checkpoint, artefacts, settings.data.root)
    write_file(folder / ROWS, to_json({"rows": [asdict(row) for row in rows]}))
    for row in rows:
        settings.say(f"  {row.target} {row.precision}: {row.megabytes} MB, {row.jaccard:.4f}")
    return rows


def _quantized(settings: Search, candidate: Candidate, out: Path) -> Checkpoint:
    config = QuantizeConfig(epochs=settings.config.tuning_epochs, seed=settings.config.seed)
    student = kept_checkpoint(
        out.with_name("student"), lambda path: _student(settings, candidate, path)
    )
    return quantize(student, settings.data, config, out, settings.say)


def _student(settings: Search, candidate: Candidate, out: Path) -> Checkpoint:
    start = settings.parent
    if candidate.keep < 1:
        config = PruneConfig(keep=candidate.keep)
        start = kept_checkpoint(
            out.with_name("pruned"),
            lambda path: prune(settings.parent, settings.data, config, path),
        )
    start = _resized(start, candidate.size)
    training = replace(
        training_config(start), epochs=settings.config.epochs, seed=settings.config.seed
    )
    return distil(
        start,
        teachers=settings.teachers,
        data=settings.data,
        config=training,
        distillation=DistilConfig(),
        out=out,
        on_epoch=lambda line: settings.say(f"  {line.sentence}"),
    )


def _resized(checkpoint: Checkpoint, size: int) -> Checkpoint:
    """Return the checkpoint for another input size: a lean net's weights fit any."""
    record = checkpoint.record
    return replace(checkpoint, record=replace(record, spec=replace(record.spec, input_size=size)))

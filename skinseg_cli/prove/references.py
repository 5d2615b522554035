"""Opens what `--data`, `--split` and `--reference`, or `[run]` of gate.toml, name.

A reference may be a checkpoint, which only torch opens: the gate itself is given it open.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.cases import (
    CaseSet,
    Reference,
    data_cases,
    golden_against,
    net_reference,
    saved_reference,
)
from skinseg_mobile.runtime_py.gate.config import GateConfig, RunConfig

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.data.dataset import Dataset


def open_cases(
    data: Path | None, split: str | None, reference: str | None, artefact: str = ""
) -> CaseSet | None:
    """Return the cases of a dataset; without one, the golden images of `artefact` and a reference.

    None without both: the golden images are meant then, with the answers that lie beside them.

    Raises:
        InputError: a split without a dataset, a reference without a dataset and an artefact, or one
            of them cannot be read.
    """
    from skinseg_cli.dataset import open_dataset

    if data is None and artefact and reference and not split:
        return golden_against(find_artefact(artefact), open_reference(reference))
    if data is None:
        if reference or split:
            given = f"--reference {reference}" if reference else f"--split {split}"
            raise InputError(
                f"{given} needs --data. Add --data (in gate.toml: data) to compare on a dataset."
            )
        return None
    return _cases_in(open_dataset(data), split, reference)


def _cases_in(dataset: "Dataset", split: str | None, reference: str | None) -> CaseSet:
    from skinseg_mobile.runtime_py.data.dataset import select, split_named

    samples = select(dataset, split_named(split) if split else None)
    opened = open_reference(reference) if reference else None
    return data_cases(samples, opened, dataset.share(samples))


def open_reference(reference: str) -> Reference:
    """Open a checkpoint, an artefact, a packaged net, a model file or saved predictions.

    Raises:
        InputError: there is no such thing, or it is damaged.
        NotRunError: no engine here runs the artefact.
    """
    from skinseg_mobile.export.adopt.adopt_file import open_foreign
    from skinseg_mobile.export.adopt.foreign_model import is_foreign
    from skinseg_mobile.runtime_py.artifact.manifest import is_artefact, parse_manifest
    from skinseg_mobile.runtime_py.artifact.packaged import packaged_artefact
    from skinseg_mobile.runtime_py.predict.predictions import read_predictions
    from skinseg_mobile.runtime_py.storage.atomic import sha256
    from skinseg_mobile.train.references.open_net import open_net

    path = Path(reference)
    if is_foreign(path):
        opened = replace(net_reference(open_foreign(path), sha256(path)), adopted=True)
    elif path.is_file():
        opened = saved_reference(read_predictions(path))
    else:
        folder = path if is_artefact(path) else packaged_artefact(reference)
        opened = net_reference(*open_net(reference), parse_manifest(folder) if folder else None)
    return replace(opened, given=reference)


def cases_of(config: GateConfig) -> CaseSet | None:
    """Open what `[run]` names; see `open_cases`.

    Raises:
        InputError: as `open_cases`, or `[run]` names no artefact that is there.
    """
    run = config.run
    _require_jobs(run)
    return open_cases(Path(run.data) if run.data else None, run.split, run.reference)


def cases_and_content_of(config: GateConfig) -> tuple[CaseSet | None, str]:
    """Open what `[run]` names, and hash what it compares with; the dataset is read once.

    Returns:
        The cases, and the SHA-256 of the dataset's files and groups and of saved predictions.
        Without data there are no cases, and the hash is empty.

    Raises:
        InputError: as `cases_of`.
    """
    from skinseg_cli.dataset import open_dataset

    run = config.run
    if run.data is None:
        return cases_of(config), ""
    _require_jobs(run)
    dataset = open_dataset(Path(run.data))
    return _cases_in(dataset, run.split, run.reference), _content(dataset, run.reference)


def _require_jobs(run: RunConfig) -> None:
    """Say a mistake in the list of artefacts before a net is opened."""
    from skinseg_mobile.runtime_py.gate.run import jobs_of

    jobs_of(run)


def _content(dataset: "Dataset", reference: str | None) -> str:
    import hashlib
    import json

    from skinseg_mobile.runtime_py.storage.atomic import sha256

    groups = [sample.groups for sample in dataset.samples]
    saved = reference if reference and Path(reference).is_file() else None
    parts = [dataset.digest(), groups, sha256(Path(saved)) if saved else None]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

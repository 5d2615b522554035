"""Artifacts of two releases, a signed plan and its data -> a folder: the dossier.

The folder holds no model and no golden images; signatures in it are about the artifacts, which the
release ships. Pictures of dataset images are in index.html alone.
"""

import glob
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST, hashes_of
from skinseg_mobile.runtime_py.artifact.manifest import model_size
from skinseg_mobile.runtime_py.artifact.verify import require_whole
from skinseg_mobile.runtime_py.data.dataset import Dataset
from skinseg_mobile.runtime_py.data.samples import Sample
from skinseg_mobile.runtime_py.dossier.change import Edition, Replacement, dropped, replacements
from skinseg_mobile.runtime_py.dossier.compare import JudgedData, compare_on, judged_data
from skinseg_mobile.runtime_py.dossier.criteria import Evidence, judge_criteria
from skinseg_mobile.runtime_py.dossier.formats import FORMATS
from skinseg_mobile.runtime_py.dossier.formats.spec import NotWritten
from skinseg_mobile.runtime_py.dossier.page import dossier_page
from skinseg_mobile.runtime_py.dossier.plan import ChangePlan, read_plan
from skinseg_mobile.runtime_py.dossier.promise import read_promise, require_kept, statement_path
from skinseg_mobile.runtime_py.dossier.record import (
    KEY,
    PAGE,
    RECORD,
    SUMS,
    SUMS_SIGNATURE,
    Dossier,
    JudgedReplacement,
    SignedPlan,
    record_of,
)
from skinseg_mobile.runtime_py.dossier.statement import PublicKey, SigningKey, now
from skinseg_mobile.runtime_py.dossier.verify import sums_of
from skinseg_mobile.runtime_py.engines.load import open_segmenter
from skinseg_mobile.runtime_py.engines.processor import eight_bit_sentence
from skinseg_mobile.runtime_py.errors import InputError, MissingExtraError
from skinseg_mobile.runtime_py.gate.config import GateConfig, RunConfig
from skinseg_mobile.runtime_py.gate.report import GateReport
from skinseg_mobile.runtime_py.gate.run import ALL, jobs_of, run_gate
from skinseg_mobile.runtime_py.gate.verdict import overall
from skinseg_mobile.runtime_py.storage.atomic import new_folder, sha256, to_json, write_file

SHOWN = 6
"""Worst images whose pictures the page shows for each file."""


@dataclass(frozen=True)
class Releases:
    """Artifacts of N-1 and of N."""

    before: tuple[Path, ...]
    after: tuple[Path, ...]


def build_dossier(
    plan: Path,
    releases: Releases,
    dataset: Dataset,
    samples: Sequence[Sample],
    key: PublicKey,
    *,
    images: bool,
) -> Dossier:
    """Compare two releases by a signed plan; without `images` nothing is drawn.

    Raises:
        InputError: the plan, the data or release N-1 is not what was signed, or a file changed
            while this ran.
        NotRunError: no engine here runs one of the artifacts.
    """
    wanted, promise = read_plan(plan), read_promise(statement_path(plan), key)
    for folder in (*releases.before, *releases.after):
        require_whole(folder)
    data = judged_data(dataset, samples)
    require_kept(plan, promise, data.sha256, releases.before)
    pairs = replacements(releases.before, releases.after)
    signed = SignedPlan(
        plan.name,
        plan.read_text(encoding="utf-8"),
        statement_path(plan).read_text(encoding="utf-8"),
        promise.plan,
        promise.signed_at,
        wanted.criteria,
        wanted.release,
    )
    reports = _gate(releases.after, wanted.gate.engines)
    judged = tuple(
        _judged(pair, wanted, samples, reports[pair.after.folder], SHOWN if images else 0)
        for pair in pairs
    )
    _require_same(pairs, data, judged_data(dataset, samples))
    left = dropped(pairs, releases.before)
    machine = f"{platform.system()} {platform.machine()}. {eight_bit_sentence()}"
    return Dossier(signed, data, judged, left, now(), machine)


def write_dossier(out: Path, dossier: Dossier, key: SigningKey) -> tuple[NotWritten, ...]:
    """Write the dossier into a new folder; return which formats were not written, and why.

    Raises:
        InputError: `out` exists or cannot be written.
    """
    with new_folder(out) as folder:
        plan = dossier.plan
        write_file(folder / RECORD, to_json(record_of(dossier)))
        write_file(folder / plan.name, plan.text)
        write_file(folder / statement_path(Path(plan.name)).name, plan.statement)
        write_file(folder / KEY, key.public.pem)
        report, missing = sha256(folder / RECORD), list[NotWritten]()
        for form in FORMATS:
            try:
                for name, content in form.write(dossier, report, key).items():
                    write_file(folder / name, content)
            except MissingExtraError as error:
                missing.append(NotWritten(form.title, str(error)))
        write_file(folder / PAGE, dossier_page(dossier, missing, hashes_of(folder), key.public))
        sums = sums_of(hashes_of(folder))
        write_file(folder / SUMS, sums)
        write_file(folder / SUMS_SIGNATURE, key.sign(sums.encode()))
    return tuple(missing)


@dataclass(frozen=True)
class _Gated:
    """The gate's reports on one artifact, and the engines of the plan that did not run."""

    reports: tuple[GateReport, ...]
    not_run: tuple[str, ...]


def _gate(folders: Sequence[Path], engines: tuple[str, ...]) -> Mapping[Path, _Gated]:
    """Run the gate on the golden images of each artifact, on every engine of this machine."""
    names = tuple(str(folder.parent / glob.escape(folder.name)) for folder in folders)
    config = GateConfig(run=RunConfig(artefacts=names, engines=(ALL, *engines), workers=1))
    done = list(zip(jobs_of(config.run), run_gate(config).checked, strict=True))
    return {
        folder: _Gated(
            tuple(item.report for job, item in done if job.artefact == folder),
            tuple(
                job.engine
                for job, item in done
                if job.artefact == folder and job.required and not item.report.checks
            ),
        )
        for folder in folders
    }


def _judged(
    pair: Replacement,
    plan: ChangePlan,
    samples: Sequence[Sample],
    gated: _Gated,
    shown: int,
) -> JudgedReplacement:
    old, new = (open_segmenter(e.folder, e.manifest) for e in (pair.before, pair.after))
    compared = compare_on(old, new, samples, plan.bootstrap, shown)
    model = pair.after.folder / pair.after.manifest.model_file
    evidence = Evidence(
        compared.images,
        compared.groups,
        compared.interval,
        model_size(model) / 1e6,
        [report.verdict for report in gated.reports],
        gated.not_run,
    )
    checks = judge_criteria(plan.criteria, evidence)
    engines = old.engine.name, new.engine.name
    return JudgedReplacement(pair, compared, engines, checks, overall(checks), gated.reports)


def _require_same(pairs: Sequence[Replacement], before: JudgedData, after: JudgedData) -> None:
    """Raise InputError where an artifact or the data changed since the run began."""
    for item in (edition for pair in pairs for edition in (pair.before, pair.after)):
        _require_untouched(item)
    if before != after:
        raise InputError("The data changed while the dossier was made. Run it again.")


def _require_untouched(item: Edition) -> None:
    require_whole(item.folder)
    if sha256(item.folder / MANIFEST) != item.manifest_sha256:
        raise InputError(
            f"{item.folder} was replaced while the dossier was made. Run it again with one file."
        )

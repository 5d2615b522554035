"""Makes an artefact around a model file from elsewhere, its bytes untouched.

OUT/model.tflite | model.onnx | model.mlpackage/    a copy
OUT/manifest.json and .sha256, golden.npz           as in every artefact

The contract is guessed or given; images with ground truth, or a reference, check it first. A file
under a wrong contract is not adopted.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from skinseg_mobile.export.adopt.check import ContractCheck, check_contract
from skinseg_mobile.export.adopt.evidence import trial_images
from skinseg_mobile.export.adopt.foreign_model import ForeignModel, read_foreign
from skinseg_mobile.export.adopt.guess import Guess, guess
from skinseg_mobile.export.adopt.page import Page, contract_of, contradictions, impossible
from skinseg_mobile.export.adopt.trials import Trials
from skinseg_mobile.export.scenes import Scene, scenes_of, synthetic_scenes
from skinseg_mobile.runtime_py.artifact.checksums import hashes_of
from skinseg_mobile.runtime_py.artifact.golden import Golden, write_golden
from skinseg_mobile.runtime_py.artifact.manifest import (
    COLOUR,
    GOLDEN,
    Manifest,
    model_hash,
    model_size,
    parse_manifest,
    seal,
)
from skinseg_mobile.runtime_py.contract import CONTRACT, OURS, Contract
from skinseg_mobile.runtime_py.engines.load import engine_for, open_segmenter
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.gate.cases import Reference
from skinseg_mobile.runtime_py.images.frame import reframed
from skinseg_mobile.runtime_py.images.pipeline import RESIZE_RULE
from skinseg_mobile.runtime_py.storage.atomic import new_folder, require_absent
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.spec import METADATA_PREFIX

NONE = "none"
"""The checkpoint of a file that came without one."""


@dataclass(frozen=True)
class Wanted:
    """What an artefact is to be made of."""

    name: str
    page: Page | None = None
    """A contract that was given; None guesses one."""
    reference: Reference | None = None
    data: Path | None = None
    """Dataset with ground truth."""
    task: Task | None = None
    """None takes what the file says, or lesion."""
    licence: str = ""


@dataclass(frozen=True)
class AdoptedFile:
    """What became of a file."""

    model: str
    adopted: bool
    contract: Contract
    threshold: float
    reasons: dict[str, str]
    """Why each part of the contract was guessed; empty where it was given."""
    check: ContractCheck | None
    """None where neither truth nor reference could check it."""
    wrong: tuple[str, ...]
    """A sentence for each mistake in the contract that was given."""
    engine: str | None = None
    """What ran the artefact once; None where nothing here runs it."""


def adopt_file(path: Path, wanted: Wanted, out: Path) -> AdoptedFile:
    """Check a file's contract and make the artefact `out`, unless the contract is wrong.

    Raises:
        InputError: the file is no net for one image and one map, the page is none, data or
            reference cannot be read, or `out` exists.
        NotRunError: no engine here runs the file, so that nothing can check its contract.
    """
    require_absent(out)
    model = read_foreign(path)
    guessed = guess(model)
    found = _examined(model, guessed, wanted)
    if not found.adopted:
        return found
    with new_folder(out) as folder:
        _copy(model, folder)
        engine = _finish(model, found, wanted, folder)
    return replace(found, engine=engine)


def open_foreign(path: Path) -> Segmenter:
    """Return a model file as a reference, under the contract that is guessed for it.

    Raises:
        InputError: as `adopt_file`.
        NotRunError: no engine here runs it.
    """
    model = read_foreign(path)
    guessed = guess(model)
    spec = engine_for(model.target)
    if reason := spec.missing:
        raise NotRunError(reason)
    engine = spec.open(model.under(guessed.contract))
    return Segmenter(path.name, engine, *model.input.side, guessed.threshold, guessed.contract)


def _examined(model: ForeignModel, guessed: Guess, wanted: Wanted) -> AdoptedFile:
    page = wanted.page
    given, threshold = contract_of(page, guessed) if page else (guessed.contract, guessed.threshold)
    images = trial_images(model, _task(model, wanted), wanted.reference, wanted.data)
    check = None
    if images:
        own = wanted.reference.threshold if wanted.reference else None
        trials = Trials(model, images, threshold, own or threshold)
        trials.require_telling()
        values = guessed.contract.mean, guessed.contract.deviation
        check = check_contract(trials, given, values if guessed.sure else None)
    wrong = tuple(contradictions(page, model)) if page else ()
    if check and check.fits:
        wrong = (*wrong, *(check.wrong if page else ()), *check.wrong_images)
    elif page:
        wrong = (*wrong, *impossible(page.output, model.output.channels))
    return AdoptedFile(
        model.path.name,
        adopted=not wrong and (check is None or check.fits),
        contract=check.best.contract if check else given,
        threshold=threshold,
        reasons={} if page else dict(guessed.reasons),
        check=check,
        wrong=wrong,
    )


def _task(model: ForeignModel, wanted: Wanted) -> Task:
    own = model.foreign.metadata.get(f"{METADATA_PREFIX}.task", "")
    if own and wanted.task not in (None, own):
        raise InputError(
            f"--task is {wanted.task}, and {model.path.name} itself says {own:.64}. Leave it out."
        )
    return wanted.task or (Task(own) if own in list(Task) else Task.LESION)


def _copy(model: ForeignModel, folder: Path) -> None:
    target = folder / TARGETS[model.target].file
    if model.path.is_dir():
        shutil.copytree(model.path, target)
    else:
        shutil.copyfile(model.path, target)


def _finish(model: ForeignModel, found: AdoptedFile, wanted: Wanted, folder: Path) -> str | None:
    """Write golden images and manifest into a folder that holds the model; run it once."""
    scenes = scenes_of(wanted.data) if wanted.data else synthetic_scenes(_task(model, wanted))
    shape = (*model.output.side,)
    blank = np.zeros((len(scenes), *shape), np.float32)
    _write(scenes, blank, folder)
    manifest = seal(_manifest(model, found, wanted, folder), folder)
    try:
        segmenter = open_segmenter(folder, parse_manifest(folder))
    except NotRunError:
        segmenter = None
    if segmenter is None and (wanted.reference is None or wanted.reference.ids is not None):
        raise NotRunError(
            f"{model.path.name} was not adopted: nothing here runs it, and without a reference its"
            " golden images would be empty"
        )
    maps = [_golden_map(found.contract, wanted, segmenter, model, scene) for scene in scenes]
    _write(scenes, np.stack(maps), folder)
    files = hashes_of(folder)
    seal(replace(manifest, golden_sha256=files[GOLDEN], files=files), folder)
    return segmenter.engine.name if segmenter else None


def _write(scenes: Sequence[Scene], maps: np.ndarray, folder: Path) -> None:
    ids, images, truths = zip(*scenes, strict=True)
    write_golden(Golden(ids, np.stack(images), np.stack(truths), maps), folder / GOLDEN)


def _golden_map(
    contract: Contract,
    wanted: Wanted,
    segmenter: Segmenter | None,
    model: ForeignModel,
    scene: Scene,
) -> np.ndarray:
    """Return what the reference says of a scene, in the file's frame; without one, the file.

    Predictions were saved of the image before it became a scene: they have checked the file, and
    the file itself answers.
    """
    id_, photo, _ = scene
    if wanted.reference is None or wanted.reference.ids is not None:
        assert segmenter is not None
        return segmenter.at_net_size(photo)
    found = wanted.reference.probability(id_, photo)
    old = wanted.reference.frame or OURS.frame(*found.shape)
    new = contract.frame(*model.input.side)
    return reframed(found, photo.shape[:2], (old, new), model.output.side)


def _manifest(model: ForeignModel, found: AdoptedFile, wanted: Wanted, folder: Path) -> Manifest:
    name, files = TARGETS[model.target].file, hashes_of(folder)
    own_hash = model_hash(name, files)
    reference, said = wanted.reference, model.foreign.metadata
    checkpoint, digest = (
        (reference.label, reference.checkpoint_sha256) if reference else (NONE, own_hash)
    )
    if of_ours := said.get(f"{METADATA_PREFIX}.checkpoint_sha256"):
        checkpoint, digest = said.get(f"{METADATA_PREFIX}.name", checkpoint), of_ours
    image = any(tensor.image for tensor in (*model.foreign.inputs, *model.foreign.outputs))
    own = found.contract != OURS or image or model.output.side != model.input.side
    return Manifest(
        name=wanted.name,
        task=_task(model, wanted),
        target=model.target,
        precision=model.foreign.precision,
        model_sha256=own_hash,
        model_bytes=model_size(folder / name),
        golden_sha256=files[GOLDEN],
        checkpoint=checkpoint,
        checkpoint_sha256=digest,
        input=model.input,
        output=model.output,
        licence=wanted.licence or said.get(f"{METADATA_PREFIX}.licence", "unknown"),
        threshold=found.threshold,
        resize=CONTRACT if own else RESIZE_RULE,
        colour=CONTRACT if own else COLOUR,
        operations=dict(model.foreign.operations),
        adopted=model.path.name,
        contract=found.contract if own else None,
        files=files,
    )

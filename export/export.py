"""Writes artefacts: a checkpoint becomes one new folder for each target and precision.

    OUT/<checkpoint>-<target>-<precision>/  model file, manifest.json and .sha256, golden.npz
    OUT/export.log                          what the vendors' converters printed

Each is complete or absent: it is written beside its place, loaded, run once, then renamed. The
same checkpoint, tools and commit give the same bytes; the log, which holds times, lies outside. So
an export that was stopped goes on: what lies there already, and would come out the same, is kept.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np

from skinseg_mobile.export.against_torch import require_equal
from skinseg_mobile.export.golden import golden_of
from skinseg_mobile.export.manifest import (
    COMPILER,
    CONTEXTS_OF,
    contexts_of,
    manifest_as_now,
    manifest_of,
)
from skinseg_mobile.export.operations import require_fit
from skinseg_mobile.export.scenes import scenes_of, synthetic_scenes
from skinseg_mobile.export.source import Source
from skinseg_mobile.export.targets import EXPORTERS
from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST
from skinseg_mobile.runtime_py.artifact.golden import Golden, write_golden
from skinseg_mobile.runtime_py.artifact.manifest import (
    GOLDEN,
    Manifest,
    parse_manifest,
    seal,
)
from skinseg_mobile.runtime_py.engines.accelerators import write_context
from skinseg_mobile.runtime_py.engines.load import ENGINES, open_segmenter
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import (
    InputError,
    MissingExtraError,
    NotRunError,
    SkinsegError,
    choices,
    no_memory,
)
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.progress import bar
from skinseg_mobile.runtime_py.storage.atomic import new_folder, require_absent
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.vendors import vendor_noise_to
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.adopted.net import AdoptedLayout
from skinseg_mobile.train.quantization import Quantization

LOG = "export.log"


@dataclass(frozen=True)
class ExportOptions:
    """Choices that have a default."""

    golden: Path | None = None
    """Dataset of the golden images; None draws synthetic ones."""
    ios: int | None = None
    """Oldest iOS that must load a Core ML file; None: 16, or what the precision needs."""
    taps: bool = False
    """Write debug artefacts whose stages are extra results, for `diff`."""
    contexts: tuple[str, ...] = ()
    """Engines (`hexagon:8gen3`) for which ONNX files are compiled, into the same folder."""
    calibrate: Callable[[Checkpoint], Quantization] | None = None
    """Measures new ranges; None takes the checkpoint's own."""
    leave_out: Callable[[str], None] | None = None
    """Told why a precision that does not fit is left out; None: that is an error."""


DEFAULTS = ExportOptions()
Jobs = Mapping[str, Sequence[Precision]]
"""Precisions by target."""
T = TypeVar("T")


@dataclass(frozen=True)
class Written:
    """An artefact on disk; `engine` ran it once, or None where nothing here executes its target."""

    path: Path
    manifest: Manifest
    engine: str | None
    kept: bool = False
    """An earlier export wrote and ran it."""


def export(
    checkpoint: Checkpoint, jobs: Jobs, out: Path, options: ExportOptions = DEFAULTS
) -> list[Written]:
    """Write every artefact that `jobs` names; see the module for the layout.

    Raises:
        InputError: an illegal precision, missing ranges, or an output that exists and would come
            out otherwise; checked first.
        SkinsegError: an artefact could not be written, loaded or run.
    """
    source = Source(checkpoint, options.ios, options.taps, contexts=options.contexts)
    _require_possible(source, jobs, out, can_calibrate=options.calibrate is not None)
    jobs = _fitting(source, jobs, options.leave_out)
    _require_contexts(options.contexts, jobs)
    if options.calibrate and _wants_integers(jobs):
        checkpoint = replace(checkpoint, quantization=options.calibrate(checkpoint))
        source = replace(source, checkpoint=checkpoint)
    scenes = (
        scenes_of(options.golden)
        if options.golden
        else synthetic_scenes(Task(checkpoint.record.task))
    )
    golden = golden_of(checkpoint, scenes)
    kept = _kept(source, jobs, golden, out)
    written: list[Written] = []
    with bar() as progress:
        task = progress.add_task("exporting", total=sum(map(len, jobs.values())), note="")
        for target, precisions in jobs.items():
            for artefact in _export_target(source, target, precisions, golden, out, kept):
                written.append(artefact)
                progress.update(task, advance=1, note=artefact.path.name)
    return written


def _kept(source: Source, jobs: Jobs, golden: Golden, out: Path) -> dict[Path, Written]:
    """Return the artefacts that lie there already, by folder.

    Raises:
        InputError: one would come out otherwise.
    """
    there = {
        path: (target, precision)
        for target, precisions in jobs.items()
        for precision in precisions
        if (path := folder_of(source.checkpoint, target, precision, out, taps=source.taps)).exists()
    }
    if not there:
        return {}
    images = hashlib.sha256(golden.content).hexdigest()
    return {
        path: Written(path, manifest_as_now(source, *job, images, path), None, kept=True)
        for path, job in there.items()
    }


def _export_target(
    source: Source,
    target: str,
    precisions: Sequence[Precision],
    golden: Golden,
    out: Path,
    kept: Mapping[Path, Written],
) -> Iterator[Written]:
    """Convert once, then write and yield each precision that is not kept."""
    base = None
    for precision in precisions:
        path = folder_of(source.checkpoint, target, precision, out, taps=source.taps)
        if path in kept:
            yield kept[path]
            continue
        with new_folder(path) as folder:
            base, manifest, noise = _written(source, target, precision, golden, folder, base)
            engine = _run_once(folder, golden, source)
        with (out / LOG).open("ab") as file:  # only now: what failed leaves nothing behind
            file.write(noise)
        yield Written(path, manifest, engine)


def _written(
    source: Source, target: str, precision: Precision, golden: Golden, folder: Path, base: Any
) -> tuple[Any, Manifest, bytes]:
    """Fill an artefact's folder; return the converted net, the manifest, what vendors printed.

    `base` is the converted net of another precision, or None.
    """
    exporter = EXPORTERS[target]
    log, model = folder / LOG, folder / TARGETS[target].file
    if base is None:
        base = _quietly(log, target, "conversion", partial(exporter.convert, source))
    write = partial(exporter.write, base, precision, model)
    _quietly(log, target, precision, write)
    noise = log.read_bytes()
    log.unlink()
    for engine in contexts_of(source, target):
        write_context(model, engine.partition(":")[2])
    write_golden(golden, folder / GOLDEN)
    return base, seal(manifest_of(source, target, precision, folder), folder), noise


def folder_of(
    checkpoint: Checkpoint, target: str, precision: Precision, out: Path, *, taps: bool = False
) -> Path:
    """Return where an artefact goes."""
    return out / f"{checkpoint.record.name}-{target}-{precision}{'-taps' if taps else ''}"


def _run_once(folder: Path, golden: Golden, source: Source) -> str | None:
    """Load the artefact, whose hashes are new, and run golden images; float32 must give torch's.

    Raises:
        SkinsegError: it gives values that are no probabilities, or others than torch.
    """
    manifest = parse_manifest(folder)
    try:
        segmenter = open_segmenter(folder, manifest)
    except NotRunError:
        return None
    probability = segmenter.engine(segmenter.tensor_of(golden.images[0]))
    if not (np.isfinite(probability).all() and probability.min() >= 0 and probability.max() <= 1):
        raise SkinsegError(
            f"{manifest.name} as {manifest.target} {manifest.precision} gives values that are no"
            " probabilities. Export it with --taps and run `diff`."
        )
    if manifest.precision is Precision.FP32 and not source.taps:
        with TemporaryDirectory() as scratch:
            opened = partial(_opened, golden, manifest.target, Path(scratch))
            require_equal(segmenter, golden, source, opened)
    return segmenter.engine.name


def _opened(golden: Golden, target: str, folder: Path, source: Source) -> Segmenter:
    """Convert a source into a folder and open it: to look for what a target computes wrong."""
    _, manifest, _ = _written(source, target, Precision.FP32, golden, folder, None)
    return open_segmenter(folder, manifest)


def _quietly(log: Path, target: str, step: str, work: Callable[[], T]) -> T:
    """Run a vendor's code with its output in `log`.

    Raises:
        SkinsegError: the vendor failed; the message has its own last words.
    """
    try:
        with vendor_noise_to(log):
            return work()
    except SkinsegError:
        raise
    except Exception as error:
        last = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        raise no_memory(error) or SkinsegError(
            f"{target} {step} failed in the vendor's converter: {last[0].rstrip('.')}. Change what"
            f" it names in the net, or export to the targets other than {target}."
        ) from error


def _require_possible(source: Source, jobs: Jobs, out: Path, *, can_calibrate: bool) -> None:
    """Check everything that can be known before the first slow conversion."""
    checkpoint = source.checkpoint
    for target, precisions in jobs.items():
        legal = TARGETS[target].precisions
        if reason := TARGETS[target].missing:
            raise MissingExtraError(reason)
        for precision in precisions:
            if precision not in legal:
                raise InputError(f"{target} cannot be {precision}. It can be {', '.join(legal)}.")
            path = folder_of(checkpoint, target, precision, out, taps=source.taps)
            if not (path / MANIFEST).is_file():
                require_absent(path)
    if _wants_integers(jobs) and not (checkpoint.quantization or can_calibrate):
        raise InputError(
            f"{checkpoint.record.name} has no activation ranges, which int8 needs. Add"
            " --calibration DIR."
        )
    if source.ios and not any(EXPORTERS[target].takes_ios for target in jobs):
        raise InputError(f"--ios {source.ios} is for Core ML files. Add --target coreml.")
    for target in jobs:
        EXPORTERS[target].require(source)
    if isinstance(checkpoint.record.spec.layout, AdoptedLayout):
        require_fit(source.nodes, jobs)


def _fitting(source: Source, jobs: Jobs, leave_out: Callable[[str], None] | None) -> Jobs:
    """Return the jobs that go with the net and the options.

    Raises:
        InputError: one does not, and nobody wants to be told.
    """
    found: dict[str, list[Precision]] = {target: [] for target in jobs}
    for target, precisions in jobs.items():
        for precision in precisions:
            reason = EXPORTERS[target].unfit(source, precision)
            if not reason:
                found[target].append(precision)
            elif leave_out:
                leave_out(f"{target} {precision} was left out: {reason}")
            else:
                raise InputError(reason)
    return found


def _require_contexts(names: Sequence[str], jobs: Jobs) -> None:
    """Check that this machine compiles contexts by these names.

    Raises:
        InputError: an unknown name, or no ONNX file is wanted.
        NotRunError: this machine lacks the compiler.
    """
    known = [name for name, spec in ENGINES.items() if spec.package == COMPILER]
    for name in names:
        if name not in known:
            raise InputError(f"There is no --context '{name}'. {choices(name, known)}")
        if CONTEXTS_OF not in jobs:
            raise InputError(f"--context compiles ONNX files. Add --target {CONTEXTS_OF}.")
        if reason := ENGINES[name].missing:
            raise NotRunError(reason)


def _wants_integers(jobs: Jobs) -> bool:
    return any(
        precision.rounds_activations for precisions in jobs.values() for precision in precisions
    )

"""What an artefact's manifest says, and whether one that lies there still says it."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from skinseg_mobile.export.provenance import provenance_of
from skinseg_mobile.export.source import Source
from skinseg_mobile.export.targets import EXPORTERS
from skinseg_mobile.runtime_py.artifact.checksums import compare, hashes_of
from skinseg_mobile.runtime_py.artifact.manifest import (
    GOLDEN,
    Manifest,
    context_file,
    model_hash,
    model_size,
    parse_manifest,
)
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.storage.resumable import first_change, plain_json
from skinseg_mobile.runtime_py.targets import TARGETS

COMPILER = "onnxruntime-qnn"
CONTEXTS_OF = "onnx"
"""The target whose files are compiled for neural processors."""


def manifest_as_now(
    source: Source, target: str, precision: Precision, golden_sha256: str, path: Path
) -> Manifest:
    """Return the manifest of an artefact that lies there and would come out the same.

    Raises:
        InputError: it is damaged, or would come out otherwise.
    """
    old = parse_manifest(path)
    if damaged := compare(path, old.files):
        changed = f"{damaged[0].file} {damaged[0].problem}"
    else:
        new = replace(manifest_of(source, target, precision, path), golden_sha256=golden_sha256)
        changed = first_change(plain_json(asdict(old)), plain_json(asdict(new)))
    if changed:
        raise InputError(
            f"{path} already exists and would come out otherwise: {changed}. Choose another output"
            " or delete it."
        )
    return old


def manifest_of(source: Source, target: str, precision: Precision, folder: Path) -> Manifest:
    """Return what a manifest says of the files in an artefact's folder."""
    record = source.checkpoint.record
    name, exporter = TARGETS[target].file, EXPORTERS[target]
    found = exporter.describe(folder / name, precision)
    files = hashes_of(folder)
    quantization = source.checkpoint.quantization
    calibrated = quantization is not None and precision.rounds_activations
    return Manifest(
        name=record.name,
        task=Task(record.task),
        target=target,
        precision=precision,
        model_sha256=model_hash(name, files),
        model_bytes=model_size(folder / name),
        golden_sha256=files[GOLDEN],
        checkpoint=record.name,
        checkpoint_sha256=source.checkpoint.digest,
        input=found.input,
        output=found.output,
        licence=record.licence,
        threshold=record.threshold,
        calibration=dict(quantization.calibration) if quantization and calibrated else None,
        versions=_versions((*exporter.tools, *(COMPILER for _ in contexts_of(source, target)))),
        operations=found.operations,
        float_operations=found.in_float,
        parameters=source.cost.parameters,
        multiply_adds=source.cost.multiply_adds,
        taps=source.form.outputs[1:],
        provenance=provenance_of(source.checkpoint, calibrated=calibrated),
        files=files,
        contexts={context_file(name): name for name in contexts_of(source, target)} or None,
        **exporter.noted(source, precision),
    )


def contexts_of(source: Source, target: str) -> tuple[str, ...]:
    """Return the engines for which a target's file is compiled, too."""
    return source.contexts if target == CONTEXTS_OF else ()


def _versions(packages: Sequence[str]) -> dict[str, str]:
    found = {"python": platform.python_version(), "skinseg-mobile": version("skinseg-mobile")}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found

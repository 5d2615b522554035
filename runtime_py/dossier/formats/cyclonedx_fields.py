"""Fields of CycloneDX 1.6 that its library does not know: model cards and data, by the schema."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.dossier.formats.spec import UNSTATED
from skinseg_mobile.runtime_py.dossier.record import Dossier, JudgedReplacement
from skinseg_mobile.runtime_py.numbers import four, signed

TRAINED_ON, JUDGED_ON = "data-training", "data-evaluation"
"""References of data components; a model's slug follows the first."""
PREFIX = "skinseg-mobile"
"""Of the names of our properties."""


def model_card(dossier: Dossier, item: JudgedReplacement) -> dict[str, Any]:
    """Return the model card of one file of N."""
    manifest, facts = item.pair.after.manifest, dossier.plan.release
    return {
        "modelParameters": {
            "approach": {"type": "supervised"},
            "task": f"image segmentation: {manifest.task}",
            "modelArchitecture": manifest.name,
            "datasets": [{"ref": f"{TRAINED_ON}-{item.slug}"}, {"ref": JUDGED_ON}],
            "inputs": [{"format": f"{manifest.input.dtype} {manifest.input.shape}, RGB 0 to 255"}],
            "outputs": [{"format": f"{manifest.output.dtype} {manifest.output.shape}, 0 to 1"}],
        },
        "quantitativeAnalysis": {"performanceMetrics": list(_metrics(item))},
        "considerations": {
            "useCases": [facts.intended_use or UNSTATED],
            "technicalLimitations": list(_limitations(item)),
        },
    }


def _metrics(item: JudgedReplacement) -> Iterator[dict[str, Any]]:
    found = item.compared
    delta: dict[str, Any] = {"type": "ΔJaccard", "value": signed(found.mean("delta"))}
    if found.interval:
        low, high = found.interval
        delta["confidenceInterval"] = {"lowerBound": signed(low), "upperBound": signed(high)}
    yield {"type": "Jaccard", "value": four(found.mean("jaccard_artefact"))}
    yield delta
    for group in found.groups:
        yield {"type": "Jaccard", "value": four(group.jaccard_artefact), "slice": group.label}
    for check in item.checks:
        value = "not run" if check.value is None else repr(check.value)
        yield {"type": f"criterion {check.name}: {check.wanted}: {check.verdict}", "value": value}


def _limitations(item: JudgedReplacement) -> Iterator[str]:
    yield f"{len(item.worse)} of {len(item.compared.scored)} images got worse than in release N-1."
    yield from (
        f"{r.engine} was not run: {'; '.join(r.reasons)}" for r in item.gate if not r.checks
    )


def training_data(manifest: Manifest) -> dict[str, Any]:
    """Return what is known of the data that a net was trained on."""
    source = manifest.provenance
    about: dict[str, str] = {}
    if source:
        about = {"ids-trained-on-sha256": source.train_ids_sha256, "files": source.data_sha256}
        if source.calibration_ids_sha256:
            about["ids-calibrated-on-sha256"] = source.calibration_ids_sha256
    return {
        "type": "dataset",
        "name": source.data if source else UNSTATED,
        "description": "training and calibration",
        "contents": {"properties": _plain(about)},
    }


def evaluation_data(dossier: Dossier) -> dict[str, Any]:
    """Return what is known of the data that both releases were judged on."""
    data = dossier.data
    return {
        "type": "dataset",
        "name": data.name,
        "description": f"evaluation: {data.chosen}",
        "sensitiveData": [dossier.plan.release.sensitivity or UNSTATED],
        "contents": {
            "url": "croissant.json",
            "properties": _plain({"ids-sha256": data.ids_sha256, "sha256": data.sha256}),
        },
    }


def facts_of_model(manifest: Manifest) -> dict[str, str]:
    """Return what a manifest says of a model, as text by name."""
    source = manifest.provenance
    found = {
        "target": manifest.target,
        "precision": manifest.precision,
        "parameters": manifest.parameters,
        "multiply-adds": manifest.multiply_adds,
        "threshold": manifest.threshold,
        "resize": manifest.resize,
        "checkpoint-sha256": manifest.checkpoint_sha256,
        "golden-sha256": manifest.golden_sha256,
        "operations": json.dumps(manifest.operations, sort_keys=True),
        "toolkit-commit": source.commit if source else None,
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _plain(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": f"{PREFIX}:{name}", "value": value} for name, value in values.items()]

"""CycloneDX 1.6 ML-BOM: the app, its models, their data, tools and results.

The library makes the document; it knows no model cards and no data yet, so that we add those two by
the published schema. The seven clusters of the G7's "SBOM for AI: minimum elements" (May 2026) are
all answered here or beside it; `tests/runtime_py/dossier/test_g7.py` names the field of each.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.dossier.formats.model_signing import signature_name
from skinseg_mobile.runtime_py.dossier.formats.spec import (
    EXTRA,
    UNSTATED,
    DossierFormat,
    package_url,
)
from skinseg_mobile.runtime_py.dossier.record import Dossier, JudgedReplacement
from skinseg_mobile.runtime_py.dossier.statement import SigningKey
from skinseg_mobile.runtime_py.numbers import four, signed
from skinseg_mobile.runtime_py.storage.atomic import to_json
from skinseg_mobile.runtime_py.vendors import vendor

NAME = "bom.cdx.json"
SYSTEM, TRAINED_ON, JUDGED_ON, TOOLKIT = "system", "data-training", "data-evaluation", "toolkit"
_PREFIX = "skinseg-mobile"


def _write(dossier: Dossier, report_sha256: str, key: SigningKey) -> Mapping[str, str]:
    make = vendor("cyclonedx.output", EXTRA).make_outputter
    schema = vendor("cyclonedx.schema", EXTRA)
    bom = _bom(dossier, key.public.id, report_sha256)
    text = make(bom, schema.OutputFormat.JSON, schema.SchemaVersion.V1_6).output_as_string()
    document = json.loads(text)
    document["metadata"]["lifecycles"] = [{"phase": "post-build"}]
    by_ref = {component["bom-ref"]: component for component in document["components"]}
    for item in dossier.judged:
        by_ref[f"model-{item.slug}"]["modelCard"] = _model_card(dossier, item)
        by_ref[f"{TRAINED_ON}-{item.slug}"]["data"] = [_training(item.pair.after.manifest)]
    by_ref[JUDGED_ON]["data"] = [_evaluation(dossier)]
    return {NAME: to_json(document)}


def _bom(dossier: Dossier, key_id: str, report_sha256: str) -> Any:
    model, parts = vendor("cyclonedx.model.bom", EXTRA), vendor("cyclonedx.model.component", EXTRA)
    contact = vendor("cyclonedx.model.contact", EXTRA)
    facts, kind = dossier.plan.release, parts.ComponentType
    producer = contact.OrganizationalEntity(name=facts.producer or UNSTATED)
    system = parts.Component(
        type=kind.APPLICATION,
        name=facts.system or UNSTATED,
        version=facts.version or UNSTATED,
        bom_ref=SYSTEM,
        supplier=producer,
        description=f"Intended use: {facts.intended_use or UNSTATED}.",
        properties=_properties(_data_flow()),
        external_references=list(_security_pages(dossier)),
    )
    name, _, version = dossier.tool.partition(" ")
    toolkit = parts.Component(type=kind.APPLICATION, name=name, version=version, bom_ref=TOOLKIT)
    bom = model.Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"urn:sha256:{report_sha256}"),
        version=1,
        metadata=model.BomMetaData(
            timestamp=datetime.fromisoformat(dossier.created),
            component=system,
            supplier=producer,
            authors=[contact.OrganizationalContact(name=facts.producer or UNSTATED)],
            properties=_properties(
                {
                    "generation": "after the build, from files and their manifests",
                    "signature": f"SHA256SUMS.sig, ECDSA P-256, key {key_id}",
                    "processor": dossier.processor,
                }
            ),
        ),
    )
    bom.metadata.tools.components.add(toolkit)
    judged_on = parts.Component(
        type=kind.DATA,
        name=dossier.data.name,
        bom_ref=JUDGED_ON,
        version=dossier.data.sha256[:12],
        description=f"{dossier.data.chosen}. Both releases were judged on it.",
        hashes=[_hash(dossier.data.sha256)],
    )
    bom.components.add(judged_on)
    models = [_add_model(bom, item, judged_on) for item in dossier.judged]
    bom.register_dependency(system, models)
    return bom


def _add_model(bom: Any, item: JudgedReplacement, judged_on: Any) -> Any:
    """Add a model, its training data, the packages that made it and the engines that ran it."""
    parts, manifest = vendor("cyclonedx.model.component", EXTRA), item.pair.after.manifest
    kind = parts.ComponentType
    ancestor = parts.Component(
        type=kind.MACHINE_LEARNING_MODEL,
        name=item.pair.before.manifest.name,
        bom_ref=f"released-{item.slug}",
        version=item.pair.before.manifest.model_sha256[:12],
        hashes=[_hash(item.pair.before.manifest.model_sha256)],
    )
    component = parts.Component(
        type=kind.MACHINE_LEARNING_MODEL,
        name=manifest.name,
        version=manifest.model_sha256[:12],
        bom_ref=f"model-{item.slug}",
        description=item.paragraph,
        hashes=[_hash(manifest.model_sha256)],
        licenses=[_licence(manifest.licence)],
        pedigree=parts.Pedigree(ancestors=[ancestor]),
        properties=_properties(_facts(manifest)),
        external_references=[
            _link("DIGITAL_SIGNATURE", signature_name(item)),
            _link("ATTESTATION", f"evaluation-{item.slug}.intoto.json"),
            _link("BUILD_META", f"provenance-{item.slug}.intoto.json"),
            _link("MODEL_CARD", "model-card.md"),
        ],
    )
    source = manifest.provenance
    trained_on = parts.Component(
        type=kind.DATA,
        name=source.data if source else UNSTATED,
        bom_ref=f"{TRAINED_ON}-{item.slug}",
        description="The net was trained on it.",
        hashes=[_hash(source.data_sha256)] if source and len(source.data_sha256) == 64 else [],
    )
    engines = dict.fromkeys(r.engine for r in item.gate if r.checks)
    used = [
        *(_package(n, v) for n, v in sorted(manifest.versions.items())),
        *(_engine(name) for name in engines),
    ]
    for added in (component, trained_on, *used):
        bom.components.add(added)
    bom.register_dependency(component, [trained_on, judged_on, *used])
    return component


def _package(name: str, version: str) -> Any:
    parts, purl = vendor("cyclonedx.model.component", EXTRA), vendor("packageurl", EXTRA)
    return parts.Component(
        type=parts.ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=f"pypi-{name}-{version}",
        purl=purl.PackageURL.from_string(package_url(name, version)),
    )


def _engine(name: str) -> Any:
    parts = vendor("cyclonedx.model.component", EXTRA)
    title, _, version = name.rpartition(" ")
    return parts.Component(
        type=parts.ComponentType.PLATFORM,
        name=title or name,
        version=version,
        bom_ref=f"engine-{name}",
        description="An engine that ran the model here.",
    )


def _model_card(dossier: Dossier, item: JudgedReplacement) -> dict[str, Any]:
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


def _training(manifest: Manifest) -> dict[str, Any]:
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


def _evaluation(dossier: Dossier) -> dict[str, Any]:
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


def _facts(manifest: Manifest) -> dict[str, str]:
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


def _data_flow() -> dict[str, str]:
    return {
        "data-flow": "The image is resized, run and thresholded on the device; the toolkit's"
        " contract sends nothing.",
        "data-usage": "Inference only: the files learn nothing from the images of users.",
        "input": "one RGB image",
        "output": "one mask at the image's size",
        "security-controls": "SHA-256 of every file, ECDSA signatures, self-test on golden images",
    }


def _security_pages(dossier: Dossier) -> Iterator[Any]:
    facts = dossier.plan.release
    if facts.security_policy:
        yield _link("SECURITY_CONTACT", facts.security_policy)
    if facts.advisories:
        yield _link("ADVISORIES", facts.advisories)
    yield _link("QUALITY_METRICS", "dossier.json")
    yield _link("RISK_ASSESSMENT", dossier.plan.name)


def _link(kind: str, address: str) -> Any:
    model = vendor("cyclonedx.model", EXTRA)
    types = model.ExternalReferenceType
    return model.ExternalReference(type=types[kind], url=model.XsUri(address))


def _licence(name: str) -> Any:
    return (
        vendor("cyclonedx.contrib.license.factories", EXTRA).LicenseFactory().make_from_string(name)
    )


def _hash(sha256: str) -> Any:
    model = vendor("cyclonedx.model", EXTRA)
    return model.HashType(alg=model.HashAlgorithm.SHA_256, content=sha256)


def _properties(values: Mapping[str, str]) -> Sequence[Any]:
    own = vendor("cyclonedx.model", EXTRA).Property
    return [own(name=f"{_PREFIX}:{name}", value=value) for name, value in values.items()]


def _plain(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": f"{_PREFIX}:{name}", "value": value} for name, value in values.items()]


FORMAT = DossierFormat("CycloneDX ML-BOM", _write)

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

from skinseg_mobile.runtime_py.dossier.formats.cyclonedx_fields import (
    JUDGED_ON,
    PREFIX,
    TRAINED_ON,
    evaluation_data,
    facts_of_model,
    model_card,
    training_data,
)
from skinseg_mobile.runtime_py.dossier.formats.model_signing import signature_name
from skinseg_mobile.runtime_py.dossier.formats.spec import (
    EXTRA,
    UNSTATED,
    DossierFormat,
    package_url,
)
from skinseg_mobile.runtime_py.dossier.record import Dossier, JudgedReplacement
from skinseg_mobile.runtime_py.dossier.statement import SigningKey
from skinseg_mobile.runtime_py.storage.atomic import to_json
from skinseg_mobile.runtime_py.vendors import vendor

NAME = "bom.cdx.json"
SYSTEM, TOOLKIT = "system", "toolkit"


def _write(dossier: Dossier, report_sha256: str, key: SigningKey) -> Mapping[str, str]:
    make = vendor("cyclonedx.output", EXTRA).make_outputter
    schema = vendor("cyclonedx.schema", EXTRA)
    bom = _bom(dossier, key.public.id, report_sha256)
    text = make(bom, schema.OutputFormat.JSON, schema.SchemaVersion.V1_6).output_as_string()
    document = json.loads(text)
    document["metadata"]["lifecycles"] = [{"phase": "post-build"}]
    by_ref = {component["bom-ref"]: component for component in document["components"]}
    for item in dossier.judged:
        by_ref[f"model-{item.slug}"]["modelCard"] = model_card(dossier, item)
        by_ref[f"{TRAINED_ON}-{item.slug}"]["data"] = [training_data(item.pair.after.manifest)]
    by_ref[JUDGED_ON]["data"] = [evaluation_data(dossier)]
    return {NAME: to_json(document)}


def _bom(dossier: Dossier, key_id: str, report_sha256: str) -> Any:
    model, parts = vendor("cyclonedx.model.bom", EXTRA), vendor("cyclonedx.model.component", EXTRA)
    kind, system = parts.ComponentType, _system(dossier)
    bom = model.Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"urn:sha256:{report_sha256}"),
        version=1,
        metadata=_metadata(dossier, key_id, system),
    )
    name, _, version = dossier.tool.partition(" ")
    toolkit = parts.Component(type=kind.APPLICATION, name=name, version=version, bom_ref=TOOLKIT)
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


def _system(dossier: Dossier) -> Any:
    """Return the app that the models are released in."""
    parts, facts = vendor("cyclonedx.model.component", EXTRA), dossier.plan.release
    return parts.Component(
        type=parts.ComponentType.APPLICATION,
        name=facts.system or UNSTATED,
        version=facts.version or UNSTATED,
        bom_ref=SYSTEM,
        supplier=_producer(dossier),
        description=f"Intended use: {facts.intended_use or UNSTATED}.",
        properties=_properties(_data_flow()),
        external_references=list(_security_pages(dossier)),
    )


def _metadata(dossier: Dossier, key_id: str, system: Any) -> Any:
    contact = vendor("cyclonedx.model.contact", EXTRA)
    author = contact.OrganizationalContact(name=dossier.plan.release.producer or UNSTATED)
    about = {
        "generation": "after the build, from files and their manifests",
        "signature": f"SHA256SUMS.sig, ECDSA P-256, key {key_id}",
        "processor": dossier.processor,
    }
    return vendor("cyclonedx.model.bom", EXTRA).BomMetaData(
        timestamp=datetime.fromisoformat(dossier.created),
        component=system,
        supplier=_producer(dossier),
        authors=[author],
        properties=_properties(about),
    )


def _producer(dossier: Dossier) -> Any:
    contact = vendor("cyclonedx.model.contact", EXTRA)
    return contact.OrganizationalEntity(name=dossier.plan.release.producer or UNSTATED)


def _add_model(bom: Any, item: JudgedReplacement, judged_on: Any) -> Any:
    """Add a model, its training data, the packages that made it and the engines that ran it."""
    model, trained_on = _model(item), _trained_on(item)
    engines = dict.fromkeys(report.engine for report in item.gate if report.checks)
    used = [
        *(_package(n, v) for n, v in sorted(item.pair.after.manifest.versions.items())),
        *(_engine(name) for name in engines),
    ]
    for added in (model, trained_on, *used):
        bom.components.add(added)
    bom.register_dependency(model, [trained_on, judged_on, *used])
    return model


def _model(item: JudgedReplacement) -> Any:
    parts, manifest = vendor("cyclonedx.model.component", EXTRA), item.pair.after.manifest
    old, kind = item.pair.before.manifest, parts.ComponentType.MACHINE_LEARNING_MODEL
    ancestor = parts.Component(
        type=kind,
        name=old.name,
        bom_ref=f"released-{item.slug}",
        version=old.model_sha256[:12],
        hashes=[_hash(old.model_sha256)],
    )
    return parts.Component(
        type=kind,
        name=manifest.name,
        version=manifest.model_sha256[:12],
        bom_ref=f"model-{item.slug}",
        description=item.paragraph,
        hashes=[_hash(manifest.model_sha256)],
        licenses=[_licence(manifest.licence)],
        pedigree=parts.Pedigree(ancestors=[ancestor]),
        properties=_properties(facts_of_model(manifest)),
        external_references=[
            _link("DIGITAL_SIGNATURE", signature_name(item)),
            _link("ATTESTATION", f"evaluation-{item.slug}.intoto.json"),
            _link("BUILD_META", f"provenance-{item.slug}.intoto.json"),
            _link("MODEL_CARD", "model-card.md"),
        ],
    )


def _trained_on(item: JudgedReplacement) -> Any:
    parts, source = vendor("cyclonedx.model.component", EXTRA), item.pair.after.manifest.provenance
    return parts.Component(
        type=parts.ComponentType.DATA,
        name=source.data if source else UNSTATED,
        bom_ref=f"{TRAINED_ON}-{item.slug}",
        description="The net was trained on it.",
        hashes=[_hash(source.data_sha256)] if source and len(source.data_sha256) == 64 else [],
    )


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


def _data_flow() -> dict[str, str]:
    return {
        "data-flow": "By the toolkit's contract an image is resized, run and thresholded on the"
        " device; what else the app does with it is not stated here.",
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
    return [own(name=f"{PREFIX}:{name}", value=value) for name, value in values.items()]


FORMAT = DossierFormat("CycloneDX ML-BOM", _write)

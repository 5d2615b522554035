"""SLSA provenance v1 of each export, from what its manifest records.

It is the producer's own word, written after the export: no SLSA level is claimed.
"""

import re
from collections.abc import Mapping
from typing import Any

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.dossier.formats.spec import (
    EXTRA,
    DossierFormat,
    checked,
    model_files,
    package_url,
)
from skinseg_mobile.runtime_py.dossier.record import Dossier, JudgedReplacement
from skinseg_mobile.runtime_py.dossier.statement import SigningKey, envelope, statement
from skinseg_mobile.runtime_py.storage.atomic import to_json
from skinseg_mobile.runtime_py.vendors import vendor

PROVENANCE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:skinseg-mobile:export:v1"
BUILDER = "urn:skinseg-mobile:builder:self-attested"
_COMMIT = re.compile(r"([0-9a-f]{40})(-dirty)?")


def provenance_statement(item: JudgedReplacement) -> dict[str, Any]:
    """Return the statement on one file of N."""
    manifest = item.pair.after.manifest
    predicate = {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {
                "checkpoint": manifest.checkpoint,
                "target": manifest.target,
                "precision": str(manifest.precision),
            },
            "internalParameters": {"threshold": manifest.threshold, "resize": manifest.resize},
            "resolvedDependencies": _dependencies(manifest),
        },
        "runDetails": {"builder": {"id": BUILDER, "version": dict(manifest.versions)}},
    }
    return statement(model_files(item), PROVENANCE_TYPE, predicate)


def _dependencies(manifest: Manifest) -> list[dict[str, Any]]:
    found = [_named("checkpoint", manifest.checkpoint_sha256)]
    if source := manifest.provenance:
        found += [
            _named("weights of the checkpoint", source.weights_sha256),
            _named(f"dataset {source.data}", source.data_sha256),
            _named("ids trained on", source.train_ids_sha256),
            _named("ids of the calibration set", source.calibration_ids_sha256),
        ]
        if commit := _COMMIT.fullmatch(source.commit):
            name = f"skinseg-mobile{' with local changes' if commit[2] else ''}"
            found.append({"name": name, "digest": {"gitCommit": commit[1]}})
    packages = [{"uri": package_url(n, v)} for n, v in sorted(manifest.versions.items())]
    return [item for item in found if item] + packages


def _named(name: str, sha256: str | None) -> dict[str, Any]:
    """Return a resource by its hash; nothing where the manifest says "unknown"."""
    is_hash = sha256 is not None and re.fullmatch("[0-9a-f]{64}", sha256)
    return {"name": name, "digest": {"sha256": sha256}} if is_hash else {}


def _write(dossier: Dossier, _: str, key: SigningKey) -> Mapping[str, str]:
    own = vendor("in_toto_attestation.predicates.provenance.v1.provenance_pb2", EXTRA)
    protobuf = vendor("google.protobuf.json_format", EXTRA)
    written: dict[str, str] = {}
    for item in dossier.judged:
        content = checked(provenance_statement(item))
        protobuf.ParseDict(content["predicate"], own.Provenance())  # refuses a field that is none
        written[f"provenance-{item.slug}.intoto.json"] = to_json(envelope(content, key))
    return written


FORMAT = DossierFormat("SLSA provenance", _write)

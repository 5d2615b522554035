"""in-toto `eval-result` v0.1: every criterion with its limit and whether it was kept.

Source: in-toto attestation framework, spec/predicates/eval-result.md. The subjects are the model's
own files and the report; `preRegistration` is the hash of the plan.
"""

from collections.abc import Mapping
from typing import Any

from skinseg_mobile.runtime_py.dossier.formats.spec import (
    DossierFormat,
    checked,
    model_files,
    passed,
)
from skinseg_mobile.runtime_py.dossier.promise import COMPARATORS
from skinseg_mobile.runtime_py.dossier.record import RECORD, Dossier, JudgedReplacement
from skinseg_mobile.runtime_py.dossier.statement import SigningKey, envelope, statement
from skinseg_mobile.runtime_py.gate.verdict import Check
from skinseg_mobile.runtime_py.storage.atomic import to_json

EVALUATION_TYPE = "https://in-toto.io/attestation/eval-result/v0.1"


def evaluation_statement(
    dossier: Dossier, item: JudgedReplacement, report_sha256: str
) -> dict[str, Any]:
    """Return the statement on one file of N."""
    name, _, version = dossier.tool.partition(" ")
    predicate = {
        "verifier": {"id": "urn:skinseg-mobile:dossier"},
        "evaluatedAt": dossier.created,
        "suite": {"name": dossier.plan.name, "version": dossier.plan.sha256},
        "claims": [_claim(check) for check in item.checks],
        "sampleSize": len(item.compared.images),
        "commitments": {
            "model": _digest(item.pair.after.manifest.model_sha256),
            "dataset": _digest(dossier.data.sha256),
        },
        "assuranceLevel": "self_attested",
        "subjectProfile": "release-gate",
        "preRegistration": {"alg": "sha256", "value": dossier.plan.sha256},
        "harness": {"name": name, "version": version},
        "passed": passed(item.verdict),
        "report": {"name": RECORD, "digest": {"sha256": report_sha256}},
    }
    subjects = {**model_files(item), RECORD: report_sha256}
    return statement(subjects, EVALUATION_TYPE, predicate)


def _claim(check: Check) -> dict[str, Any]:
    return {
        "metric": check.name,
        "comparator": COMPARATORS[check.bound],
        "threshold": repr(check.limit),
        "passed": passed(check.verdict),
        "value": None if check.value is None else repr(check.value),
    }


def _digest(sha256: str) -> dict[str, Any]:
    return {"alg": "sha256", "value": sha256, "salted": False}


def _write(dossier: Dossier, report_sha256: str, key: SigningKey) -> Mapping[str, str]:
    return {
        f"evaluation-{item.slug}.intoto.json": to_json(
            envelope(checked(evaluation_statement(dossier, item, report_sha256)), key)
        )
        for item in dossier.judged
    }


FORMAT = DossierFormat("in-toto evaluation result", _write)

"""The seven clusters of the G7's "SBOM for AI: minimum elements" (12 May 2026), element by element.

Each row names the cluster, the element, and the field of a dossier's file that answers it. Files
are CycloneDX unless a name stands first. Elements are summarised in our words.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.runtime_py.dossier.formats.cyclonedx_fields import JUDGED_ON, TRAINED_ON
from skinseg_mobile.runtime_py.dossier.statement import opened, read_public

MODEL, SYSTEM = "components[model-dark-onnx-fp32]", "metadata.component"
TRAINING = f"components[{TRAINED_ON}-dark-onnx-fp32]"
EVALUATION = f"components[{JUDGED_ON}]"
PROPERTY = "properties[skinseg-mobile:{}].value".format

ELEMENTS = (
    ("metadata", "author", "metadata.authors.0.name"),
    ("metadata", "version of the bill", "version"),
    ("metadata", "identifier of the bill", "serialNumber"),
    ("metadata", "format and its version", "specVersion"),
    ("metadata", "signature of the author", f"metadata.{PROPERTY('signature')}"),
    ("metadata", "tool and its version", "metadata.tools.components.0.version"),
    ("metadata", "generation context", "metadata.lifecycles.0.phase"),
    ("metadata", "timestamp", "metadata.timestamp"),
    ("metadata", "dependency relationships", "dependencies.0.ref"),
    ("system level properties", "name", f"{SYSTEM}.name"),
    ("system level properties", "producer", f"{SYSTEM}.supplier.name"),
    ("system level properties", "version", f"{SYSTEM}.version"),
    ("system level properties", "components", "dependencies[system].dependsOn.0"),
    ("system level properties", "data flow", f"{SYSTEM}.{PROPERTY('data-flow')}"),
    ("system level properties", "data usage", f"{SYSTEM}.{PROPERTY('data-usage')}"),
    ("system level properties", "input", f"{SYSTEM}.{PROPERTY('input')}"),
    ("system level properties", "output", f"{SYSTEM}.{PROPERTY('output')}"),
    ("system level properties", "intended application area", f"{SYSTEM}.description"),
    ("models", "name", f"{MODEL}.name"),
    ("models", "identifier", f"{MODEL}.bom-ref"),
    ("models", "version", f"{MODEL}.version"),
    ("models", "producer", "metadata.supplier.name"),
    ("models", "description", f"{MODEL}.description"),
    ("models", "hash value", f"{MODEL}.hashes.0.content"),
    ("models", "hash algorithm", f"{MODEL}.hashes.0.alg"),
    ("models", "properties", f"{MODEL}.{PROPERTY('parameters')}"),
    ("models", "training properties", f"{MODEL}.modelCard.modelParameters.approach.type"),
    ("models", "predecessor", f"{MODEL}.pedigree.ancestors.0.hashes.0.content"),
    ("models", "limitations", f"{MODEL}.modelCard.considerations.technicalLimitations.0"),
    ("models", "licence", f"{MODEL}.licenses.0.license.id"),
    ("models", "external references", f"{MODEL}.externalReferences.0.url"),
    ("models", "timestamp", "evaluation.predicate.evaluatedAt"),
    ("dataset properties", "name", f"{TRAINING}.name"),
    ("dataset properties", "identifier", f"{EVALUATION}.bom-ref"),
    ("dataset properties", "content", f"{EVALUATION}.data.0.description"),
    ("dataset properties", "hash of training data", f"{TRAINING}.hashes.0.content"),
    ("dataset properties", "hash of evaluation data", f"{EVALUATION}.hashes.0.content"),
    ("dataset properties", "hash of each file", "croissant.distribution.0.sha256"),
    ("dataset properties", "provenance", f"{TRAINING}.data.0.contents.properties.0.value"),
    ("dataset properties", "sensitivity", f"{EVALUATION}.data.0.sensitiveData.0"),
    ("dataset properties", "its models", f"{MODEL}.modelCard.modelParameters.datasets.0.ref"),
    ("dataset properties", "licence", "croissant.license"),
    ("infrastructure", "software", "components[pypi-torch-2.13.0+cpu].purl"),
    ("infrastructure", "engines", "components[engine-onnxruntime].type"),
    ("infrastructure", "hardware", f"metadata.{PROPERTY('processor')}"),
    ("infrastructure", "build", "provenance.predicate.runDetails.builder.id"),
    ("security properties", "controls", f"{SYSTEM}.{PROPERTY('security-controls')}"),
    ("security properties", "policy", f"{SYSTEM}.externalReferences[security-contact].url"),
    ("security properties", "vulnerabilities", f"{SYSTEM}.externalReferences[advisories].url"),
    ("security properties", "compliance", "plan.predicate.criteria.0.threshold"),
    ("key performance indicators", "metric", f"{MODEL}.modelCard.quantitativeAnalysis"
     ".performanceMetrics.0.value"),
    ("key performance indicators", "interval", f"{MODEL}.modelCard.quantitativeAnalysis"
     ".performanceMetrics.1.confidenceInterval.lowerBound"),
    ("key performance indicators", "limits and results", "evaluation.predicate.claims.0.passed"),
)  # fmt: skip
CLUSTERS = {
    "metadata", "system level properties", "models", "dataset properties", "infrastructure",
    "security properties", "key performance indicators",
}  # fmt: skip


@pytest.fixture(scope="module")
def files(dossier: Path) -> dict[str, Any]:
    """Every file by the name that rows use; the bill under the empty one."""
    key = read_public(dossier / "key.pub")

    def read(name: str) -> Any:
        return json.loads((dossier / name).read_text())

    return {
        "": read("bom.cdx.json"),
        "croissant": read("croissant.json"),
        "plan": opened(read("plan.toml.intoto.json"), key),
        "evaluation": opened(read("evaluation-dark-onnx-fp32.intoto.json"), key),
        "provenance": opened(read("provenance-dark-onnx-fp32.intoto.json"), key),
    }


def value_of(files: dict[str, Any], field: str) -> Any:
    """Return what a field holds; KeyError where there is none."""
    first, _, rest = field.partition(".")
    found, path = (files[first], rest) if first in files else (files[""], field)
    for part in _parts(path):
        name, _, wanted = part.partition("[")
        if name.isdigit():
            found = found[int(name)]
            continue
        found = found[name]
        if wanted:
            found = next(item for item in found if wanted[:-1] in _names(item))
    return found


def _parts(path: str) -> list[str]:
    """Split at dots that are in no brackets."""
    parts, depth = [""], 0
    for letter in path:
        depth += (letter == "[") - (letter == "]")
        if letter == "." and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _names(item: dict[str, Any]) -> set[str]:
    keys = ("bom-ref", "ref", "name", "type")
    names = {str(item[key]) for key in keys if key in item}
    return names | {name.rpartition(" ")[0] for name in names}


@pytest.mark.parametrize(("cluster", "element", "field"), ELEMENTS)
def test_an_element_is_answered(
    cluster: str, element: str, field: str, files: dict[str, Any]
) -> None:
    value = value_of(files, field)
    assert value not in (None, "", [], {}, "not stated"), (cluster, element)


def test_all_seven_clusters_are_there() -> None:
    assert {cluster for cluster, _, _ in ELEMENTS} == CLUSTERS

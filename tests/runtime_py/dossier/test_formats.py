"""Each standard format is judged by its own validator or tool, never by ours."""

import importlib
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.runtime_py.dossier.build import write_dossier
from skinseg_mobile.runtime_py.dossier.formats import croissant, cyclonedx, model_card
from skinseg_mobile.runtime_py.dossier.formats.evaluation import EVALUATION_TYPE
from skinseg_mobile.runtime_py.dossier.formats.model_signing import model_statement
from skinseg_mobile.runtime_py.dossier.formats.slsa import PROVENANCE_TYPE
from skinseg_mobile.runtime_py.dossier.formats.spec import model_files, package_url
from skinseg_mobile.runtime_py.dossier.page import TEMPLATE
from skinseg_mobile.runtime_py.dossier.statement import (
    BrokenStatementError,
    envelope,
    now,
    opened,
    read_public,
    statement,
)
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import sha256
from tests.releases import dossier_of, key_of, write_releases

SLUG = "dark-onnx-fp32"
PREDICATES = "in_toto_attestation.predicates.provenance.v1"


def content(dossier: Path, name: str) -> dict[str, Any]:
    return opened(json.loads((dossier / name).read_text()), read_public(dossier / "key.pub"))


def bill(dossier: Path) -> dict[str, Any]:
    return json.loads((dossier / cyclonedx.NAME).read_text())


def test_cyclonedx_is_valid_by_its_own_validator(dossier: Path) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.V1_6)
    text = (dossier / cyclonedx.NAME).read_text()
    assert validator.validate_str(text) is None
    broken = text.replace('"supervised"', '"taught"')
    assert validator.validate_str(broken) is not None


def test_cyclonedx_hashes_are_those_of_the_files(dossier: Path) -> None:
    found = {component["bom-ref"]: component for component in bill(dossier)["components"]}
    model = found[f"model-{SLUG}"]
    assert model["hashes"] == [
        {"alg": "SHA-256", "content": sha256(dossier.parent / "next" / "dark" / "model.onnx")}
    ]
    metrics = model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    record = json.loads((dossier / "dossier.json").read_text())["replacements"][0]
    assert metrics[0]["value"] == f"{record['jaccard_after']:.4f}"
    assert {metric.get("slice") for metric in metrics} == {None, "odd = 0", "odd = 1"}
    assert found["pypi-torch-2.13.0+cpu"]["purl"] == "pkg:pypi/torch@2.13.0%2Bcpu"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph")  # rdflib, inside mlcroissant
def test_croissant_is_valid_by_its_own_validator(dossier: Path, tmp_path: Path) -> None:
    mlcroissant: Any = importlib.import_module("mlcroissant")

    path = dossier / croissant.NAME
    data = mlcroissant.Dataset(jsonld=str(path))
    assert not data.metadata.ctx.issues.errors
    found = {file.name: file.sha256 for file in data.metadata.distribution}
    assert len(found) == 80
    for name in ("images/disc_0.png", "masks/disc_39.png"):
        assert found[name] == sha256(dossier.parent / "discs" / name)
    broken = json.loads(path.read_text())
    del broken["distribution"][0]["sha256"]
    (tmp_path / croissant.NAME).write_text(json.dumps(broken))
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(jsonld=str(tmp_path / croissant.NAME))


def test_the_model_card_is_read_by_hugging_face(dossier: Path) -> None:
    card: Any = importlib.import_module("huggingface_hub").ModelCard.load(dossier / model_card.NAME)
    results = {result.metric_type: result.metric_value for result in card.data.eval_results or ()}
    record = json.loads((dossier / "dossier.json").read_text())["replacements"][0]
    assert results["jaccard"] == record["jaccard_after"]
    assert (card.data.license, card.data.pipeline_tag) == ("cc0-1.0", "image-segmentation")


def test_the_evaluation_states_every_criterion(dossier: Path) -> None:
    from google.protobuf import json_format
    from in_toto_attestation.v1.statement import Statement

    found = content(dossier, f"evaluation-{SLUG}.intoto.json")
    parsed = Statement.copy_from_pb(json_format.ParseDict(found, Statement([], "", {}).pb))
    parsed.validate()
    assert found["predicateType"] == EVALUATION_TYPE
    predicate = found["predicate"]
    claims = {claim["metric"]: claim for claim in predicate["claims"]}
    assert set(claims) == {
        "images", "jaccard", "lower-bound", "worst-group", "megabytes", "gate-failures"
    }  # fmt: skip
    jaccard = claims["jaccard"]
    assert (jaccard["comparator"], jaccard["threshold"], jaccard["passed"]) == (">=", "0.8", True)
    assert claims["megabytes"]["comparator"] == "<="
    assert predicate["sampleSize"] == 40
    assert predicate["report"]["digest"]["sha256"] == sha256(dossier / "dossier.json")
    assert predicate["preRegistration"]["value"] == sha256(dossier / "plan.toml")
    subjects = {item["name"]: item["digest"]["sha256"] for item in found["subject"]}
    assert subjects["model.onnx"] == sha256(dossier.parent / "next" / "dark" / "model.onnx")


def test_provenance_fits_the_schema_of_slsa(dossier: Path) -> None:
    from google.protobuf import json_format

    provenance: Any = importlib.import_module(f"{PREDICATES}.provenance_pb2").Provenance
    found = content(dossier, f"provenance-{SLUG}.intoto.json")
    assert found["predicateType"] == PROVENANCE_TYPE
    json_format.ParseDict(found["predicate"], provenance())
    with pytest.raises(json_format.ParseError):
        json_format.ParseDict({**found["predicate"], "level": 3}, provenance())
    listed = found["predicate"]["buildDefinition"]["resolvedDependencies"]
    named = {item.get("name"): item for item in listed}
    assert named["checkpoint"]["digest"] == {"sha256": "d" * 64}
    assert named["skinseg-mobile"]["digest"] == {"gitCommit": "e" * 40}
    assert named["dataset discs-train"]["digest"] == {"sha256": "b" * 64}


@pytest.fixture(scope="module")
def model_signing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OpenSSF's own tool in an environment of its own: it does not fit beside our pins."""
    folder = tmp_path_factory.mktemp("tool") / "venv"
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    command = [programs / "python", "-m", "pip", "install", "--quiet", "model-signing==1.1.1"]
    subprocess.run([*command, "pyOpenSSL", "--disable-pip-version-check"], check=True)
    return programs / "model_signing"


@pytest.mark.slow
def test_model_signing_verifies_and_finds_one_byte(
    model_signing: Path, dossier: Path, tmp_path: Path
) -> None:
    artefact = Path(shutil.copytree(dossier.parent / "next" / "dark", tmp_path / "dark"))
    signature, key = dossier / f"model-{SLUG}.sig", dossier / "key.pub"

    def verify() -> int:
        command = [model_signing, "verify", "key", artefact, "--signature", signature]
        done = subprocess.run([*command, "--public_key", key], check=False, capture_output=True)
        return done.returncode

    assert verify() == 0
    for path in sorted(artefact.iterdir()):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert verify() != 0, path.name
        path.write_bytes(whole)
    (artefact / "more").write_text("")
    assert verify() != 0


@pytest.mark.slow
def test_what_model_signing_signs_is_what_we_sign(
    model_signing: Path, dossier: Path, tmp_path: Path
) -> None:
    key = dossier.parent / "team.key"
    artefact = Path(shutil.copytree(dossier.parent / "next" / "dark", tmp_path / "dark"))
    for name in ("model/weights", "model-b", "model/a/b", "model/a-b", "model/A"):  # a package
        (artefact / name).parent.mkdir(parents=True, exist_ok=True)
        (artefact / name).write_text(name)
    command = [model_signing, "sign", "key", artefact, "--private_key", key]
    signature = tmp_path / "theirs.sig"
    subprocess.run([*command, "--signature", signature], check=True, capture_output=True)
    theirs = opened(json.loads(signature.read_text()), read_public(dossier / "key.pub"))
    ours = model_statement(artefact)
    assert theirs["subject"] == ours["subject"]
    assert theirs["predicate"]["resources"] == ours["predicate"]["resources"]
    assert theirs["predicateType"] == ours["predicateType"]


MISSING = {
    "cyclonedx.output": ("CycloneDX ML-BOM", cyclonedx.NAME),
    "in_toto_attestation.v1.statement": (
        "in-toto evaluation result",
        f"evaluation-{SLUG}.intoto.json",
    ),
    "mlcroissant": ("Croissant", croissant.NAME),
    "huggingface_hub": ("Hugging Face model card", model_card.NAME),
}


@pytest.mark.parametrize("module", MISSING)
def test_a_format_without_its_library_is_not_written(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Any]
) -> None:
    root = write_releases(tmp_path / "work")
    found = dossier_of(root, images=False)
    monkeypatch.setitem(sys.modules, module, None)
    missing = write_dossier(root / "out", found, key_of(root))
    title, name = MISSING[module]
    assert title in [item.title for item in missing]
    assert all("pip install 'skinseg-mobile[dossier]'" in item.reason for item in missing)
    assert not (root / "out" / name).exists()
    page = (root / "out" / "index.html").read_text()
    assert "Not written" in page
    assert f"{title}: " in page
    assert run("dossier", "verify", root / "out", "--key", root / "team.key.pub")[0] == 0


def test_an_envelope_is_that_of_the_specification(dossier: Path) -> None:
    """The bytes that are signed are DSSE's `PAE`, computed here by its definition."""
    import base64

    found = json.loads((dossier / "plan.toml.intoto.json").read_text())
    payload = base64.b64decode(found["payload"])
    kind = found["payloadType"]
    encoded = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    signature = base64.b64decode(found["signatures"][0]["sig"])
    assert read_public(dossier / "key.pub").has_signed(encoded, signature)
    assert not read_public(dossier / "key.pub").has_signed(encoded + b" ", signature)


def test_statements_that_are_none(dossier: Path) -> None:
    key = key_of(dossier.parent)
    whole = envelope(statement({"a": "0" * 64}, "urn:x", {"b": 1}), key)
    assert opened(whole, key.public)["predicate"] == {"b": 1}
    for change in ({"payload": "!"}, {"payloadType": "text"}, {"signatures": []}, {"payload": 1}):
        with pytest.raises(BrokenStatementError):
            opened({**whole, **change}, key.public)
    with pytest.raises(BrokenStatementError):
        opened({}, key.public)


def test_the_time_is_that_of_a_repeatable_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert now() == "1970-01-01T00:00:00Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH"):
        now()


def test_small_things(dossier: Path) -> None:
    assert package_url("a b", "1") == "pkg:pypi/a%20b@1"
    assert TEMPLATE.is_file()
    found = dossier_of(dossier.parent, images=False)
    item = found.judged[0]
    assert set(model_files(item)) == {"model.onnx"}
    package = {"model.mlpackage/a": "1", "model.mlpackage/b/c": "2", "golden.npz": "3"}
    after = item.pair.after
    coreml = replace(after.manifest, target="coreml", files=package)
    item = replace(item, pair=replace(item.pair, after=replace(after, manifest=coreml)))
    assert set(model_files(item)) == {"model.mlpackage/a", "model.mlpackage/b/c"}
    assert found.shown == ()

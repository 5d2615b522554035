"""`docs/manifest.schema.json` is what `Manifest` says, and Python judges the ports' cases."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST
from skinseg_mobile.runtime_py.artifact.manifest import parse_manifest
from skinseg_mobile.runtime_py.errors import InputError
from tests.manifest_schema import (
    CASES,
    PORTS,
    SCHEMA,
    changed,
    document,
    schema,
    text_of_cases,
    text_of_schema,
)
from tests.schema import errors

PACKAGED = sorted((SCHEMA.parents[1] / "runtime_py" / "packaged").glob("*/artefact"))
EVERY = document()["cases"]


def accepts(manifest: dict[str, Any], folder: Path) -> bool:
    (folder / MANIFEST).write_text(json.dumps(manifest))
    try:
        parse_manifest(folder)
    except InputError:
        return False
    return True


def test_the_files_are_those_of_the_code() -> None:
    assert SCHEMA.read_text() == text_of_schema(), "run python -m tests.manifest_schema"
    assert CASES.read_text() == text_of_cases(), "run python -m tests.manifest_schema"
    assert json.loads(CASES.read_text()) == document()


@pytest.mark.parametrize("folder", PACKAGED, ids=lambda folder: folder.parent.name)
def test_packaged_manifests_fit_the_schema(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    assert errors(manifest, schema(), schema()) == []
    assert errors({**manifest, "surprise": 1}, schema(), schema()) != []


def test_exported_manifests_fit_the_schema(dark: Path) -> None:
    assert errors(json.loads((dark / MANIFEST).read_text()), schema(), schema()) == []


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case["name"])
def test_python_and_the_schema_judge_as_the_case_says(case: dict[str, Any], tmp_path: Path) -> None:
    manifest = changed(case)
    assert accepts(manifest, tmp_path) == ("python" not in case["refused_by"])
    assert (errors(manifest, schema(), schema()) == []) == case["valid"]


def test_every_port_has_cases_of_both_kinds() -> None:
    refused = Counter(port for case in EVERY for port in case["refused_by"])
    assert set(refused) == set(PORTS)
    assert all(30 < count < len(EVERY) - 20 for count in refused.values()), refused

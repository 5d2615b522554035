"""What a format is: files that others read, written from a dossier."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from skinseg_mobile.runtime_py.dossier.record import Dossier, JudgedReplacement
from skinseg_mobile.runtime_py.dossier.statement import SigningKey
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.vendors import vendor

EXTRA = "dossier"
UNSTATED = "not stated"


@dataclass(frozen=True)
class DossierFormat:
    """One standard format; each file of this folder holds one as `FORMAT`."""

    title: str
    """As the page lists it."""
    write: Callable[[Dossier, str, SigningKey], Mapping[str, str]]
    """(dossier, SHA-256 of dossier.json, key) -> content by file name. Raises MissingExtraError
    where the format's library is not installed."""


@dataclass(frozen=True)
class NotWritten:
    """A format that the folder lacks, and why."""

    title: str
    reason: str


def checked(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an in-toto statement that its own library accepts.

    Raises:
        MissingExtraError: the library is not installed.
    """
    own = vendor("in_toto_attestation.v1.statement", EXTRA).Statement
    protobuf = vendor("google.protobuf.json_format", EXTRA)
    parsed = own.copy_from_pb(protobuf.ParseDict(content, own([], "", {}).pb))
    parsed.validate()
    return content


def model_files(item: JudgedReplacement) -> dict[str, str]:
    """Return SHA-256 by name of the model's files: one, or all of a package."""
    manifest = item.pair.after.manifest
    name = manifest.model_file
    return {n: sha for n, sha in manifest.files.items() if n == name or n.startswith(f"{name}/")}


def package_url(name: str, version: str) -> str:
    """Return a purl.

    >>> package_url("torch", "2.13.0+cpu"), package_url("python", "3.11.7")
    ('pkg:pypi/torch@2.13.0%2Bcpu', 'pkg:generic/python@3.11.7')
    """
    kind = "generic" if name == "python" else "pypi"
    return f"pkg:{kind}/{quote(name)}@{quote(version)}"


def passed(verdict: Verdict) -> bool:
    """Return whether a verdict is a pass; "not run" is none."""
    return verdict is Verdict.PASSED

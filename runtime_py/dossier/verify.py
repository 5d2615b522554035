"""Is this dossier whole, signed, and about these artifacts?

SHA256SUMS.sig   ECDSA P-256 over SHA256SUMS
SHA256SUMS       SHA-256 of every other file, as `sha256sum -c` reads it
statements       signed with the same key, each about a file in the folder or about a model
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.artifact.checksums import (
    ChecksumProblem,
    compare,
    own_files,
)
from skinseg_mobile.runtime_py.dossier.change import edition
from skinseg_mobile.runtime_py.dossier.formats.model_signing import model_statement
from skinseg_mobile.runtime_py.dossier.record import KEY, RECORD, SUMS, SUMS_SIGNATURE
from skinseg_mobile.runtime_py.dossier.statement import (
    BrokenStatementError,
    PublicKey,
    opened,
    read_public,
    subjects_of,
)
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import sha256


@dataclass(frozen=True)
class VerifiedDossier:
    """What `dossier verify` found; whole where `findings` is empty."""

    files: int
    key: str
    """Which key was believed."""
    statements: tuple[str, ...]
    """Signed statements that were checked."""
    models: tuple[str, ...]
    """Artifacts that were given and are the ones that the dossier is about."""
    findings: tuple[str, ...]
    """A sentence each."""


def verify_dossier(
    folder: Path, public_key: Path | None = None, artefacts: tuple[Path, ...] = ()
) -> VerifiedDossier:
    """Check every byte of a dossier, every signature in it and, where given, the artifacts.

    Raises:
        InputError: the folder is no dossier, or the key is none.
    """
    for name in (RECORD, SUMS, SUMS_SIGNATURE, KEY):
        if not (folder / name).is_file():
            raise InputError(
                f"{folder} has no {name}, so it is no dossier. Name a folder that `skinseg-mobile"
                " dossier` wrote."
            )
    broken = tuple(_differences(folder, public_key))
    believed = f"{public_key}" if public_key else f"{KEY} inside the dossier"
    if broken:
        return VerifiedDossier(0, believed, (), (), broken)
    key = read_public(public_key or folder / KEY)
    listed = listed_in((folder / SUMS).read_text())
    names = tuple(n for n in sorted(listed) if n.endswith((".intoto.json", ".sig")))
    about = {name: _statement(folder / name, key) for name in names}
    findings = [text for text in about.values() if isinstance(text, str)]
    good = {name: found for name, found in about.items() if not isinstance(found, str)}
    models: tuple[str, ...] = ()
    try:
        findings += _of_files(good, listed)
        findings += _of_plan(folder, good)
        models, wrong = _of_artefacts(folder, artefacts, good)
        findings += wrong
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        findings.append(f"{RECORD} or a statement is not what a dossier holds ({error!r:.80}).")
    return VerifiedDossier(len(listed) + 2, believed, tuple(good), models, tuple(findings))


def sums_of(hashes: Mapping[str, str]) -> str:
    """Return what `sha256sum -c` reads."""
    return "".join(f"{sha}  {name}\n" for name, sha in sorted(hashes.items()))


def listed_in(sums: str) -> dict[str, str]:
    """Return SHA-256 by name; ValueError where a line is none of `sums_of`."""
    pairs = (line.split("  ", 1) for line in sums.splitlines())
    return {name: sha for sha, name in pairs}


def _differences(folder: Path, public_key: Path | None) -> Iterator[str]:
    """Yield what differs from SHA256SUMS, and that its signature is none."""
    try:
        text = (folder / SUMS).read_bytes().decode()
        listed = listed_in(text)
    except ValueError:
        listed, text = {}, ""
    if not listed or sums_of(listed) != text:
        yield f"{SUMS} is no list of SHA-256 sums."
        return
    own = {name: sha256(folder / name) for name in (SUMS, SUMS_SIGNATURE)}
    yield from (f"{f.file} is {f.problem}." for f in compare(folder, {**listed, **own}))
    yield from (f"{name} is {ChecksumProblem.UNLISTED}." for name in own_files(folder))
    if listed.get(KEY) != sha256(folder / KEY):
        return
    signature = (folder / SUMS_SIGNATURE).read_bytes()
    if not read_public(public_key or folder / KEY).has_signed(text.encode(), signature):
        yield f"{SUMS_SIGNATURE} is not the signature of this key over {SUMS}."


def _statement(path: Path, key: PublicKey) -> dict[str, Any] | str:
    try:
        return opened(json.loads(path.read_bytes()), key)
    except (BrokenStatementError, ValueError) as error:
        return f"{path.name} does not hold: {error}."


def _of_files(good: Mapping[str, dict[str, Any]], listed: Mapping[str, str]) -> Iterator[str]:
    """Yield statements about another file than the one beside them."""
    for name, content in good.items():
        for subject, sha in subjects_of(content).items():
            if subject in listed and listed[subject] != sha:
                yield f"{name} is about another {subject} than the one in the folder."


def _of_plan(folder: Path, good: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield where the report was made by another plan or on other data than what was signed."""
    report = json.loads((folder / RECORD).read_bytes())
    plan, data = report["plan"], report["data"]["sha256"]
    signed = good.get(f"{plan['file']}.intoto.json")
    if signed is None:
        yield f"The plan {plan['file']} has no signed statement."
        return
    if subjects_of(signed).get(plan["file"]) != plan["sha256"]:
        yield f"{RECORD} was made by another plan than the signed one."
    if signed["predicate"]["data"]["digest"]["sha256"] != data:
        yield f"{RECORD} is of other data than the signed plan names."
    limits = {c["metric"]: float(c["threshold"]) for c in signed["predicate"]["criteria"]}
    if limits != plan["criteria"]:
        yield f"{RECORD} has other criteria than the signed plan."


def _of_artefacts(
    folder: Path, artefacts: tuple[Path, ...], good: Mapping[str, dict[str, Any]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return labels of artifacts that are the dossier's, and a sentence for each that is not."""
    report = json.loads((folder / RECORD).read_bytes())
    known = {item["after"]["manifest_sha256"] for item in report["replacements"]}
    signed = [content["predicate"].get("resources") for content in good.values()]
    same: list[str] = []
    wrong: list[str] = []
    for path in artefacts:
        item, files = edition(path), model_statement(path)["predicate"]["resources"]
        problem = "" if item.manifest_sha256 in known else "is not an artefact of this dossier"
        if not problem and files not in signed:
            problem = "has other files than those that were signed"
        if problem:
            wrong.append(f"{path} {problem}.")
        else:
            same.append(item.label)
    return tuple(same), tuple(wrong)

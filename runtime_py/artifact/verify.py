"""Is this artefact whole? Every file against its hash, the manifest's own included.

The chain: a signature says who made `manifest.json`, `manifest.sha256` that it is as it was, and
`manifest.json` that every other file is. Where one link breaks, nothing behind it is believed.
"""

from dataclasses import dataclass
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.checksums import (
    SIGNATURE,
    ChecksumFinding,
    ChecksumProblem,
    check_seal,
    compare,
)
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, Manifest, parse_manifest
from skinseg_mobile.runtime_py.artifact.signature import is_signed_by, read_key, sign
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import sha256


@dataclass(frozen=True)
class Verified:
    """What `verify` found; whole where `findings` is empty."""

    artefact: str
    files: int
    """Files whose hashes were compared, the manifest included."""
    model_sha256: str | None
    """None where the manifest itself cannot be believed."""
    signature: str
    """What was checked of it."""
    findings: tuple[ChecksumFinding, ...]


def verify(folder: Path, public_key: Path | None = None) -> Verified:
    """Compare every file of an artefact with its hash and, with a key, check the signature.

    Raises:
        InputError: the folder is no artefact of this format, or the key is none.
    """
    broken = check_seal(folder)
    if broken and broken.problem is ChecksumProblem.MISSING:
        parse_manifest(folder)  # older formats had no seal: say that, not that it is lost
    if broken:
        return Verified(str(folder), 1, None, "not checked", (broken,))
    signature, unsigned = _check_signature(folder, public_key)
    manifest = parse_manifest(folder)
    different = compare(folder, manifest.files) or _check_summary(folder, manifest)
    files = 1 + len(manifest.files)
    findings = (*unsigned, *different)
    return Verified(str(folder), files, manifest.model_sha256, signature, findings)


def require_whole(folder: Path, public_key: Path | None = None) -> None:
    """Raise InputError where `verify` finds a difference."""
    findings = verify(folder, public_key).findings
    if findings:
        raise InputError(
            f"{folder / findings[0].file} is {findings[0].problem}. Run `skinseg-mobile verify`"
            " to see all differences."
        )


def sign_whole(folder: Path, key: Path) -> None:
    """Sign an artefact; a signature that a killed call did not finish is made anew.

    Raises:
        InputError: it is not whole, it is signed already, or the key is none.
    """
    if check_seal(folder) == ChecksumFinding(SIGNATURE, ChecksumProblem.UNLISTED):
        (folder / SIGNATURE).unlink()
    require_whole(folder)
    sign(folder, key)


def _check_signature(folder: Path, key: Path | None) -> tuple[str, tuple[ChecksumFinding, ...]]:
    signed = (folder / SIGNATURE).is_file()
    if key is None:
        return ("not checked: no --key" if signed else "none"), ()
    if not signed:
        read_key(key, "public")  # what is no key is said first
        return "none", (ChecksumFinding(SIGNATURE, ChecksumProblem.UNSIGNED),)
    if not is_signed_by(folder, key):
        return "invalid", (ChecksumFinding(SIGNATURE, ChecksumProblem.ANOTHER_KEY),)
    return f"valid for {key.name}", ()


def _check_summary(folder: Path, manifest: Manifest) -> tuple[ChecksumFinding, ...]:
    """Compare the two hashes that a manifest names apart."""
    named = {manifest.model_file: manifest.model_sha256, GOLDEN: manifest.golden_sha256}
    absent = [name for name in named if not (folder / name).exists()]
    changed = [n for n in named if n not in absent and sha256(folder / n) != named[n]]
    return (
        *(ChecksumFinding(name, ChecksumProblem.MISSING) for name in absent),
        *(ChecksumFinding(name, ChecksumProblem.CHANGED) for name in changed),
    )

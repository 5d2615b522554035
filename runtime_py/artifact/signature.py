"""Ed25519 signatures: who made this artefact, beside whether it is whole.

KEY              private key, PEM (PKCS #8), readable by its owner alone
KEY.pub          public key, PEM
manifest.sig     the 64 bytes over manifest.json, which holds every other file's hash

All three are the formats of OpenSSL: `openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin
-in manifest.json -sigfile manifest.sig` agrees.
"""

from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST, SEAL, SIGNATURE, seal_of
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.alone import beside, remove, writing
from skinseg_mobile.runtime_py.storage.atomic import fill, require_absent
from skinseg_mobile.runtime_py.vendors import vendor

EXTRA = "sign"
_KEY_BYTES = 10_000
"""More than any PEM of a key."""


class KeyKind(StrEnum):
    """What a key signs."""

    ED25519 = "ed25519"
    """Artifacts: `manifest.sig`."""
    P256 = "p256"
    """Dossiers: ECDSA on NIST P-256, the key that OpenSSF Model Signing takes."""


def keygen(path: Path, kind: KeyKind = KeyKind.ED25519) -> Path:
    """Write a new private key to `path` and its public key beside it; return the latter's path.

    Both appear or none does. Of a private key that is there alone, the public key is added.

    Raises:
        InputError: the public key exists, or another file at `path`, or one cannot be written.
    """
    serialization = _serialization()
    if not path.name:
        raise InputError(f"{path} is a folder. Name a new file for the key.")
    public = path.with_name(f"{path.name}.pub")
    if public.exists():
        require_absent(path)
    require_absent(public)
    known = _alone(path, kind)
    with beside(path) as new_private, beside(public) as new_public, writing(path):
        key = known or _new_key(kind)
        pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
        info = serialization.PublicFormat.SubjectPublicKeyInfo
        fill(new_public, key.public_key().public_bytes(pem, info))
        if known:
            new_public.replace(public)
        else:
            secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none)
            fill(new_private, secret, mode=0o600)
            _place_both((new_private, path), (new_public, public))
    return public


def sign(folder: Path, key: Path) -> None:
    """Add `manifest.sig` to a whole artefact, and its hash to the seal: both or none.

    Raises:
        InputError: no Ed25519 private key, or the artefact is signed already or cannot be written.
    """
    private = read_key(key, "private")
    require_absent(folder / SIGNATURE)
    target = folder.resolve()
    with beside(target) as work, writing(folder / SIGNATURE):
        work.mkdir()
        signature = work / SIGNATURE
        fill(signature, private.sign((folder / MANIFEST).read_bytes()))
        fill(work / SEAL, seal_of(folder, signature))
        _place_both((signature, target / SIGNATURE), (work / SEAL, target / SEAL))


def is_signed_by(folder: Path, public_key: Path) -> bool:
    """Return whether `manifest.sig` is `public_key`'s signature of `manifest.json`.

    Raises:
        InputError: no Ed25519 public key, or a file cannot be read.
    """
    key = read_key(public_key, "public")
    try:
        key.verify((folder / SIGNATURE).read_bytes(), (folder / MANIFEST).read_bytes())
    except vendor("cryptography.exceptions", EXTRA).InvalidSignature:
        return False
    return True


def _place_both(first: tuple[Path, Path], second: tuple[Path, Path]) -> None:
    """Rename two files, (from, to) each; where the second cannot be, the first goes away again."""
    try:
        first[0].replace(first[1])
        second[0].replace(second[1])
    except BaseException:
        if second[0].exists() and not first[0].exists():
            remove(first[1])
        raise


def _alone(path: Path, kind: KeyKind) -> Any:
    """Return the private key that is at `path`, if one is; another file there is refused."""
    if path.is_file():
        with suppress(InputError):
            return read_key(path, "private", kind)
    require_absent(path)
    return None


def _new_key(kind: KeyKind) -> Any:
    if kind is KeyKind.ED25519:
        return _asymmetric("ed25519").Ed25519PrivateKey.generate()
    elliptic = _asymmetric("ec")
    return elliptic.generate_private_key(elliptic.SECP256R1())


def read_key(path: Path, half: str, kind: KeyKind = KeyKind.ED25519) -> Any:
    """Return the `private` or `public` key in a PEM file.

    Raises:
        InputError: the file holds no such key, or a key of another kind.
    """
    serialization = _serialization()
    try:
        with path.open("rb") as file:
            content = file.read(_KEY_BYTES)
        if half == "private":
            found = serialization.load_pem_private_key(content, password=None)
        else:
            found = serialization.load_pem_public_key(content)
    except Exception as error:  # the vendor raises many kinds, all of them "no such key"
        raise _no_key(path, half, kind) from error
    if not _is_of(kind, half, found):
        raise _no_key(path, half, kind)
    return found


def _is_of(kind: KeyKind, half: str, key: Any) -> bool:
    if kind is KeyKind.ED25519:
        own = _asymmetric("ed25519")
        return isinstance(key, getattr(own, f"Ed25519{half.capitalize()}Key"))
    own = _asymmetric("ec")
    is_elliptic = isinstance(key, getattr(own, f"EllipticCurve{half.capitalize()}Key"))
    return is_elliptic and isinstance(key.curve, own.SECP256R1)


def _no_key(path: Path, half: str, kind: KeyKind) -> InputError:
    if not path.exists():
        return InputError(f"{path} does not exist. Check the path of the key.")
    name, option = ("Ed25519", "") if kind is KeyKind.ED25519 else ("NIST P-256", " --kind p256")
    return InputError(
        f"{path} is not a {half} {name} key in a PEM file without a password. Write a pair of keys"
        f" with `skinseg-mobile keygen{option}`."
    )


def _asymmetric(kind: str) -> Any:
    return vendor(f"cryptography.hazmat.primitives.asymmetric.{kind}", EXTRA)


def _serialization() -> Any:
    return vendor("cryptography.hazmat.primitives.serialization", EXTRA)

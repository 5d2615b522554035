"""Ed25519 signatures: who made this artefact, beside whether it is whole.

KEY              private key, PEM (PKCS #8), readable by its owner alone
KEY.pub          public key, PEM
manifest.sig     the 64 bytes over manifest.json, which holds every other file's hash

All three are the formats of OpenSSL: `openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin
-in manifest.json -sigfile manifest.sig` agrees.
"""

from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST, SIGNATURE, write_seal
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import require_absent, write_file
from skinseg_mobile.runtime_py.vendors import vendor

EXTRA = "sign"
_KEY_BYTES = 10_000
"""More than any PEM of a key."""


def keygen(path: Path) -> Path:
    """Write a new private key to `path` and its public key beside it; return the latter's path.

    Raises:
        InputError: one of them exists or cannot be written.
    """
    ed25519, serialization = _vendors()
    public = path.with_name(f"{path.name}.pub")
    require_absent(path)
    require_absent(public)
    key = ed25519.Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    none = serialization.NoEncryption()
    write_file(path, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none), mode=0o600)
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    write_file(public, key.public_key().public_bytes(pem, info))
    return public


def sign(folder: Path, key: Path) -> None:
    """Add `manifest.sig` to a whole artefact.

    Raises:
        InputError: no Ed25519 private key, or the artefact is signed already.
    """
    ed25519, serialization = _vendors()
    private = _read_key(key, "private", ed25519, serialization)
    require_absent(folder / SIGNATURE)
    write_file(folder / SIGNATURE, private.sign((folder / MANIFEST).read_bytes()))
    write_seal(folder)


def is_signed_by(folder: Path, public_key: Path) -> bool:
    """Return whether `manifest.sig` is `public_key`'s signature of `manifest.json`.

    Raises:
        InputError: no Ed25519 public key, or a file cannot be read.
    """
    ed25519, serialization = _vendors()
    key = _read_key(public_key, "public", ed25519, serialization)
    try:
        key.verify((folder / SIGNATURE).read_bytes(), (folder / MANIFEST).read_bytes())
    except vendor("cryptography.exceptions", EXTRA).InvalidSignature:
        return False
    return True


def _read_key(path: Path, kind: str, ed25519: Any, serialization: Any) -> Any:
    wanted = {"private": ed25519.Ed25519PrivateKey, "public": ed25519.Ed25519PublicKey}[kind]
    try:
        with path.open("rb") as file:
            content = file.read(_KEY_BYTES)
        if kind == "private":
            found = serialization.load_pem_private_key(content, password=None)
        else:
            found = serialization.load_pem_public_key(content)
    except Exception as error:  # the vendor raises many kinds, all of them "no such key"
        raise _no_key(path, kind) from error
    if not isinstance(found, wanted):
        raise _no_key(path, kind)
    return found


def _no_key(path: Path, kind: str) -> InputError:
    return InputError(
        f"{path} is not a {kind} Ed25519 key in a PEM file without a password. Write a pair of keys"
        " with `skinseg-mobile keygen`."
    )


def _vendors() -> tuple[Any, Any]:
    return (
        vendor("cryptography.hazmat.primitives.asymmetric.ed25519", EXTRA),
        vendor("cryptography.hazmat.primitives.serialization", EXTRA),
    )

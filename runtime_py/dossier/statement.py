"""Signed statements: in-toto Statement v1 inside a DSSE envelope, one ECDSA P-256 signature.

Sources: in-toto attestation framework, spec v1; DSSE v1.0.2 (its `PAE`); Sigstore bundle v0.3, the
file of OpenSSF Model Signing. `cosign`, `openssl` and `model_signing` verify them without us.
"""

import base64
import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.artifact.signature import EXTRA, KeyKind, read_key
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD = "application/vnd.in-toto+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


class BrokenStatementError(ValueError):
    """A statement that is no statement, or that the key did not sign."""


@dataclass(frozen=True)
class PublicKey:
    """One half of a key; `key` is the vendor's object."""

    key: Any

    @cached_property
    def pem(self) -> bytes:
        """As `openssl` reads it."""
        serialization = vendor("cryptography.hazmat.primitives.serialization", EXTRA)
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_bytes(serialization.Encoding.PEM, form)

    @property
    def id(self) -> str:
        """SHA-256 of the PEM text: the hint of a bundle, and the keyid of an envelope."""
        return hashlib.sha256(self.pem).hexdigest()

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Return whether a DER signature is this key's over SHA-256 of `content`."""
        try:
            self.key.verify(signature, content, _ecdsa())
        except vendor("cryptography.exceptions", EXTRA).InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """The private half; `key` is the vendor's object."""

    key: Any

    @cached_property
    def public(self) -> PublicKey:
        """The other half."""
        return PublicKey(self.key.public_key())

    def sign(self, content: bytes) -> bytes:
        """Return the DER signature over SHA-256 of `content`."""
        return self.key.sign(content, _ecdsa())


def read_private(path: Path) -> SigningKey:
    """Read what `keygen --kind p256` wrote; InputError where it is no such key."""
    return SigningKey(read_key(path, "private", KeyKind.P256))


def read_public(path: Path) -> PublicKey:
    """Read the public half; InputError where it is no such key."""
    return PublicKey(read_key(path, "public", KeyKind.P256))


def statement(
    subjects: Mapping[str, str], kind: str, predicate: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a statement on subjects, SHA-256 by name."""
    return {
        "_type": STATEMENT,
        "subject": [{"name": n, "digest": {"sha256": sha}} for n, sha in subjects.items()],
        "predicateType": kind,
        "predicate": dict(predicate),
    }


def envelope(content: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """Return the DSSE envelope of a statement."""
    payload = json.dumps(content, ensure_ascii=True, sort_keys=True).encode()
    signature = {"sig": _text(key.sign(_encoded(payload))), "keyid": key.public.id}
    return {"payload": _text(payload), "payloadType": PAYLOAD, "signatures": [signature]}


def bundle(content: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """Return the Sigstore bundle of a statement, as a public key without a log entry makes it."""
    return {
        "mediaType": BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": key.public.id}, "tlogEntries": []},
        "dsseEnvelope": envelope(content, key),
    }


def opened(found: Mapping[str, Any], key: PublicKey) -> dict[str, Any]:
    """Return the statement in an envelope or a bundle that `key` has signed.

    Raises:
        BrokenStatementError: no envelope, or not this key's.
    """
    try:
        inside = found.get("dsseEnvelope", found)
        payload = base64.b64decode(inside["payload"], validate=True)
        signatures = [base64.b64decode(s["sig"], validate=True) for s in inside["signatures"]]
        content = json.loads(payload)
        kind = content["_type"], inside["payloadType"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenStatementError("it is no signed in-toto statement") from error
    if kind != (STATEMENT, PAYLOAD):
        raise BrokenStatementError("it is no in-toto Statement v1")
    if not any(key.has_signed(_encoded(payload), signature) for signature in signatures):
        raise BrokenStatementError("it is not signed with this key")
    return content


def subjects_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return what a statement is about, SHA-256 by name."""
    subjects: Sequence[Any] = content.get("subject", ())
    return {subject["name"]: subject["digest"]["sha256"] for subject in subjects}


def now() -> str:
    """Return the time in UTC, RFC 3339; `SOURCE_DATE_EPOCH` sets it for builds that repeat."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        seconds = float(given) if given else time.time()
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"SOURCE_DATE_EPOCH is {given!r:.40}, not seconds since 1970. Correct or unset it."
        ) from error


def _encoded(payload: bytes) -> bytes:
    """Return what is signed: DSSE's pre-authentication encoding."""
    kind = PAYLOAD.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _ecdsa() -> Any:
    hashes = vendor("cryptography.hazmat.primitives.hashes", EXTRA)
    return vendor("cryptography.hazmat.primitives.asymmetric.ec", EXTRA).ECDSA(hashes.SHA256())

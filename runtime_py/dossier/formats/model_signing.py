"""OpenSSF Model Signing v1.0, key mode: one signature over all files of an artifact.

`model_signing verify key ARTEFACT --signature model-….sig --public_key key.pub` checks it. We write
the format ourselves: the package needs newer versions of pydantic and typing_extensions than xdsl,
which litert-torch needs, allows beside it.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from skinseg_mobile.runtime_py.artifact.checksums import hashes_of, own_files
from skinseg_mobile.runtime_py.dossier.formats.spec import DossierFormat
from skinseg_mobile.runtime_py.dossier.record import Dossier, JudgedReplacement
from skinseg_mobile.runtime_py.dossier.statement import SigningKey, bundle, statement
from skinseg_mobile.runtime_py.storage.atomic import sha256, to_json

SIGNATURE_TYPE = "https://model_signing/signature/v1.0"
IGNORED = (".git", ".gitattributes", ".github", ".gitignore")
"""As its command line leaves them out."""


def signature_name(item: JudgedReplacement) -> str:
    """Return the file of one artifact's signature."""
    return f"model-{item.slug}.sig"


def signed_files(folder: Path) -> dict[str, str]:
    """Return SHA-256 by name of all files of an artifact, in the order that is signed.

    The manifest, its seal and its signature are among them.
    """
    own = {name: sha256(folder / name) for name in own_files(folder)}
    files = {**hashes_of(folder), **own}
    return {name: files[name] for name in sorted(files, key=PurePosixPath)}


def model_statement(folder: Path) -> dict[str, Any]:
    """Return the statement that a signature holds."""
    files = signed_files(folder)
    root = hashlib.sha256(b"".join(bytes.fromhex(sha) for sha in files.values())).hexdigest()
    predicate = {
        "serialization": {
            "method": "files",
            "hash_type": "sha256",
            "allow_symlinks": False,
            "ignore_paths": list(IGNORED),
        },
        "resources": [
            {"name": name, "algorithm": "sha256", "digest": sha} for name, sha in files.items()
        ],
    }
    return statement({folder.resolve().name: root}, SIGNATURE_TYPE, predicate)


def _write(dossier: Dossier, _: str, key: SigningKey) -> Mapping[str, str]:
    return {
        signature_name(item): to_json(bundle(model_statement(item.pair.after.folder), key))
        for item in dossier.judged
    }


FORMAT = DossierFormat("OpenSSF Model Signing", _write)

"""Croissant 1.0 of the data that both releases were judged on: names and hashes, no pixel."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath

from skinseg_mobile.runtime_py.dossier.formats.spec import EXTRA, UNSTATED, DossierFormat
from skinseg_mobile.runtime_py.dossier.record import Dossier
from skinseg_mobile.runtime_py.dossier.statement import SigningKey
from skinseg_mobile.runtime_py.storage.atomic import to_json
from skinseg_mobile.runtime_py.vendors import vendor

NAME = "croissant.json"
_KINDS = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


def _write(dossier: Dossier, _: str, __: SigningKey) -> Mapping[str, str]:
    own, data = vendor("mlcroissant", EXTRA), dossier.data
    files = sorted(
        {
            (name, sha)
            for file in data.files
            for name, sha in ((file.image, file.image_sha256), (file.mask, file.mask_sha256))
            if name
        }
    )
    metadata = own.Metadata(
        name=data.name,
        description=f"{data.chosen}: the images that both releases were judged on."
        f" SHA-256 of ids, splits, groups and contents: {data.sha256}."
        f" Sensitivity: {dossier.plan.release.sensitivity or UNSTATED}.",
        url=f"urn:sha256:{data.sha256}",
        license=dossier.plan.release.data_licence or UNSTATED,
        cite_as=UNSTATED,
        date_published=datetime.fromisoformat(dossier.created),
        version="1.0.0",
        distribution=[
            own.FileObject(
                id=name,
                name=name,
                content_url=name,
                encoding_formats=[_KINDS.get(PurePosixPath(name).suffix.lower(), "image/*")],
                sha256=sha,
            )
            for name, sha in files
        ],
    )
    return {NAME: to_json(json.loads(json.dumps(metadata.to_json(), default=str)))}


FORMAT = DossierFormat("Croissant", _write)

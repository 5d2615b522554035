"""What a model file says of itself must be what its manifest says: threshold, task, checkpoint.

Exporters write it into the format's own metadata. A model of another checkpoint, or a manifest
with another threshold, computes plausible masks; numbers alone cannot always tell.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from skinseg_mobile.runtime_py.artifact.manifest import MANIFEST, Manifest
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor

PREFIX = "skinseg_mobile."


def require_same(manifest: Manifest, metadata: Mapping[str, str]) -> None:
    """Raise InputError where the model's own metadata contradict the manifest.

    A model without such metadata says nothing: it was not written by us.
    """
    wanted = {
        "threshold": str(manifest.threshold),
        "task": str(manifest.task),
        "checkpoint_sha256": manifest.checkpoint_sha256,
    }
    for key, value in wanted.items():
        found = metadata.get(PREFIX + key, value)
        if found != value:
            raise InputError(
                f"{MANIFEST} must say what its model says of itself, {key} is {value} in the one"
                f" and {found:.64} in the other; export it again"
            )


def tflite_metadata(path: Path) -> dict[str, str]:
    """Return the named texts in a TFLite file that LiteRT has accepted.

    Raises:
        InputError: they cannot be read.
    """
    schema = vendor("ai_edge_litert.schema_py_generated", "")
    try:
        model = schema.Model.GetRootAs(path.read_bytes(), 0)
        entries = [model.Metadata(number) for number in range(model.MetadataLength())]
        return {
            entry.Name().decode(): _text(model.Buffers(entry.Buffer()))
            for entry in entries
            if entry.Name().decode().startswith(PREFIX)
        }
    except Exception as error:  # a damaged flatbuffer fails in a dozen ways
        raise InputError(
            f"a model's metadata must be readable, those of {path} are not ({error}); export it"
            " again"
        ) from error


def _text(buffer: object) -> str:
    return np.asarray(buffer.DataAsNumpy(), np.uint8).tobytes().decode()  # type: ignore[attr-defined]

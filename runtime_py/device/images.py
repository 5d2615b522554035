"""An artefact's golden images as files for an app, and this machine as a device that runs them."""

import platform
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, read_manifest
from skinseg_mobile.runtime_py.device.report import (
    App,
    DeviceImage,
    DeviceReport,
    Dtype,
    Encoding,
    encoded,
)
from skinseg_mobile.runtime_py.engines.load import open_segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.atomic import new_folder


def write_images(artefact: Path, out: Path) -> int:
    """Write the golden images as `<id>.png` into the new folder `out`; return their number.

    Raises:
        InputError: a damaged artefact, an id that is no plain file name, or `out` exists.
    """
    read_manifest(artefact)
    golden = read_golden(artefact / GOLDEN)
    _require_plain(golden.ids)
    with new_folder(out) as folder:
        for id_, image in zip(golden.ids, golden.images, strict=True):
            Image.fromarray(image).save(folder / f"{id_}.png")
    return len(golden.ids)


def run_here(artefact: Path, engine: str) -> DeviceReport:
    """Compute the golden images with an engine of this machine.

    Raises:
        InputError: a damaged artefact, or an engine that does not fit it.
        NotRunError: the engine does not run here.
    """
    manifest = read_manifest(artefact)
    golden = read_golden(artefact / GOLDEN)
    net = open_segmenter(artefact, manifest, engine)
    images: list[DeviceImage] = []
    for id_, photo in zip(golden.ids, track(list(golden.images), "computing"), strict=True):
        tensor = net.tensor_of(photo)
        started = time.perf_counter()
        probability = net.answer(tensor)
        taken = (time.perf_counter() - started) * 1e3
        images.append(DeviceImage(id_, round(taken, 3), encoded(probability)))
    return DeviceReport(
        device=platform.machine(),
        os=f"{platform.system()} {platform.release()}",
        runtime=net.engine.name,
        delegate="CPU, 1 thread",
        app=App("skinseg-mobile", manifest.versions.get("skinseg-mobile", "unknown")),
        model_sha256=manifest.model_sha256,
        golden_sha256=manifest.golden_sha256,
        encoding=Encoding(Dtype.FLOAT32),
        images=tuple(images),
        placement=net.engine.placement,
    )


def _require_plain(ids: Sequence[str]) -> None:
    """Ids become file names here, and a golden file may come from anyone."""
    for id_ in ids:
        if id_ in ("", ".", "..") or Path(id_).name != id_ or "\\" in id_ or "\0" in id_:
            raise InputError(
                f"The golden image {id_!r:.80} has an id that is no plain file name. Export again."
            )

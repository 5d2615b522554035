"""What is spoiled, and what must then end in one sentence or a result: a folder a case."""

import io
import random
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
from PIL import Image

from skinseg_mobile.runtime_py.artifact.checksums import SEAL, SIGNATURE, write_seal
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, MANIFEST, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.artifact.verify import require_whole
from skinseg_mobile.runtime_py.engines.load import find_artefact, load
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.images.image_file import read_mask, read_photo
from skinseg_mobile.runtime_py.predict.write_masks import predict
from skinseg_mobile.runtime_py.storage.atomic import sha256
from tests.damage import PLACES, displace, edit
from tests.dark import MODEL, disc, hash_anew, write_dark
from tests.mutations.mutate import edited, mutated

Case = Callable[[random.Random, Path], object]
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM")


def image(generator: random.Random, folder: Path) -> None:
    """A photograph or mask in one of the formats."""
    kind = generator.choice(FORMATS)
    content = io.BytesIO()
    Image.fromarray(disc(generator.randrange(9), (64, 48))[0]).save(content, kind)
    path = folder / f"photo.{kind.lower()}"
    path.write_bytes(mutated(generator, content.getvalue()))
    generator.choice((read_photo, read_mask))(path)


def _artefact(folder: Path) -> Path:
    return write_dark(folder / "artefact")


def _judge(folder: Path) -> None:
    evaluate_artifact(folder)


def manifest(generator: random.Random, folder: Path) -> None:
    """The JSON of an artefact, as bytes or as values, then parity and predict."""
    path = _artefact(folder) / MANIFEST
    if generator.random() < 0.2:
        path.write_bytes(mutated(generator, path.read_bytes()))
    else:
        path.write_text(edited(generator, path.read_text()))
    if generator.random() < 0.8:
        write_seal(path.parent)
    _judge(path.parent)
    Image.fromarray(disc(0)[0]).save(folder / "photo.png")
    predict(load(path.parent), [folder / "photo.png"], folder / "predictions")


def special(generator: random.Random, folder: Path) -> None:
    """A link, a pipe, a socket or a device in the place of a file, in three ways of reading."""
    path = _artefact(folder)
    name = generator.choice((MANIFEST, SEAL, SIGNATURE, MODEL, GOLDEN))
    displace(path / name, generator.choice(PLACES))
    generator.choice((_judge, read_manifest, require_whole))(path)
    raise AssertionError(f"{name} was read")


def golden(generator: random.Random, folder: Path) -> None:
    """The golden archive of an artefact, behind a right hash."""
    path = _artefact(folder) / GOLDEN
    path.write_bytes(mutated(generator, path.read_bytes()))
    hash_anew(path.parent)
    _judge(path.parent)


def golden_arrays(generator: random.Random, folder: Path) -> None:
    """An archive that is whole and whose arrays are not what they should be."""
    path = _artefact(folder) / GOLDEN
    with np.load(path) as file:
        arrays = dict(file.items())
    name = generator.choice(list(arrays))
    found = arrays[name]
    arrays[name] = generator.choice(
        (
            found[:0], found[:1], found.astype(np.float64 if found.dtype.kind != "U" else object),
            found.T, found[..., None], np.broadcast_to(np.float32(np.nan), (4, 32, 32)),
            np.array("x"), np.zeros((4, 2, 2, 3), np.uint8), np.zeros(0, np.uint8),
        )
    )  # fmt: skip
    np.savez(path, allow_pickle=True, **arrays)
    hash_anew(path.parent)
    _judge(path.parent)


def model(generator: random.Random, folder: Path, *, source: Path, rehashed: bool) -> None:
    """A model file; with its old hash no vendor may ever see it."""
    path = shutil.copytree(source, folder / "artefact")
    file = path / read_manifest(path).model_file
    if file.is_dir():
        file = generator.choice(sorted(p for p in file.rglob("*") if p.is_file()))
    content = file.read_bytes()
    spoiled = mutated(generator, content)
    file.write_bytes(spoiled if spoiled != content else content[:-1])
    if rehashed:
        hash_anew(path)
    _judge(path)
    assert rehashed, "a model with another hash was opened"


def checkpoint(generator: random.Random, folder: Path) -> None:
    """A checkpoint's record, ranges or weights, hashes made right half of the time."""
    from skinseg_mobile.train.checkpoint import RECORD, WEIGHTS, load_checkpoint
    from skinseg_mobile.train.quantization import QUANTIZATION

    path = shutil.copytree(_tiny(), folder / "checkpoint")
    name = generator.choice((RECORD, RECORD, QUANTIZATION, WEIGHTS, WEIGHTS))
    if name != WEIGHTS and generator.random() < 0.8:
        (path / name).write_text(edited(generator, (path / name).read_text()))
    else:
        (path / name).write_bytes(mutated(generator, (path / name).read_bytes()))
    if name == WEIGHTS and generator.random() < 0.8:
        for record in (RECORD, QUANTIZATION):
            edit(record, weights_sha256=sha256(path / WEIGHTS))(path)
    load_checkpoint(path).build()


def onnx_model(generator: random.Random, folder: Path) -> None:
    """The small ONNX model of `tests.dark`, behind a right hash."""
    source = write_dark(folder / "source")
    model(generator, folder, source=source, rehashed=True)


@cache
def _tiny() -> Path:
    """Write an untrained checkpoint with ranges, once a process."""
    from skinseg_mobile.train.checkpoint import Record, save_checkpoint
    from skinseg_mobile.train.quantization import Quantization, write_quantization
    from tests.train.tiny import TINY

    folder = Path(tempfile.mkdtemp(prefix="whole-", dir=Path.cwd())) / "tiny"
    record = Record(name="tiny", task=Task.LESION, spec=TINY.spec)
    saved = save_checkpoint(record, TINY.spec.build(), folder)
    ranges = {"image": (0.0, 255.0), "add": (-1.0, 1.0)}
    write_quantization(Quantization(saved.record.weights_sha256, ranges, ("sigmoid",)), folder)
    return folder


def cases(coreml: Path | None = None) -> dict[str, tuple[Case, int]]:
    """Return every kind with its share of 2,000; Core ML needs a package written before."""
    packaged = find_artefact(DEFAULT_NET)
    kinds: dict[str, tuple[Case, int]] = {
        "image": (image, 400),
        "special": (special, 100),
        "manifest": (manifest, 350),
        "golden": (golden, 150),
        "golden-arrays": (golden_arrays, 100),
        "checkpoint": (checkpoint, 300),
        "model": (partial(model, source=packaged, rehashed=False), 50),
        "tflite": (partial(model, source=packaged, rehashed=True), 200),
        "onnx": (onnx_model, 200),
    }
    if coreml is not None:
        kinds["coreml"] = (partial(model, source=coreml, rehashed=True), 150)
    return kinds

"""An artefact made by hand in milliseconds: its net calls a lesion what is darker than mid grey.

    probability = sigmoid((128 - mean of R, G and B) / 8)

Its checkpoint is a name only; tests that need the weights use the packaged student.
"""

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST, hashes_of, write_seal
from skinseg_mobile.runtime_py.artifact.golden import Golden, read_golden, write_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, Manifest, model_size, write_manifest
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.images.resize import Image, resize
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.runtime_py.targets.spec import TensorInfo

SIDE = 32
CHECKPOINT = "c" * 64
MODEL = "model.onnx"
SHAPE = (40, 48)


def dark_probability(photo: Image, side: int = SIDE) -> NDArray[np.float32]:
    """What the net gives for a photograph, by its formula."""
    return formula(resize(photo, side, side))


def formula(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the net gives for its input, (h, w, 3) in [0, 255]."""
    mean = tensor.mean(axis=2, dtype=np.float64)
    return (1 / (1 + np.exp(-(128 - mean) / 8))).astype(np.float32)


def disc(
    number: int, shape: tuple[int, int] = SHAPE
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A dark disc on light skin with a little noise, and its mask."""
    generator = np.random.default_rng(number)
    row, column = np.ogrid[: shape[0], : shape[1]]
    height, width = shape
    radius = min(shape) * (0.25 + 0.03 * (number % 4))
    centre = height * 0.5 + number % 3, width * 0.5 - number % 3
    mask = (row - centre[0]) ** 2 + (column - centre[1]) ** 2 < radius**2
    photo = np.where(mask[..., None], (90, 50, 40), (224, 190, 170))
    return (photo + generator.integers(-8, 9, photo.shape)).astype(np.uint8), mask


def write_dark(folder: Path, count: int = 4, note: str = "") -> Path:
    """Write the artefact into a new folder; with a note inside, its file is another one."""
    folder.mkdir(parents=True)
    (folder / MODEL).write_bytes(_model(note))
    photos, truths = zip(*(disc(number) for number in range(count)), strict=True)
    probabilities = np.stack([dark_probability(photo) for photo in photos])
    ids = tuple(f"disc_{number}" for number in range(count))
    write_golden(Golden(ids, np.stack(photos), np.stack(truths), probabilities), folder / GOLDEN)
    manifest = Manifest(
        name="dark",
        task=Task.LESION,
        target="onnx",
        precision=Precision.FP32,
        model_sha256=sha256(folder / MODEL),
        model_bytes=(folder / MODEL).stat().st_size,
        golden_sha256=sha256(folder / GOLDEN),
        checkpoint="dark",
        checkpoint_sha256=CHECKPOINT,
        input=TensorInfo("image", (1, 3, SIDE, SIDE), "float32", "NCHW", (0.0, 255.0)),
        output=TensorInfo("probability", (1, 1, SIDE, SIDE), "float32", "NCHW", (0.0, 1.0)),
        licence="CC0-1.0",
    )
    write_manifest(manifest, folder)
    return folder


def write_discs(root: Path, count: int = 4, shape: tuple[int, int] = SHAPE) -> Path:
    """Write a dataset of discs: all `valid`, with a group column."""
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True)
    for number in range(count):
        photo, mask = disc(number, shape)
        Picture.fromarray(photo).save(root / "images" / f"disc_{number}.png")
        Picture.fromarray(mask).save(root / "masks" / f"disc_{number}.png")
    rows = "".join(f"disc_{number},valid,{number % 2}\n" for number in range(count))
    (root / "split.csv").write_text(f"id,split,odd\n{rows}")
    return root


def edit_manifest(folder: Path, **values: Any) -> None:
    """Change fields of a manifest and seal it anew, unchecked."""
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    write_seal(folder)


def hash_anew(folder: Path) -> None:
    """Make a manifest's hashes right again, so that only the content itself can tell."""
    model = next(folder.glob("model.*"))
    edit_manifest(
        folder,
        model_sha256=sha256(model),
        model_bytes=model_size(model),
        golden_sha256=sha256(folder / GOLDEN),
        files=hashes_of(folder),
    )


def break_golden(folder: Path) -> None:
    """Let the checkpoint have said something else, behind right hashes."""
    golden = read_golden(folder / GOLDEN)
    golden.probabilities[:, :10] = 0.9
    write_golden(golden, folder / GOLDEN)
    hash_anew(folder)


def say_nan(folder: Path) -> None:
    """Let the net give the root of p - 2, behind right hashes."""
    import onnx

    model = onnx.load(folder / MODEL)
    model.graph.node[-1].output[0] = "free"
    two = onnx.numpy_helper.from_array(np.array([2], np.float32), "two")
    model.graph.initializer.append(two)
    nodes = (("Sub", ["free", "two"], "below"), ("Sqrt", ["below"], "probability"))
    model.graph.node.extend(onnx.helper.make_node(kind, i, [o]) for kind, i, o in nodes)
    (folder / MODEL).write_bytes(model.SerializeToString())
    hash_anew(folder)


def as_coreml(folder: Path) -> None:
    """Make an artefact a Core ML one by name."""
    (folder / "model.onnx").unlink()
    (folder / "model.mlpackage").mkdir()
    edit_manifest(folder, target="coreml", precision="fp16", ios=16)
    hash_anew(folder)


@functools.cache
def _model(note: str) -> bytes:
    import onnx
    from onnx import helper, numpy_helper

    image, probability = (
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, (1, channels, SIDE, SIDE))
        for name, channels in (("image", 3), ("probability", 1))
    )
    weights = [
        numpy_helper.from_array(np.full((1, 3, 1, 1), -1 / 24, np.float32), "weight"),
        numpy_helper.from_array(np.array([16], np.float32), "bias"),
    ]
    nodes = [
        helper.make_node("Conv", ["image", "weight", "bias"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["probability"]),
    ]
    graph = helper.make_graph(nodes, "dark", [image], [probability], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    model.doc_string = note
    onnx.checker.check_model(model)
    return model.SerializeToString()

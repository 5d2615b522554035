"""Files of others are adopted as they are, each mistake in their contract is named."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

from skinseg_mobile.export.adopt.adopt_file import AdoptedFile, Wanted, adopt_file
from skinseg_mobile.export.adopt.page import read_page, text_of
from skinseg_mobile.export.adopt.values import IMAGENET, LEVELS, MEANS, SIGNED, UNIT, Values, twice
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, MANIFEST, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET, packaged_artefact
from skinseg_mobile.runtime_py.artifact.verify import require_whole
from skinseg_mobile.runtime_py.contract import (
    OURS,
    ColourOrder,
    Contract,
    Filter,
    Fit,
    OutputKind,
)
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.cases import Reference, net_reference, saved_reference
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.images.image_file import Photo
from skinseg_mobile.runtime_py.images.pipeline import Probability
from skinseg_mobile.runtime_py.predict.predictions import read_predictions
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.references.engine import segmenter_of
from tests.export.adopt.nets import (
    COUNT,
    Signed,
    TwoClasses,
    write_app_predictions,
    write_coreml,
    write_onnx,
    write_photos,
)
from tests.export.adopt.nets import (
    IMAGENET as OF_TORCH,
)
from tests.once import once

HALVES = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)


@dataclass(frozen=True)
class Theirs:
    """A file, its true contract, and what is known of it."""

    path: Path
    contract: Contract
    layout: str
    data: Path | None
    reference: Reference


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "their-photos", write_photos)


@pytest.fixture(scope="session")
def theirs(
    tmp_path_factory: pytest.TempPathFactory, photos: Path, student: Checkpoint
) -> Callable[[str], Theirs]:
    """Return a file by its kind; each is made once."""

    def of_onnx(folder: Path) -> None:
        folder.mkdir()
        write_onnx(TwoClasses(), folder / "their.onnx")
        write_app_predictions(
            TwoClasses(), OF_TORCH, lambda y: y.softmax(1)[0, 1], folder / "their.npz"
        )

    def of_coreml(folder: Path) -> None:
        folder.mkdir()
        write_coreml(Signed(), folder / "their.mlpackage")
        write_app_predictions(Signed(), HALVES, lambda y: y[0, 0], folder / "their.npz")

    def make(kind: str) -> Theirs:
        if kind == "tflite":
            folder = packaged_artefact(DEFAULT_NET)
            assert folder is not None
            reference = computed_once(net_reference(segmenter_of(student), student.digest))
            return Theirs(folder / "model.tflite", OURS, "NHWC", None, reference)
        maker = of_onnx if kind == "onnx" else of_coreml
        folder = once(tmp_path_factory, f"their-{kind}", maker)
        saved = saved_reference(read_predictions(folder / "their.npz"))
        if kind == "onnx":
            (mean, deviation), output, channel = IMAGENET, OutputKind.SOFTMAX, 1
        else:
            (mean, deviation), output, channel = SIGNED, OutputKind.PROBABILITY, 0
        contract = Contract(
            filter=Filter.BILINEAR, mean=mean, deviation=deviation, output=output, channel=channel
        )
        path = next(p for p in folder.iterdir() if p.suffix != ".npz")
        return Theirs(path, contract, "NCHW", photos, saved)

    return make


def computed_once(reference: Reference) -> Reference:
    """Return a reference that computes what it says of an image when first asked for it."""
    known: dict[bytes, Probability] = {}

    def probability(id_: str, photo: Photo) -> Probability:
        key = b"%d %d " % photo.shape[:2] + photo.tobytes()
        if key not in known:
            known[key] = reference.probability(id_, photo)
        return known[key]

    return replace(reference, probability=probability)


def mistakes(theirs: Theirs) -> Iterator[tuple[str, Contract]]:
    """Yield the part that is wrong, and the contract with it."""
    right = theirs.contract
    values: Values = right.mean, right.deviation
    for wrong in (LEVELS, UNIT, SIGNED, IMAGENET):
        if wrong != values:
            yield "values", replace(right, mean=wrong[0], deviation=wrong[1])
    again = MEANS if values == LEVELS else twice(values)
    yield "values", replace(right, mean=again[0], deviation=again[1])
    yield "colour", replace(right, colour=ColourOrder.BGR)
    kind = OutputKind.LOGITS if right.output is OutputKind.PROBABILITY else OutputKind.PROBABILITY
    yield "output", replace(right, output=kind)
    yield "channel", replace(right, channel=1 - right.channel)
    yield "inverted", replace(right, inverted=True)
    for filter_ in Filter:
        if filter_ is not right.filter:
            yield "filter", replace(right, filter=filter_)
    yield "fit", replace(right, fit=Fit.LETTERBOX)
    yield "fit", replace(right, fit=Fit.CROP)


def adopted(theirs: Theirs, contract: Contract | None, folder: Path, more: str = "") -> AdoptedFile:
    page = None
    if contract:
        (folder / "contract.toml").write_text(
            text_of(contract, 0.5).replace("\n\n", f"\n{more}\n\n", 1)
        )
        page = read_page(folder / "contract.toml")
    wanted = Wanted("theirs", page, theirs.reference, theirs.data)
    return adopt_file(theirs.path, wanted, folder / "artefact")


KINDS = [pytest.param(kind, marks=pytest.mark.slow) for kind in ("tflite", "onnx", "coreml")]


@pytest.mark.parametrize("kind", KINDS)
def test_the_contract_is_found_and_the_bytes_stay(
    kind: str, theirs: Callable[[str], Theirs], tmp_path: Path
) -> None:
    file = theirs(kind)
    found = adopted(file, None, tmp_path)
    assert found.adopted
    assert found.contract == file.contract
    assert found.check is not None
    assert (found.check.best.agreement or 0) > 0.99
    manifest = read_manifest(tmp_path / "artefact")
    require_whole(tmp_path / "artefact", None)
    assert manifest.adopted == file.path.name
    assert manifest.rules == file.contract
    assert manifest.model_sha256 == sha256(file.path)
    assert sha256(tmp_path / "artefact" / manifest.model_file) == sha256(file.path)
    report = evaluate_artifact(tmp_path / "artefact").report
    assert report.verdict == "passed", report.reasons


@pytest.mark.parametrize("kind", KINDS)
def test_every_mistake_is_named_and_no_other(
    kind: str, theirs: Callable[[str], Theirs], tmp_path: Path
) -> None:
    file = theirs(kind)
    wrong = list(mistakes(file))
    assert len(wrong) >= 12
    for number, (part, contract) in enumerate(wrong):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = adopted(file, contract, folder)
        assert not found.adopted
        assert not (folder / "artefact").exists()
        assert found.contract == file.contract, part
        (sentence,) = found.wrong
        assert sentence.startswith(part), sentence
        assert found.check is not None
        assert found.check.given.contract == contract
    other = {"NHWC": "NCHW", "NCHW": "NHWC"}[file.layout]
    found = adopted(file, file.contract, tmp_path, f'layout = "{other}"')
    assert found.wrong == (f"the input's layout is {file.layout}, not {other}",)
    assert not found.adopted


@pytest.mark.slow
def test_levels_that_are_normalised_twice_are_called_so(
    theirs: Callable[[str], Theirs], tmp_path: Path
) -> None:
    """Once in the file and once before it; or twice before it, in levels or in parts of 1."""
    signed = theirs("coreml")
    mean, deviation = twice(SIGNED)
    found = adopted(signed, replace(signed.contract, mean=mean, deviation=deviation), tmp_path)
    assert "normalised twice" in found.wrong[0]
    inside = theirs("tflite")
    found = adopted(inside, replace(OURS, mean=IMAGENET[0], deviation=IMAGENET[1]), tmp_path)
    assert "normalised twice" in found.wrong[0]


@pytest.mark.slow
def test_our_own_student_without_its_manifest_is_checked_alike(
    student: Checkpoint, artefacts: dict[str, Path], tmp_path: Path
) -> None:
    own = artefacts["tflite-int8"]
    file = shutil.copy(own / "model.tflite", tmp_path / "stripped.tflite")
    reference = net_reference(segmenter_of(student), student.digest)
    adopt_file(Path(file), Wanted(student.record.name, reference=reference), tmp_path / "artefact")
    expected, found = (evaluate_artifact(f).report for f in (own, tmp_path / "artefact"))
    assert found.checks == expected.checks
    assert found.artefact == expected.artefact
    manifest = read_manifest(tmp_path / "artefact")
    assert manifest.contract is None
    assert manifest.checkpoint_sha256 == student.digest
    assert "contract" not in json.loads((tmp_path / "artefact" / MANIFEST).read_text())


def test_without_anything_to_check_it_the_guess_is_taken(tmp_path: Path) -> None:
    file = packaged_artefact(DEFAULT_NET)
    assert file is not None
    found = adopt_file(file / "model.tflite", Wanted("lone"), tmp_path / "artefact")
    assert found.adopted
    assert found.check is None
    golden = read_golden(tmp_path / "artefact" / GOLDEN)
    net = load(tmp_path / "artefact")
    for image, probability in zip(golden.images[:2], golden.probabilities[:2], strict=True):
        np.testing.assert_array_equal(net.at_net_size(image), probability)


def test_a_file_that_fits_no_contract_is_not_adopted(photos: Path, tmp_path: Path) -> None:
    from onnx import TensorProto, helper, save

    file = tmp_path / "noise.onnx"
    shape = (1, 3, 16, 16)
    image, result = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, n, *shape[2:]))
        for name, n in (("image", 3), ("result", 1))
    )
    nodes: list[Any] = [
        helper.make_node("RandomUniformLike", ["image"], ["noise"], seed=1.0),
        helper.make_node("ReduceMax", ["noise"], ["result"], axes=[1]),
    ]
    graph = helper.make_graph(nodes, "noise", [image], [result])
    opset = [helper.make_opsetid("", 13)]
    save(helper.make_model(graph, opset_imports=opset, ir_version=8), file)
    found = adopt_file(file, Wanted("noise", data=photos), tmp_path / "artefact")
    assert not found.adopted
    assert found.wrong == ()
    assert found.check is not None
    assert not found.check.fits
    assert not (tmp_path / "artefact").exists()


def test_predictions_need_their_images(tmp_path: Path) -> None:
    file = packaged_artefact(DEFAULT_NET)
    assert file is not None
    saved = Reference(
        "saved", "f" * 64, lambda _, photo: photo[..., 0].astype(np.float32), ids=("a",)
    )
    with pytest.raises(InputError, match="Add --data"):
        adopt_file(file / "model.tflite", Wanted("x", reference=saved), tmp_path / "artefact")


@pytest.mark.slow
def test_predictions_of_images_that_exif_did_not_turn_are_found(tmp_path: Path) -> None:
    """A third of the images lie on their side; the app that made the predictions left them so."""
    write_onnx(TwoClasses(), tmp_path / "their.onnx")
    write_photos(tmp_path / "photos")
    saved = write_app_predictions(
        TwoClasses(), OF_TORCH, lambda y: y.softmax(1)[0, 1], tmp_path / "their.npz"
    )
    for number in range(0, COUNT, 3):
        turn(tmp_path / "photos", f"disc_{number}")
    reference = saved_reference(read_predictions(saved))
    wanted = Wanted("theirs", reference=reference, data=tmp_path / "photos")
    found = adopt_file(tmp_path / "their.onnx", wanted, tmp_path / "artefact")
    (sentence,) = [text for text in found.wrong if text.startswith("EXIF")]
    assert "EXIF turns 4 of the images, and the reference ignores it: mean |Δp|" in sentence
    assert not found.adopted


def turn(root: Path, id_: str) -> None:
    """Let EXIF turn an image that is stored as before, and turn its mask."""
    image = Picture.open(root / "images" / f"{id_}.png").copy()
    exif = Picture.Exif()
    exif[0x0112] = 6
    image.save(root / "images" / f"{id_}.png", exif=exif)
    mask = Picture.open(root / "masks" / f"{id_}.png").copy()
    mask.transpose(Picture.Transpose.ROTATE_270).save(root / "masks" / f"{id_}.png")

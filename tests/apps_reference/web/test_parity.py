"""The web app in a real browser makes of every photograph what Python makes of it.

Each of the 36 test vectors goes into the page as an image file (Chromium refuses the TIFF):
decoded, resized, run, resized back and cut at the threshold by the app's own code, with both
engines, in a page that may share memory between threads and in one that may not.
"""

import base64
import hashlib
import io
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.export.adopt.adopt_file import Wanted, adopt_file
from skinseg_mobile.export.adopt.page import read_page, text_of
from skinseg_mobile.export.adopt.values import IMAGENET
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.contract import ColourOrder, Contract, Filter, Fit, OutputKind
from skinseg_mobile.runtime_py.engines.browser.page import EnginePage
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.images.image_file import Photo, read_photo
from skinseg_mobile.runtime_py.testvectors.vectors import VECTORS
from tests.apps_reference.web.conftest import OpenPage
from tests.export.adopt.nets import TwoClasses, write_onnx

pytestmark = pytest.mark.slow  # exports for both engines
FOLDER = Path(__file__).parents[2] / "vectors"
INDEX: list[dict[str, Any]] = json.loads((FOLDER / VECTORS).read_text())["vectors"]
KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".tif": "image/tiff"}

PROBABILITY = 1e-5
"""Largest difference of one probability, from PNG: floats are summed in another order."""
PIXELS: Mapping[Precision, float] = types.MappingProxyType(
    {Precision.FP32: 1e-4, Precision.INT8: 1e-3}
)
"""Largest share of a mask's pixels that differ, from PNG."""
JPEG_PIXELS = 1e-3
"""The same over all photographs from JPEG and WebP, whose decoders differ by a level."""
THEIRS = Contract(mean=IMAGENET[0], deviation=IMAGENET[1], output=OutputKind.SOFTMAX, channel=1)


@dataclass(frozen=True)
class Difference:
    """How far a browser is from Python on one photograph."""

    pixels: bool
    tensor: bool
    """Whether the decoded photograph and the resized one are equal to the bit."""
    probability: float
    mask: NDArray[np.bool_]
    """Where the masks differ."""


def answer(page: EnginePage, file: Path) -> dict[str, Any]:
    """Return what the page makes of an image file."""
    return json.loads(page.ask(file.read_bytes(), KINDS[file.suffix]))


def array(text: str, dtype: str, *shape: int) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape)


def difference(found: dict[str, Any], photo: Photo, net: Segmenter) -> Difference:
    """Compare an answer with what Python makes of the photograph."""
    size = photo.shape[:2]
    tensor = net.tensor_of(photo)
    expected = net.engine(tensor)
    probability = array(found["probability"], "<f4", *expected.shape)
    mask = array(found["mask"], "u1", found["height"], found["width"]) == 1
    assert mask.shape == size
    assert found["area"] == mask.mean()
    return Difference(
        found["photo_sha256"] == hashlib.sha256(photo.tobytes()).hexdigest(),
        base64.b64decode(found["tensor"]) == tensor.astype("<f4").tobytes(),
        float(np.abs(probability - expected).max()),
        mask != net.mask(expected, *size),
    )


def share(differences: list[Difference]) -> float:
    """Return the share of all photographs' pixels that differ."""
    return float(np.concatenate([found.mask.ravel() for found in differences]).mean())


@pytest.mark.parametrize("isolated", [True, False], ids=["isolated", "not-isolated"])
@pytest.mark.parametrize("key", ["tflite-fp32", "tflite-int8", "onnx-fp32", "onnx-int8"])
def test_every_photograph(
    for_browsers: dict[str, Path], open_page: OpenPage, key: str, isolated: bool
) -> None:
    folder = for_browsers[key]
    net, page = load(folder), open_page(folder, isolated=isolated)
    assert page.ready.isolated is isolated
    png: list[Difference] = []
    jpeg: list[Difference] = []
    for vector in INDEX:
        file = FOLDER / vector["file"]
        if file.suffix == ".tif":
            with pytest.raises(InputError, match="no image that this browser can read"):
                answer(page, file)
            continue
        found = difference(answer(page, file), read_photo(file), net)
        (png if vector["exact"] else jpeg).append(found)
    assert (len(png), len(jpeg)) == (22, 13)
    assert all(found.pixels and found.tensor for found in png)
    assert max(found.probability for found in png) <= PROBABILITY
    assert max(found.mask.mean() for found in png) <= PIXELS[read_manifest(folder).precision]
    assert share(jpeg) <= JPEG_PIXELS


@pytest.mark.parametrize("key", ["tflite-fp32", "onnx-fp32"])
def test_threads_change_nothing(
    for_browsers: dict[str, Path], open_page: OpenPage, key: str
) -> None:
    """They run where the page is isolated; elsewhere one thread does, unasked."""
    net, file = load(for_browsers[key]), FOLDER / "photos" / "square-256x256.png"
    for isolated, words in ((True, "2 threads"), (False, "1 thread")):
        page = open_page(for_browsers[key], isolated=isolated, threads=2)
        assert page.ready.delegate.endswith(words)
        found = difference(answer(page, file), read_photo(file), net)
        assert found.probability <= PROBABILITY


@pytest.mark.parametrize(
    "contract",
    [
        replace(THEIRS, fit=Fit.LETTERBOX, filter=Filter.BILINEAR, pad=114),
        replace(THEIRS, fit=Fit.CROP, colour=ColourOrder.BGR, inverted=True, channel=0),
        replace(THEIRS, filter=Filter.ALIGNED),
    ],
    ids=lambda contract: contract.fit,
)
def test_a_file_of_others_with_a_contract_of_its_own(
    open_page: OpenPage, tmp_path: Path, contract: Contract
) -> None:
    """Two classes at half the size, made by torch's own exporter."""
    (tmp_path / "contract.toml").write_text(text_of(contract, 0.5))
    file, folder = write_onnx(TwoClasses(), tmp_path / "their.onnx"), tmp_path / "artefact"
    assert adopt_file(file, Wanted("theirs", read_page(tmp_path / "contract.toml")), folder).adopted
    net, page = load(folder), open_page(folder)
    for vector in [vector for vector in INDEX if vector["exact"]][:6]:
        file = FOLDER / vector["file"]
        found = difference(answer(page, file), read_photo(file), net)
        assert found.pixels
        assert found.tensor
        assert found.probability <= PROBABILITY
        assert found.mask.mean() <= PIXELS[Precision.FP32]


def test_webgpu(for_browsers: dict[str, Path]) -> None:
    """On a software GPU: what a real one rounds is not known here."""
    folder, file = for_browsers["tflite-fp32"], FOLDER / "photos" / "square-256x256.png"
    page = EnginePage(folder, read_manifest(folder), webgpu=True)
    assert page.ready.delegate == "WebGPU"
    found = difference(answer(page, file), read_photo(file), load(folder))
    page.close()
    assert found.probability <= PROBABILITY


def as_png(photo: NDArray[np.uint8], path: Path) -> Path:
    content = io.BytesIO()
    Image.fromarray(photo).save(content, "PNG")
    path.write_bytes(content.getvalue())
    return path


def aliased(photo: Photo) -> Photo:
    """Drop every other pixel, as a resize without antialiasing does."""
    return photo[::2, ::2].repeat(2, axis=0).repeat(2, axis=1)


def bgr(photo: Photo) -> Photo:
    """Swap red and blue."""
    return photo[..., ::-1]


def turned(photo: Photo) -> Photo:
    """Turn it by 180°, as an app does that ignores an orientation."""
    return photo[::-1, ::-1]


@pytest.mark.parametrize("fault", [bgr, turned, aliased])
def test_an_app_with_a_fault_is_found(
    open_page: OpenPage,
    for_browsers: dict[str, Path],
    tmp_path: Path,
    fault: Callable[[Photo], Photo],
) -> None:
    """The same page, given what a faulty app would make of the photograph, must fail."""
    folder = for_browsers["tflite-int8"]
    photo = read_photo(FOLDER / "photos" / "square-256x256.png")
    changed = as_png(np.ascontiguousarray(fault(photo)), tmp_path / "changed.png")
    found = difference(answer(open_page(folder), changed), photo, load(folder))
    assert not found.tensor
    assert found.probability > 1 / 256  # a step of 8 bits
    assert found.mask.mean() > PIXELS[Precision.INT8]

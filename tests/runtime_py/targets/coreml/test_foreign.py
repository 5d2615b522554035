"""Core ML packages from elsewhere: arrays and images, as coremltools' own convert writes them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.export.adopt.adopt_file import Wanted, adopt_file
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.verify import require_whole
from skinseg_mobile.runtime_py.contract import OURS
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.runtime_py.targets.coreml.foreign import foreign
from skinseg_mobile.runtime_py.vendors import vendor
from tests.dark import disc
from tests.export.adopt.nets import SIDE, Signed, write_coreml
from tests.once import once


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package whose input is a BGR image, with scale and bias inside."""

    def make(folder: Path) -> None:
        folder.mkdir()
        ct: Any = vendor("coremltools", "coreml")
        image = ct.ImageType(
            name="photo",
            shape=(1, 3, SIDE, SIDE),
            scale=1 / 127.5,
            bias=[-1.0, -1.0, -1.0],
            color_layout=ct.colorlayout.BGR,
        )
        write_coreml(Signed(), folder / "picture.mlpackage", [image])

    return once(tmp_path_factory, "their-picture", make) / "picture.mlpackage"


@pytest.mark.slow
def test_an_image_is_fed_levels_and_its_normalisation_is_inside(
    picture: Path, tmp_path: Path
) -> None:
    found = foreign(picture)
    (given,) = found.inputs
    assert (given.name, given.image, given.dtype) == ("photo", "BGR", "uint8")
    assert [kind for kind, _ in found.first] == ["mul", "add"]
    assert found.last == "sigmoid"
    adoption = adopt_file(picture, Wanted("picture"), tmp_path / "artefact")
    assert adoption.adopted
    manifest = read_manifest(tmp_path / "artefact")
    require_whole(tmp_path / "artefact", None)
    assert manifest.model_sha256 == sha256(picture)
    assert manifest.input.dtype == "uint8"
    assert (manifest.contract is not None, manifest.rules.mean) == (True, OURS.mean)
    photo = disc(0, (90, 120))[0]
    net = load(tmp_path / "artefact")
    tensor = np.rint(net.tensor_of(photo))
    luma = tensor @ np.array([-0.1, 0.3, 0.8])  # Core ML hands this net blue first
    inner = 1 / (1 + np.exp(-(150 - luma) / 12))
    found = net.at_net_size(photo)
    blurred = inner[1:-1, 1:-1]
    assert np.corrcoef(found[1:-1, 1:-1].ravel(), blurred.ravel())[0, 1] > 0.95
    assert ((found > 0.5) == (inner > 0.5)).mean() > 0.95

"""Two files of one net, each with a contract of its own, compared by the gate; no checkpoint."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from torch import Tensor, nn

from skinseg_mobile.export.adopt.adopt_file import Wanted, adopt_file
from skinseg_mobile.export.adopt.page import read_page, text_of
from skinseg_mobile.export.adopt.values import IMAGENET, SIGNED
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.contract import ColourOrder, Contract, Filter, Fit
from tests.export.adopt.nets import IMAGENET as OF_TORCH
from tests.export.adopt.nets import Dark, Signed, write_onnx, write_photos
from tests.once import once
from tests.refused import Run

THEIRS = Contract(filter=Filter.BILINEAR, mean=SIGNED[0], deviation=SIGNED[1])
OTHERS = Contract(filter=Filter.BILINEAR, mean=IMAGENET[0], deviation=IMAGENET[1])


class OfImagenet(nn.Module):
    """The same net as `Signed`, for other values."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Dark(*OF_TORCH)

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 1, H, W)."""
        return self.net(image).sigmoid()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        folder.mkdir()
        write_onnx(Signed(), folder / "signed.onnx")
        write_onnx(OfImagenet(), folder / "imagenet.onnx")

    return once(tmp_path_factory, "two-files", make)


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "their-photos", write_photos)


def adopted(file: Path, contract: Contract, folder: Path) -> Path:
    """Adopt a file as it is said to be; nothing checks it."""
    folder.mkdir()
    (folder / "contract.toml").write_text(text_of(contract, 0.5))
    wanted = Wanted(file.stem, read_page(folder / "contract.toml"))
    assert adopt_file(file, wanted, folder / "artefact").adopted
    return folder / "artefact"


@pytest.mark.parametrize("fit", Fit)
def test_two_files_of_one_net_pass(
    files: Path, photos: Path, run: Run, tmp_path: Path, fit: Fit
) -> None:
    one = adopted(files / "signed.onnx", replace(THEIRS, fit=fit, pad=200), tmp_path / "one")
    other = adopted(files / "imagenet.onnx", replace(OTHERS, fit=fit, pad=200), tmp_path / "other")
    for more in ((), ("--data", photos)):
        code, out, err = run("parity", one, "--reference", other, *more, "--json")
        found = json.loads(out)
        limits = {check["name"]: check["verdict"] for check in found["checks"]}
        assert limits["agreement"] == limits["shift"] == "passed", err
        if more:
            assert code == 0, out


@pytest.mark.parametrize(
    "wrong",
    [
        replace(OTHERS, colour=ColourOrder.BGR),
        replace(OTHERS, mean=SIGNED[0], deviation=SIGNED[1]),
        replace(OTHERS, inverted=True),
        replace(OTHERS, filter=Filter.ASYMMETRIC),
    ],
)
def test_a_file_under_a_wrong_contract_fails(
    files: Path, photos: Path, run: Run, tmp_path: Path, wrong: Contract
) -> None:
    one = adopted(files / "signed.onnx", THEIRS, tmp_path / "one")
    other = adopted(files / "imagenet.onnx", wrong, tmp_path / "other")
    code, _, _ = run("parity", one, "--reference", other, "--data", photos)
    assert code == 1


def test_frames_of_two_kinds_are_compared_in_the_images_own(
    files: Path, photos: Path, run: Run, tmp_path: Path
) -> None:
    """A letterbox sees less of the pixels; where things are must not change."""
    boxed = adopted(
        files / "signed.onnx", replace(THEIRS, fit=Fit.LETTERBOX, pad=200), tmp_path / "one"
    )
    whole = adopted(files / "imagenet.onnx", OTHERS, tmp_path / "other")
    _, out, _ = run("parity", boxed, "--reference", whole, "--data", photos, "--json")
    found = {check["name"]: check for check in json.loads(out)["checks"]}
    assert found["agreement"]["value"] > 0.97
    assert found["shift"]["value"] < 0.1


def test_a_file_itself_is_a_reference(files: Path, run: Run, tmp_path: Path) -> None:
    """Its contract is guessed: ImageNet's values, as nothing in the file says otherwise."""
    one = adopted(files / "signed.onnx", THEIRS, tmp_path / "one")
    code, out, err = run("parity", one, "--reference", files / "imagenet.onnx", "--json")
    assert code in (0, 1), err
    assert json.loads(out)["reference"] == "imagenet.onnx"
    assert read_manifest(one).checkpoint == "none"


@pytest.mark.slow
def test_vectors_say_the_contract(files: Path, run: Run, tmp_path: Path) -> None:
    one = adopted(files / "signed.onnx", THEIRS, tmp_path / "one")
    code, _, err = run("vectors", tmp_path / "vectors", "--artefact", one)
    assert code == 0, err
    (named,) = json.loads((tmp_path / "vectors" / "vectors.json").read_text())["artefacts"]
    assert named["contract"]["mean"] == [127.5, 127.5, 127.5]
    other = adopted(files / "imagenet.onnx", replace(OTHERS, fit=Fit.CROP), tmp_path / "other")
    code, _, err = run("vectors", tmp_path / "v2", "--artefact", one, "--artefact", other)
    assert code == 2
    assert "resize in different ways" in err


def test_saved_predictions_are_maps_of_the_whole_image(
    files: Path, photos: Path, run: Run, tmp_path: Path
) -> None:
    boxed = adopted(
        files / "signed.onnx", replace(THEIRS, fit=Fit.LETTERBOX, pad=200), tmp_path / "one"
    )
    saved = tmp_path / "saved.npz"
    code, _, err = run("evaluate", boxed, "--data", photos, "--save-predictions", saved)
    assert code == 0, err
    _, out, _ = run("parity", boxed, "--data", photos, "--reference", saved, "--json")
    found = {check["name"]: check for check in json.loads(out)["checks"]}
    assert found["agreement"]["value"] > 0.98


def test_the_command_names_what_is_wrong_and_shows_what_fits(
    files: Path, run: Run, tmp_path: Path
) -> None:
    """The other file is the reference: what it says of synthetic images."""
    (tmp_path / "contract.toml").write_text(text_of(OTHERS, 0.5))
    line = (
        *("adopt", "file", files / "signed.onnx", "--reference", files / "imagenet.onnx"),
        *("--name", "theirs", "--out", tmp_path / "artefact"),
    )
    code, out, err = run(*line, "--contract", tmp_path / "contract.toml")
    assert (code, err) == (1, "")
    assert "wrong: values are −1..1, not ImageNet: mean |Δp| " in out
    assert "signed.onnx was not adopted: the contract is wrong. This one fits:" in out
    fitting = out.partition("This one fits:")[2]
    (tmp_path / "fits.toml").write_text(fitting)
    assert not (tmp_path / "artefact").exists()
    code, out, err = run(*line, "--contract", tmp_path / "fits.toml", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["adopted"]
    assert found["contract"]["mean"] == [127.5, 127.5, 127.5]
    assert found["check"]["best"]["difference"] < 1e-4
    assert read_manifest(tmp_path / "artefact").checkpoint == "imagenet.onnx"

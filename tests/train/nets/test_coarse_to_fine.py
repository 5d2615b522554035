"""Coarse to fine: exact where it says so, and what it reports is what an own count finds."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from skinseg_mobile.runtime_py.data.dataset import Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.train.checkpoint import Checkpoint, Record, load_checkpoint, save_checkpoint
from skinseg_mobile.train.nets.coarse_to_fine import CoarseToFine, Refinement
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.nets.tiles import TiledHypercolumn
from skinseg_mobile.train.references.engine import segmenter_of
from tests.train.nets.test_tiles import LAYOUTS, random_net
from tests.train.tiny import TINY

SIZES = [(32, 32), (64, 96)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1, 2, 4, 8])
def test_with_a_band_of_everything_it_is_exact(size: tuple[int, int], step: int) -> None:
    net = random_net(LAYOUTS["batch norm"])
    image = torch.rand(2, 3, *size) * 255
    found = CoarseToFine(net, 0.5, Refinement(step, band=float("inf")))(image)
    torch.testing.assert_close(found, TiledHypercolumn(net)(image), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [2, 4, 8])
def test_pixels_called_exact_are_exact_and_others_are_not(size: tuple[int, int], step: int) -> None:
    net = random_net(LAYOUTS["plain"])
    image = torch.rand(1, 3, *size) * 255
    exact = TiledHypercolumn(net)(image)[0, 0]
    threshold = float(exact.quantile(0.9).sigmoid())
    grid = CoarseToFine(net, threshold, Refinement(step, band=0.0)).refine(image)
    assert grid.logits.shape == size
    close = torch.isclose(grid.logits, exact, rtol=1e-4, atol=1e-5)
    assert close[grid.exact].all()
    assert not close[~grid.exact].all(), "nothing was saved"
    assert grid.exact[::step, ::step].all()
    assert grid.exact[-1, -1]


def test_both_sides_of_a_border_are_exact() -> None:
    net = random_net(LAYOUTS["plain"])
    image = torch.rand(1, 3, 64, 96) * 255
    threshold = float(TiledHypercolumn(net)(image).quantile(0.7).sigmoid())
    tool = CoarseToFine(net, threshold, Refinement(4, band=0.0))
    grid = tool.refine(image)
    mask = grid.logits >= tool.threshold
    for sides, exact in ((mask, grid.exact), (mask.T, grid.exact.T)):
        across = sides[1:] != sides[:-1]
        assert across.any()
        assert (exact[1:] & exact[:-1])[across].all()
    assert not grid.exact.all(), "nothing was saved"


def test_a_frame_without_a_border_needs_the_first_grid_only() -> None:
    net = random_net(LAYOUTS["plain"])
    image = torch.rand(1, 3, 64, 96) * 255
    beyond = float(TiledHypercolumn(net)(image).max()) + 1
    tool = CoarseToFine(net, 0.5, Refinement(4, band=0.0))
    tool.threshold = beyond
    assert int(tool.refine(image).exact.sum()) == 17 * 25


@pytest.fixture
def checkpoint(lesions: Path, tmp_path: Path) -> Path:
    """A random hypercolumn net whose threshold gives masks with borders."""
    layout = LAYOUTS["plain"]
    record = Record("tiny", Task.LESION, NetSpec("hypercolumn", 64, layout))
    net = random_net(layout)
    exact = segmenter_of(Checkpoint(record, net.state_dict()))
    photos = [read_photo(path) for path in sorted((lesions / "images").iterdir())[:4]]
    middle = float(np.median([exact.at_net_size(photo) for photo in photos]))
    save_checkpoint(replace(record, threshold=middle), net, tmp_path / "net")
    return tmp_path / "net"


def test_evaluate_reports_an_agreement_that_an_own_count_finds(
    run: Callable[..., tuple[int, str, str]], checkpoint: Path, lesions: Path
) -> None:
    arguments = (checkpoint, "--data", lesions, "--split", "valid", "--json")
    code, printed, _ = run("evaluate", *arguments, "--coarse-to-fine")
    assert code == 0
    found = json.loads(printed)["agreement"]
    known = load_checkpoint(checkpoint)
    exact, quick = segmenter_of(known), segmenter_of(known, coarse_to_fine=True)
    counted: dict[str, float] = {}
    for sample in read_dataset(lesions).of(Split.VALID):
        photo = read_photo(sample.image)
        one, other = (s(photo) >= s.threshold for s in (quick, exact))
        counted[sample.id] = float((one & other).sum() / (one | other).sum())
    assert found["images"] == len(counted) > 1
    assert found["mean"] == pytest.approx(np.mean(list(counted.values())))
    assert found["worst"] == counted[found["worst_image"]] == min(counted.values())
    assert "agreement" not in json.loads(run("evaluate", *arguments)[1])


def test_predict_reports_the_agreement_of_a_sample(
    run: Callable[..., tuple[int, str, str]], checkpoint: Path, lesions: Path, tmp_path: Path
) -> None:
    photos = sorted((lesions / "images").iterdir())[:11]
    arguments = ("predict", *photos, "--net", checkpoint, "--coarse-to-fine")
    code, printed, _ = run(*arguments, "--out", tmp_path / "one")
    assert code == 0
    assert "mask agreement with the exact form on 2 images: mean" in printed
    found = json.loads(run(*arguments, "--out", tmp_path / "two", "--json")[1])
    assert len(found["predictions"]) == 11
    assert found["agreement"]["images"] == 2


def test_other_nets_are_refused_in_one_sentence() -> None:
    record = Record("lean", Task.LESION, TINY.spec)
    with pytest.raises(InputError, match="lean is of the family lean"):
        segmenter_of(Checkpoint(record, TINY.spec.build().state_dict()), coarse_to_fine=True)


def test_artefacts_are_refused_in_one_sentence(refused: Callable[..., str], dark: Path) -> None:
    said = refused("predict", "a.png", "--net", dark, "--coarse-to-fine")
    assert "Coarse to fine is for checkpoints" in said

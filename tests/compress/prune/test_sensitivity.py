"""Sensitivity curves: each stage is cut alone, scored on dev, and drawn."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from skinseg_mobile.compress.prune.config import PruneConfig
from skinseg_mobile.compress.prune.prune import prune
from skinseg_mobile.compress.prune.sensitivity import PICTURE, REPORT
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.data.dataset import Split, read_dataset
from skinseg_mobile.train.data.images import decode_split
from skinseg_mobile.train.references.score import dev_scores
from tests.compress.prune.nets import written
from tests.refused import Refused


@pytest.fixture(scope="module")
def lean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nets") / "lean"
    written("lean", folder)
    return folder


def test_each_stage_is_cut_alone(
    run: Callable[..., tuple[int, str, str]], lean: Path, lesions: Path, tmp_path: Path
) -> None:
    command = ("compress", "sensitivity", lean, "--data", lesions, "--images", 2)
    code, out, err = run(*command, "--out", tmp_path / "curves", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert json.loads((tmp_path / "curves" / REPORT).read_text()) == found
    stages = list(dict.fromkeys(point["stage"] for point in found["points"]))
    assert stages == ["stem", "blocks 1 to 2", "blocks 3 to 4", "head"]
    picture = (tmp_path / "curves" / PICTURE).read_text()
    assert all(f">{stage}</text>" in picture for stage in stages)
    for stage in stages:
        points = [point for point in found["points"] if point["stage"] == stage]
        gone = [point["cut"] for point in points]
        assert gone == sorted(set(gone))
        assert all(0 < point["saved"] < 1 for point in points)
        assert all(
            point["delta_jaccard"] == pytest.approx(point["jaccard"] - found["jaccard"])
            for point in points
        )


@pytest.mark.slow
def test_the_uncut_net_scores_as_ever(
    run: Callable[..., tuple[int, str, str]], lean: Path, lesions: Path, tmp_path: Path
) -> None:
    data = read_dataset(lesions)
    dev = decode_split(data.of(Split.DEV), 64, "reading dev")
    whole = prune(written("lean", tmp_path / "net"), data, PruneConfig(keep=1), tmp_path / "all")
    expected = dev_scores(whole.build(), dev, torch.device("cpu")).jaccard_mean
    command = ("compress", "sensitivity", lean, "--data", lesions, "--images", 1, "--cut", 0.5)
    code, out, _ = run(*command, "--out", tmp_path / "curves")
    assert code == 0
    assert f"uncut: Jaccard {expected:.4f} on dev" in out
    assert whole.record.metrics["pruned_dev_jaccard"] == expected


@pytest.mark.slow
def test_a_stage_that_allows_no_such_cut_has_fewer_points(
    run: Callable[..., tuple[int, str, str]], lesions: Path, tmp_path: Path
) -> None:
    """Of 16 channels with 8 in a granule, a quarter cannot go."""
    command = ("compress", "sensitivity", DEFAULT_NET, "--data", lesions, "--images", 2)
    code, out, err = run(*command, "--out", tmp_path / "curves", "--json")
    assert (code, err) == (0, "")
    points = [point["stage"] for point in json.loads(out)["points"]]
    assert len({points.count(stage) for stage in points}) > 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--out out --cut 0", "A cut is 0.0"),
        ("--out out --cut 1", "A cut is 1.0"),
        ("--out out --images 0", "images is 0. Choose 1"),
        ("--out lean", "lean already exists"),
    ],
)
def test_bad_input(
    refused: Refused, lean: Path, lesions: Path, tmp_path: Path, options: str, words: str
) -> None:
    (tmp_path / "lean").mkdir()
    command = ("compress", "sensitivity", lean, "--data", lesions, *options.split())
    assert words in refused(*command)

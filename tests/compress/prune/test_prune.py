"""Pruned checkpoints: identity, records, steps that go on where they stopped, bad input."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from skinseg_mobile.compress.prune.config import PruneConfig, Ranking
from skinseg_mobile.compress.prune.groups import prunable
from skinseg_mobile.compress.prune.prune import Recovery, prune
from skinseg_mobile.compress.quantize.calibrate import calibrate
from skinseg_mobile.compress.quantize.calibration_set import Calibration
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split, md5_order, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.checkpoint import Checkpoint, load_checkpoint
from skinseg_mobile.train.loop import train
from skinseg_mobile.train.nets.count import cost
from skinseg_mobile.train.quantization import QUANTIZATION, write_quantization
from tests.compress.prune.nets import SPECS, written
from tests.refused import Refused
from tests.train.tiny import TINY

HALF = PruneConfig(keep=0.5, measurements=2, images=4)


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def data(lesions: Path) -> Dataset:
    return read_dataset(lesions)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nets")


@pytest.fixture(scope="module")
def lean(folder: Path, data: Dataset) -> Checkpoint:
    """A checkpoint with ranges for 8 bits."""
    found = written("lean", folder / "lean")
    write_quantization(calibrate(found, data, Calibration(count=1)), folder / "lean")
    return load_checkpoint(folder / "lean")


@pytest.fixture(scope="module")
def half(lean: Checkpoint, data: Dataset, folder: Path) -> Checkpoint:
    return prune(lean, data, HALF, folder / "half")


def same_weights(one: Checkpoint, other: Checkpoint) -> bool:
    return one.weights.keys() == other.weights.keys() and all(
        torch.equal(value, other.weights[name]) for name, value in one.weights.items()
    )


def test_pruning_nothing_is_the_identity(lean: Checkpoint, data: Dataset, tmp_path: Path) -> None:
    found = prune(lean, data, replace(HALF, keep=1, parameters=10**6), tmp_path / "all")
    assert found.record.spec == lean.record.spec
    assert same_weights(found, lean)


def test_widths_divide_by_8_and_the_budget_is_met(lean: Checkpoint, half: Checkpoint) -> None:
    widths = prunable(half.record.spec).width_of_fields()
    assert all(width % 8 == 0 for width in widths.values())
    full, left = cost(lean.record.spec), cost(half.record.spec)
    assert left.multiply_adds <= full.multiply_adds / 2
    assert half.build()(torch.zeros(1, 3, 64, 64)).shape == (1, 1, 64, 64)


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("ranking", Ranking)
def test_every_family_keeps_a_number_of_parameters(
    name: str, ranking: Ranking, data: Dataset, tmp_path: Path
) -> None:
    parent = written(name, tmp_path / "parent")
    most = cost(parent.record.spec).parameters * 2 // 3
    config = PruneConfig(parameters=most, ranking=ranking, measurements=1, images=1)
    found = prune(parent, data, config, tmp_path / "pruned")
    assert cost(found.record.spec).parameters <= most
    assert found.build()(torch.zeros(1, 3, 64, 64)).isfinite().all()


def test_the_record_names_parent_config_and_photographs(
    lean: Checkpoint, half: Checkpoint, data: Dataset, folder: Path
) -> None:
    done = half.record.config["prune"]
    assert half.record.parent == lean.digest
    assert done["config"]["keep"] == 0.5
    assert done["config"]["criterion"] == "taylor"
    ids = md5_order(sample.id for sample in data.of(Split.TRAIN))[:4]
    assert done["data"]["ids_sha256"] == hashlib.sha256("\n".join(ids).encode()).hexdigest()
    assert done["widths"]["stem"][0] == 16
    assert {"parent_dev_jaccard", "pruned_dev_jaccard"} == half.record.metrics.keys()
    assert lean.quantization is not None
    assert half.quantization is None
    assert not (folder / "half" / QUANTIZATION).exists()
    assert not (folder / "half-steps").exists()


def test_only_train_is_measured_on(
    lean: Checkpoint, half: Checkpoint, data: Dataset, tmp_path: Path
) -> None:
    """Photographs of other splits cannot matter: dev is scored, the rest is not even readable."""
    copy = shutil.copytree(data.root, tmp_path / "data")
    for sample in read_dataset(copy).samples:
        if sample.split in (Split.VALID, Split.TEST):
            sample.image.write_bytes(b"nothing to see")
        if sample.split is Split.DEV:
            shutil.copy(data.samples[0].image, sample.image)
    assert same_weights(prune(lean, read_dataset(copy), HALF, tmp_path / "half"), half)


def trained(data: Dataset, started: list[str], kill: str = "") -> Recovery:
    """One epoch of training, by whose run folders one sees what was run."""

    def run(pruned: Checkpoint, out: Path) -> Checkpoint:
        if out.name == kill:
            raise Killed
        started.append(out.name)
        config = replace(TINY, spec=pruned.record.spec, epochs=1)
        return train(config, data, out, task=pruned.record.task, init=pruned)

    return Recovery(run, {"epochs": 1})


@pytest.mark.slow
def test_finished_steps_are_kept(lean: Checkpoint, data: Dataset, tmp_path: Path) -> None:
    config = replace(HALF, steps=2, measurements=1)
    started: list[str] = []
    with pytest.raises(Killed):
        prune(lean, data, config, tmp_path / "a", recovery=trained(data, started, "2-tuned"))
    assert started == ["1-tuned"]
    assert not (tmp_path / "a").exists()
    other = replace(config, keep=0.4)
    with pytest.raises(InputError, match=r"began with another config\."):
        prune(lean, data, other, tmp_path / "a", recovery=trained(data, started))
    found = prune(lean, data, config, tmp_path / "a", recovery=trained(data, started))
    assert started == ["1-tuned", "2-tuned"]
    whole = prune(lean, data, config, tmp_path / "b", recovery=trained(data, started))
    assert same_weights(found, whole)
    assert found.record.parent == lean.digest
    assert len(found.record.config["prune"]["steps"]) == 2
    assert {"parent_dev_jaccard", "best_jaccard"} <= found.record.metrics.keys()
    first, last = (load_checkpoint(tmp_path / "a-steps" / f"{n}-pruned") for n in (1, 2))
    sizes = [cost(net.record.spec).multiply_adds for net in (lean, first, last)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] <= sizes[0] / 2 < sizes[1] <= sizes[0] * 0.5**0.5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("", "Pruning has no budget. Give --keep, --parameters or --megabytes"),
        ("--keep 0", "keep is 0.0. Choose a number above 0, at most 1"),
        ("--keep 1.5", "keep is 1.5. Choose"),
        ("--keep nan", "keep is nan. Choose"),
        ("--keep 0.001", "Ask for that or more."),
        ("--parameters 0", "parameters is 0. Choose 1 or more"),
        ("--parameters 9", "9 parameters cannot be reached"),
        ("--megabytes 0", "megabytes is 0.0. Choose a finite number above 0"),
        ("--megabytes 0.01", "10,000 bytes in int8 cannot be reached"),
        ("--keep 0.5 --steps 0", "steps is 0. Choose 1"),
        ("--keep 0.5 --images 0", "images is 0. Choose 1"),
        ("--keep 0.5 --measurements 0", "measurements is 0. Choose 1"),
        ("--keep 0.5 --epochs -1", "--epochs must be 0 or more, got -1"),
        ("--keep 0.5 --teacher lean", "--teacher is only for fine-tuning, got 0 epochs"),
        ("--keep 0.5 --price stem", "--price stem names no layer with its price. Give LAYER="),
        ("--keep 0.5 --price =3", "--price =3 names no layer with its price. Give LAYER=NUMBER"),
        ("--keep 0.5 --price stem=0", "The price of stem is 0.0"),
        ("--keep 0.5 --price blocks.99=3", "No layer's name begins with 'blocks.99'"),
        ("--keep 0.5 --epochs 1 --teacher none", "none is no checkpoint"),
    ],
)
def test_bad_numbers(
    refused: Refused, lean: Checkpoint, folder: Path, lesions: Path, options: str, words: str
) -> None:
    command = ("compress", "prune", folder / lean.record.name, "--data", lesions, "--out", "o")
    assert words in refused(*command, *options.split())


def test_bad_data(refused: Refused, lean: Checkpoint, folder: Path, discs: Path) -> None:
    command = ("compress", "prune", folder / "lean", "--keep", "0.5", "--out", "out", "--data")
    assert "none does not exist" in refused(*command, "none")
    assert "has no train images" in refused(*command, discs)


@pytest.mark.slow
def test_the_command_prints_what_it_did(
    run: Callable[..., tuple[int, str, str]], lean: Checkpoint, folder: Path, lesions: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    command = ("compress", "prune", folder / "lean", "--data", lesions, "--keep", 0.7)
    command = (*command, "--images", 2, "--measurements", 1)
    code, out, err = run(*command, "--out", tmp_path / "a", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    after = load_checkpoint(tmp_path / "a").record.spec
    assert found["after"]["multiply_adds"] == cost(after).multiply_adds
    assert {f: now for f, (_, now) in found["widths"].items()} == prunable(after).width_of_fields()
    code, out, _ = run(*command, "--out", tmp_path / "b")
    assert code == 0
    assert f"{cost(after).multiply_adds:,}" in out
    assert all(layer in out for layer in found["constant"])


@pytest.mark.slow
def test_the_command_fine_tunes_after_each_step(
    run: Callable[..., tuple[int, str, str]], lean: Checkpoint, folder: Path, lesions: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    command = ("compress", "prune", folder / "lean", "--data", lesions, "--keep", 0.6)
    command = (*command, "--steps", 2, "--measurements", 1, "--images", 2, "--out", tmp_path / "a")
    code, out, _ = run(*command, "--epochs", 1)
    assert code == 0
    assert "Jaccard on dev, fine-tuned" in out
    found = load_checkpoint(tmp_path / "a")
    last = load_checkpoint(tmp_path / "a-steps" / "2-tuned")
    assert same_weights(found, last)
    assert found.record.parent == lean.digest
    recovery = found.record.config["prune"]["recovery"]
    assert recovery == {"epochs": 1, "teachers": [lean.digest]}

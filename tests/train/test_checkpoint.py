"""Checkpoints: what is saved comes back to the bit, and what was damaged never runs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.checkpoint import (
    RECORD,
    WEIGHTS,
    Checkpoint,
    Record,
    is_checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from skinseg_mobile.train.references.find import find_checkpoint
from tests.train.tiny import TINY

TOLD = Record(
    name="tiny",
    task=Task.WOUND,
    spec=TINY.spec,
    config={"epochs": 3},
    data={"train": ["a", "b"], "dev": ["c"]},
    metrics={"best_jaccard": 0.5},
    initial_weights="random",
    parent="p" * 64,
    licence="CC0-1.0",
    threshold=0.4,
)


@pytest.fixture
def tiny(tmp_path: Path) -> Checkpoint:
    torch.manual_seed(0)
    return save_checkpoint(TOLD, TINY.spec.build(), tmp_path / "tiny")


@pytest.fixture
def folder(tiny: Checkpoint, tmp_path: Path) -> Path:
    return tmp_path / tiny.record.name


def edit(folder: Path, **values: Any) -> None:
    path = folder / RECORD
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_round_trip(tiny: Checkpoint, folder: Path) -> None:
    torch.manual_seed(0)
    expected = TINY.spec.build().state_dict()
    assert tiny.weights.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.equal(tiny.weights[name], value)
        assert tiny.weights[name].dtype == value.dtype
    assert tiny.record == replace(TOLD, weights_sha256=sha256(folder / WEIGHTS))
    assert sorted(path.name for path in folder.iterdir()) == [RECORD, WEIGHTS]


def test_the_net_is_ready_to_judge(tiny: Checkpoint) -> None:
    net = tiny.build()
    assert not any(module.training for module in net.modules())
    torch.manual_seed(0)
    image = torch.rand(1, 3, 64, 64) * 255
    with torch.no_grad():
        torch.manual_seed(0)
        assert torch.equal(net(image), TINY.spec.build().eval()(image))


def test_the_digest_names_record_and_weights(tiny: Checkpoint, tmp_path: Path) -> None:
    same = load_checkpoint(tmp_path / "tiny")
    assert same.digest == tiny.digest
    renamed = save_checkpoint(replace(TOLD, name="other"), tiny.build(), tmp_path / "other")
    net = tiny.build()
    with torch.no_grad():
        net.get_parameter("stem.0.weight")[0, 0, 0, 0] += 1e-3
    changed = save_checkpoint(TOLD, net, tmp_path / "changed")
    assert len({tiny.digest, renamed.digest, changed.digest}) == 3


def test_a_checkpoint_is_never_overwritten(tiny: Checkpoint, folder: Path) -> None:
    before = (folder / WEIGHTS).read_bytes()
    with pytest.raises(InputError, match=f"{folder} already exists"):
        save_checkpoint(TOLD, TINY.spec.build(), folder)
    assert (folder / WEIGHTS).read_bytes() == before


def test_a_flipped_bit_is_found(folder: Path) -> None:
    content = bytearray((folder / WEIGHTS).read_bytes())
    content[-100] ^= 1
    (folder / WEIGHTS).write_bytes(content)
    with pytest.raises(InputError, match="does not have the hash"):
        load_checkpoint(folder)


@pytest.mark.parametrize("length", [0, 4, 100, -1])
def test_truncated_weights_behind_a_right_hash(folder: Path, length: int) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:length])
    edit(folder, weights_sha256=sha256(folder / WEIGHTS))
    with pytest.raises(InputError, match="is no safetensors file") as caught:
        load_checkpoint(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"stem.0.weight": None},
        {"extra.weight": torch.zeros(3)},
        {"stem.0.weight": torch.zeros(8, 3, 5, 5)},
        {"stem.0.weight": torch.zeros(())},
    ],
)
def test_weights_that_do_not_fit_are_named(
    tiny: Checkpoint, folder: Path, change: dict[str, torch.Tensor | None]
) -> None:
    weights = {**tiny.weights, **change}
    save_file({n: v for n, v in weights.items() if v is not None}, folder / WEIGHTS)
    edit(folder, weights_sha256=sha256(folder / WEIGHTS))
    (name,) = change
    with pytest.raises(InputError, match=f"weights of tiny do not fit its spec: {name}") as caught:
        load_checkpoint(folder).build()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "../elsewhere"),
        ("name", "a/b"),
        ("name", ".."),
        ("name", 3),
        ("task", "face"),
        ("threshold", "abc"),
        ("threshold", 2),
        ("threshold", None),
        ("config", []),
        ("parent", 5),
        ("format", 2),
        ("format", None),
        ("spec", None),
        ("spec", {}),
        ("colour", "RGB"),
    ],
)
def test_a_damaged_record_is_one_sentence(folder: Path, field: str, value: object) -> None:
    edit(folder, **{field: value})
    with pytest.raises(InputError) as caught:
        load_checkpoint(folder)
    assert field in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"stem": 0},
        {"stem": -8},
        {"stem": 10**12},
        {"stem": "8"},
        {"stem": 8.5},
        {"blocks": []},
        {"blocks": [{"expanded": 8, "out": 8, "kernel": 2, "stride": 1}]},
        {"blocks": [{"expanded": 8, "out": 8, "kernel": 3, "stride": 0}]},
        {"blocks": [{"expanded": 8, "out": 8}]},
        {"levels": []},
        {"levels": [1, 7]},
        {"levels": [-1]},
        {"levels": [2, 1]},
        {"hidden": []},
        {"hidden": [0]},
        {"depth": 3},
    ],
)
def test_a_damaged_layout_is_one_sentence(folder: Path, change: dict[str, Any]) -> None:
    spec = json.loads((folder / RECORD).read_text())["spec"]
    edit(folder, spec={**spec, "layout": {**spec["layout"], **change}})
    with pytest.raises(InputError, match="spec is damaged: "):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"family": "hypercolumn"},
        {"family": ["lean"]},
        {"input_size": "64"},
        {"input_size": 64.0},
        {"input_size": 65},
        {"input_size": -64},
        {"input_size": True},
        {"layout": None},
        {"depth": 3},
    ],
)
def test_a_damaged_spec_is_one_sentence(folder: Path, change: dict[str, Any]) -> None:
    spec = json.loads((folder / RECORD).read_text())["spec"]
    edit(folder, spec={**spec, **change})
    with pytest.raises(InputError):
        load_checkpoint(folder)


def test_a_width_that_fits_no_memory_is_refused_before_it_is_built(folder: Path) -> None:
    spec = json.loads((folder / RECORD).read_text())["spec"]
    edit(folder, spec={**spec, "layout": {**spec["layout"], "hidden": [65_536, 65_536]}})
    with pytest.raises(InputError, match="do not fit its spec"):
        load_checkpoint(folder).build()


def test_a_lost_threshold_is_not_guessed(folder: Path) -> None:
    data = json.loads((folder / RECORD).read_text())
    del data["threshold"]
    (folder / RECORD).write_text(json.dumps(data))
    with pytest.raises(InputError, match="lacks threshold"):
        load_checkpoint(folder)


def test_finding_by_folder_or_packaged_name(tiny: Checkpoint, folder: Path) -> None:
    assert is_checkpoint(folder)
    assert find_checkpoint(folder).digest == tiny.digest
    assert find_checkpoint("lean-isic2017").record.name == "lean-isic2017"
    with pytest.raises(
        InputError, match=r"leen is no checkpoint.*one of lean-isic2017, lean-isic2017-tiny"
    ):
        find_checkpoint(folder.parent / "leen")
    (folder / RECORD).unlink()
    assert not is_checkpoint(folder)

"""What a distillation learns from: labels, teachers, soft masks, unlabelled images."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from skinseg_mobile.compress.distil.config import DistilConfig
from skinseg_mobile.compress.distil.run import distil, training_config
from skinseg_mobile.compress.distil.teachers import Teachers, find_teachers
from skinseg_mobile.compress.distil.truth import teach
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import Checkpoint, Record, save_checkpoint
from tests.foreign import adopted_fault
from tests.train.nets.test_nets import with_random_statistics
from tests.train.tiny import TINY

ONCE = replace(TINY, epochs=1)


@pytest.fixture(scope="module")
def data(lesions: Path) -> Dataset:
    return read_dataset(lesions)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    torch.manual_seed(0)
    net = with_random_statistics(TINY.spec.build())
    out = tmp_path_factory.mktemp("teacher") / "teacher"
    return save_checkpoint(Record("teacher", Task.LESION, TINY.spec), net, out)


@pytest.fixture
def learn(data: Dataset, tmp_path: Path) -> Any:
    def run(teachers: Teachers, terms: DistilConfig | None = None, **more: Any) -> Checkpoint:
        given: dict[str, Any] = {"data": data, "config": ONCE, "student": None, **more}
        return distil(
            teachers=teachers, distillation=terms or DistilConfig(), out=tmp_path / "run", **given
        )

    return run


def copied(data: Dataset, out: Path, splits: dict[str, str] | None = None) -> Path:
    """Copy a set's images, without its masks; `splits` becomes its split.csv."""
    shutil.copytree(data.root / "images", out / "images")
    if splits:
        with (out / "split.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("id", "split"), *splits.items()])
    return out


def test_without_a_teacher_nobody_labels(learn: Any, data: Dataset, tmp_path: Path) -> None:
    more = read_dataset(copied(data, tmp_path / "more"), dev_share=0)
    with pytest.raises(InputError, match=r"Nobody labels the images of .*more: there is no teach"):
        learn(Teachers(), unlabelled=more)
    with pytest.raises(InputError, match=r"Labels weigh 0 and there is no teacher"):
        learn(Teachers(), DistilConfig(labels=0))
    assert not (tmp_path / "run").exists()


def test_unlabelled_images_of_other_splits_are_left_alone(
    learn: Any, data: Dataset, teacher: Checkpoint, tmp_path: Path
) -> None:
    ids = [sample.id for sample in data.samples]
    splits = {id_: "valid" if row % 3 else "train" for row, id_ in enumerate(ids)}
    more = read_dataset(copied(data, tmp_path / "more", splits), dev_share=0)
    seen = learn(Teachers((teacher,)), unlabelled=more).record.data["train"]
    taken = {id_.removeprefix("unlabelled/") for id_ in seen if id_.startswith("unlabelled/")}
    assert taken == {id_ for id_, split in splits.items() if split == "train"}
    (tmp_path / "more" / "split.csv").write_text(f"id,split\n{ids[0]},valid\n")
    none = read_dataset(tmp_path / "more", dev_share=0)
    shutil.rmtree(tmp_path / "run")
    with pytest.raises(InputError, match="more has no train images, and a student learns"):
        learn(Teachers((teacher,)), unlabelled=none)


def test_soft_masks_teach_unlabelled_images_too(
    learn: Any, data: Dataset, teacher: Checkpoint, tmp_path: Path
) -> None:
    more = read_dataset(copied(data, tmp_path / "more"), dev_share=0)
    teach(teacher, data, tmp_path / "soft" / "a.npz")
    teach(teacher, more, tmp_path / "soft" / "b.npz")
    found = learn(find_teachers([str(tmp_path / "soft")]), unlabelled=more)
    assert len(found.record.data["train"]) == len(data.of(Split.TRAIN)) + len(more.samples)


def test_soft_masks_fit_any_share_of_dev(
    learn: Any, data: Dataset, teacher: Checkpoint, tmp_path: Path
) -> None:
    shutil.copytree(data.root, tmp_path / "set", ignore=shutil.ignore_patterns("split.csv"))
    teach(teacher, read_dataset(tmp_path / "set"), tmp_path / "soft.npz")
    fewer = read_dataset(tmp_path / "set", dev_share=0.3)
    found = learn(find_teachers([str(tmp_path / "soft.npz")]), data=fewer)
    assert len(found.record.data["train"]) == len(fewer.of(Split.TRAIN))


def test_soft_masks_of_other_images_are_named(
    learn: Any, data: Dataset, teacher: Checkpoint, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(data.root, other)
    first = data.of(Split.TRAIN)[0].image.name
    shutil.copyfile(data.of(Split.TRAIN)[1].image, other / "images" / first)
    teach(teacher, data, tmp_path / "soft" / "a.npz")
    teach(teacher, read_dataset(other), tmp_path / "soft" / "b.npz")
    with pytest.raises(InputError, match=r"b\.npz were made of other images than those of"):
        learn(find_teachers([str(tmp_path / "soft")]))


def test_features_of_an_adopted_teacher(learn: Any, tmp_path: Path) -> None:
    adopted = adopted_fault("prelu", tmp_path)
    terms = DistilConfig(features=1.0, stage="head")
    assert learn(Teachers((adopted,)), terms).record.metrics["best_epoch"] == 1


def test_what_is_no_teacher(teacher: Checkpoint, dark: Path, tmp_path: Path, data: Dataset) -> None:
    with pytest.raises(InputError, match="is an artefact, and a teacher is a checkpoint or soft"):
        find_teachers([str(dark)])
    net = with_random_statistics(TINY.spec.build())
    save_checkpoint(Record("b", Task.LESION, TINY.spec), net, tmp_path / "b")
    teach(teacher, data, tmp_path / "b" / "kept.npz")
    assert [found.record.name for found in find_teachers([str(tmp_path / "b")]).live] == ["b"]


def test_a_preset_that_learns_from_pixels_is_distilled_from_whole_masks() -> None:
    assert training_config("hypercolumn-isic2017").pixels is None

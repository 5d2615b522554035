"""Distillation: its terms by NumPy, one view for all, resumed runs, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from skinseg_mobile.compress.distil.config import DistilConfig
from skinseg_mobile.compress.distil.objective import (
    Distillation,
    binary_distillation,
    boundary,
    channel_wise,
)
from skinseg_mobile.compress.distil.run import distil
from skinseg_mobile.compress.distil.teachers import Ensemble, Teachers, find_teachers
from skinseg_mobile.compress.distil.truth import NO_LABEL, teach, with_soft_masks
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import WEIGHTS, Checkpoint, Record, save_checkpoint
from skinseg_mobile.train.data.images import decode_split
from skinseg_mobile.train.data.soft_masks import read_soft_masks
from skinseg_mobile.train.objective import segmentation_loss
from skinseg_mobile.train.trainer import EpochLog, Trainer
from tests.train.nets.test_nets import with_random_statistics
from tests.train.tiny import COLUMNS, TINY

CPU = torch.device("cpu")
TERMS = DistilConfig()


class Killed(Exception):
    pass


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def bce(z: np.ndarray, target: np.ndarray) -> np.ndarray:
    return -(target * np.log(sigmoid(z)) + (1 - target) * np.log(1 - sigmoid(z)))


@pytest.fixture(scope="module")
def data(lesions: Path) -> Dataset:
    return read_dataset(lesions)


@pytest.fixture(scope="module")
def teachers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("teachers")
    for name in ("a", "b"):
        torch.manual_seed(ord(name))
        net = with_random_statistics(TINY.spec.build())
        save_checkpoint(Record(name, Task.LESION, TINY.spec), net, folder / name)
    return folder / "a", folder / "b"


@pytest.fixture(scope="module")
def soft(teachers: tuple[Path, ...], data: Dataset, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("soft")
    for path in teachers:
        teach(find_teachers([str(path)]).live[0], data, folder / f"{path.name}.npz")
    return folder


def test_binary_distillation_is_the_softened_cross_entropy() -> None:
    random = np.random.default_rng(0)
    z, teacher = random.normal(0, 2, (2, 2, 1, 8, 8))
    expected = 9 * bce(z / 3, sigmoid(teacher / 3)).mean()
    found = binary_distillation(torch.tensor(z), torch.tensor(sigmoid(teacher)), 3.0)
    assert float(found) == pytest.approx(expected, rel=1e-6)


def test_a_teacher_teaches_its_own_probability_at_any_temperature() -> None:
    teacher = torch.randn(1, 1, 8, 8)
    for temperature in (0.5, 1.0, 4.0):
        logits = teacher.clone().requires_grad_()
        binary_distillation(logits, teacher.sigmoid(), temperature).backward()
        assert logits.grad is not None
        assert float(logits.grad.abs().max()) < 1e-6


def test_boundary_is_the_cross_entropy_near_the_outline() -> None:
    random = np.random.default_rng(1)
    z = random.normal(0, 2, (24, 24))
    truth = np.zeros((24, 24))
    truth[6:15, 8:20] = 1
    near = np.zeros_like(truth, bool)
    for i in range(24):
        for j in range(24):
            window = truth[max(0, i - 4) : i + 5, max(0, j - 4) : j + 5]
            near[i, j] = window.min() != window.max()
    expected = bce(z, truth)[near].mean()
    found = boundary(torch.tensor(z)[None, None], torch.tensor(truth)[None, None])
    assert float(found) == pytest.approx(expected, rel=1e-6)
    assert float(boundary(torch.randn(1, 1, 8, 8), torch.ones(1, 1, 8, 8))) == 0


def test_channel_wise_compares_where_features_lie() -> None:
    random = np.random.default_rng(2)
    student, teacher = random.normal(0, 2, (2, 2, 3, 20))
    spread = [np.exp(x / 4) / np.exp(x / 4).sum(-1, keepdims=True) for x in (student, teacher)]
    expected = 16 * (spread[1] * np.log(spread[1] / spread[0])).sum(-1).mean()
    shape = (2, 3, 4, 5)
    found = channel_wise(torch.tensor(student).view(shape), torch.tensor(teacher).view(shape))
    assert float(found) == pytest.approx(expected, rel=1e-6)
    stronger = torch.tensor(teacher).view(shape) + 7
    assert float(channel_wise(stronger, torch.tensor(teacher).view(shape))) < 1e-9


def test_the_control_with_labels_alone_is_plain_training() -> None:
    net = TINY.spec.build()
    image, truth = torch.rand(2, 3, 64, 64) * 255, (torch.rand(2, 1, 64, 64) > 0.5).float()
    found = Distillation(net, TINY, replace(TERMS, boundary=0), Teachers())(image, truth, None)
    torch.testing.assert_close(found, segmentation_loss(net(image), truth))


def test_without_a_label_the_teacher_stands_in() -> None:
    net = TINY.spec.build()
    image, soft = torch.rand(1, 3, 64, 64) * 255, torch.randint(0, 256, (1, 1, 64, 64)).float()
    unlabelled = torch.cat((torch.full_like(soft, NO_LABEL), soft), 1)
    labelled = torch.cat((soft / 255, soft), 1)
    objective = Distillation(net, TINY, TERMS, Teachers())
    torch.testing.assert_close(objective(image, unlabelled, None), objective(image, labelled, None))


def test_soft_masks_are_averaged_and_move_with_the_photograph(soft: Path, data: Dataset) -> None:
    shown = decode_split(data.of(Split.TRAIN), 64, "train")
    found = with_soft_masks(shown, data, find_teachers([str(soft)]).soft)
    mean = np.stack([read_soft_masks(file).masks for file in sorted(soft.iterdir())]).mean(0)
    np.testing.assert_allclose(found.masks[:, 1].numpy(), mean, atol=0.51)
    same = replace(found, masks=torch.cat((found.masks[:, 1:], found.masks[:, 1:]), 1))
    _, truth, _ = Trainer(TINY, same).draw([0, 1, 2, 3])
    assert torch.equal(truth[:, 0], truth[:, 1])  # both channels through one map


def test_live_teachers_see_the_student_s_view_and_are_averaged(teachers: tuple[Path, ...]) -> None:
    live = find_teachers([str(path) for path in teachers]).live
    image = torch.rand(2, 3, 64, 64) * 255
    with torch.no_grad():
        expected = sum(teacher.build()(image).sigmoid() for teacher in live) / 2
    torch.testing.assert_close(Ensemble(live, 1, CPU)(image), expected)
    turned = Ensemble(live, 8, CPU)(image.rot90(1, (-2, -1)))
    torch.testing.assert_close(turned, Ensemble(live, 8, CPU)(image).rot90(1, (-2, -1)))


@pytest.mark.parametrize("features", [0.0, 0.5])
def test_a_killed_distillation_ends_as_an_unbroken_one(
    features: float, teachers: tuple[Path, ...], soft: Path, data: Dataset, tmp_path: Path
) -> None:
    found = find_teachers([str(teachers[0] if features else soft)])
    terms = replace(TERMS, features=features, stage="level_2")

    def run(name: str, kill: bool) -> None:
        def on_epoch(line: EpochLog) -> None:
            if kill and line.epoch == 1:
                raise Killed

        distil(
            find_teachers([str(teachers[1])]).live[0], teachers=found, data=data, config=TINY,
            distillation=terms, out=tmp_path / name, on_epoch=on_epoch,
        )  # fmt: skip

    run("whole", kill=False)
    with pytest.raises(Killed):
        run("killed", kill=True)
    run("killed", kill=False)
    ours, theirs = (load_file(tmp_path / name / WEIGHTS) for name in ("killed", "whole"))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_preset_marks_what_its_teacher_marks_and_no_student_learns_from_another_task(
    teachers: tuple[Path, ...], data: Dataset, tmp_path: Path
) -> None:
    net = with_random_statistics(TINY.spec.build())
    skin = save_checkpoint(Record("skin", Task.SKIN, TINY.spec), net, tmp_path / "skin")
    found = Teachers(live=(skin,))

    def learn(student: Checkpoint | None, found: Teachers) -> Checkpoint:
        return distil(
            student, teachers=found, data=data, config=replace(TINY, epochs=1), distillation=TERMS,
            out=tmp_path / "run",
        )  # fmt: skip

    assert learn(None, found).record.task is Task.SKIN
    lesion = find_teachers([str(teachers[0])]).live[0]
    with pytest.raises(InputError, match="skin marks skin and a marks lesion"):
        learn(lesion, found)
    with pytest.raises(InputError, match="Give student and teachers of one task"):
        learn(None, Teachers(live=(skin, lesion)))


def test_the_record_names_parent_teachers_and_terms(
    teachers: tuple[Path, ...], soft: Path, data: Dataset, tmp_path: Path
) -> None:
    parent = find_teachers([str(teachers[0])]).live[0]
    found = find_teachers([str(soft)])
    record = distil(
        parent, teachers=found, data=data, config=replace(TINY, epochs=1), distillation=TERMS,
        out=tmp_path / "run",
    ).record  # fmt: skip
    assert record.parent == parent.digest
    assert record.config["distil"]["temperature"] == 2.0
    assert record.config["distil"]["teachers"] == [masks.digest for masks in found.soft]


def test_photographs_without_masks_are_learnt_from(
    teachers: tuple[Path, ...], data: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "more" / "images").mkdir(parents=True)
    for sample in data.of(Split.DEV):
        (tmp_path / "more" / "images" / sample.image.name).write_bytes(sample.image.read_bytes())
    more = read_dataset(tmp_path / "more", dev_share=0)
    steps: list[int] = []

    def learn(name: str, unlabelled: Dataset | None) -> Checkpoint:
        return distil(
            None, teachers=find_teachers([str(teachers[0])]), data=data,
            config=replace(TINY, epochs=1, batch=2), distillation=TERMS, out=tmp_path / name,
            unlabelled=unlabelled, on_epoch=lambda line: steps.append(line.epoch),
        )  # fmt: skip

    plain, with_more = learn("plain", None), learn("more-run", more)
    assert len(with_more.record.data["train"]) == len(plain.record.data["train"]) + len(
        more.samples
    )


def refused(**changes: object) -> str:
    with pytest.raises(InputError) as caught:
        DistilConfig(**changes)  # type: ignore[arg-type]
    return str(caught.value)


def test_bad_settings_are_named() -> None:
    assert refused(temperature=0.0) == "temperature is 0.0. Choose 0.1 to 100."
    assert "labels is -1.0" in refused(labels=-1.0)
    assert "both weigh 0" in refused(labels=0.0, teacher=0.0)
    assert "views is 3. Choose 1 or 8" in refused(views=3)
    for wrong in ("nan", "inf", "-1.0"):
        assert f"weight is {wrong}. Choose a finite" in refused(teacher=float(wrong))
    assert "boundary is inf. Choose a finite" in refused(boundary=float("inf"))


def test_what_does_not_fit_is_refused(
    teachers: tuple[Path, ...], soft: Path, data: Dataset, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="cannot teach together"):
        find_teachers([str(soft), str(teachers[0])])
    with pytest.raises(InputError, match="one live teacher, and there are 2"):
        Distillation(
            TINY.spec.build(), TINY, replace(TERMS, features=1.0),
            find_teachers([str(path) for path in teachers]),
        )  # fmt: skip
    with pytest.raises(InputError, match=r"has no stage .*level_1, level_2, head"):
        Distillation(
            TINY.spec.build(), TINY, replace(TERMS, features=1.0, stage="level_9"),
            find_teachers([str(teachers[0])]),
        )  # fmt: skip
    with pytest.raises(InputError, match="Leave pixels out of --set"):
        Distillation(COLUMNS.spec.build(), COLUMNS, TERMS, Teachers())
    (teacher,) = find_teachers([str(teachers[0])]).live
    with pytest.raises(InputError, match="does not end in"):
        teach(teacher, data, tmp_path / "soft")
    with pytest.raises(InputError, match=r"views is 2\. Choose 1 or 8"):
        teach(teacher, data, tmp_path / "soft.npz", views=2)


def test_soft_masks_in_bfloat16(data: Dataset, tmp_path: Path) -> None:
    (teacher,) = find_teachers([DEFAULT_NET]).live
    exact = teach(teacher, data, tmp_path / "exact.npz", views=1).masks.astype(int)
    half = teach(teacher, data, tmp_path / "half.npz", views=1, bf16=True).masks
    assert np.abs(half - exact).max() > 0
    assert np.abs(half - exact).mean() < 1


def test_soft_masks_of_other_photographs_are_refused(soft: Path, data: Dataset) -> None:
    shown = decode_split(data.of(Split.TRAIN), 64, "train")
    found = find_teachers([str(soft)]).soft
    with pytest.raises(InputError, match="No soft masks were made of"):
        with_soft_masks(shown, data, [replace(masks, data="0" * 64) for masks in found])
    short = [replace(masks, ids=masks.ids[1:], masks=masks.masks[1:]) for masks in found]
    with pytest.raises(InputError, match=f"lack the image {found[0].ids[0]}"):
        with_soft_masks(shown, data, short)

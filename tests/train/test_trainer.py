"""One run's choices: optimiser, schedule, pixels, first weights, and losses that are no numbers."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.data.dataset import Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.config import (
    Loss,
    Optimizer,
    PixelsPer,
    Schedule,
    with_settings,
)
from skinseg_mobile.train.data.images import DecodedSplit, decode_split
from skinseg_mobile.train.initial_weights import first_net, init_digest
from skinseg_mobile.train.loop import train
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.objective import segmentation_loss
from skinseg_mobile.train.presets import preset
from skinseg_mobile.train.references.find import find_checkpoint
from skinseg_mobile.train.resume import load_state
from skinseg_mobile.train.trainer import EpochLog, Trainer, learning_rate
from tests.train.families import NARROW
from tests.train.nets.test_vgg_weights import WIDTHS, narrow_vgg
from tests.train.tiny import COLUMNS, TINY


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def shown(lesions: Path) -> DecodedSplit:
    return decode_split(read_dataset(lesions).of(Split.TRAIN), 64, "train")


@pytest.mark.parametrize("family", NARROW)
def test_every_net_trains_and_is_scored_in_bfloat16(family: str, lesions: Path) -> None:
    data = read_dataset(lesions)
    config = replace(TINY, spec=NARROW[family], epochs=1, bf16=True)
    size = config.spec.input_size
    trainer = Trainer(config, decode_split(data.of(Split.TRAIN)[: TINY.batch], size, "train"))
    line = trainer.run_epoch(decode_split(data.of(Split.DEV)[:2], size, "dev"), lambda: None)
    assert 0 < line.loss < 10
    assert 0 <= line.dev_jaccard <= 1


def test_bfloat16_is_one_runs_alone(shown: DecodedSplit) -> None:
    float32, half = Trainer(TINY, shown), Trainer(replace(TINY, bf16=True), shown)
    batch = half.draw([0, 1, 2, 3])
    losses = [trainer.learn(*batch).item() for trainer in (float32, half, Trainer(TINY, shown))]
    assert losses[0] == losses[2]
    assert losses[1] == pytest.approx(losses[0], rel=0.02)
    assert losses[1] != losses[0]


@pytest.mark.parametrize("optimizer", list(Optimizer))
def test_optimisers_step_as_torchs_unfused_ones(optimizer: Optimizer, shown: DecodedSplit) -> None:
    config = replace(
        TINY, optimizer=optimizer, clip_norm=None, ema_decay=0.0, weight_decay=0.1, momentum=0.8
    )
    trainer = Trainer(config, shown)
    copies = [torch.nn.Parameter(value.detach().clone()) for value in trainer.net.parameters()]
    rate = trainer.learning_rate()
    reference: torch.optim.Optimizer = {
        Optimizer.ADAMW: torch.optim.AdamW(copies, rate, weight_decay=0.1, foreach=False),
        Optimizer.ADAM: torch.optim.Adam(copies, rate, weight_decay=0.1, foreach=False),
        Optimizer.SGD: torch.optim.SGD(copies, rate, 0.8, weight_decay=0.1, foreach=False),
    }[optimizer]
    image, truth, pixels = trainer.draw([0, 1, 2, 3])
    gradients = gradients_of(trainer, image, truth)
    for copy, gradient in zip(copies, gradients, strict=True):
        copy.grad = gradient
    reference.step()
    trainer.learn(image, truth, pixels)
    for found, expected in zip(trainer.net.parameters(), copies, strict=True):
        torch.testing.assert_close(found.detach(), expected.detach(), atol=1e-6, rtol=1e-4)


def gradients_of(trainer: Trainer, image: torch.Tensor, truth: torch.Tensor) -> list[torch.Tensor]:
    parameters = list(trainer.net.parameters())
    return list(torch.autograd.grad(segmentation_loss(trainer.net(image), truth), parameters))


def test_the_learning_rate_rises_and_then_follows_its_schedule() -> None:
    config = replace(TINY, epochs=10, warmup_epochs=2.0, learning_rate=0.5)
    cosine = [learning_rate(config, step, 5) for step in range(51)]
    assert cosine[:10] == pytest.approx([0.05 * (n + 1) for n in range(10)])
    assert cosine[10] == pytest.approx(0.5)
    assert cosine[30] == pytest.approx(0.25)
    assert cosine[50] == pytest.approx(0.0)
    constant = replace(config, schedule=Schedule.CONSTANT)
    assert {learning_rate(constant, step, 5) for step in range(10, 51)} == {0.5}


@pytest.mark.slow
@pytest.mark.parametrize("loss", list(Loss))
def test_pixels_teach_a_hypercolumn_net(loss: Loss, shown: DecodedSplit) -> None:
    config = replace(COLUMNS, loss=loss, epochs=4, learning_rate=5e-3)
    trainer = Trainer(config, shown)
    lines = [trainer.run_epoch(shown, lambda: None) for _ in range(4)]
    assert lines[-1].loss < lines[0].loss
    norms = [m for m in trainer.net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    averaged = [m for m in trainer.ema.module.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm, mean in zip(norms, averaged, strict=True):
        assert norm.running_mean is not None
        assert mean.running_mean is not None
        assert norm.running_mean.abs().sum() > 0
        assert 0 < (mean.running_mean - norm.running_mean).abs().max() < 10


def test_pixels_of_a_batch_are_shared_by_its_images(shown: DecodedSplit) -> None:
    config = replace(COLUMNS, pixels=50, pixels_per=PixelsPer.BATCH)
    _, truth, pixels = Trainer(config, shown).draw([0, 1, 2, 3])
    assert pixels is not None
    assert pixels.shape == (4, 12, 2)
    assert truth.shape == (4, 12)
    with pytest.raises(InputError, match="--pixels 3 gives no pixel to some images"):
        replace(config, pixels=3)
    with pytest.raises(InputError, match="Choose 4096 an image or fewer"):
        replace(COLUMNS, pixels=64 * 64 + 1)


def test_sparse_losses_estimate_the_dense_one(shown: DecodedSplit) -> None:
    """All pixels, in any order, are the dense loss itself."""
    everything = replace(COLUMNS, pixels=64 * 64)
    dense = replace(COLUMNS, pixels=None)
    rows = [0, 1, 2, 3]
    losses = [
        trainer.learn(*trainer.draw(rows)).item()
        for trainer in (Trainer(everything, shown), Trainer(dense, shown))
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_only_hypercolumn_nets_learn_from_pixels(shown: DecodedSplit) -> None:
    with pytest.raises(InputError, match="--pixels is for hypercolumn nets"):
        Trainer(replace(TINY, pixels=5), shown)


def test_fine_tuning_starts_from_its_parent(lesions: Path, tmp_path: Path) -> None:
    data = read_dataset(lesions)
    parent = train(replace(TINY, epochs=1), data, tmp_path / "parent", task=Task.LESION)
    config = replace(TINY, epochs=1, learning_rate=1e-12, warmup_epochs=0, ema_decay=0.0)
    init = str(tmp_path / "parent")
    child = train(config, data, tmp_path / "child", task=Task.LESION, init=init)
    assert child.record.parent == parent.digest
    assert child.record.initial_weights == "parent, fine-tuned"
    name = "head.mlp.0.weight"
    torch.testing.assert_close(child.weights[name], parent.weights[name], atol=1e-6, rtol=0)


def test_fine_tuning_at_another_input_size(lesions: Path, tmp_path: Path) -> None:
    data, small = read_dataset(lesions), replace(TINY, epochs=1)
    train(small, data, tmp_path / "small", task=Task.LESION)
    larger = with_settings(small, ["input_size=96"])
    init = str(tmp_path / "small")
    child = train(larger, data, tmp_path / "larger", task=Task.LESION, init=init)
    assert child.record.spec.size == (96, 96)
    assert child.record.spec.layout == TINY.spec.layout
    with pytest.raises(InputError, match=r"input_size 100 is no multiple of 32 .* Choose 128"):
        with_settings(small, ["input_size=100"])


def test_first_weights_that_do_not_fit(lesions: Path, tiny: Path, tmp_path: Path) -> None:
    data = read_dataset(lesions)
    with pytest.raises(InputError, match="--init tiny is another net"):
        train(COLUMNS, data, tmp_path / "run", task=Task.LESION, init=str(tiny))
    with pytest.raises(InputError, match="Two kinds of first weights"):
        train(
            replace(TINY, imagenet=True), data, tmp_path / "run", task=Task.LESION, init=str(tiny)
        )
    assert not (tmp_path / "run").exists()


def test_a_vgg_file_fills_the_trunk(lesions: Path, tmp_path: Path) -> None:
    vgg = narrow_vgg(batch_norm=True)
    layout = HypercolumnLayout(WIDTHS, 12, (16, 12), fc6_kernel=7)
    spec = replace(COLUMNS.spec, layout=layout)
    config = replace(COLUMNS, spec=spec, epochs=1, learning_rate=1e-12, warmup_epochs=0)
    path = tmp_path / "vgg.safetensors"
    save_file(vgg.state_dict(), path)
    data, run = read_dataset(lesions), tmp_path / "run"
    found = train(config, data, run, task=Task.LESION, init=str(path))
    assert found.record.initial_weights.startswith(f"torchvision VGG16, {path.name} (SHA-256 ")
    assert found.record.parent is None
    first = vgg.features[0].weight
    torch.testing.assert_close(found.weights["blocks.0.0.weight"], first, atol=1e-5, rtol=0)


def test_an_unfinished_run_refuses_other_first_weights(
    lesions: Path, tiny: Path, tmp_path: Path
) -> None:
    data = read_dataset(lesions)

    def stop(_: EpochLog) -> None:
        raise Killed

    with pytest.raises(Killed):
        train(TINY, data, tmp_path / "run", task=Task.LESION, init=str(tiny), on_epoch=stop)
    with pytest.raises(InputError, match="began with another init "):
        train(TINY, data, tmp_path / "run", task=Task.LESION)


def test_a_loss_that_is_no_number_names_step_and_photographs(shown: DecodedSplit) -> None:
    trainer = Trainer(TINY, shown)
    with torch.no_grad():
        next(trainer.net.parameters()).fill_(torch.nan)
    with pytest.raises(InputError) as caught:
        trainer.run_epoch(shown, lambda: None)
    assert "Step 1 (epoch 1) gave the loss nan on synth_" in str(caught.value)
    assert str(caught.value).count("synth_") == TINY.batch


def test_a_run_that_diverges_keeps_its_last_good_state(lesions: Path, tmp_path: Path) -> None:
    """Decay without measure adds digits to the weights each step until they overflow."""
    lines: list[EpochLog] = []
    data, run = read_dataset(lesions), tmp_path / "run"
    with pytest.raises(InputError) as caught:
        train(
            replace(TINY, weight_decay=3e4, epochs=9),
            data,
            run,
            task=Task.LESION,
            on_epoch=lines.append,
        )
    assert "start anew with a lower --learning-rate" in str(caught.value).lower()
    kept = load_state(run)
    assert 0 < kept.numbers["epoch"] <= len(lines)
    assert all(value.isfinite().all() for value in kept.best.values())


def test_one_image_a_step_is_too_few_for_a_batch_norm_of_one_position(
    lesions: Path, tmp_path: Path
) -> None:
    config = replace(COLUMNS, batch=1, pixels=None, spec=replace(COLUMNS.spec, input_size=32))
    data, run = read_dataset(lesions), tmp_path / "run"
    with pytest.raises(InputError, match=r"One image of 32×32 a step .* Raise --batch \(now 1\)"):
        train(config, data, run, task=Task.LESION)
    assert load_state(run).numbers["epoch"] == 0
    asked_for = replace(config, batch=8, epochs=1)  # into the same folder: nothing was learnt
    assert train(asked_for, data, run, task=Task.LESION).record.config["batch"] == 8


def test_a_net_that_diverged_in_its_last_step_is_not_kept(lesions: Path, tmp_path: Path) -> None:
    config = replace(TINY, epochs=1, weight_decay=1e30, warmup_epochs=0)
    with pytest.raises(InputError, match=r"are no numbers|gave the loss"):
        train(config, read_dataset(lesions), tmp_path / "run", task=Task.LESION)
    assert not (tmp_path / "run" / "checkpoint.json").exists()


def test_a_batch_larger_than_the_data_shares_its_pixels_among_what_is_there(
    shown: DecodedSplit,
) -> None:
    count = len(shown.ids)
    config = replace(COLUMNS, batch=10 * count, pixels=40 * count, pixels_per=PixelsPer.BATCH)
    trainer = Trainer(config, shown)
    _, truth, _ = trainer.draw(list(range(count)))
    assert truth.shape == (count, 40)


def test_options_and_settings_are_checked_together() -> None:
    words = ["input_size=32", "pixels_per=batch"]
    found = with_settings(preset("hypercolumn-isic2017"), words, {"pixels": 500, "batch": None})
    assert (found.pixels, found.batch, found.spec.input_size) == (500, 5, 32)
    assert with_settings(preset("lean"), ["batch=4"], {"batch": 8}).batch == 8


def test_settings_by_name() -> None:
    words = [
        "loss=jaccard",
        "optimizer=sgd",
        "clip_norm=null",
        "patience=3",
        "validation_share=0.2",
    ]
    config = with_settings(preset("lean"), words)
    assert (config.loss, config.optimizer) == (Loss.JACCARD, Optimizer.SGD)
    assert (config.clip_norm, config.patience, config.validation_share) == (None, 3, 0.2)


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("loss", "--set loss has no value. Give --set loss=VALUE"),
        ("los", "NAME=VALUE with one of imagenet, epochs"),
        ("warmup_epochs=1e99", "warmup_epochs is 1e+99 of"),
        ("los=jaccard", "--set los=jaccard names no setting"),
        ("spec=lean", "NAME=VALUE"),
        ("loss=dice", "loss must be one of jaccard-bce, jaccard, cross-entropy"),
        ("patience=many", "patience must be a whole number"),
        ("momentum=1", "momentum is 1.0"),
        ("clip_norm=0", "clip_norm is 0.0. Choose a finite number above 0"),
        ("validation_share=1", "validation_share is 1.0"),
        ("pixels=0", "--pixels 0 gives no pixel to some images"),
    ],
)
def test_settings_that_are_none(word: str, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        with_settings(preset("lean"), [word])
    assert rule in str(caught.value)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch's own, as it compiles
def test_compiled_steps_are_the_same(shown: DecodedSplit) -> None:
    """What is compiled sees every step; inductor itself would take minutes here."""
    with torch.compiler.set_stance("force_eager"):
        trainers = [Trainer(replace(COLUMNS, compile=on), shown) for on in (False, True)]
        losses = [trainer.learn(*trainer.draw([0, 1, 2, 3])).item() for trainer in trainers]
    assert losses[0] == losses[1]
    assert trainers[0].net.state_dict().keys() == trainers[1].net.state_dict().keys()


def test_the_parent_of_a_packaged_net() -> None:
    """`--init` takes packaged names too."""
    parent = find_checkpoint(DEFAULT_NET)
    config = replace(preset("lean"), imagenet=False, spec=parent.record.spec)
    net, origin = first_net(config, DEFAULT_NET)
    assert origin.parent == init_digest(DEFAULT_NET) == parent.digest
    assert torch.equal(net.state_dict()["stem.0.weight"], parent.weights["stem.0.weight"])

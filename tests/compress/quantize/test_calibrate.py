"""Calibration: training rows only, and ranges that are the true least and greatest values."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from skinseg_mobile.compress.quantize.calibrate import calibrate, float_nodes
from skinseg_mobile.compress.quantize.calibration_set import IMAGES, Calibration
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split, md5_order, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.train.checkpoint import Checkpoint, Record, load_checkpoint, save_checkpoint
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.quantization import graph_of, read_quantization, write_quantization
from tests.train.tiny import TINY


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """An untrained tiny net whose batch norms are no identity."""
    torch.manual_seed(0)
    net = TINY.spec.build()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -1, 1)
    record = Record(name="tiny", task=Task.LESION, spec=TINY.spec)
    return save_checkpoint(record, net, tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture(scope="module")
def data(lesions: Path) -> Dataset:
    return read_dataset(lesions)


def test_the_first_train_rows_in_md5_order(tiny: Checkpoint, data: Dataset) -> None:
    train = {sample.id for sample in data.of(Split.TRAIN)}
    ids = calibrate(tiny, data, Calibration(count=5)).calibration["ids"]
    assert ids == md5_order(train)[:5]
    everything = calibrate(tiny, data).calibration
    assert set(everything["ids"]) == train
    assert len(train) < IMAGES
    assert everything["sha256"] == data.digest()
    assert everything["name"] == "lesions"


def test_photographs_of_other_splits_are_never_decoded(
    tiny: Checkpoint, data: Dataset, tmp_path: Path
) -> None:
    copy = shutil.copytree(data.root, tmp_path / "data")
    for sample in read_dataset(copy).samples:
        if sample.split is not Split.TRAIN:
            sample.image.write_bytes(b"nothing to see")
        assert sample.mask is not None
        sample.mask.write_bytes(b"masks are of no use here")
    found = calibrate(tiny, read_dataset(copy))
    assert found.ranges == calibrate(tiny, data).ranges
    (train, *_) = read_dataset(copy).of(Split.TRAIN)
    train.image.write_bytes(b"but these are read")
    with pytest.raises(InputError, match=train.id):
        calibrate(tiny, read_dataset(copy))


def test_ranges_equal_the_slow_minimum_and_maximum(tiny: Checkpoint, data: Dataset) -> None:
    found = calibrate(tiny, data, Calibration(count=4))
    photos = {s.id: read_photo(s.image) for s in data.samples}
    chosen = [photos[id_] for id_ in found.calibration["ids"]]
    seen = hooked(ExportForm(tiny.build()).eval(), [to_tensor(photo, 64, 64) for photo in chosen])
    assert {"conv2d", "hardtanh", "image", "sigmoid", "conv2d_7"} <= set(seen)
    for name, values in seen.items():
        low = min(float(value.min()) for value in values)
        high = max(float(value.max()) for value in values)
        assert found.ranges[name] == pytest.approx((low, high), rel=1e-5, abs=1e-5), name


def hooked(form: ExportForm, tensors: list[NDArray[np.float32]]) -> dict[str, list[Any]]:
    """Run the net as it is and keep what its modules give, named as a trace names it."""
    seen: dict[str, list[Any]] = {"image": [], "sigmoid": []}
    counts: dict[str, int] = {}

    def keep(kind: str, value: Any) -> None:
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        seen.setdefault(f"{kind}_{number}" if number else kind, []).append(value.numpy().copy())

    for module in form.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda _, __, value: keep("conv2d", value))
        if isinstance(module, nn.ReLU6):
            module.register_forward_hook(lambda _, __, value: keep("hardtanh", value))
    for tensor in tensors:
        counts.clear()
        image = torch.from_numpy(np.ascontiguousarray(tensor.transpose(2, 0, 1)))[None]
        with torch.no_grad():
            probability, *_ = form(image)
        seen["image"].append(image.numpy())
        seen["sigmoid"].append(probability.numpy())
    return seen


def test_every_operation_has_a_range(tiny: Checkpoint, data: Dataset) -> None:
    found = calibrate(tiny, data, Calibration(count=1))
    nodes = graph_of(ExportForm(tiny.build()), 64).graph.nodes
    wanted = {node.name for node in nodes if node.op in ("placeholder", "call_function")}
    assert set(found.ranges) == wanted
    assert all(low <= high for low, high in found.ranges.values())


def test_the_tail_after_the_last_convolution_stays_in_float(
    tiny: Checkpoint, data: Dataset
) -> None:
    found = calibrate(tiny, data, Calibration(count=1))
    names = list(found.ranges)
    last = max(index for index, name in enumerate(names) if name.startswith("conv2d"))
    assert list(found.float_nodes) == names[last + 1 :]
    assert found.float_nodes[-1] == "sigmoid"


def test_a_convolution_far_wider_than_its_activation_stays_in_float(
    tiny: Checkpoint, data: Dataset
) -> None:
    weights = dict(tiny.weights)
    weights["stem.1.weight"] = weights["stem.1.weight"] * 100  # the batch norm is folded in
    found = calibrate(replace(tiny, weights=weights), data, Calibration(count=1))
    low, high = found.ranges["conv2d"]
    assert high - low > 20 * 6
    assert {"conv2d", "hardtanh"} <= set(found.float_nodes)
    assert "conv2d" not in calibrate(tiny, data, Calibration(count=1)).float_nodes


@pytest.mark.parametrize(
    ("kind", "axes", "most", "is_float"),
    [
        ("softmax", (1,), 0.9, False),
        ("softmax", (2, 3), 0.01, True),
        ("log_softmax", (2, 3), 0.0, False),
    ],
)
def test_a_softmax_over_many_stays_in_float(
    kind: str, axes: tuple[int, ...], most: float, is_float: bool
) -> None:
    class Shares(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 1, 1)

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            x = self.first(image).flatten(axes[0], axes[-1])
            return self.last(getattr(x, kind)(axes[0]).view(1, 4, 30, 30))

    graph: Any = torch.export.export(Shares(), (torch.zeros(1, 3, 32, 32),)).module()
    ranges = {str(node.name): (-1.0, 1.0) for node in graph.graph.nodes}
    (softmax,) = (name for name in ranges if "softmax" in name)
    ranges[softmax] = (most - 1, most)
    assert (softmax in float_nodes(graph, ranges)) == is_float


def test_no_train_rows(tiny: Checkpoint, data: Dataset) -> None:
    valid = replace(data, samples=data.of(Split.VALID))
    with pytest.raises(InputError, match=r"lesions has no train images"):
        calibrate(tiny, valid)


def test_ranges_survive_the_disk_and_belong_to_their_weights(
    tiny: Checkpoint, data: Dataset, tmp_path: Path
) -> None:
    found = calibrate(tiny, data, Calibration(count=2))
    write_quantization(found, tmp_path)
    assert read_quantization(tmp_path, tiny.record.weights_sha256) == found
    with pytest.raises(InputError, match="Calibrate again"):
        read_quantization(tmp_path, "0" * 64)


def test_a_checkpoint_brings_its_ranges(tiny: Checkpoint, data: Dataset, tmp_path: Path) -> None:
    assert tiny.quantization is None
    copy = save_checkpoint(replace(tiny.record, name="copy"), tiny.build(), tmp_path / "copy")
    found = calibrate(copy, data, Calibration(count=1))
    write_quantization(found, tmp_path / "copy")
    assert load_checkpoint(tmp_path / "copy").quantization == found

"""A small net whose activations differ widely by channel, and the set that calibrates it."""

from pathlib import Path

import pytest
import torch
from torch import nn

from skinseg_mobile.compress.quantize.calibration_set import (
    Calibration,
    CalibrationSet,
    read_calibration_set,
)
from skinseg_mobile.runtime_py.data.dataset import Dataset, read_dataset
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import Checkpoint, Record, save_checkpoint
from tests.train.tiny import TINY


@pytest.fixture(scope="session")
def data(lesions: Path) -> Dataset:
    return read_dataset(lesions)


@pytest.fixture(scope="session")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """Untrained; batch norm makes some channels reach ReLU6's clip and others a tenth of it."""
    torch.manual_seed(0)
    net = TINY.spec.build()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.2, 3)
            nn.init.uniform_(module.bias, -0.5, 1)
            assert module.running_var is not None
            nn.init.uniform_(module.running_var, 0.1, 1)
    record = Record(name="uneven", task=Task.LESION, spec=TINY.spec)
    return save_checkpoint(record, net, tmp_path_factory.mktemp("uneven") / "uneven")


@pytest.fixture(scope="session")
def chosen(uneven: Checkpoint, data: Dataset) -> CalibrationSet:
    return read_calibration_set(data, Calibration(count=8), uneven.record.spec.size)

"""Files leave out the multiplication that normalises pixels, and compute the same bits."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from skinseg_mobile.export.source import Source
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.nets.normalise import Normalise
from skinseg_mobile.train.references.find import find_checkpoint


def multiplications(source: Source) -> list[str]:
    return [node.name for node in source.nodes if "mul" in str(node.target)]


def test_no_bit_changes() -> None:
    checkpoint = find_checkpoint(DEFAULT_NET)
    source = Source(checkpoint, None)
    image = torch.rand(1, 3, *source.size, generator=torch.Generator().manual_seed(0)) * 255
    with torch.no_grad():
        whole = ExportForm(checkpoint.build()).eval()(image)[0]
        assert torch.equal(source.form(image)[0], whole)
    assert not multiplications(source)


def test_a_rounded_first_convolution_keeps_its_range() -> None:
    checkpoint = find_checkpoint(DEFAULT_NET)
    assert checkpoint.quantization
    rounded = replace(checkpoint, quantization=replace(checkpoint.quantization, float_nodes=()))
    assert multiplications(Source(rounded, None)) == ["mul"]


@pytest.mark.parametrize("deviation", [128.0, 127.5])
def test_only_an_exact_scale_is_handed_on(deviation: float) -> None:
    assert Normalise((127.0,), (deviation,)).scale_is_exact is (deviation == 128.0)


def test_what_is_left_is_the_shift() -> None:
    convolution = nn.Conv2d(1, 1, 1, bias=False)
    nn.init.ones_(convolution.weight)
    shift = Normalise((127.0,), (128.0,)).into(convolution)
    assert shift(torch.full((1, 1, 1, 1), 255.0)).item() == 128.0
    assert convolution.weight.item() == 1 / 128
